package store

import (
	"context"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/mittari/mittari/models"
)

// scoreDropRow is a row of score_drops.
type scoreDropRow struct {
	Workspace, Metric string
	Level             models.Level
	Key, Arm          string
	Day               models.Day
}

func (scoreDropRow) TableName() string { return "score_drops" }

const (
	// goesOn is for how many days a drop is the same one though it was not found on those between: one better day is no recovery.
	goesOn = 2
	// dropLife is for how many days it is remembered which drops webhooks were told of.
	dropLife = 60
)

// AnnounceDrops tells webhooks of drops of the workspace's scores, each once, however many servers find
// it, and not again as long as it goes on. It reports whether there is anybody to be told; if not, nothing is remembered.
func (s *Store) AnnounceDrops(ctx context.Context, workspace string, drops []models.ScoreDrop) (told bool, err error) {
	if told, err := toldOf(s.read.WithContext(ctx), workspace, models.ScoreDroppedEvent); err != nil || len(told) == 0 {
		return false, err // no write transaction where nobody listens
	}
	err = s.transaction(ctx, func(tx *gorm.DB) error {
		hooks, err := toldOf(tx, workspace, models.ScoreDroppedEvent)
		if told = len(hooks) > 0; err != nil || !told {
			return err
		}
		var messages []models.Message
		for _, d := range drops {
			row := scoreDropRow{workspace, d.Metric, d.Level, d.Key, d.Arm, d.Until - 1}
			var before []scoreDropRow
			err := tx.Where("workspace = ? AND metric = ? AND level = ? AND key = ? AND arm = ? AND day >= ? AND day < ?",
				workspace, d.Metric, d.Level, d.Key, d.Arm, row.Day-goesOn, row.Day).Limit(1).Find(&before).Error
			if err != nil {
				return err
			}
			created := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&row)
			if created.Error != nil {
				return created.Error
			}
			if created.RowsAffected == 1 && len(before) == 0 {
				messages = append(messages, d.Messages(s.now(), hooks)...)
			}
		}
		return s.announce(tx, workspace, messages)
	})
	return told, err
}

// forgetDrops deletes drops of long ago.
func (s *Store) forgetDrops(ctx context.Context, workspace string) error {
	return deleteAny[scoreDropRow](ctx, s, "workspace = ? AND day < ?", workspace, int(s.now().Unix()/(24*60*60))-dropLife)
}
