package store

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/mittari/mittari/models"
)

// expectedRetries is for how many commits retries are expected once there was one.
const expectedRetries = 50

// commitAtOnce stores a batch as if everything in it were new, and reports whether
// that went well: it is on disk then. If not, nothing is stored, or what the
// caller will find stored under its own ids, and the batch has to be committed step by step.
//
// All statements go to PostgreSQL together, as one transaction, instead of one
// after the other. That can be done where nothing has to be looked at in between:
// no response was sent before (its unique submission_id would make the whole fail),
// no answer waits for a lot, and no key is new to its catalog. So it is for most.
func (s *Store) commitAtOnce(ctx context.Context, workspace string, batch []models.Accepted) bool {
	if s.dialect != onPostgres || s.retried.Add(-1) >= 0 {
		return false
	}
	s.retried.Store(0)
	f := followingFrom(workspace, batch)
	if len(f.held) > 0 || !s.known.all(workspace, s.now(), f.used) {
		return false
	}
	responses, err := responseRows(batch)
	if err != nil {
		return false
	}
	asNew := responsesTable()
	asNew.then = "" // one that is stored already is an error
	counts, days := rollupRows(workspace, f.counts)
	var together pgx.Batch
	for _, part := range []struct {
		table
		rows [][]any
	}{
		{asNew, responses}, {answersTable(), f.answers}, {rollupsTable(), counts},
		{revisionsTable(), s.revisionRows(workspace, days)}, {arrivalsTable(), s.arrivalRows(workspace, f.arrivals)},
	} {
		if len(part.rows) > 0 {
			together.Queue(part.unnestSQL(), part.arrays(part.rows)...)
		}
	}
	err = s.pool.SendBatch(ctx, &together).Close()
	if pg, is := errors.AsType[*pgconn.PgError](err); is && pg.Code == "23505" { // unique_violation
		s.retried.Store(expectedRetries)
	}
	return err == nil
}
