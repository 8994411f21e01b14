package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/mittari/mittari/deploy/running"
	"github.com/mittari/mittari/models/store/storetest"
)

// bench is one run.
type bench struct {
	options
	ctx      context.Context
	stderr   io.Writer
	begun    time.Time
	dir      string // of this run's files; removed at the end
	program  string // the server that was built
	own      string // this program
	undo     []func() error
	results  []result
	sections []string // what is told beside the rows, as Markdown
}

// lastRow is the number of the last row.
const lastRow = 11

// group is what is measured together: rows, or what is asked for instead of them.
type group struct {
	rows []int
	run  func(*bench) error
}

// groups are those that are wanted.
func (o options) groups() []group {
	if o.special() {
		var wanted []group
		for _, g := range []struct {
			asked bool
			run   func(*bench) error
		}{{o.growth, (*bench).growth}, {o.overload, (*bench).overload}, {o.values, (*bench).values}, {o.expiry, (*bench).retention}, {o.exports, (*bench).export}} {
			if g.asked {
				wanted = append(wanted, group{run: g.run})
			}
		}
		return wanted
	}
	all := []group{
		{[]int{1, 2}, (*bench).singlePostgres},
		{[]int{3}, (*bench).singleSQLite},
		{[]int{4}, (*bench).bulkPostgres},
		{[]int{5}, (*bench).bulkSQLite},
		{[]int{6}, (*bench).scrapes},
		{[]int{7, 8, 9, 10}, (*bench).sizes},
		{[]int{11}, (*bench).replicas},
	}
	return slices.DeleteFunc(all, func(g group) bool { return !o.wants(g.rows) })
}

func (g group) String() string {
	if len(g.rows) == 0 {
		return "what was asked for instead of the rows"
	}
	return fmt.Sprintf("rows %v", g.rows)
}

// prepare makes the folder and builds the server, as "make build" does.
func (b *bench) prepare() error {
	var err error
	if b.dir, err = os.MkdirTemp("", "mittari-bench-"); err != nil {
		return err
	}
	b.later(func() error { return os.RemoveAll(b.dir) })
	if b.own, err = os.Executable(); err != nil {
		return err
	}
	if b.profile != "" {
		if err := os.MkdirAll(b.profile, 0o750); err != nil {
			return err
		}
	}
	b.say("building the server")
	b.program, err = running.Build(b.ctx, b.dir)
	return err
}

// say tells of the progress.
func (b *bench) say(format string, args ...any) {
	fmt.Fprintf(b.stderr, "bench %5.0fs  %s\n", time.Since(b.begun).Seconds(), fmt.Sprintf(format, args...))
}

// later is done when what is under way has ended, the last first.
func (b *bench) later(do func() error) { b.undo = append(b.undo, do) }

// within does something and what it left to be done later.
func (b *bench) within(do func(*bench) error) error {
	outer := b.undo
	b.undo = nil
	err := do(b)
	err = errors.Join(err, b.close())
	b.undo = outer
	return err
}

func (b *bench) close() error {
	var faults []error
	for _, undo := range slices.Backward(b.undo) {
		faults = append(faults, undo())
	}
	b.undo = nil
	return errors.Join(faults...)
}

// postgres starts a server that ends with the group: as an installation has it, but for what settings say.
func (b *bench) postgres(settings ...string) (*storetest.Server, error) {
	settings = append([]string{"shared_buffers = 512MB", "max_wal_size = 4GB", "checkpoint_timeout = 15min",
		"max_connections = 200", "maintenance_work_mem = 256MB", "timezone = 'UTC'"}, settings...)
	if b.profile != "" {
		settings = append(settings, preload)
	}
	server, err := storetest.Start(settings...)
	if err == nil {
		b.later(server.Stop)
	}
	return server, err
}

// database makes an empty database on the server.
func (b *bench) database(server *storetest.Server) (string, error) {
	url, _, err := server.Database(b.ctx)
	return url, err
}

// sqlite is a new SQLite file.
func (b *bench) sqlite(name string) string { return filepath.Join(b.dir, name+".db") }
