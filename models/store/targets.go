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

// targetRow is a row of targets.
type targetRow struct {
	Workspace, Metric string
	Level             models.Level
	Key               string
	Since             models.Day
	Value             float64
	Owner             string
}

func (targetRow) TableName() string { return "targets" }

// FindTargets gives the workspace's targets, past and to come too, by metric, level, key and day.
func (s *Store) FindTargets(ctx context.Context, workspace string) ([]models.Target, error) {
	return targetsOf(s.read.WithContext(ctx), workspace)
}

func targetsOf(db *gorm.DB, workspace string) ([]models.Target, error) {
	var rows []targetRow
	if err := db.Where("workspace = ?", workspace).Find(&rows).Error; err != nil {
		return nil, err
	}
	slices.SortFunc(rows, func(a, b targetRow) int { // the databases order text each in its way
		return cmp.Or(strings.Compare(a.Metric, b.Metric), strings.Compare(string(a.Level), string(b.Level)),
			strings.Compare(a.Key, b.Key), cmp.Compare(a.Since, b.Since))
	})
	targets := make([]models.Target, len(rows))
	for i, r := range rows {
		targets[i] = models.Target{Metric: r.Metric, Level: r.Level, Key: r.Key, Value: r.Value, From: r.Since, Owner: r.Owner}
	}
	return targets, nil
}

// PutTarget creates a target, or replaces the one of the same metric, group and day, if that is allowed when it is
// asked about all targets, and tells whether it is new.
func (s *Store) PutTarget(ctx context.Context, workspace string, t models.Target, when ...models.Precondition[[]models.Target]) (created bool, err error) {
	err = s.transaction(ctx, func(tx *gorm.DB) error {
		before, err := s.askTargets(tx, workspace, t, when)
		if err != nil {
			return err
		}
		created = before == nil
		row := targetRow{workspace, t.Metric, t.Level, t.Key, t.From, t.Value, t.Owner}
		err = tx.Clauses(clause.OnConflict{
			Columns:   []clause.Column{{Name: "workspace"}, {Name: "metric"}, {Name: "level"}, {Name: "key"}, {Name: "since"}},
			DoUpdates: clause.AssignmentColumns([]string{"value", "owner"}),
		}).Create(&row).Error
		return firstError(err, s.catalogsChanged(tx, workspace), s.auditChange(tx, workspace, created || *before != t, models.AuditEntry{Act: models.TargetPut, Object: t.Object()}))
	})
	return created, err
}

// askTargets asks about all targets of the workspace, which nobody else changes before the
// transaction has ended, and gives the one that there is, or nil.
func (s *Store) askTargets(tx *gorm.DB, workspace string, t models.Target, when []models.Precondition[[]models.Target]) (before *models.Target, err error) {
	if err := s.waitForOthers(tx, workspace); err != nil {
		return nil, err
	}
	all, err := targetsOf(tx, workspace)
	if at := slices.IndexFunc(all, func(other models.Target) bool { return other.Object() == t.Object() }); at >= 0 {
		before = &all[at]
	}
	return before, firstError(err, models.Ask(when, all, before != nil))
}

// DeleteTarget takes a target away, if that is allowed when it is asked about all targets; the one before it holds again. NotFound when there is none.
func (s *Store) DeleteTarget(ctx context.Context, workspace string, t models.Target, when ...models.Precondition[[]models.Target]) error {
	return s.transaction(ctx, func(tx *gorm.DB) error {
		before, err := s.askTargets(tx, workspace, t, when)
		if err == nil && before == nil {
			err = models.Errorf(models.NotFound, "there is no target of %s for this %s from %s", t.Metric, t.Level, t.From)
		}
		if err != nil {
			return err
		}
		deleted := sameTarget(tx, workspace, t).Delete(&targetRow{})
		return firstError(deleted.Error, s.catalogsChanged(tx, workspace), s.audit(tx, workspace, models.AuditEntry{Act: models.TargetDeleted, Object: t.Object()}))
	})
}

func sameTarget(tx *gorm.DB, workspace string, t models.Target) *gorm.DB {
	return tx.Where("workspace = ? AND metric = ? AND level = ? AND key = ? AND since = ?", workspace, t.Metric, t.Level, t.Key, t.From)
}
