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

// FindKPITargets gives the workspace's targets of KPIs, past and to come too, by KPI, period, level, key and day.
func (s *Store) FindKPITargets(ctx context.Context, workspace string) ([]models.KPITarget, error) {
	return kpiTargetsOf(s.read.WithContext(ctx), workspace)
}

func kpiTargetsOf(db *gorm.DB, workspace string) ([]models.KPITarget, error) {
	var rows []kpiTargetRow
	if err := db.Where("workspace = ?", workspace).Find(&rows).Error; err != nil {
		return nil, err
	}
	targets := make([]models.KPITarget, len(rows))
	for i, r := range rows {
		targets[i] = models.KPITarget{KPI: r.KPI, Period: r.Period, Level: r.Level, Key: r.Key, Value: r.Value, From: r.Since, Owner: r.Owner}
	}
	slices.SortFunc(targets, func(a, b models.KPITarget) int { // the databases order text each in its way
		return cmp.Or(strings.Compare(a.KPI, b.KPI), strings.Compare(string(a.Period), string(b.Period)),
			strings.Compare(string(a.Level), string(b.Level)), strings.Compare(a.Key, b.Key), cmp.Compare(a.From, b.From))
	})
	return targets, nil
}

// PutKPITarget creates a target, or replaces the one of the same figure and day,
// if that is allowed when it is asked about all of the KPI's targets, and tells whether it is new. NotFound when there is no such KPI.
func (s *Store) PutKPITarget(ctx context.Context, workspace string, t models.KPITarget, when ...models.Precondition[[]models.KPITarget]) (created bool, err error) {
	err = s.transaction(ctx, func(tx *gorm.DB) error {
		before, err := s.askKPITargets(tx, workspace, t, when)
		if err != nil {
			return err
		}
		created = before == nil
		row := kpiTargetRow{workspace, t.KPI, t.Period, t.Level, t.Key, t.From, t.Value, t.Owner}
		err = tx.Clauses(clause.OnConflict{
			Columns:   []clause.Column{{Name: "workspace"}, {Name: "kpi"}, {Name: "period"}, {Name: "level"}, {Name: "key"}, {Name: "since"}},
			DoUpdates: clause.AssignmentColumns([]string{"value", "owner"}),
		}).Create(&row).Error
		return firstError(err, s.catalogsChanged(tx, workspace), s.auditChange(tx, workspace, created || *before != t, models.AuditEntry{Act: models.KPITargetPut, Object: t.Object()}))
	})
	return created, err
}

// askKPITargets asks about all targets of the KPI, which nobody else changes before the
// transaction has ended, and gives the one that there is, or nil. NotFound when there is no such KPI.
func (s *Store) askKPITargets(tx *gorm.DB, workspace string, t models.KPITarget, when []models.Precondition[[]models.KPITarget]) (before *models.KPITarget, err error) {
	if _, err := kpiByKey(s.locked(tx), workspace, t.KPI); err != nil {
		return nil, err
	}
	all, err := kpiTargetsOf(tx.Where("kpi = ?", t.KPI), workspace)
	if at := slices.IndexFunc(all, func(other models.KPITarget) bool { return other.Object() == t.Object() }); at >= 0 {
		before = &all[at]
	}
	return before, firstError(err, models.Ask(when, all, before != nil))
}

// DeleteKPITarget takes a target away, if that is allowed when it is asked about all of the KPI's targets; the one before it holds again. NotFound when there is none.
func (s *Store) DeleteKPITarget(ctx context.Context, workspace string, t models.KPITarget, when ...models.Precondition[[]models.KPITarget]) error {
	return s.transaction(ctx, func(tx *gorm.DB) error {
		before, err := s.askKPITargets(tx, workspace, t, when)
		if err == nil && before == nil {
			err = models.Errorf(models.NotFound, "there is no target of %s per %s for this %s from %s", t.KPI, t.Period, t.Level, t.From)
		}
		if err != nil {
			return err
		}
		deleted := sameKPITarget(tx, workspace, t).Delete(&kpiTargetRow{})
		return firstError(deleted.Error, s.catalogsChanged(tx, workspace), s.audit(tx, workspace, models.AuditEntry{Act: models.KPITargetDeleted, Object: t.Object()}))
	})
}

func sameKPITarget(tx *gorm.DB, workspace string, t models.KPITarget) *gorm.DB {
	return tx.Where("workspace = ? AND kpi = ? AND period = ? AND level = ? AND key = ? AND since = ?",
		workspace, t.KPI, t.Period, t.Level, t.Key, t.From)
}
