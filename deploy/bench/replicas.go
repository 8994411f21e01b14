package main

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/mittari/mittari/deploy/running"
)

// replicas measures row 11: two servers on one database, against one of them.
func (b *bench) replicas() error {
	const connections = 128
	database, err := b.onPostgres()
	if err != nil {
		return err
	}
	first, err := b.serve(database)
	if err != nil {
		return err
	}
	second, err := b.serve(database)
	if err != nil {
		return err
	}
	var next atomic.Int64
	var p pairs
	for range b.rounds {
		if err := execute(b.ctx, database, "CHECKPOINT"); err != nil {
			return err
		}
		alone, err := load{first.Address, connections, &next}.run(b.ctx, b.warmUp(), b.time)
		if err != nil {
			return err
		}
		if err := execute(b.ctx, database, "CHECKPOINT"); err != nil {
			return err
		}
		both, err := b.together(&next, connections/2, first, second)
		if err != nil {
			return err
		}
		p.add(alone.perSecond, both)
	}
	r := b.tell(11, fmt.Sprintf("two replicas on one PostgreSQL, %d connections each", connections/2), fmt.Sprintf("one replica, %d connections", connections), p, perSecond, atLeast(1))
	r.also = "rollups exact, no deadlock"
	deadlocks, err := deadlocksOf(b.ctx, database)
	if err != nil {
		return err
	}
	if err := b.verify(database); err != nil || deadlocks > 0 {
		r.alsoFailed = true
		b.say("row 11: %d deadlocks; verify: %v", deadlocks, err)
	}
	return nil
}

// together sends to some servers at the same time and gives what they came to in all.
func (b *bench) together(next *atomic.Int64, connections int, servers ...*process) (perSecond float64, err error) {
	paces, faults := make([]pace, len(servers)), make(chan error, len(servers))
	for i, p := range servers {
		go func() {
			var err error
			paces[i], err = load{p.Address, connections, next}.run(b.ctx, b.warmUp(), b.time)
			faults <- err
		}()
	}
	for range servers {
		err = errors.Join(err, <-faults)
	}
	for _, p := range paces {
		perSecond += p.perSecond
	}
	return perSecond, err
}

// deadlocksOf counts those that PostgreSQL found, once its processes have told of them.
func deadlocksOf(ctx context.Context, database string) (n int, err error) {
	db, err := running.Connect(database)
	if err != nil {
		return 0, err
	}
	defer db.Close()
	select {
	case <-ctx.Done():
	case <-time.After(1200 * time.Millisecond): // they tell once a second
	}
	err = db.QueryRowContext(ctx, "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()").Scan(&n)
	return n, err
}
