package store

import (
	"context"
	"crypto/rand"
	"errors"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/mittari/mittari/models"
)

// attemptRow is a row of attempts: a request and its latest attempt.
type attemptRow struct {
	Workspace         string `gorm:"primaryKey"`
	PostedBy          string `gorm:"primaryKey"`
	Key               []byte `gorm:"primaryKey"`
	FirstID, LatestID string
	BeganAt           time.Time
	UnderWayUntil     time.Time
	Reply             []byte
}

func (attemptRow) TableName() string { return "attempts" }

// BeginAttempt lets the attempt carry its request out, and gives the ID of the
// request's first attempt; or it gives the reply, when an earlier one has ended
// with one. While an earlier one is under way it is Busy. Of a request
// that began a ReplyLife ago nothing is known any more.
func (s *Store) BeginAttempt(ctx context.Context, workspace string, a models.Attempt) (first string, reply []byte, err error) {
	now := s.now()
	begun := attemptRow{workspace, a.PostedBy, a.Key[:], a.ID, a.ID, now, now.Add(models.AttemptLife), nil}
	var row attemptRow
	err = s.transaction(ctx, func(tx *gorm.DB) error {
		row = begun
		inserted := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&row)
		if inserted.Error != nil || inserted.RowsAffected == 1 {
			return inserted.Error
		}
		row, err = s.beginAgain(tx, begun)
		return err
	})
	return row.FirstID, row.Reply, err
}

// beginAgain is for a request that was begun before.
func (s *Store) beginAgain(tx *gorm.DB, begun attemptRow) (attemptRow, error) {
	var row attemptRow
	err := sameRequest(s.locked(tx), begun).Take(&row).Error
	switch {
	case errors.Is(err, gorm.ErrRecordNotFound): // forgotten since it was in our way
		return row, errAgain
	case err != nil:
		return row, err
	case row.LatestID == begun.LatestID: // it began before, but its connection broke
		return row, nil
	case !row.BeganAt.After(begun.BeganAt.Add(-models.ReplyLife)):
		row = begun
	case row.Reply != nil:
		return row, nil
	case row.UnderWayUntil.After(begun.BeganAt):
		return row, models.UnderWay()
	default:
		row.LatestID, row.UnderWayUntil = begun.LatestID, begun.UnderWayUntil
	}
	return row, sameRequest(tx, row).Model(&attemptRow{}).
		Select("FirstID", "LatestID", "BeganAt", "UnderWayUntil", "Reply").Updates(&row).Error
}

func sameRequest(db *gorm.DB, r attemptRow) *gorm.DB {
	return db.Where("workspace = ? AND posted_by = ? AND key = ?", r.Workspace, r.PostedBy, r.Key)
}

// RenewAttempt says that the attempt is under way still, for another AttemptLife.
func (s *Store) RenewAttempt(ctx context.Context, workspace string, a models.Attempt) error {
	return s.updateAttempt(ctx, workspace, a, attemptRow{UnderWayUntil: s.now().Add(models.AttemptLife)})
}

// EndAttempt says that the attempt has ended, with a reply that is to be kept, or
// with none: then the request may be tried again at once. It changes nothing when
// another attempt has begun since, because this one counted as dead.
func (s *Store) EndAttempt(ctx context.Context, workspace string, a models.Attempt, reply []byte) error {
	return s.updateAttempt(ctx, workspace, a, attemptRow{UnderWayUntil: s.now(), Reply: reply})
}

func (s *Store) updateAttempt(ctx context.Context, workspace string, a models.Attempt, to attemptRow) error {
	return s.transaction(ctx, func(tx *gorm.DB) error {
		return sameRequest(tx, attemptRow{Workspace: workspace, PostedBy: a.PostedBy, Key: a.Key[:]}).
			Where("latest_id = ? AND reply IS NULL", a.ID).Model(&attemptRow{}).Select("UnderWayUntil", "Reply").Updates(&to).Error
	})
}

// tryToWrite writes what some dozens of responses take, and deletes it in the same transaction.
func (s *Store) tryToWrite(ctx context.Context) error {
	row := attemptRow{PostedBy: "none", Key: []byte(NewID()), FirstID: NewID(), LatestID: NewID(), BeganAt: s.now(), UnderWayUntil: s.now(), Reply: make([]byte, 64<<10)}
	_, _ = rand.Read(row.Reply) // for it not to be compressed
	err := s.transaction(ctx, func(tx *gorm.DB) error {
		return firstError(tx.Create(&row).Error, sameRequest(tx, row).Delete(&attemptRow{}).Error)
	})
	if err == nil {
		s.unable.Store(false)
	}
	return err
}

// forgottenAtOnce is how many requests one transaction forgets at most.
const forgottenAtOnce = 200

// ForgetAttempts deletes, in all workspaces, what began a ReplyLife ago, some at a time.
func (s *Store) ForgetAttempts(ctx context.Context) error {
	workspaces, err := s.FindWorkspaces(ctx)
	for _, w := range workspaces {
		err = firstError(err, s.forgetAttempts(ctx, w.Key))
	}
	return err
}

func (s *Store) forgetAttempts(ctx context.Context, workspace string) error {
	for {
		var old []string // no write transaction where there is nothing to delete
		err := s.read.WithContext(ctx).Model(&attemptRow{}).Where("workspace = ? AND began_at <= ?", workspace, s.now().Add(-models.ReplyLife)).
			Limit(forgottenAtOnce).Pluck("first_id", &old).Error
		if err != nil || len(old) == 0 {
			return err
		}
		err = s.transaction(ctx, func(tx *gorm.DB) error {
			return tx.Where("workspace = ? AND began_at <= ? AND first_id IN ?", workspace, s.now().Add(-models.ReplyLife), old).Delete(&attemptRow{}).Error
		})
		if err != nil || len(old) < forgottenAtOnce {
			return err
		}
	}
}
