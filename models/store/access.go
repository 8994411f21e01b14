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
