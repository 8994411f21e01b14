package store

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/mittari/mittari/models"
)

// FindResponses gives the responses that the filter selects, the latest arrived first, Limit at most.
func (s *Store) FindResponses(ctx context.Context, workspace string, f models.ResponseFilter) ([]models.Response, error) {
	find := whereKeys(s.read.WithContext(ctx).Where("workspace = ?", workspace), withoutTouchpoint(f.Keys))
	if touchpoint := f.Keys[models.Touchpoint]; touchpoint != "" || f.Metric != "" || len(f.Hidden) > 0 {
		answered := s.read.Model(&answerRow{}).Select("response_id").Where("workspace = ? AND response_id = responses.id", workspace)
		if touchpoint != "" {
			answered = answered.Where("touchpoint = ?", touchpoint)
		}
		if f.Metric != "" {
			answered = answered.Where("metric = ?", f.Metric)
		}
		if len(f.Hidden) > 0 {
			answered = answered.Where("metric NOT IN ?", f.Hidden)
		}
		if f.Before != "" { // said of answers, too: PostgreSQL reads them in the order of their ids, and would begin with those of the pages before
			answered = answered.Where("response_id < ?", f.Before)
		}
		find = find.Where("EXISTS (?)", answered)
	}
	for column, value := range map[string]string{"person": f.Person, "submission_id": f.SubmissionID} {
		if value != "" {
			find = find.Where(column+" = ?", value)
		}
	}
	var rows []responseRow
	if err := latest(within(find, "collected_at", f.Since, f.Until), f.Before, f.Limit).Find(&rows).Error; err != nil {
		return nil, err
	}
	responses, err := s.withAnswers(s.read.WithContext(ctx), workspace, rows)
	for i, r := range responses {
		responses[i], _ = r.Without(f.Hidden)
	}
	return responses, err
}

func withoutTouchpoint(keys models.Keys) models.Keys {
	keys[models.Touchpoint] = "" // told by the answers: their own goes before the response's
	return keys
}

func (s *Store) withAnswers(db *gorm.DB, workspace string, rows []responseRow) ([]models.Response, error) {
	ids := make([]string, len(rows))
	for i, row := range rows {
		ids[i] = row.ID
	}
	var found []answerRow
	if len(ids) > 0 {
		if err := db.Where("workspace = ? AND response_id IN ?", workspace, ids).Find(&found).Error; err != nil {
			return nil, err
		}
	}
	slices.SortFunc(found, func(a, b answerRow) int { // the databases order text each in its way
		return cmp.Or(strings.Compare(a.Touchpoint, b.Touchpoint), strings.Compare(a.Metric, b.Metric))
	})
	answers := make(map[string][]models.Answer, len(rows))
	for _, a := range found {
		answers[a.ResponseID] = append(answers[a.ResponseID],
			models.Answer{Metric: a.Metric, Score: a.Score, Touchpoint: a.Touchpoint, Comment: a.Comment})
	}
	responses := make([]models.Response, len(rows))
	for i, row := range rows {
		responses[i] = row.response(answers[row.ID])
	}
	return responses, nil
}

// ResponseByID gives one response, or NotFound.
func (s *Store) ResponseByID(ctx context.Context, workspace, id string) (models.Response, error) {
	response, _, err := s.responseByID(s.read.WithContext(ctx), workspace, id)
	return response, err
}

func (s *Store) responseByID(db *gorm.DB, workspace, id string) (models.Response, models.Day, error) {
	var row responseRow
	if err := db.Where("workspace = ? AND id = ?", workspace, storedID(id)).Take(&row).Error; err != nil {
		return models.Response{}, 0, notFound(err, "there is no response %s, or not any more: it may have been erased, or deleted as older than responses are kept", id)
	}
	responses, err := s.withAnswers(db.Session(&gorm.Session{NewDB: true}), workspace, []responseRow{row})
	if err != nil {
		return models.Response{}, 0, err
	}
	return responses[0], row.Day, nil
}

// locked makes the row that is read next wait for other writers of it.
func (s *Store) locked(tx *gorm.DB) *gorm.DB {
	if s.dialect == onPostgres {
		return tx.Clauses(clause.Locking{Strength: "UPDATE"})
	}
	return tx // SQLite has one writer
}

// UpdateResponse changes a response and, in the same transaction, the rollups it is counted in.
func (s *Store) UpdateResponse(ctx context.Context, workspace, id string, patch models.Patch) (models.Response, error) {
	var after models.Response
	err := s.transaction(ctx, func(tx *gorm.DB) error {
		before, day, err := s.responseByID(s.locked(tx), workspace, id)
		if err != nil {
			return err
		}
		after = before
		patch.Apply(&after)
		row := responseRow{Properties: after.Properties, Tags: after.Tags, Excluded: after.Excluded}
		err = tx.Model(&responseRow{}).Where("workspace = ? AND id = ?", workspace, before.ID).
			Select("Properties", "Tags", "Excluded").Updates(&row).Error
		if err != nil {
			return err
		}
		if before.Excluded == after.Excluded {
			return s.auditChange(tx, workspace, !before.SameRest(after), models.AuditEntry{Act: models.ResponseChanged, Object: before.ID})
		}
		if after.Excluded {
			return firstError(s.uncount(tx, before, day), s.audit(tx, workspace, models.AuditEntry{Act: models.ResponseExcluded, Object: before.ID}))
		}
		return firstError(s.recount(tx, after, day), s.audit(tx, workspace, models.AuditEntry{Act: models.ResponseIncluded, Object: before.ID}))
	})
	return after, err
}

// EraseResponse deletes a response and its answers and, in the same transaction,
// takes them out of the rollups. It gives NotFound when there is none.
func (s *Store) EraseResponse(ctx context.Context, workspace, id string) error {
	return s.transaction(ctx, func(tx *gorm.DB) error {
		response, day, err := s.responseByID(s.locked(tx), workspace, id)
		if err != nil {
			return err
		}
		ids := []string{response.ID}
		return firstError(s.announceErased(tx, workspace, models.ResponseErasedEvent, ids), deleteResponses(tx, workspace, ids), s.uncount(tx, response, day),
			s.audit(tx, workspace, models.AuditEntry{Act: models.ResponseErased, Object: response.ID}))
	})
}

// deleteResponses deletes responses with their answers and the messages that tell of them, and nothing else that follows from them.
func deleteResponses(tx *gorm.DB, workspace string, ids []string) error {
	return firstError(tx.Where("workspace = ? AND subject IN ?", workspace, ids).Delete(&deliveryRow{}).Error,
		tx.Where("workspace = ? AND response_id IN ?", workspace, ids).Delete(&answerRow{}).Error,
		tx.Where("workspace = ? AND id IN ?", workspace, ids).Delete(&responseRow{}).Error)
}

// uncount takes a response out of the rollups, and the lots that it is in apart.
func (s *Store) uncount(tx *gorm.DB, r models.Response, day models.Day) error {
	counts, err := s.uncounted(tx, r, day)
	return firstError(err, s.addCounts(tx, r.Workspace, counts))
}

// uncounted takes the lots that a response is in apart, and gives how the counts change without the response.
func (s *Store) uncounted(tx *gorm.DB, r models.Response, day models.Day) ([]models.Count, error) {
	metrics, err := metricsOf(tx, r.Workspace)
	if err != nil {
		return nil, err
	}
	counts, held, err := s.release(tx, r.Workspace, r.ID)
	if err != nil {
		return nil, err
	}
	return append(counts, negative(r.Counts(day, metrics, held))...), nil
}

// recount counts a response again. What is held of it has Returned: it was in lots before.
func (s *Store) recount(tx *gorm.DB, r models.Response, day models.Day) error {
	metrics, err := metricsOf(tx, r.Workspace)
	if err != nil {
		return err
	}
	held := r.Held(day, metrics)
	for i := range held {
		held[i].Returned = true
	}
	return firstError(s.putHeld(tx, r.Workspace, held), s.addCounts(tx, r.Workspace, r.Counts(day, metrics, metrics.InLots)))
}

func negative(counts []models.Count) []models.Count {
	for i := range counts {
		counts[i].N = -counts[i].N
	}
	return counts
}
