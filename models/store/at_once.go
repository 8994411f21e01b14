package store

import (
	"bytes"
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
	"gorm.io/gorm"

	"github.com/mittari/mittari/models"
)

// expectedRetries is for how many commits retries are expected once there was one.
const expectedRetries = 50

// leastCopied is from how many responses on PostgreSQL gets them by COPY. It takes them
// in two thirds of the time, but four round trips more, each of which waits for
// its turn where the processors are busy: what single requests amount to goes without.
const leastCopied = 1500

// commitAtOnce stores a batch as if everything in it were new, and reports whether
// that went well: it is on disk then. If not, nothing is stored, or what the
// caller will find stored under its own ids, and the batch has to be committed step by step.
//
// All rows are known then before the transaction begins, and PostgreSQL gets its
// statements together instead of one after the other. That can be done where nothing has to
// be looked at in between: no response was sent before (its unique submission_id would make the
// whole fail), no answer waits for a lot, and no key is new to its catalog. So it is for most.
func (s *Store) commitAtOnce(ctx context.Context, workspace string, batch []models.Accepted) bool {
	if s.retried.Add(-1) >= 0 {
		return false
	}
	s.retried.Store(0)
	f := followingFrom(workspace, batch)
	if len(f.held) > 0 || !s.known.all(workspace, s.now(), f.used) {
		return false
	}
	responses := insertion{responsesTable(), responseRows(batch)}
	responses.then = "" // one that is stored already is an error
	counts, days := rollupRows(workspace, f.counts)
	err := s.insertAll(ctx, []insertion{responses, {answersTable(), f.answers}, {rollupsTable(), counts},
		{revisionsTable(), s.revisionRows(workspace, days)}, {arrivalsTable(), s.arrivalRows(workspace, f.arrivals)}})
	if refused(err) {
		s.retried.Store(expectedRetries)
	}
	return err == nil
}

// insertAll makes the insertions in one transaction, the first two of which have a row or more for each response.
func (s *Store) insertAll(ctx context.Context, all []insertion) error {
	switch {
	case s.dialect == onSQLite:
		return s.write.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
			for _, one := range all {
				if _, err := one.insert(tx, s.dialect, one.rows); err != nil {
					return err
				}
			}
			return nil
		})
	case len(all[0].rows) < leastCopied*len(all[0].columns):
		return inBatch(all).sendTo(ctx, s.pool)
	}
	return pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		for _, one := range all[:2] {
			if err := one.copyTo(ctx, tx); err != nil {
				return err
			}
		}
		return inBatch(all[2:]).sendTo(ctx, tx)
	})
}

// insertion is rows and the table that they go into.
type insertion struct {
	table
	rows
}

// inBatch are insertions that are sent in one go.
type inBatch []insertion

func (all inBatch) sendTo(ctx context.Context, db interface {
	SendBatch(ctx context.Context, b *pgx.Batch) pgx.BatchResults
}) error {
	var together pgx.Batch
	for _, one := range all {
		if len(one.rows) > 0 {
			together.Queue(one.unnestSQL(), one.arrays(one.rows)...)
		}
	}
	return db.SendBatch(ctx, &together).Close()
}

// copyTo writes the rows by COPY, in its binary form
// (https://www.postgresql.org/docs/current/sql-copy.html).
func (i insertion) copyTo(ctx context.Context, tx pgx.Tx) error {
	const header = "PGCOPY\n\xff\r\n\x00" + "\x00\x00\x00\x00" + "\x00\x00\x00\x00" // flags, and the length of no extension
	const trailer = "\xff\xff"
	width := len(i.columns)
	data := append(make([]byte, 0, len(i.rows)*16), header...)
	for at, v := range i.rows {
		if at%width == 0 {
			data = append(data, byte(width>>8), byte(width))
		}
		data = v.appendCopy(data)
	}
	data = append(data, trailer...)
	_, err := tx.Conn().PgConn().CopyFrom(ctx, bytes.NewReader(data),
		fmt.Sprintf("COPY %s (%s) FROM STDIN BINARY", i.name, strings.Join(i.columns, ", ")))
	return err
}
