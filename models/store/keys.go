package store

import (
	"context"
	"time"

	"gorm.io/gorm"

	"github.com/mittari/mittari/models"
)

// CreateKey stores a key for a workspace that exists. Its id and time are the store's to set.
func (s *Store) CreateKey(ctx context.Context, k models.Key) (models.Key, error) {
	if _, err := s.WorkspaceByKey(ctx, k.Workspace); err != nil {
		return models.Key{}, err
	}
	row := keyRow{Workspace: k.Workspace, ID: NewID(), Name: k.Name, Hash: k.Hash[:], Scopes: k.Scopes, CreatedAt: s.now(), ExpiresAt: momentOf(k.ExpiresAt)}
	err := s.transaction(ctx, func(tx *gorm.DB) error {
		return firstError(tx.Create(&row).Error, s.audit(tx, k.Workspace, models.AuditEntry{Act: models.KeyCreated, Object: row.ID}))
	})
	return row.key(), err
}

func (r keyRow) key() models.Key {
	k := models.Key{ID: r.ID, Workspace: r.Workspace, Name: r.Name, Scopes: r.Scopes, CreatedAt: r.CreatedAt.UTC(),
		ExpiresAt: momentOf(r.ExpiresAt), RevokedAt: momentOf(r.RevokedAt), LastUsedAt: momentOf(r.LastUsedAt)}
	copy(k.Hash[:], r.Hash)
	return k
}

// momentOf is a time as the databases hold it, or nil.
func momentOf(at *time.Time) *time.Time {
	if at == nil {
		return nil
	}
	held := at.UTC().Truncate(time.Microsecond)
	return &held
}

// FindKeys gives a workspace's keys, the oldest first, also the revoked ones.
func (s *Store) FindKeys(ctx context.Context, workspace string) ([]models.Key, error) {
	var rows []keyRow
	if err := s.read.WithContext(ctx).Where("workspace = ?", workspace).Order("id").Find(&rows).Error; err != nil {
		return nil, err
	}
	keys := make([]models.Key, len(rows))
	for i, r := range rows {
		keys[i] = r.key()
	}
	return keys, nil
}

// KeyByHash gives the key, revoked or expired or not, of a token's hash, or NotFound. Of several it is the one that lets in for the longest.
func (s *Store) KeyByHash(ctx context.Context, hash [32]byte) (models.Key, error) {
	var row keyRow
	err := s.read.WithContext(ctx).Where("hash = ?", hash[:]).Order("revoked_at IS NOT NULL, expires_at IS NOT NULL, expires_at DESC").Take(&row).Error
	return row.key(), notFound(err, "there is no such key")
}

// RevokeKey ends a key for good, which it may have been; NotFound when the workspace has none of that id.
func (s *Store) RevokeKey(ctx context.Context, workspace, id string) error {
	return s.transaction(ctx, func(tx *gorm.DB) error {
		var key keyRow
		err := s.locked(tx).Where("workspace = ? AND id = ?", workspace, storedID(id)).Take(&key).Error
		if err != nil || key.RevokedAt != nil {
			return notFound(err, "there is no key %s", id)
		}
		err = tx.Model(&keyRow{}).Where("workspace = ? AND id = ?", workspace, key.ID).Update("revoked_at", s.now()).Error
		return firstError(err, s.audit(tx, workspace, models.AuditEntry{Act: models.KeyRevoked, Object: key.ID}))
	})
}

// NoteKeyUses remembers in which minute keys last let somebody in. It only moves forward,
// whoever else notes the same: of what is known already, or of no key, nothing is written.
func (s *Store) NoteKeyUses(ctx context.Context, uses []models.KeyUse) error {
	type together struct {
		workspace string
		at        time.Time
	}
	ids := map[together][]string{}
	for _, u := range uses {
		at := together{u.Workspace, u.At.UTC().Truncate(time.Minute)}
		ids[at] = append(ids[at], u.ID)
	}
	var err error
	for of, used := range ids {
		err = firstError(err, s.transaction(ctx, func(tx *gorm.DB) error {
			return tx.Model(&keyRow{}).Where("workspace = ? AND id IN ? AND (last_used_at IS NULL OR last_used_at < ?)", of.workspace, used, of.at).
				Update("last_used_at", of.at).Error
		}))
	}
	return err
}

// NextKeyEnd is when the next key of any workspace ends by itself; none is nil.
func (s *Store) NextKeyEnd(ctx context.Context) (*time.Time, error) {
	var next []keyRow
	err := s.read.WithContext(ctx).Select("expires_at").Where("revoked_at IS NULL AND expires_at > ?", s.now()).Order("expires_at").Limit(1).Find(&next).Error
	if err != nil || len(next) == 0 {
		return nil, err
	}
	return momentOf(next[0].ExpiresAt), nil
}
