package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"

	"github.com/mittari/mittari/deploy/running"
)

// process is a program that listens: the server or a baseline.
type process struct{ *running.Process }

// serve runs the real server on the database until the group ends: keys, checks, rollups and the exporter on.
func (b *bench) serve(database string, flags ...string) (*process, error) {
	addresses, err := running.FreeAddresses(2)
	if err != nil {
		return nil, err
	}
	if b.profile != "" {
		flags = append(flags, "--pprof")
	}
	p := &process{running.Server(b.ctx, b.program, b.dir, database, addresses[0], addresses[1], flags...)}
	return p, b.start(p, "/readyz")
}

// baseline runs this program as a baseline until the group ends.
func (b *bench) baseline(args ...string) (*process, error) {
	addresses, err := running.FreeAddresses(1)
	if err != nil {
		return nil, err
	}
	p := &process{running.Of(exec.CommandContext(b.ctx, b.own, append([]string{baselineCommand, addresses[0]}, args...)...), addresses[0], "")}
	if err := p.WithInput(); err != nil {
		return nil, err
	}
	return p, b.start(p, "/ready")
}

// start starts the process and waits until the path answers 200.
func (b *bench) start(p *process, path string) error {
	b.later(p.Stop)
	return p.Start(b.ctx, path)
}

// memory is what the process has resident now, in bytes.
func (p *process) memory() (float64, error) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.ID()))
	if err != nil {
		return 0, fmt.Errorf("the memory of a process is read from /proc, as on Linux: %w", err)
	}
	_, after, _ := strings.Cut(string(status), "VmRSS:")
	fields := strings.Fields(after)
	if len(fields) == 0 {
		return 0, errors.New("/proc tells no VmRSS")
	}
	kib, err := strconv.ParseFloat(fields[0], 64)
	return kib * 1024, err
}
