package store

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"

	"github.com/mittari/mittari/models"
)

// sourceRow is a row of sources.
type sourceRow struct {
	Workspace, Key    string
	ID                string
	Kind              models.SourceKind
	Name, Mapping     string
	Secret, OldSecret []byte
	OldUntil          *time.Time
	CreatedAt         time.Time `gorm:"autoCreateTime:false"`
	UpdatedAt         time.Time `gorm:"autoUpdateTime:false"`
}

func (sourceRow) TableName() string { return "sources" }

// source is as it is at a time, when an old secret may have had its time.
func (r sourceRow) source(now time.Time) models.Source {
	s := models.Source{Workspace: r.Workspace, ID: r.ID, Key: r.Key, Kind: r.Kind, Name: r.Name, Mapping: json.RawMessage(r.Mapping), Address: r.Kind.AddressOf(r.ID),
		SecretSet: len(r.Secret) > 0, CreatedAt: r.CreatedAt.UTC(), UpdatedAt: r.UpdatedAt.UTC(), Secret: r.Secret}
	if r.OldUntil != nil && r.OldUntil.After(now) {
		s.OldSecret, s.OldUntil = r.OldSecret, momentOf(r.OldUntil)
	}
	return s
}

// FindSources gives the workspace's sources by key.
func (s *Store) FindSources(ctx context.Context, workspace string) ([]models.Source, error) {
	var rows []sourceRow
	if err := s.read.WithContext(ctx).Where("workspace = ?", workspace).Find(&rows).Error; err != nil {
		return nil, err
	}
	slices.SortFunc(rows, func(a, b sourceRow) int { return strings.Compare(a.Key, b.Key) })
	found := make([]models.Source, len(rows))
	for i, r := range rows {
		found[i] = r.source(s.now())
	}
	return found, nil
}

// SourceByKey gives one source, or NotFound.
func (s *Store) SourceByKey(ctx context.Context, workspace, key string) (models.Source, error) {
	return s.sourceByKey(s.read.WithContext(ctx), workspace, key)
}

func (s *Store) sourceByKey(db *gorm.DB, workspace, key string) (models.Source, error) {
	var row sourceRow
	err := db.Where("workspace = ? AND key = ?", workspace, key).Take(&row).Error
	return row.source(s.now()), notFound(err, "there is no source %q; PUT /v1/sources/{key} makes one", key)
}

// SourceByID gives the source that a tool sends to, of whichever workspace, or NotFound.
func (s *Store) SourceByID(ctx context.Context, id string) (models.Source, error) {
	var row sourceRow
	err := s.read.WithContext(ctx).Where("id = ?", storedID(id)).Take(&row).Error
	return row.source(s.now()), notFound(err, "there is no such source")
}

// PutSource creates or replaces a source, if that is allowed when it is asked, and tells whether it is new. Its id and times are
// the store's to set. Without a Secret, or with the same as isSecret tells by what is sealed, the one that is there stays; a new one leaves the one before for
// a SecretLife. Another Kind than it has is a Conflict, and so is one source too many.
func (s *Store) PutSource(ctx context.Context, src models.Source, isSecret func(sealed []byte) bool, when ...models.Precondition[models.Source]) (stored models.Source, created bool, err error) {
	err = s.transaction(ctx, func(tx *gorm.DB) error {
		if err := s.waitForOthers(tx, src.Workspace); err != nil {
			return err
		}
		before, err := s.sourceByKey(tx, src.Workspace, src.Key)
		created = models.ErrorCode(err) == models.NotFound
		if err != nil && !created {
			return err
		}
		if created {
			before = models.Source{}
		}
		if err := models.Ask(when, before, !created); err != nil {
			return err
		}
		act := models.AuditEntry{Act: models.SourcePut, Object: src.Key}
		if len(src.Secret) > 0 && isSecret(before.Secret) {
			src.Secret = nil
		} else if len(src.Secret) > 0 {
			act.Counts = map[string]int64{"secrets": 1}
		}
		row := s.rowAfter(src, before)
		stored = row.source(s.now())
		switch {
		case created:
			err = firstError(s.roomForSource(tx, src.Workspace), tx.Create(&row).Error)
		case len(src.Secret) == 0 && before.Kind == src.Kind && before.Name == src.Name && string(before.Mapping) == string(src.Mapping):
			stored = before
			return nil
		default:
			err = s.changeSource(tx, row, before)
		}
		return firstError(err, s.audit(tx, src.Workspace, act))
	})
	return stored, created, err
}

// rowAfter is the source's row once it is put in the place of the one before.
func (s *Store) rowAfter(src, before models.Source) sourceRow {
	now := s.now()
	row := sourceRow{Workspace: src.Workspace, Key: src.Key, ID: before.ID, Kind: src.Kind, Name: src.Name, Mapping: string(src.Mapping),
		Secret: before.Secret, OldSecret: before.OldSecret, OldUntil: before.OldUntil, CreatedAt: before.CreatedAt, UpdatedAt: now}
	if before.ID == "" {
		row.ID, row.CreatedAt = NewID(), now
	}
	if len(src.Secret) > 0 {
		if row.Secret = src.Secret; len(before.Secret) > 0 {
			until := now.Add(models.SecretLife)
			row.OldSecret, row.OldUntil = before.Secret, &until
		}
	}
	return row
}

func (s *Store) roomForSource(tx *gorm.DB, workspace string) error {
	var n int64
	err := tx.Model(&sourceRow{}).Where("workspace = ?", workspace).Count(&n).Error
	if err == nil && n >= models.MostSources {
		err = models.Errorf(models.Conflict, "a workspace may have %d sources at most; delete one that nothing comes from any more", models.MostSources)
	}
	return err
}

func (s *Store) changeSource(tx *gorm.DB, row sourceRow, before models.Source) error {
	if row.Kind != before.Kind {
		return models.Errorf(models.Conflict, "the source %q is of %s and can't become one of %s; make another one", row.Key, before.Kind, row.Kind)
	}
	return tx.Model(&sourceRow{}).Where("workspace = ? AND key = ?", row.Workspace, row.Key).
		Select("Name", "Mapping", "Secret", "OldSecret", "OldUntil", "UpdatedAt").Updates(&row).Error
}

// DeleteSource ends a source, if that is allowed when it is asked, and deletes the payloads that are kept of it. Responses stay. NotFound when there is none.
func (s *Store) DeleteSource(ctx context.Context, workspace, key string, when ...models.Precondition[models.Source]) error {
	return s.transaction(ctx, func(tx *gorm.DB) error {
		if err := s.waitForOthers(tx, workspace); err != nil {
			return err
		}
		now, err := s.sourceByKey(tx, workspace, key)
		if err := firstError(err, models.Ask(when, now, true)); err != nil {
			return err
		}
		kept := tx.Where("workspace = ? AND source = ?", workspace, now.ID).Delete(&unmappedRow{})
		return firstError(kept.Error, tx.Where("workspace = ? AND key = ?", workspace, key).Delete(&sourceRow{}).Error,
			s.audit(tx, workspace, models.AuditEntry{Act: models.SourceDeleted, Object: key, Counts: map[string]int64{"unmapped": kept.RowsAffected}}))
	})
}
