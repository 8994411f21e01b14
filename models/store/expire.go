package store

import (
	"context"
	"strings"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/mittari/mittari/models"
)

// expiryBatch is how many responses one transaction deletes at most.
const expiryBatch = 500

func expiredTable() table {
	t := rollupsTable()
	t.name, t.then = "expired", strings.ReplaceAll(t.then, "rollups.", "expired.")
	return t
}

// addExpired adds the counts, which may be negative, to those of what was deleted.
func (s *Store) addExpired(tx *gorm.DB, workspace string, counts []models.Count) error {
	written, _ := rollupRows(workspace, sumsOf(counts))
	_, err := expiredTable().insert(tx, s.dialect, written)
	return err
}

// ExpireResponses deletes the workspace's responses that were given longer ago than
// they are kept, with their answers and comments, those given first first. What
// they count to stays counted: no rollup changes. One that waits for a lot and was
// stored lately stays until it is counted, or has waited long enough; then it counts nowhere.
//
// A transaction deletes a few hundred. after is told how many once it has
// committed, may take its time, and ends the whole by an error. Servers that do
// the same at once take turns, and none waits for whoever changes a response.
func (s *Store) ExpireResponses(ctx context.Context, workspace string, kept models.Retention, after func(responses int) error) error {
	before := kept.Before(s.now())
	old, err := s.oldest(s.read.WithContext(ctx), workspace, time.Time{}, before, 1) // no write transaction where there is nothing to delete
	if err != nil || len(old) == 0 {
		return s.domainError(err)
	}
	for from, more := old[0].CollectedAt, true; more; { // what is deleted by now is not looked through again
		var batch []responseRow
		err := s.transaction(ctx, func(tx *gorm.DB) error {
			var err error
			batch, err = s.expireBatch(tx, workspace, from, before)
			return err
		})
		if err != nil || len(batch) == 0 {
			return err
		}
		if err := after(len(batch)); err != nil {
			return err
		}
		from, more = batch[len(batch)-1].CollectedAt, len(batch) == expiryBatch
	}
	return nil
}

// oldest gives responses of a time that may be deleted, those given first first.
func (s *Store) oldest(db *gorm.DB, workspace string, from, before time.Time, limit int) ([]responseRow, error) {
	const waits = `NOT EXISTS (SELECT 1 FROM held WHERE held.workspace = ? AND held.response_id = responses.id
		AND held.lot IS NULL AND NOT held.comment AND held.since >= ?)`
	var rows []responseRow
	err := db.Select("id", "collected_at").Where("workspace = ? AND collected_at >= ? AND collected_at < ?", workspace, from, before).
		Where(waits, workspace, models.Waits(s.now())).Order("collected_at").Limit(limit).Find(&rows).Error
	return rows, err
}

// expireBatch deletes some responses, and gives which.
func (s *Store) expireBatch(tx *gorm.DB, workspace string, from, before time.Time) ([]responseRow, error) {
	if err := s.waitForOthers(tx, workspace); err != nil {
		return nil, err
	}
	free := tx
	if s.dialect == onPostgres {
		free = tx.Clauses(clause.Locking{Strength: "UPDATE", Options: "SKIP LOCKED"})
	}
	batch, err := s.oldest(free, workspace, from, before, expiryBatch)
	if err != nil || len(batch) == 0 {
		return nil, err
	}
	return batch, s.deleteCounted(tx, workspace, idsOf(batch), s.expireHeld)
}

func idsOf(rows []responseRow) []string {
	ids := make([]string, len(rows))
	for i, r := range rows {
		ids[i] = r.ID
	}
	return ids
}

// deleteCounted deletes responses that stay counted. takeHeld takes them out of what
// is held, and gives their answers that are in lots. Others wait for its caller.
func (s *Store) deleteCounted(tx *gorm.DB, workspace string, ids []string, takeHeld func(tx *gorm.DB, workspace string, ids []string) ([]heldRow, error)) error {
	metrics, err := metricsOf(tx, workspace)
	if err != nil {
		return err
	}
	args := tallyArgs(workspace, metrics)
	args["ids"] = ids
	counts, err := countRows(tx, countedAnswers+" AND responses.id IN @ids UNION ALL "+countedResponses+" AND responses.id IN @ids", args)
	if err != nil {
		return err
	}
	inLots, err := takeHeld(tx, workspace, ids)
	if err := firstError(err, deleteResponses(tx, workspace, ids)); err != nil {
		return err
	}
	settled, err := s.settleLots(tx, workspace, inLots)
	return firstError(err, s.addExpired(tx, workspace, append(counts, settled...)))
}
