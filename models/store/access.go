package store

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/mittari/mittari/models"
)

// FindWorkspaces gives all workspaces by key.
func (s *Store) FindWorkspaces(ctx context.Context) ([]models.Workspace, error) {
	var rows []workspaceRow
	if err := s.read.WithContext(ctx).Find(&rows).Error; err != nil {
		return nil, err
	}
	slices.SortFunc(rows, func(a, b workspaceRow) int { return strings.Compare(a.Workspace, b.Workspace) })
	workspaces := make([]models.Workspace, len(rows))
	for i, r := range rows {
		workspaces[i] = r.workspace()
	}
	return workspaces, nil
}

func (r workspaceRow) workspace() models.Workspace {
	return models.Workspace{Key: r.Workspace, Name: r.Name, TimeZone: r.TimeZone, CreatedAt: r.CreatedAt.UTC()}
}

// WorkspaceByKey gives one workspace, or NotFound.
func (s *Store) WorkspaceByKey(ctx context.Context, key string) (models.Workspace, error) {
	var row workspaceRow
	err := s.read.WithContext(ctx).Where("workspace = ?", key).Take(&row).Error
	return row.workspace(), notFound(err, "there is no workspace %q", key)
}

// CreateWorkspace stores a new workspace; one of that key is a Conflict. It is recorded
// in the workspace of the key that made it, or without a key in the new one.
func (s *Store) CreateWorkspace(ctx context.Context, w models.Workspace) (models.Workspace, error) {
	row := workspaceRow{w.Key, w.Name, w.TimeZone, s.now()}
	err := s.transaction(ctx, func(tx *gorm.DB) error {
		created := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&row)
		if created.Error == nil && created.RowsAffected == 0 {
			return models.Errorf(models.Conflict, "there is a workspace %q already", w.Key)
		}
		by := cmp.Or(models.ActorOf(ctx).Workspace, w.Key)
		return firstError(created.Error, s.catalogsChanged(tx, w.Key), s.audit(tx, by, models.AuditEntry{Act: models.WorkspaceCreated, Object: w.Key}))
	})
	return row.workspace(), err
}

// CreateKey stores a key for a workspace that exists. Its id and time are the store's to set.
func (s *Store) CreateKey(ctx context.Context, k models.Key) (models.Key, error) {
	if _, err := s.WorkspaceByKey(ctx, k.Workspace); err != nil {
		return models.Key{}, err
	}
	row := keyRow{Workspace: k.Workspace, ID: NewID(), Name: k.Name, Hash: k.Hash[:], Scopes: k.Scopes, CreatedAt: s.now()}
	err := s.transaction(ctx, func(tx *gorm.DB) error {
		return firstError(tx.Create(&row).Error, s.audit(tx, k.Workspace, models.AuditEntry{Act: models.KeyCreated, Object: row.ID}))
	})
	return row.key(), err
}

func (r keyRow) key() models.Key {
	k := models.Key{ID: r.ID, Workspace: r.Workspace, Name: r.Name, Scopes: r.Scopes, CreatedAt: r.CreatedAt.UTC()}
	if r.RevokedAt != nil {
		at := r.RevokedAt.UTC()
		k.RevokedAt = &at
	}
	copy(k.Hash[:], r.Hash)
	return k
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

// KeyByHash gives the key, revoked or not, of a token's hash, or NotFound.
func (s *Store) KeyByHash(ctx context.Context, hash [32]byte) (models.Key, error) {
	var row keyRow
	err := s.read.WithContext(ctx).Where("hash = ?", hash[:]).Order("revoked_at IS NOT NULL").Take(&row).Error
	return row.key(), notFound(err, "there is no such key")
}

// RevokeKey ends a key for good; NotFound when the workspace has none of that id.
func (s *Store) RevokeKey(ctx context.Context, workspace, id string) error {
	return s.transaction(ctx, func(tx *gorm.DB) error {
		revoked := tx.Model(&keyRow{}).Where("workspace = ? AND id = ?", workspace, storedID(id)).
			Update("revoked_at", gorm.Expr("COALESCE(revoked_at, ?)", s.now()))
		if revoked.Error == nil && revoked.RowsAffected == 0 {
			return models.Errorf(models.NotFound, "there is no key %s", id)
		}
		return firstError(revoked.Error, s.audit(tx, workspace, models.AuditEntry{Act: models.KeyRevoked, Object: storedID(id)}))
	})
}
