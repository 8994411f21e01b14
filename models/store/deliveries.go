package store

import (
	"context"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"

	"github.com/mittari/mittari/models"
)

// FindDeliveries gives a webhook's deliveries, the latest first, Limit at most, without what is sent; NotFound when there is no such webhook.
func (s *Store) FindDeliveries(ctx context.Context, workspace, webhook string, f models.DeliveryFilter) ([]models.Delivery, error) {
	if _, err := s.WebhookByID(ctx, workspace, webhook); err != nil {
		return nil, err
	}
	states := models.DeliveryStates()
	if f.State != "" {
		states = []models.DeliveryState{f.State}
	}
	var rows []deliveryRow
	for _, state := range states { // each is in order in the index, however many there are of the others
		var some []deliveryRow
		find := s.read.WithContext(ctx).Omit("body").Where("workspace = ? AND webhook = ? AND state = ?", workspace, storedID(webhook), state)
		if err := latest(find, f.Before, f.Limit).Find(&some).Error; err != nil {
			return nil, err
		}
		rows = append(rows, some...)
	}
	slices.SortFunc(rows, func(a, b deliveryRow) int { return strings.Compare(b.ID, a.ID) })
	found := make([]models.Delivery, 0, min(len(rows), f.Limit))
	for _, r := range rows[:min(len(rows), f.Limit)] {
		found = append(found, r.delivery())
	}
	return found, nil
}

// DeliveryByID gives one of a webhook's deliveries, or NotFound.
func (s *Store) DeliveryByID(ctx context.Context, workspace, webhook, id string) (models.Delivery, error) {
	row, err := deliveryByID(s.read.WithContext(ctx), workspace, webhook, id)
	return row.delivery(), err
}

func deliveryByID(db *gorm.DB, workspace, webhook, id string) (deliveryRow, error) {
	var row deliveryRow
	err := db.Where("workspace = ? AND webhook = ? AND id = ?", workspace, storedID(webhook), storedID(id)).Take(&row).Error
	return row, notFound(err, "the webhook has no delivery %s, or not any more", id)
}

// TryWebhook sends a webhook a message that says no more than that it is a test. A paused one is a Conflict.
func (s *Store) TryWebhook(ctx context.Context, workspace, id string) (models.Delivery, error) {
	var row deliveryRow
	err := s.transaction(ctx, func(tx *gorm.DB) error {
		hook, err := webhookByID(tx, workspace, id)
		if err != nil {
			return err
		}
		if hook.Paused {
			return models.Errorf(models.Conflict, "the webhook is paused, and nothing is sent to it; change that first: {\"paused\":false}")
		}
		now := s.now()
		m := models.TestMessage(hook, now)
		row = deliveryRow{Workspace: workspace, ID: NewID(), Webhook: hook.ID, Event: m.Event, Body: m.Body, State: models.Pending, CreatedAt: now, BegunAt: now, DueAt: now}
		return firstError(tx.Create(&row).Error, s.audit(tx, workspace, models.AuditEntry{Act: models.WebhookTried, Object: hook.ID}))
	})
	return row.delivery(), err
}

// Redeliver has a delivery tried again at once and from the beginning, whatever has become of it, or gives NotFound.
func (s *Store) Redeliver(ctx context.Context, workspace, webhook, id string) (models.Delivery, error) {
	var row deliveryRow
	err := s.transaction(ctx, func(tx *gorm.DB) error {
		var err error
		if row, err = deliveryByID(s.locked(tx), workspace, webhook, id); err != nil {
			return err
		}
		now := s.now()
		row.State, row.Attempts, row.BegunAt, row.DueAt, row.EndedAt = models.Pending, 0, now, now, nil
		err = tx.Model(&deliveryRow{}).Where("workspace = ? AND id = ?", workspace, row.ID).UpdateColumns(again(now)).Error
		return firstError(err, s.audit(tx, workspace, models.AuditEntry{Act: models.DeliveryRepeated, Object: row.ID}))
	})
	return row.delivery(), err
}

// RedeliverDead has all dead deliveries of a webhook tried again, and tells how many those are.
func (s *Store) RedeliverDead(ctx context.Context, workspace, webhook string) (int64, error) {
	var n int64
	err := s.transaction(ctx, func(tx *gorm.DB) error {
		hook, err := webhookByID(tx, workspace, webhook)
		if err != nil {
			return err
		}
		updated := tx.Model(&deliveryRow{}).Where("workspace = ? AND webhook = ? AND state = ?", workspace, hook.ID, models.Dead).UpdateColumns(again(s.now()))
		n = updated.RowsAffected
		return firstError(updated.Error, s.audit(tx, workspace, models.AuditEntry{Act: models.DeliveryRepeated, Object: hook.ID, Counts: map[string]int64{"deliveries": n}}))
	})
	return n, err
}

// again are the columns of what is tried again from the beginning.
func again(now time.Time) map[string]any {
	return map[string]any{"state": models.Pending, "attempts": 0, "begun_at": now, "due_at": now, "ended_at": nil}
}
