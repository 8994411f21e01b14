package main

import (
	"errors"
	"fmt"
	"sync/atomic"
	"time"
)

// singlePostgres measures rows 1 and 2: one response a request, on PostgreSQL.
func (b *bench) singlePostgres() error {
	server, err := b.postgres()
	if err != nil {
		return err
	}
	database, err := b.database(server)
	if err != nil {
		return err
	}
	naiveDatabase, err := b.database(server)
	if err != nil {
		return err
	}
	ours, err := b.serve(database)
	if err != nil {
		return err
	}
	naive, err := b.baseline("naive-postgres", naiveDatabase)
	if err != nil {
		return err
	}
	nothing, err := b.baseline("nothing")
	if err != nil {
		return err
	}
	for _, connections := range b.connections {
		s := b.newSingles(connections, fmt.Sprintf("rows-1-2-%d-connections", connections))
		s.calm = func() error { return execute(b.ctx, database, "CHECKPOINT") }
		paces, err := s.measure(ours, naive, nothing)
		if err != nil {
			return err
		}
		b.tellSingles(connections, paces)
	}
	return errors.Join(b.verify(database), b.statements(database, "rows-1-2"))
}

// singleSQLite measures row 3.
func (b *bench) singleSQLite() error {
	const connections = 64
	database := "sqlite://" + b.sqlite("single")
	ours, err := b.serve(database)
	if err != nil {
		return err
	}
	naive, err := b.baseline("naive-sqlite", b.sqlite("naive"))
	if err != nil {
		return err
	}
	paces, err := b.newSingles(connections, "row-3").measure(ours, naive)
	if err != nil {
		return err
	}
	b.tell(3, fmt.Sprintf("single POST, SQLite with synchronous=FULL, %d connections", connections), "gorm Create on SQLite",
		paces.against(1, perSecondOf), perSecond, atLeast(6))
	return b.verify(database)
}

// singles measures single requests of the same kind to one server after the other.
type singles struct {
	*bench
	connections int
	name        string       // of the profile
	calm        func() error // before each measure
	next        atomic.Int64
}

func (b *bench) newSingles(connections int, name string) *singles {
	return &singles{bench: b, connections: connections, name: name, calm: func() error { return nil }}
}

// paces are those of each round, by process: ours is the first.
type paces [][]pace

// measure sends to each process in turn, as many rounds as there are to be.
func (s *singles) measure(ours *process, others ...*process) (paces, error) {
	s.next.Store(time.Now().Unix() % 1e6 * 1e6) // no submission_id of an earlier measure comes again
	var all paces
	for range s.rounds {
		var round []pace
		for _, p := range append([]*process{ours}, others...) {
			if err := s.calm(); err != nil {
				return nil, err
			}
			measured := func() error {
				got, err := load{p.Address, s.connections, &s.next}.run(s.ctx, s.warmUp(), s.time)
				round = append(round, got)
				return err
			}
			var err error
			if p == ours {
				err = s.profiled(p, s.name, s.warmUp()+s.time, measured)
			} else {
				err = measured()
			}
			if err != nil {
				return nil, err
			}
		}
		all = append(all, round)
	}
	return all, nil
}

func perSecondOf(p pace) float64 { return p.perSecond }

// against pairs a figure of ours with the same of another.
func (all paces) against(other int, of func(pace) float64) pairs {
	var p pairs
	for _, round := range all {
		p.add(of(round[other]), of(round[0]))
	}
	return p
}

// tellSingles makes rows 1 and 2 of what was measured: ours, the naive baseline, and that which stores nothing.
func (b *bench) tellSingles(connections int, all paces) {
	times, percent := 4.0, 45.0
	if connections >= 256 {
		times, percent = 6, 60
	}
	what := fmt.Sprintf("single POST, PostgreSQL, %d connections", connections)
	b.tell(1, what, "naive Gin+gorm Create, pool of 64", all.against(1, perSecondOf), perSecond, atLeast(times))
	var tails pairs
	for _, round := range all {
		tails.add(round[1].p50.Seconds(), round[0].p99.Seconds())
	}
	b.tell(1, what+": our p99", "p50 of the naive", tails, seconds, atMost(1))
	b.tell(2, what, "Gin that decodes and stores nothing", all.against(2, perSecondOf), perSecond, atLeastPercent(percent))
}
