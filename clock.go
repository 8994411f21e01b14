//go:build !torture

package main

import (
	"time"

	"github.com/mittari/mittari/models/store"
)

// clock tells the time: the machine's.
func (*program) clock() func() time.Time { return time.Now }

// newID makes the ids of what is sent.
func (*program) newID() func() string { return store.NewID }
