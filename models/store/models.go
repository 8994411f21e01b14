package store

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/mittari/mittari/models"
)

// modelRow is a row of company_models.
type modelRow struct {
	Workspace string `gorm:"primaryKey"`
	Metric    string `gorm:"primaryKey"`
	Level     models.Level
	Weights   map[string]float64 `gorm:"serializer:json"`
	UpdatedAt time.Time          `gorm:"autoUpdateTime:false"`
}

func (modelRow) TableName() string { return "company_models" }

func (r modelRow) model() models.CompanyModel {
	return models.CompanyModel{Metric: r.Metric, Level: r.Level, Weights: r.Weights, UpdatedAt: r.UpdatedAt.UTC()}
}

// FindModels gives the workspace's company models by metric.
func (s *Store) FindModels(ctx context.Context, workspace string) ([]models.CompanyModel, error) {
	return modelsOf(s.read.WithContext(ctx), workspace)
}

func modelsOf(db *gorm.DB, workspace string) ([]models.CompanyModel, error) {
	var rows []modelRow
	if err := db.Where("workspace = ?", workspace).Find(&rows).Error; err != nil {
		return nil, err
	}
	found := make([]models.CompanyModel, len(rows))
	for i, r := range rows {
		found[i] = r.model()
	}
	slices.SortFunc(found, func(a, b models.CompanyModel) int { return strings.Compare(a.Metric, b.Metric) })
	return found, nil
}

// PutModel creates or replaces the model of a metric, if that is allowed when it is asked about all of them, and tells whether it is new. Its time is the store's to set.
func (s *Store) PutModel(ctx context.Context, workspace string, m models.CompanyModel, when ...models.Precondition[[]models.CompanyModel]) (stored models.CompanyModel, created bool, err error) {
	row := modelRow{workspace, m.Metric, m.Level, m.Weights, s.now()}
	err = s.transaction(ctx, func(tx *gorm.DB) error {
		before, err := s.askModels(tx, workspace, m.Metric, when)
		if err != nil {
			return err
		}
		inserted := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&row)
		if inserted.Error != nil {
			return inserted.Error
		}
		if created = inserted.RowsAffected == 1; !created {
			err := tx.Model(&modelRow{}).Where("workspace = ? AND metric = ?", workspace, m.Metric).
				Select("Level", "Weights", "UpdatedAt").Updates(&row).Error
			if err != nil {
				return err
			}
		}
		changed := created || before.Level != m.Level || !maps.Equal(before.Weights, m.Weights)
		return firstError(s.catalogsChanged(tx, workspace), s.auditChange(tx, workspace, changed, models.AuditEntry{Act: models.ModelPut, Object: m.Metric}))
	})
	return row.model(), created, err
}

// askModels asks about all models of the workspace, which nobody else changes before the transaction has ended, and gives the metric's, if it has one.
func (s *Store) askModels(tx *gorm.DB, workspace, metric string, when []models.Precondition[[]models.CompanyModel]) (before models.CompanyModel, err error) {
	if err := s.waitForOthers(tx, workspace); err != nil {
		return before, err
	}
	all, err := modelsOf(tx, workspace)
	at := slices.IndexFunc(all, func(m models.CompanyModel) bool { return m.Metric == metric })
	if at >= 0 {
		before = all[at]
	}
	return before, firstError(err, models.Ask(when, all, at >= 0))
}

// DeleteModel takes a metric's model away, if that is allowed when it is asked about all of them: its company score is that of all
// answers together again. NotFound when there is none.
func (s *Store) DeleteModel(ctx context.Context, workspace, metric string, when ...models.Precondition[[]models.CompanyModel]) error {
	return s.transaction(ctx, func(tx *gorm.DB) error {
		if _, err := s.askModels(tx, workspace, metric, when); err != nil {
			return err
		}
		deleted := tx.Where("workspace = ? AND metric = ?", workspace, metric).Delete(&modelRow{})
		if deleted.Error == nil && deleted.RowsAffected == 0 {
			return models.Errorf(models.NotFound, "there is no company model of %q", metric)
		}
		return firstError(deleted.Error, s.catalogsChanged(tx, workspace), s.audit(tx, workspace, models.AuditEntry{Act: models.ModelDeleted, Object: metric}))
	})
}
