package store

import (
	"context"
	"slices"
	"strings"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/mittari/mittari/models"
)

// FindKPIs gives the workspace's definitions of KPIs by key.
func (s *Store) FindKPIs(ctx context.Context, workspace string) ([]models.KPI, error) {
	var rows []kpiRow
	if err := s.read.WithContext(ctx).Where("workspace = ?", workspace).Find(&rows).Error; err != nil {
		return nil, err
	}
	kpis := make([]models.KPI, len(rows))
	for i, r := range rows {
		kpis[i] = r.kpi()
	}
	slices.SortFunc(kpis, func(a, b models.KPI) int { return strings.Compare(a.Key, b.Key) }) // the databases order text each in its way
	return kpis, nil
}

// KPIByKey gives one definition, or NotFound.
func (s *Store) KPIByKey(ctx context.Context, workspace, key string) (models.KPI, error) {
	return kpiByKey(s.read.WithContext(ctx), workspace, key)
}

func kpiByKey(db *gorm.DB, workspace, key string) (models.KPI, error) {
	var row kpiRow
	err := db.Where("workspace = ? AND key = ?", workspace, key).Take(&row).Error
	return row.kpi(), notFound(err, "there is no KPI %q; PUT /v1/kpis/{key} defines one", key)
}

// PutKPI creates or redefines a KPI, if that is allowed when it is asked, and tells whether it is new. Its times are
// the store's to set. Once it has observations it must be one that
// models.KPI.Redefine lets it become; else it is a Conflict.
func (s *Store) PutKPI(ctx context.Context, workspace string, k models.KPI, when ...models.Precondition[models.KPI]) (stored models.KPI, created bool, err error) {
	err = s.transaction(ctx, func(tx *gorm.DB) error {
		now := s.now()
		row := kpiRow{workspace, k.Key, k.Name, k.Description, k.Kind, k.Unit, k.Better, k.AddsUp, k.YesNo, now, now}
		inserted := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&row)
		if inserted.Error != nil {
			return inserted.Error
		}
		stored = row.kpi()
		created = inserted.RowsAffected == 1
		changed := created
		if created {
			err = models.Ask(when, models.KPI{}, false)
		} else {
			stored, changed, err = s.redefineKPI(tx, row, when)
		}
		return firstError(err, s.catalogsChanged(tx, workspace), s.auditChange(tx, workspace, changed, models.AuditEntry{Act: models.KPIPut, Object: k.Key}))
	})
	return stored, created, err
}

func (s *Store) redefineKPI(tx *gorm.DB, row kpiRow, when []models.Precondition[models.KPI]) (stored models.KPI, changed bool, err error) {
	before, err := kpiByKey(s.locked(tx), row.Workspace, row.Key) // whoever stores observations waits
	if models.ErrorCode(err) == models.NotFound {                 // deleted since it was in our way
		err = errAgain
	}
	if err := firstError(err, models.Ask(when, before, true)); err != nil {
		return before, false, err
	}
	row.CreatedAt = before.CreatedAt
	var observed int64
	err = tx.Model(&grainRow{}).Where("workspace = ? AND kpi = ?", row.Workspace, row.Key).Count(&observed).Error
	if err == nil && observed > 0 {
		err = before.Redefine(row.kpi())
	}
	if err != nil {
		return before, false, err
	}
	stored = row.kpi()
	before.UpdatedAt = stored.UpdatedAt
	return stored, stored != before, tx.Model(&kpiRow{}).Where("workspace = ? AND key = ?", row.Workspace, row.Key).
		Select("Name", "Description", "Kind", "Unit", "Better", "AddsUp", "YesNo", "UpdatedAt").Updates(&row).Error
}

// DeleteKPI erases a KPI, if that is allowed when it is asked, with its observations, their revisions, and its targets. NotFound when there is none.
func (s *Store) DeleteKPI(ctx context.Context, workspace, key string, when ...models.Precondition[models.KPI]) error {
	return s.transaction(ctx, func(tx *gorm.DB) error {
		now, err := kpiByKey(s.locked(tx), workspace, key)
		if err := firstError(err, models.Ask(when, now, true)); err != nil {
			return err
		}
		for _, row := range []any{&observationRow{}, &grainRow{}, &kpiTargetRow{}} {
			if err := tx.Where("workspace = ? AND kpi = ?", workspace, key).Delete(row).Error; err != nil {
				return err
			}
		}
		deleted := tx.Where("workspace = ? AND key = ?", workspace, key).Delete(&kpiRow{})
		return firstError(deleted.Error, s.catalogsChanged(tx, workspace), s.audit(tx, workspace, models.AuditEntry{Act: models.KPIDeleted, Object: key}))
	})
}
