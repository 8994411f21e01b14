package store

import (
	"context"
	"slices"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/mittari/mittari/models"
)

// deliveryRow is a row of deliveries.
type deliveryRow struct {
	Workspace, ID, Webhook    string
	Event                     models.Event
	Subject                   *string
	Body                      string
	State                     models.DeliveryState
	Attempts                  int
	CreatedAt, BegunAt, DueAt time.Time `gorm:"autoCreateTime:false"`
	EndedAt                   *time.Time
	LastStatus                *int
	LastError                 *string
}

func (deliveryRow) TableName() string { return "deliveries" }

func (r deliveryRow) delivery() models.Delivery {
	d := models.Delivery{ID: r.ID, Webhook: r.Webhook, Event: r.Event, State: r.State, Attempts: r.Attempts, CreatedAt: r.CreatedAt.UTC(),
		LastError: textOf(r.LastError), Payload: []byte(r.Body), BegunAt: r.BegunAt.UTC()}
	if r.LastStatus != nil {
		d.LastStatus = *r.LastStatus
	}
	if r.State == models.Pending {
		d.NextAttemptAt = momentOf(&r.DueAt)
	} else {
		d.EndedAt = momentOf(r.EndedAt)
	}
	return d
}

func deliveriesTable() table {
	return table{
		name:    "deliveries",
		columns: []string{"workspace", "id", "webhook", "event", "subject", "body", "state", "attempts", "created_at", "begun_at", "due_at"},
		types:   []string{"text", "uuid", "uuid", "text", "uuid", "text", "text", "integer", "timestamptz", "timestamptz", "timestamptz"},
	}
}

// messageRows put messages into the outbox.
func (s *Store) messageRows(workspace string, messages []models.Message) rows {
	now := moment(s.now())
	var written rows
	for _, m := range messages {
		written = append(written, text(workspace), id(NewID()), id(m.Webhook), text(string(m.Event)), idOrNull(m.Subject), text(m.Body),
			text(string(models.Pending)), integer(0), now, now, now)
	}
	return written
}

// announce puts messages into the outbox, from which they go out once the transaction has committed.
func (s *Store) announce(tx *gorm.DB, workspace string, messages []models.Message) error {
	_, err := deliveriesTable().insert(tx, s.dialect, s.messageRows(workspace, messages))
	return err
}

// announceErased tells webhooks which responses are about to be erased, of those that they may have been told of:
// of responses that hold nothing but anonymous answers they never were.
func (s *Store) announceErased(tx *gorm.DB, workspace string, e models.Event, responses []string) error {
	hooks, err := toldOf(tx, workspace, e)
	if err != nil || len(hooks) == 0 {
		return err
	}
	metrics, err := metricsOf(tx, workspace)
	if err != nil {
		return err
	}
	var known []string
	err = tx.Model(&answerRow{}).Where("workspace = ? AND response_id IN ? AND metric NOT IN ?", workspace, responses, metrics.Anonymous()).
		Distinct().Pluck("response_id", &known).Error
	slices.Sort(known)
	return firstError(err, s.announce(tx, workspace, models.ErasureMessages(e, s.now(), known, hooks)))
}

// messagesOf are what webhooks are told of a batch of new responses.
func messagesOf(hooks []models.Webhook, batch []models.Accepted) []models.Message {
	if len(hooks) == 0 {
		return nil
	}
	var all []models.Message
	for _, a := range batch {
		all = append(all, a.Messages(hooks)...)
	}
	return all
}

// FindDueWebhooks gives the webhooks of all workspaces that something is to be sent to now. It costs as
// much as there are webhooks, whatever waits.
func (s *Store) FindDueWebhooks(ctx context.Context) ([]models.Webhook, error) {
	var rows []webhookRow
	err := s.read.WithContext(ctx).Where(`NOT paused AND EXISTS (SELECT 1 FROM deliveries WHERE deliveries.workspace = webhooks.workspace
		AND deliveries.webhook = webhooks.id AND deliveries.state = 'pending' AND deliveries.due_at <= ?)`, s.now()).Find(&rows).Error
	return webhooksIn(rows), err
}

// TakeDeliveries gives some of a webhook's messages that are to be sent now, those that are due for longest first,
// and of those that are equally due the earlier one.
// They are the caller's for a DeliveryLease; what is not settled by then is taken by somebody else.
func (s *Store) TakeDeliveries(ctx context.Context, workspace, webhook string, limit int) ([]models.Delivery, error) {
	var taken []models.Delivery
	err := s.transaction(ctx, func(tx *gorm.DB) error {
		taken = nil
		free := tx
		if s.dialect == onPostgres {
			free = tx.Clauses(clause.Locking{Strength: "UPDATE", Options: "SKIP LOCKED"})
		}
		var rows []deliveryRow
		now := s.now()
		err := free.Where("workspace = ? AND webhook = ? AND state = 'pending' AND due_at <= ?", workspace, storedID(webhook), now).
			Order("due_at, id").Limit(limit).Find(&rows).Error
		if err != nil || len(rows) == 0 {
			return err
		}
		ids := make([]string, len(rows))
		taken = make([]models.Delivery, len(rows))
		for i, r := range rows {
			r.Attempts++
			ids[i], taken[i] = r.ID, r.delivery()
		}
		return tx.Model(&deliveryRow{}).Where("workspace = ? AND id IN ?", workspace, ids).
			UpdateColumns(map[string]any{"attempts": gorm.Expr("attempts + 1"), "due_at": now.Add(models.DeliveryLease)}).Error
	})
	return taken, err
}

// SettleDeliveries stores what became of messages that were taken. Those that others have taken since, and
// those that were deleted, stay as they are. With pausedBecause the webhook is paused.
func (s *Store) SettleDeliveries(ctx context.Context, workspace, webhook string, settled []models.Delivery, pausedBecause string) error {
	return s.transaction(ctx, func(tx *gorm.DB) error {
		for _, d := range settled {
			columns := map[string]any{"state": d.State, "ended_at": d.EndedAt, "last_status": d.LastStatus, "last_error": d.LastError}
			if d.NextAttemptAt != nil {
				columns["due_at"] = momentOf(d.NextAttemptAt)
			}
			err := tx.Model(&deliveryRow{}).Where("workspace = ? AND id = ? AND state = 'pending' AND attempts = ?", workspace, d.ID, d.Attempts).
				UpdateColumns(columns).Error
			if err != nil {
				return err
			}
		}
		if pausedBecause == "" {
			return nil
		}
		hook, err := webhookByID(s.locked(tx), workspace, webhook)
		if models.ErrorCode(err) == models.NotFound || hook.Paused {
			return nil
		}
		hook.Paused, hook.PausedBecause = true, pausedBecause
		return firstError(err, s.updateWebhook(tx, &hook), s.audit(tx, workspace, models.AuditEntry{Act: models.WebhookPaused, Object: hook.ID}))
	})
}

// OutboxNow tells how much waits in all workspaces, of webhooks that are not paused.
func (s *Store) OutboxNow(ctx context.Context) (models.Outbox, error) {
	var hooks []webhookRow
	var waiting models.Outbox
	if err := s.read.WithContext(ctx).Select("workspace", "id").Where("NOT paused").Find(&hooks).Error; err != nil {
		return waiting, err
	}
	for _, w := range hooks {
		of := func() *gorm.DB {
			return s.read.WithContext(ctx).Where("workspace = ? AND webhook = ? AND state = 'pending'", w.Workspace, w.ID)
		}
		var n int64
		var oldest []deliveryRow
		if err := firstError(of().Model(&deliveryRow{}).Count(&n).Error, of().Order("id").Limit(1).Find(&oldest).Error); err != nil {
			return waiting, err
		}
		waiting.Pending += n
		for _, r := range oldest {
			if waiting.Oldest.IsZero() || r.BegunAt.Before(waiting.Oldest) {
				waiting.Oldest = r.BegunAt.UTC()
			}
		}
	}
	return waiting, nil
}
