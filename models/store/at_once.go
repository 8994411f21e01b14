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

// prepared is what of a batch can be made ready before its turn: what follows from its responses if everything in it is new.
type prepared struct {
	following
	responses, answers, counts insertion
	days                       map[models.Revision]bool
}

func (s *Store) prepare(workspace string, batch []models.Accepted) *prepared {
	p := &prepared{following: followingFrom(workspace, batch)}
	if len(p.held) > 0 {
		return p // it goes step by step
	}
	p.responses = insertion{table: responsesTable(), rows: responseRows(batch)}
	p.responses.then = "" // one that is stored already is an error
	p.answers = insertion{table: answersTable(), rows: p.following.answers}
	p.counts = insertion{table: rollupsTable()}
	p.counts.rows, p.days = rollupRows(workspace, p.following.counts)
	if s.dialect == onPostgres && len(batch) >= leastCopied {
		p.responses.encode()
		p.answers.encode()
	}
	return p
}

// commitAtOnce stores a batch as if everything in it were new. What it gives ends the transaction; it is on disk
// when that gives no error. If it does, or there is none, nothing is stored, or what the
// caller will find stored under its own ids, and the batch has to be committed step by step.
//
// All rows are known then before the transaction begins, and PostgreSQL gets its
// statements together instead of one after the other. That can be done where nothing has to
// be looked at in between: no response was sent before (its unique submission_id would make the
// whole fail), no answer waits for a lot, and no key is new to its catalog. So it is for most.
func (s *Store) commitAtOnce(ctx context.Context, workspace string, batch []models.Accepted, p *prepared) (end func() error) {
	if s.retried.Add(-1) >= 0 {
		return nil
	}
	s.retried.Store(0)
	if p == nil {
		p = s.prepare(workspace, batch)
	}
	hooks, known := s.known.all(workspace, s.now(), p.used)
	if len(p.held) > 0 || !known {
		return nil
	}
	end, err := s.insertAll(ctx, []insertion{p.responses, p.answers, p.counts,
		{table: revisionsTable(), rows: s.revisionRows(workspace, p.days)}, {table: arrivalsTable(), rows: s.arrivalRows(workspace, p.arrivals)},
		{table: deliveriesTable(), rows: s.messageRows(workspace, messagesOf(hooks, batch))}})
	if refused(err) {
		s.retried.Store(expectedRetries)
	}
	return end
}

// insertAll makes the insertions in one transaction, the first two of which have a row or more for each response. What
// it gives commits, unless that has been done; nil with an error, when the transaction is over.
func (s *Store) insertAll(ctx context.Context, all []insertion) (end func() error, err error) {
	if all[0].encoded != nil {
		return s.copyAll(ctx, all)
	}
	if s.dialect == onPostgres {
		err = inBatch(all).sendTo(ctx, s.pool)
	} else {
		err = s.write.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
			for _, one := range all {
				if _, err := one.insert(tx, s.dialect, one.rows); err != nil {
					return err
				}
			}
			return nil
		})
	}
	if err != nil {
		return nil, err
	}
	return func() error { return nil }, nil
}

// copyAll is insertAll with the first two by COPY.
func (s *Store) copyAll(ctx context.Context, all []insertion) (end func() error, err error) {
	tx, err := s.pool.Begin(ctx)
	if err != nil {
		return nil, err
	}
	if err := copyInto(ctx, tx, all); err != nil {
		return nil, firstError(err, tx.Rollback(ctx))
	}
	return func() error { return tx.Commit(ctx) }, nil
}

func copyInto(ctx context.Context, tx pgx.Tx, all []insertion) error {
	for _, one := range all[:2] {
		if err := one.copyTo(ctx, tx); err != nil {
			return err
		}
	}
	return inBatch(all[2:]).sendTo(ctx, tx)
}

// insertion is rows and the table that they go into.
type insertion struct {
	table
	rows
	encoded []byte // the rows as copyTo sends them; nil: they are not to be copied
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

// encode makes of the rows what COPY takes in its binary form
// (https://www.postgresql.org/docs/current/sql-copy.html).
func (i *insertion) encode() {
	const header = "PGCOPY\n\xff\r\n\x00" + "\x00\x00\x00\x00" + "\x00\x00\x00\x00" // flags, and the length of no extension
	const trailer = "\xff\xff"
	width := len(i.columns)
	i.encoded = append(make([]byte, 0, len(i.rows)*16), header...)
	for at, v := range i.rows {
		if at%width == 0 {
			i.encoded = append(i.encoded, byte(width>>8), byte(width))
		}
		i.encoded = v.appendCopy(i.encoded)
	}
	i.encoded = append(i.encoded, trailer...)
	i.rows = nil
}

// copyTo writes the rows by COPY.
func (i insertion) copyTo(ctx context.Context, tx pgx.Tx) error {
	_, err := tx.Conn().PgConn().CopyFrom(ctx, bytes.NewReader(i.encoded),
		fmt.Sprintf("COPY %s (%s) FROM STDIN BINARY", i.name, strings.Join(i.columns, ", ")))
	return err
}
