package main

import (
	"errors"
	"time"

	"github.com/mittari/mittari/deploy/running"
)

// restartPostgres stops PostgreSQL, by turns as an administrator does and as a crash does, and starts it again.
func (t *trial) restartPostgres() error {
	mode := "fast"
	if t.strikes%2 == 1 {
		mode = "immediate"
	}
	if err := t.cluster.Halt(mode); err != nil {
		return err
	}
	t.pause(100, 3000)
	return t.cluster.Resume()
}

// lockDatabase keeps everybody else from writing for a while.
func (t *trial) lockDatabase() (err error) {
	db, err := running.Connect(t.direct)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	tx, err := db.BeginTx(t.ctx, nil) // on SQLite it is IMMEDIATE
	if err != nil {
		return err
	}
	if t.kind == postgres {
		if _, err := tx.ExecContext(t.ctx, "LOCK TABLE responses IN EXCLUSIVE MODE"); err != nil {
			return errors.Join(err, tx.Rollback())
		}
	}
	before, begun := t.busy.Load(), time.Now()
	for t.busy.Load() < before+clients/2 && time.Since(begun) < 5*time.Second && t.ctx.Err() == nil {
		t.pause(10, 20)
	}
	t.pause(500, 1500)
	if t.busy.Load() == before {
		t.wrong("the database was locked for %s, and nobody was refused", time.Since(begun))
	}
	return tx.Rollback()
}
