package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/mittari/mittari/deploy/running"
)

// torture is one run: faults, one after the other.
type torture struct {
	options
	stderr  io.Writer
	begun   time.Time
	dir     string // of this run's files; removed at the end
	program string // the server that was built
	shifted string // the same with a clock that can be set; "" until it is built
	rows    []row
	skipped []string // which faults were left out, and why
}

// longest is how long one fault may take on one database, with everything.
const longest = 4 * time.Minute

// prepare makes the folder and, unless it is there, builds the server.
func (t *torture) prepare(ctx context.Context) (err error) {
	if t.dir, err = os.MkdirTemp("", "mittari-torture-"); err != nil {
		return err
	}
	if err := os.Chmod(t.dir, 0o755); err != nil { // PostgreSQL's user has to get to its folder
		return err
	}
	if t.program == "" {
		t.say("building the server; -seed %d repeats this run", t.seed)
		t.program, err = t.build(ctx, "plain")
	}
	return err
}

// all runs every fault that is wanted. An error names the promises that were broken.
func (t *torture) all(ctx context.Context) (err error) {
	defer func() { err = errors.Join(err, os.RemoveAll(t.dir)) }()
	if err := t.prepare(ctx); err != nil {
		return err
	}
	var broken []error
	for i, f := range t.faults {
		for _, k := range t.kinds {
			if ctx.Err() != nil {
				return errors.Join(append(broken, errors.New("interrupted: the table has what was tried until then"))...)
			}
			if slices.Contains(f.on, k) {
				if err := t.try(ctx, f, k, uint64(i)); err != nil {
					broken = append(broken, fmt.Errorf("%s on %s: %w", f.name, k, err))
				}
			}
		}
	}
	return errors.Join(broken...)
}

func (t *torture) build(ctx context.Context, name string, flags ...string) (string, error) {
	folder := filepath.Join(t.dir, name)
	if err := os.Mkdir(folder, 0o755); err != nil {
		return "", err
	}
	return running.Build(ctx, folder, flags...)
}

// say tells of the progress.
func (t *torture) say(format string, args ...any) {
	fmt.Fprintf(t.stderr, "torture %4.0fs  %s\n", time.Since(t.begun).Seconds(), fmt.Sprintf(format, args...))
}

// try runs one fault on one database and adds its row.
func (t *torture) try(ctx context.Context, f fault, k kind, number uint64) error {
	ctx, cancel := context.WithTimeout(ctx, longest)
	defer cancel()
	tr := &trial{torture: t, ctx: ctx, fault: f, kind: k, random: rand.New(rand.NewPCG(t.seed, number)), //nolint:gosec // it is to be repeatable
		journal: journal{ids: map[string]string{}, metrics: map[string]int{}}, program: t.program,
		browser: &http.Client{Timeout: time.Minute, Transport: &http.Transport{MaxIdleConnsPerHost: 4 * clients}}}
	defer tr.browser.CloseIdleConnections()
	tr.folder = filepath.Join(t.dir, f.name+"-"+string(k))
	err := os.Mkdir(tr.folder, 0o755)
	if err == nil {
		err = tr.run()
	}
	err = errors.Join(err, tr.close())
	if cannot := (cannot{}); errors.As(err, &cannot) {
		t.skipped = append(t.skipped, fmt.Sprintf("%s on %s: %s", f.name, k, cannot.reason))
		t.say("left out, %s", t.skipped[len(t.skipped)-1])
		return nil
	}
	err = errors.Join(err, tr.broken())
	r := tr.row(err)
	t.rows = append(t.rows, r)
	t.say("%s", r)
	return err
}

// cannot says why a fault can't be had on this machine.
type cannot struct{ reason string }

func (c cannot) Error() string { return c.reason }

// gather is what goes on beside others until it is stopped.
type gather struct {
	all  sync.WaitGroup
	done chan struct{}
}

func newGather() *gather { return &gather{done: make(chan struct{})} }

// every does something again and again, with a pause in between.
func (g *gather) every(pause time.Duration, do func()) {
	g.all.Go(func() {
		for {
			do()
			select {
			case <-g.done:
				return
			case <-time.After(pause):
			}
		}
	})
}

// stop waits until nothing goes on any more.
func (g *gather) stop() {
	close(g.done)
	g.all.Wait()
}
