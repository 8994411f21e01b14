package store

import (
	"context"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/mittari/mittari/models"
)

// retentionRow is a row of retentions.
type retentionRow struct {
	Workspace string `gorm:"primaryKey"`
	Days      models.Retention
}

func (retentionRow) TableName() string { return "retentions" }

// RetentionByWorkspace gives for how long the workspace itself wants its responses kept; nil: for as long as the server is set to.
func (s *Store) RetentionByWorkspace(ctx context.Context, workspace string) (*models.Retention, error) {
	return retentionOf(s.read.WithContext(ctx), workspace)
}

func retentionOf(db *gorm.DB, workspace string) (*models.Retention, error) {
	var rows []retentionRow
	if err := db.Where("workspace = ?", workspace).Find(&rows).Error; err != nil || len(rows) == 0 {
		return nil, err
	}
	return &rows[0].Days, nil
}

// PutRetention sets for how long the workspace's responses are kept, if that is allowed when it is
// asked; nil: for as long as the server is set to.
func (s *Store) PutRetention(ctx context.Context, workspace string, days *models.Retention, when ...models.Precondition[*models.Retention]) error {
	return s.transaction(ctx, func(tx *gorm.DB) error {
		if err := s.waitForOthers(tx, workspace); err != nil {
			return err
		}
		before, err := retentionOf(tx, workspace)
		if err := firstError(err, models.Ask(when, before, true)); err != nil {
			return err
		}
		act := models.AuditEntry{Act: models.RetentionPut}
		if days == nil {
			err = tx.Where("workspace = ?", workspace).Delete(&retentionRow{}).Error
		} else {
			act.Counts = map[string]int64{"days": int64(*days)}
			err = tx.Clauses(clause.OnConflict{Columns: []clause.Column{{Name: "workspace"}}, UpdateAll: true}).Create(&retentionRow{workspace, *days}).Error
		}
		changed := (days == nil) != (before == nil) || days != nil && *days != *before
		return firstError(err, s.auditChange(tx, workspace, changed, act))
	})
}
