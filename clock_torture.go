//go:build torture

package main

import (
	"encoding/binary"
	"os"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/mittari/mittari/models/store"
)

// clock tells the time of a clock that can be set, for deploy/torture: the machine's, and
// as much more or less as stands in the file that the variable names. It is harder than a machine's clock
// that is set: Go measures how long something took by another one, which nobody sets, but not here.
func (p *program) clock() func() time.Time {
	file := p.env("MITTARI_TORTURE_CLOCK")
	return func() time.Time {
		text, err := os.ReadFile(file)
		if err != nil {
			panic(err)
		}
		by, err := time.ParseDuration(strings.TrimSpace(string(text)))
		if err != nil {
			panic(err)
		}
		return time.Now().Add(by)
	}
}

// newID makes ids of that time, so that they go back as well.
func (p *program) newID() func() string {
	clock := p.clock()
	return func() string {
		id := uuid.MustParse(store.NewID())
		now := binary.BigEndian.AppendUint64(nil, uint64(clock().UnixMilli()))
		copy(id[:6], now[2:])
		return id.String()
	}
}
