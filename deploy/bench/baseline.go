package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"
)

// baselineCommand makes this program a baseline: its address, which one, and what that needs.
const baselineCommand = "baseline"

// baselines tells what they do, below the table.
const baselines = `The baselines; those of rows 1 to 3 and 6 are processes of their own under the same load, as the server is:

- Naive Gin+gorm: Gin decodes the JSON and gorm's Create writes a response and its answer, in the one transaction that
  gorm makes of it; a unique index on submission_id, tables by AutoMigrate, prepared statements and a pool of 64 open connections on PostgreSQL;
  on SQLite WAL with synchronous=FULL and one connection. No key, no checks, no rollups, no series.
- Gin that decodes and stores nothing: the same without the database.
- COPY: psql copies the rows that the server had stored, in text files, into two tables with the same indexes, in the same order, one transaction.
- SQLite's insert: the rows that the server would store, ready in memory, by a prepared statement of 500 rows, ten in a transaction, into the two tables
  with the same indexes, WAL and synchronous=FULL.
- client_golang: a collector of ready const metrics with the names, labels and values of the server's own page, on a registry of its own.
- GROUP BY: one statement that counts the answers of 365 days by touchpoint and score, after VACUUM ANALYZE.

The load is sent by raw connections that are kept open, one request at a time each, made before; only 201 counts, anything else ends the row.`

// serveBaseline serves a baseline until its input ends.
func serveBaseline(ctx context.Context, args []string, stdin io.Reader) error {
	if len(args) < 2 {
		return errors.New("an address and a kind must be given")
	}
	kinds := map[string]func(arg string) (http.Handler, error){
		"naive-postgres": naiveOnPostgres,
		"naive-sqlite":   naiveOnSQLite,
		"nothing":        storesNothing,
		"const-metrics":  constMetrics,
	}
	kind, known := kinds[args[1]]
	if !known {
		return fmt.Errorf("there is no baseline %q", args[1])
	}
	handler, err := kind(append(args, "")[2])
	if err != nil {
		return err
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", args[0])
	if err != nil {
		return err
	}
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second}
	go func() {
		_, _ = io.Copy(io.Discard, stdin) // it ends with the benchmark
		_ = server.Close()
	}()
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}
