package store

import (
	"context"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"github.com/mittari/mittari/models"
)

// forgottenDeliveries is how many deliveries one transaction deletes at most.
const forgottenDeliveries = 1000

// ForgetDeliveries deletes, in all workspaces, deliveries that ended longer ago than they are kept, the oldest
// of what is more than is kept of a webhook, and all of webhooks that are gone. What has waited for
// longer than is tried is dead then. It also forgets drops of long ago.
func (s *Store) ForgetDeliveries(ctx context.Context) error {
	workspaces, err := s.FindWorkspaces(ctx)
	for _, w := range workspaces {
		err = firstError(err, s.forgetDeliveries(ctx, w.Key), s.forgetDrops(ctx, w.Key))
	}
	return err
}

func (s *Store) forgetDeliveries(ctx context.Context, workspace string) error {
	for webhook := uuid.Nil.String(); ; {
		var next []string // those that something is stored for, one by one, in the order of the index
		err := s.read.WithContext(ctx).Model(&deliveryRow{}).Where("workspace = ? AND webhook > ?", workspace, webhook).
			Order("webhook").Limit(1).Pluck("webhook", &next).Error
		if err != nil || len(next) == 0 {
			return err
		}
		webhook = next[0]
		_, err = s.WebhookByID(ctx, workspace, webhook) // only now: a new one is there before anything is stored for it
		gone := models.ErrorCode(err) == models.NotFound
		if err != nil && !gone {
			return err
		}
		for _, state := range models.DeliveryStates() {
			if err := s.forgetOf(ctx, workspace, webhook, state, gone); err != nil {
				return err
			}
		}
	}
}

// keptOf is for how long deliveries in the state are kept, and how many; 0: any number.
func keptOf(state models.DeliveryState) (life time.Duration, most int) {
	switch state {
	case models.Delivered:
		return models.DeliveredLife, models.MaxDelivered
	case models.Dead:
		return models.DeadLife, models.MaxDead
	}
	return models.DeliveryLife, 0
}

// forgetOf deletes deliveries of a webhook in a state, or all of them, the oldest first; of those that are pending it makes dead ones.
func (s *Store) forgetOf(ctx context.Context, workspace, webhook string, state models.DeliveryState, all bool) error {
	of := func(db *gorm.DB) *gorm.DB {
		return db.Model(&deliveryRow{}).Where("workspace = ? AND webhook = ? AND state = ?", workspace, webhook, state)
	}
	life, most := keptOf(state)
	var surplus []string
	if most > 0 {
		if err := of(s.read.WithContext(ctx)).Order("id DESC").Offset(most).Limit(1).Pluck("id", &surplus).Error; err != nil {
			return err
		}
	}
	for before := s.now().Add(-life); ; {
		var rows []deliveryRow
		if err := of(s.read.WithContext(ctx)).Select("id", "begun_at", "ended_at").Order("id").Limit(forgottenDeliveries).Find(&rows).Error; err != nil {
			return err
		}
		var ids []string
		for _, r := range rows {
			at := r.BegunAt
			if r.EndedAt != nil {
				at = *r.EndedAt
			}
			if all || at.Before(before) || len(surplus) > 0 && r.ID <= surplus[0] {
				ids = append(ids, r.ID)
			}
		}
		if len(ids) == 0 {
			return nil
		}
		err := s.transaction(ctx, func(tx *gorm.DB) error {
			if state == models.Pending && !all {
				return of(tx).Where("id IN ?", ids).UpdateColumns(map[string]any{"state": models.Dead, "ended_at": s.now(),
					"last_error": gorm.Expr("COALESCE(last_error, ?)", models.Undelivered)}).Error
			}
			return of(tx).Where("id IN ?", ids).Delete(&deliveryRow{}).Error
		})
		if err != nil || len(ids) < forgottenDeliveries {
			return err
		}
	}
}
