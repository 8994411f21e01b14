package store

import (
	"context"
	"crypto/hmac"
	"errors"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/mittari/mittari/models"
)

// pepperRow is the row of person_pepper: there is one of the whole installation at most, of workspace "".
type pepperRow struct {
	Workspace string
	Mark      []byte
	Since     time.Time
}

func (pepperRow) TableName() string { return "person_pepper" }

// SettlePersons refuses to store persons otherwise than they are stored by now: with another
// pepper, or without it, nobody would be found under the names that are there. The first
// pepper is welcome at any time; ids that were stored before stay as they are. What
// is kept of a pepper is a mark that tells it from others.
func (s *Store) SettlePersons(ctx context.Context, p models.Persons) error {
	mark := p.Mark()
	return s.transaction(ctx, func(tx *gorm.DB) error {
		if len(mark) > 0 {
			first := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&pepperRow{"", mark, s.now()})
			if first.Error != nil {
				return first.Error
			}
		}
		var rows []pepperRow
		if err := tx.Where("workspace = ?", "").Find(&rows).Error; err != nil {
			return err
		}
		switch {
		case len(rows) == 0 || hmac.Equal(rows[0].Mark, mark):
			return nil
		case len(mark) == 0:
			return errors.New("persons are stored by a pepper here: give it by MITTARI_PERSON_PEPPER; without it nobody would be found")
		}
		return errors.New("MITTARI_PERSON_PEPPER is not the pepper that persons are stored by here; with another one nobody would be found")
	})
}
