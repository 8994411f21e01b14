package store

import (
	"context"
	"time"

	"gorm.io/gorm"

	"github.com/mittari/mittari/models"
)

// auditRow is a row of audit.
type auditRow struct {
	Workspace, ID      string
	At                 time.Time
	Act                models.Act
	Object             string
	KeyID, Name, Route string
	Counts             map[string]int64 `gorm:"serializer:json"`
}

func (auditRow) TableName() string { return "audit" }

func auditTable() table {
	return table{
		name:    "audit",
		columns: []string{"workspace", "id", "at", "act", "object", "key_id", "name", "route", "counts"},
		types:   []string{"text", "uuid", "timestamptz", "text", "text", "text", "text", "text", "jsonb"},
	}
}

// audit records what the transaction does, and by whom; the id and the time are the store's to set.
func (s *Store) audit(tx *gorm.DB, workspace string, e models.AuditEntry) error {
	by := models.ActorOf(tx.Statement.Context)
	_, err := auditTable().insert(tx, s.dialect, rows{text(workspace), id(NewID()), moment(s.now()), text(string(e.Act)), text(e.Object),
		text(by.KeyID), text(by.Name), text(by.Route), jsonOrNull(e.Counts, len(e.Counts))})
	return err
}

// auditChange records what the transaction does, if it changes anything.
func (s *Store) auditChange(tx *gorm.DB, workspace string, changed bool, e models.AuditEntry) error {
	if !changed {
		return nil
	}
	return s.audit(tx, workspace, e)
}

// RecordAct records what was done otherwise than in a transaction of the store.
func (s *Store) RecordAct(ctx context.Context, workspace string, e models.AuditEntry) error {
	return s.transaction(ctx, func(tx *gorm.DB) error { return s.audit(tx, workspace, e) })
}

// FindAudit gives what was done in the workspace, the latest first, Limit at most.
func (s *Store) FindAudit(ctx context.Context, workspace string, f models.AuditFilter) ([]models.AuditEntry, error) {
	find := s.read.WithContext(ctx).Where("workspace = ?", workspace)
	if f.Act != "" {
		find = find.Where("act = ?", f.Act)
	}
	if f.Object != "" {
		find = find.Where("object = ?", f.Object)
	}
	if f.KeyID != "" {
		find = find.Where("key_id = ?", storedID(f.KeyID))
	}
	var found []auditRow
	if err := latest(within(find, "at", f.Since, f.Until), f.Before, f.Limit).Find(&found).Error; err != nil {
		return nil, err
	}
	entries := make([]models.AuditEntry, len(found))
	for i, r := range found {
		entries[i] = models.AuditEntry{ID: r.ID, At: r.At.UTC(), Act: r.Act, Object: r.Object, Counts: r.Counts,
			Actor: models.Actor{KeyID: r.KeyID, Name: r.Name, Route: r.Route}}
	}
	return entries, nil
}

// DeleteOldAudit deletes, in all workspaces, what was done longer ago than it is remembered.
func (s *Store) DeleteOldAudit(ctx context.Context) error {
	return deleteAny[auditRow](ctx, s, "at < ?", s.now().Add(-models.AuditLife))
}
