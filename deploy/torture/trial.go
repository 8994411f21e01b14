package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"path/filepath"
	"slices"
	"time"

	"github.com/Shopify/toxiproxy/v2"

	"github.com/mittari/mittari/deploy/running"
	"github.com/mittari/mittari/models/store/storetest"
)

// trial is one fault on one database.
type trial struct {
	*torture
	ctx     context.Context
	fault   fault
	kind    kind
	random  *rand.Rand // of the strikes
	folder  string     // of its files
	program string
	flags   []string // of the server
	env     []string
	undo    []func() error

	cluster *storetest.Server // on PostgreSQL
	proxy   *toxiproxy.Proxy  // where the network fails
	quiet   int               // strikes that nobody noticed
	direct  string            // the database's URL, for looking at it
	url     string            // the same as the server gets it, through what stands between
	servers []*server
	watched *gather // what looks at them
	writing *gather // the clients
	browser *http.Client
	strikes int
	journal
	tally
}

// close does what was left to be done later, the last first.
func (t *trial) close() error {
	var faults []error
	for _, undo := range slices.Backward(t.undo) {
		faults = append(faults, undo())
	}
	t.undo = nil
	return errors.Join(faults...)
}

func (t *trial) later(do func() error) { t.undo = append(t.undo, do) }

// run strikes while clients write, and looks at what became of it.
func (t *trial) run() error {
	t.watched = newGather()
	defer t.watched.stop()
	if err := t.prepare(); err != nil {
		return err
	}
	t.writing = newGather()
	for i := range clients {
		c := t.client(i)
		t.writing.every(time.Millisecond, c.turn)
	}
	err := t.strike()
	t.writing.stop() // each has what it sent last acknowledged
	if err != nil {
		return err
	}
	if err := t.awaitReady(); err != nil {
		return err
	}
	return t.check()
}

// prepare makes the database and starts the servers on it.
func (t *trial) prepare() error {
	if t.fault.prepare != nil {
		if err := t.fault.prepare(t); err != nil {
			return err
		}
	}
	if t.direct == "" {
		if err := t.database(t.folder); err != nil {
			return err
		}
	}
	if t.fault.between != nil {
		if err := t.fault.between(t); err != nil {
			return err
		}
	}
	for range max(1, t.fault.replicas) {
		if err := t.serve(); err != nil {
			return err
		}
		if err := t.awaitReady(); err != nil { // the first one makes the schema
			return err
		}
	}
	return nil
}

// database makes an empty one, whose files are in the folder.
func (t *trial) database(folder string, settings ...string) (err error) {
	if t.kind == sqlite {
		t.direct = "sqlite://" + filepath.Join(folder, "mittari.db")
		t.url = t.direct
		return nil
	}
	if t.cluster, err = storetest.StartIn(folder, append([]string{"timezone = 'UTC'"}, settings...)...); err != nil {
		return err
	}
	t.later(t.cluster.Stop)
	t.direct, _, err = t.cluster.Database(t.ctx)
	t.url = t.direct
	return err
}

// strike strikes again and again, and each time waits until every server is ready again by itself.
func (t *trial) strike() error {
	begun := time.Now()
	end := begun.Add(time.Duration(t.seconds) * time.Second)
	if t.fault.counted {
		end = begun.Add(110 * time.Second)
	}
	for t.strikes == 0 || time.Now().Before(end) {
		t.pause(200, 700)
		if err := t.fault.strike(t); err != nil {
			return fmt.Errorf("strike %d: %w", t.strikes+1, err)
		}
		t.strikes++
		if err := t.awaitReady(); err != nil {
			return fmt.Errorf("strike %d: %w", t.strikes, err)
		}
		if t.fault.counted && t.strikes == t.kills {
			break
		}
	}
	if t.quiet == t.strikes {
		return errors.New("no strike was noticed by anybody")
	}
	return t.ctx.Err()
}

// pause waits for some time between so many milliseconds.
func (t *trial) pause(least, most int) {
	select {
	case <-t.ctx.Done():
	case <-time.After(time.Duration(least+t.random.IntN(most-least)) * time.Millisecond):
	}
}

// awaitReady waits until every server is ready, which nobody helps it to be.
func (t *trial) awaitReady() error {
	const patience = time.Minute
	for begun := time.Now(); ; {
		if !slices.ContainsFunc(t.servers, func(s *server) bool { return !s.isReady() }) {
			return nil
		}
		select {
		case <-t.ctx.Done():
			return t.ctx.Err()
		case <-time.After(10 * time.Millisecond):
		}
		if time.Since(begun) > patience {
			return fmt.Errorf("a server is not ready again after %s:\n%s", patience, t.lastSaid())
		}
	}
}

// verify has the program recount everything.
func (t *trial) verify() error {
	said, err := running.Call(t.ctx, t.program, t.direct, "verify")
	if err == nil && said != "workspace default: equal\n" {
		err = errors.New(said)
	}
	return err
}
