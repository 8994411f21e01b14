package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/mittari/mittari/deploy/running"
)

// onEach measures on an empty database of each kind that is wanted.
func (b *bench) onEach(measure func(b *bench, name, database string) error) error {
	for _, k := range b.kinds() {
		err := b.within(func(b *bench) error {
			database, err := k.open(b)
			if err == nil {
				err = measure(b, k.name, database)
			}
			return err
		})
		if err != nil {
			return fmt.Errorf("%s: %w", k.name, err)
		}
	}
	return nil
}

// emptyPostgres is a database, to be filled, on a server of its own.
func (b *bench) emptyPostgres() (string, error) { return b.onPostgres(fillSettings()...) }

// onPostgres is a database on a server of its own with these settings.
func (b *bench) onPostgres(settings ...string) (string, error) {
	server, err := b.postgres(settings...)
	if err != nil {
		return "", err
	}
	return b.database(server)
}

// emptySQLite is a new file.
func (b *bench) emptySQLite() (string, error) {
	b.later(func() error { return removeDatabase(b.sqlite("empty")) })
	return "sqlite://" + b.sqlite("empty"), nil
}

// execute runs statements one after the other, on one connection.
func execute(ctx context.Context, database string, statements ...string) (err error) {
	db, err := running.Connect(database)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	conn, err := db.Conn(ctx)
	if err != nil {
		return err
	}
	for _, statement := range statements {
		if _, err := conn.ExecContext(ctx, statement); err != nil {
			return fmt.Errorf("%.60s…: %w", strings.TrimSpace(statement), err)
		}
	}
	return conn.Close()
}

// call runs a command of the server's program on the database to its end.
func (b *bench) call(database string, args ...string) error {
	_, err := running.Call(b.ctx, b.program, database, args...)
	return err
}

// verify fails unless the rollups equal the answers.
func (b *bench) verify(database string) error { return b.call(database, "verify") }

// migrate gives the database the server's schema, and the workspace that its first start makes.
func (b *bench) migrate(database string) error {
	return b.call(database, "workspaces", "create", workspace)
}

// workspace is where all responses go.
const workspace = "default"

// columnsOf names the columns of a table that rows are made for; those that later versions add keep their defaults.
func columnsOf(table string) string {
	return map[string]string{
		"responses": "(workspace, id, submission_id, digest, survey, touchpoint, channel, segment, team, person, day, collected_at, created_at, language, solicited, properties, tags, excluded)",
		"answers":   "(workspace, response_id, touchpoint, metric, score, comment)",
		"rollups":   "(workspace, metric, day, survey, touchpoint, channel, segment, team, score, n)",
		"arrivals":  "(workspace, metric, touchpoint, segment, channel, category, n)",
		"entries":   "(workspace, kind, key, name, description, touchpoints, created_at, updated_at)",
		"revisions": "(workspace, id, metric, day, at)",
	}[table]
}
