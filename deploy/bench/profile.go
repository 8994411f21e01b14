package main

import (
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/mittari/mittari/deploy/running"
)

// profiled does something while a CPU profile of the server is taken, if profiles
// are wanted. The last one of a name is kept.
func (b *bench) profiled(server *process, name string, during time.Duration, do func() error) error {
	if b.profile == "" {
		return do()
	}
	taken := make(chan error, 1)
	go func() {
		url := fmt.Sprintf("http://%s/debug/pprof/profile?seconds=%d", server.Metrics, max(1, int(during.Seconds())))
		profile, err := running.Fetch(b.ctx, http.DefaultClient, url)
		if err == nil {
			err = os.WriteFile(filepath.Join(b.profile, name+".pprof"), profile, 0o600)
		}
		taken <- err
	}()
	if err := do(); err != nil {
		return err
	}
	return <-taken
}

// preload is the setting by which PostgreSQL counts the time of its statements, where profiles are wanted.
const preload = "shared_preload_libraries = 'pg_stat_statements'"

// statements writes which ones took PostgreSQL the most time in the database, the longest first.
func (b *bench) statements(database, name string) (err error) {
	if b.profile == "" {
		return nil
	}
	if err := execute(b.ctx, database, "CREATE EXTENSION IF NOT EXISTS pg_stat_statements"); err != nil {
		return err
	}
	db, err := running.Connect(database)
	if err != nil {
		return err
	}
	defer db.Close()
	rows, err := db.QueryContext(b.ctx, `SELECT format('%s ms  %s calls  %s rows  %s', round(total_exec_time), calls, rows, left(regexp_replace(query, '\s+', ' ', 'g'), 200))
		FROM pg_stat_statements WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database()) ORDER BY total_exec_time DESC LIMIT 20`)
	if err != nil {
		return err
	}
	defer rows.Close()
	var text strings.Builder
	for rows.Next() {
		var line string
		if err := rows.Scan(&line); err != nil {
			return err
		}
		fmt.Fprintln(&text, line)
	}
	return errors.Join(rows.Err(), os.WriteFile(filepath.Join(b.profile, name+".statements.txt"), []byte(text.String()), 0o600))
}
