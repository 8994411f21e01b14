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

// FindEntries gives a catalog of the workspace by key, or with kind "" all of them.
func (s *Store) FindEntries(ctx context.Context, workspace string, kind models.Kind) ([]models.Entry, error) {
	find := s.read.WithContext(ctx).Where("workspace = ?", workspace)
	if kind != "" {
		find = find.Where("kind = ?", kind)
	}
	var rows []entryRow
	if err := find.Find(&rows).Error; err != nil {
		return nil, err
	}
	slices.SortFunc(rows, func(a, b entryRow) int { // the databases order text each in its way
		return cmp.Or(strings.Compare(string(a.Kind), string(b.Kind)), strings.Compare(a.Key, b.Key))
	})
	entries := make([]models.Entry, len(rows))
	for i, r := range rows {
		entries[i] = r.entry()
	}
	return entries, nil
}

func (r entryRow) entry() models.Entry {
	return models.Entry{Kind: r.Kind, Key: r.Key, Name: r.Name, Description: r.Description,
		Touchpoints: r.Touchpoints, CreatedAt: r.CreatedAt.UTC(), UpdatedAt: r.UpdatedAt.UTC()}
}

// EntryByKey gives one entry of a catalog, or NotFound.
func (s *Store) EntryByKey(ctx context.Context, workspace string, kind models.Kind, key string) (models.Entry, error) {
	return entryByKey(s.read.WithContext(ctx), workspace, kind, key)
}

func entryByKey(db *gorm.DB, workspace string, kind models.Kind, key string) (models.Entry, error) {
	var row entryRow
	err := db.Where("workspace = ? AND kind = ? AND key = ?", workspace, kind, key).Take(&row).Error
	return row.entry(), notFound(err, "there is no %s %q", kind, key)
}

// PutEntry creates or replaces an entry, if that is allowed when it is asked, and tells whether it is new. Its times are the store's to set.
func (s *Store) PutEntry(ctx context.Context, workspace string, e models.Entry, when ...models.Precondition[models.Entry]) (stored models.Entry, created bool, err error) {
	err = s.transaction(ctx, func(tx *gorm.DB) error {
		now := s.now()
		row := entryRow{workspace, e.Kind, e.Key, e.Name, e.Description, e.Touchpoints, now, now}
		inserted := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&row)
		if inserted.Error != nil {
			return inserted.Error
		}
		if created = inserted.RowsAffected == 1; created {
			stored = row.entry()
			return firstError(models.Ask(when, models.Entry{}, false), s.catalogsChanged(tx, workspace), s.audit(tx, workspace, models.AuditEntry{Act: models.EntryPut, Object: e.Object()}))
		}
		before, err := entryByKey(s.locked(tx), workspace, e.Kind, e.Key)
		if models.ErrorCode(err) == models.NotFound { // deleted since it was in our way
			return errAgain
		}
		if err := firstError(err, models.Ask(when, before, true)); err != nil {
			return err
		}
		row.CreatedAt = before.CreatedAt
		stored = row.entry()
		err = tx.Model(&entryRow{}).Where("workspace = ? AND kind = ? AND key = ?", workspace, e.Kind, e.Key).
			Select("Name", "Description", "Touchpoints", "UpdatedAt").Updates(&row).Error
		changed := before.Name != e.Name || before.Description != e.Description || !slices.Equal(before.Touchpoints, e.Touchpoints)
		return firstError(err, s.catalogsChanged(tx, workspace), s.auditChange(tx, workspace, changed, models.AuditEntry{Act: models.EntryPut, Object: e.Object()}))
	})
	s.known.forget(workspace)
	return stored, created, err
}

// DeleteEntry takes a key out of its catalog, if that is allowed when it is asked. Answers that name it stay; the key
// comes back at its next use. A touchpoint that stands on a journey is a Conflict.
func (s *Store) DeleteEntry(ctx context.Context, workspace string, kind models.Kind, key string, when ...models.Precondition[models.Entry]) error {
	defer s.known.forget(workspace)
	return s.transaction(ctx, func(tx *gorm.DB) error {
		if kind == models.Kind(models.Touchpoint.String()) {
			if err := offJourneys(tx, workspace, key); err != nil {
				return err
			}
		}
		now, err := entryByKey(s.locked(tx), workspace, kind, key)
		if err := firstError(err, models.Ask(when, now, true)); err != nil {
			return err
		}
		deleted := tx.Where("workspace = ? AND kind = ? AND key = ?", workspace, kind, key).Delete(&entryRow{})
		return firstError(deleted.Error, s.catalogsChanged(tx, workspace), s.audit(tx, workspace, models.AuditEntry{Act: models.EntryDeleted, Object: now.Object()}))
	})
}

func offJourneys(tx *gorm.DB, workspace, touchpoint string) error {
	var journeys []entryRow
	if err := tx.Where("workspace = ? AND kind = ?", workspace, models.JourneyKind).Find(&journeys).Error; err != nil {
		return err
	}
	var on []string
	for _, j := range journeys {
		if slices.Contains(j.Touchpoints, touchpoint) {
			on = append(on, j.Key)
		}
	}
	if len(on) > 0 {
		return models.Errorf(models.Conflict, "touchpoint %q stands on the journeys %s; take it off them first", touchpoint, strings.Join(on, ", "))
	}
	return nil
}

// FindMetrics gives the workspace's catalog of metrics: the standard ones and its
// own, with the thresholds that hold there.
func (s *Store) FindMetrics(ctx context.Context, workspace string) (models.Metrics, error) {
	return metricsOf(s.read.WithContext(ctx), workspace)
}

func metricsOf(db *gorm.DB, workspace string) (models.Metrics, error) {
	thresholds, err := anonymityOf(db, workspace)
	if err != nil {
		return nil, err
	}
	var rows []metricRow
	if err := db.Where("workspace = ?", workspace).Find(&rows).Error; err != nil {
		return nil, err
	}
	metrics := models.StandardMetrics()
	for _, r := range rows {
		metrics[r.Key] = models.Metric{Key: r.Key, Name: r.Name, Question: r.Question, Audience: r.Audience, Scale: r.Scale}
	}
	for key, m := range metrics {
		metrics[key] = thresholds.Apply(m)
	}
	return metrics, nil
}

// PutMetric creates or redefines a metric of the workspace's own, if that is allowed when it is asked, and tells whether it is new.
// Once answers exist it must ask for the same answers as before: the same range,
// good end and audience; else it is a Conflict, and so is a standard metric.
func (s *Store) PutMetric(ctx context.Context, workspace string, m models.Metric, when ...models.Precondition[models.Metric]) (created bool, err error) {
	if _, standard := models.StandardMetrics()[m.Key]; standard {
		return false, models.Errorf(models.Conflict, "%q is a standard metric and stays as it is; choose another key", m.Key)
	}
	err = s.transaction(ctx, func(tx *gorm.DB) error {
		row := metricRow{Workspace: workspace, Key: m.Key, Name: m.Name, Question: m.Question, Audience: m.Audience, Scale: m.Scale, CreatedAt: s.now()}
		inserted := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&row)
		if inserted.Error != nil {
			return inserted.Error
		}
		var err error
		created = inserted.RowsAffected == 1
		changed := created
		if created {
			err = models.Ask(when, models.Metric{}, false)
		} else {
			changed, err = s.redefineMetric(tx, row, when)
		}
		return firstError(err, s.catalogsChanged(tx, workspace), s.auditChange(tx, workspace, changed, models.AuditEntry{Act: models.MetricPut, Object: m.Key}))
	})
	return created, err
}

func (s *Store) redefineMetric(tx *gorm.DB, row metricRow, when []models.Precondition[models.Metric]) (changed bool, err error) {
	var before metricRow
	if err := s.locked(tx).Where("workspace = ? AND key = ?", row.Workspace, row.Key).Take(&before).Error; err != nil {
		return false, err
	}
	metrics, err := metricsOf(tx, row.Workspace)
	if err == nil {
		err = firstError(models.Ask(when, metrics[row.Key], true), redefinable(tx, before, row))
	}
	if err != nil {
		return false, err
	}
	row.CreatedAt = before.CreatedAt
	return row != before, tx.Where("workspace = ? AND key = ?", row.Workspace, row.Key).Save(&row).Error
}

func redefinable(tx *gorm.DB, before, after metricRow) error {
	if before.Same(after.Scale) && before.Audience == after.Audience {
		return nil
	}
	answered, err := answered(tx, before.Workspace, before.Key)
	if err != nil || !answered {
		return err
	}
	return models.Errorf(models.Conflict,
		"metric %q has answers on the scale %d to %d (%s is better, %s): its range, good end and audience can't change any more; define a new metric",
		before.Key, before.Min, before.Max, before.Better, before.Audience)
}

// answered reports whether the metric has, or had, answers: those that arrived, and
// those that are stored but count nowhere, since they wait for a lot or are excluded.
func answered(tx *gorm.DB, workspace, metric string) (bool, error) {
	for _, row := range []any{&arrivalRow{}, &answerRow{}} { // the first is quick to look through
		var found []string
		err := tx.Model(row).Where("workspace = ? AND metric = ?", workspace, metric).Limit(1).Pluck("metric", &found).Error
		if err != nil || len(found) > 0 {
			return len(found) > 0, err
		}
	}
	return false, nil
}
