package store

import (
	"context"
	"reflect"
	"slices"
	"time"

	"gorm.io/gorm"

	"github.com/mittari/mittari/models"
)

// webhookRow is a row of webhooks.
type webhookRow struct {
	Workspace            string `gorm:"primaryKey"`
	ID                   string `gorm:"primaryKey"`
	URL, Description     string
	Events               []models.Event   `gorm:"serializer:json"`
	Rule                 *models.LowScore `gorm:"serializer:json"`
	Paused               bool
	PausedBecause        string
	Secrets              []models.SecretUse `gorm:"serializer:json"`
	CreatedAt, UpdatedAt time.Time          `gorm:"autoCreateTime:false;autoUpdateTime:false"`
}

func (webhookRow) TableName() string { return "webhooks" }

func (r webhookRow) webhook() models.Webhook {
	return models.Webhook{ID: r.ID, Workspace: r.Workspace, URL: r.URL, Description: r.Description, Events: r.Events, Rule: r.Rule, Paused: r.Paused,
		PausedBecause: r.PausedBecause, Secrets: r.Secrets, CreatedAt: r.CreatedAt.UTC(), UpdatedAt: r.UpdatedAt.UTC()}
}

// FindWebhooks gives the workspace's webhooks, the oldest first.
func (s *Store) FindWebhooks(ctx context.Context, workspace string) ([]models.Webhook, error) {
	return webhooksOf(s.read.WithContext(ctx), workspace)
}

func webhooksOf(db *gorm.DB, workspace string) ([]models.Webhook, error) {
	var rows []webhookRow
	err := db.Where("workspace = ?", workspace).Order("id").Find(&rows).Error
	return webhooksIn(rows), err
}

func webhooksIn(rows []webhookRow) []models.Webhook {
	hooks := make([]models.Webhook, len(rows))
	for i, r := range rows {
		hooks[i] = r.webhook()
	}
	return hooks
}

// toldOf are the webhooks of the workspace that are told of any of the events.
func toldOf(tx *gorm.DB, workspace string, events ...models.Event) ([]models.Webhook, error) {
	hooks, err := webhooksOf(tx, workspace)
	return slices.DeleteFunc(hooks, func(w models.Webhook) bool { return !slices.ContainsFunc(events, w.Tells) }), err
}

// WebhookByID gives one webhook, or NotFound.
func (s *Store) WebhookByID(ctx context.Context, workspace, id string) (models.Webhook, error) {
	return webhookByID(s.read.WithContext(ctx), workspace, id)
}

func webhookByID(db *gorm.DB, workspace, id string) (models.Webhook, error) {
	var row webhookRow
	err := db.Where("workspace = ? AND id = ?", workspace, storedID(id)).Take(&row).Error
	return row.webhook(), notFound(err, "there is no webhook %s", id)
}

// CreateWebhook stores a new webhook; MaxWebhooks of the workspace are a Conflict. Its id and times are the
// store's to set. This process tells it of what is stored from now on, others do when they look at the catalogs anew; see knownLife.
func (s *Store) CreateWebhook(ctx context.Context, w models.Webhook) (models.Webhook, error) {
	now := s.now()
	row := webhookRow{w.Workspace, NewID(), w.URL, w.Description, w.Events, w.Rule, w.Paused, "", w.Secrets, now, now}
	err := s.transaction(ctx, func(tx *gorm.DB) error {
		if err := s.waitForOthers(tx, w.Workspace); err != nil {
			return err
		}
		before, err := webhooksOf(tx, w.Workspace)
		if err != nil {
			return err
		}
		if len(before) >= models.MaxWebhooks {
			return models.Errorf(models.Conflict, "a workspace may have %d webhooks; delete one that is not needed", models.MaxWebhooks)
		}
		return firstError(tx.Create(&row).Error, s.audit(tx, w.Workspace, models.AuditEntry{Act: models.WebhookCreated, Object: row.ID}))
	})
	s.known.forget(w.Workspace)
	return row.webhook(), err
}

// ChangeWebhook lets change do so in the transaction that stores what comes of it, and
// records it as the act, if that is another webhook; NotFound when there is no such webhook.
func (s *Store) ChangeWebhook(ctx context.Context, workspace, id string, act models.Act, change func(*models.Webhook) error) (models.Webhook, error) {
	var changed models.Webhook
	err := s.transaction(ctx, func(tx *gorm.DB) error {
		before, err := webhookByID(s.locked(tx), workspace, id)
		if err != nil {
			return err
		}
		changed = before
		if err := change(&changed); err != nil || reflect.DeepEqual(before, changed) {
			return err
		}
		return firstError(s.updateWebhook(tx, &changed), s.audit(tx, workspace, models.AuditEntry{Act: act, Object: changed.ID}))
	})
	s.known.forget(workspace)
	return changed, err
}

func (s *Store) updateWebhook(tx *gorm.DB, w *models.Webhook) error {
	w.UpdatedAt = s.now()
	return tx.Model(&webhookRow{}).Where("workspace = ? AND id = ?", w.Workspace, w.ID).
		Select("URL", "Description", "Events", "Rule", "Paused", "PausedBecause", "Secrets", "UpdatedAt").
		Updates(&webhookRow{URL: w.URL, Description: w.Description, Events: w.Events, Rule: w.Rule, Paused: w.Paused, PausedBecause: w.PausedBecause,
			Secrets: w.Secrets, UpdatedAt: w.UpdatedAt}).Error
}

// DeleteWebhook deletes a webhook with its deliveries, or gives NotFound.
func (s *Store) DeleteWebhook(ctx context.Context, workspace, id string) error {
	defer s.known.forget(workspace)
	return s.transaction(ctx, func(tx *gorm.DB) error {
		hook, err := webhookByID(s.locked(tx), workspace, id)
		if err != nil {
			return err
		}
		return firstError(tx.Where("workspace = ? AND id = ?", workspace, hook.ID).Delete(&webhookRow{}).Error,
			tx.Where("workspace = ? AND webhook = ?", workspace, hook.ID).Delete(&deliveryRow{}).Error,
			s.audit(tx, workspace, models.AuditEntry{Act: models.WebhookDeleted, Object: hook.ID}))
	})
}
