package api

import (
	"context"
	"net/http"

	"github.com/gin-gonic/gin"

	"github.com/mittari/mittari/models"
)

type accessStore interface {
	WorkspaceByKey(ctx context.Context, key string) (models.Workspace, error)
	FindWorkspaces(ctx context.Context) ([]models.Workspace, error)
	CreateWorkspace(ctx context.Context, w models.Workspace) (models.Workspace, error)
}

// workspaceBody is what a client says of a new workspace.
type workspaceBody struct {
	Key      string `json:"key" example:"acme"`
	Name     string `json:"name,omitempty" example:"Acme Ltd"`
	TimeZone string `json:"time_zone" example:"Europe/Helsinki"`
}

// newWorkspace is a workspace with its first admin key.
type newWorkspace struct {
	models.Workspace
	AdminKey newKey `json:"admin_key"`
}

// workspaceList is the workspaces that a key may see.
type workspaceList struct {
	Workspaces []models.Workspace `json:"workspaces"`
}

// operates reports whether the request's key may manage workspaces: an admin key of the operators' workspace.
func (s *server) operates(c *gin.Context) bool {
	key := requestKey(c)
	return key.Workspace == s.Operators && key.Allows(models.Admin)
}

// @Summary		List workspaces
// @Description	The key's own workspace; all of them for an admin key of the operators' workspace.
// @ID				findWorkspaces
// @Tags			access
// @Security		key
// @Success		200	{object}	workspaceList
// @Router			/v1/workspaces [get]
func (s *server) findWorkspaces(c *gin.Context) error {
	if err := noQuery(c); err != nil {
		return err
	}
	if s.operates(c) {
		workspaces, err := s.Store.FindWorkspaces(c.Request.Context())
		if err != nil {
			return err
		}
		c.JSON(http.StatusOK, workspaceList{workspaces})
		return nil
	}
	own, err := s.Store.WorkspaceByKey(c.Request.Context(), workspaceOf(c))
	if err != nil {
		return err
	}
	c.JSON(http.StatusOK, workspaceList{[]models.Workspace{own}})
	return nil
}

// @Summary		Make a workspace
// @Description	Makes a workspace and its first admin key. Only an admin key of the operators' workspace may.
// @ID				createWorkspace
// @Tags			access
// @Security		key[admin]
// @Param			workspace	body		workspaceBody	true	"The workspace"
// @Success		201			{object}	newWorkspace	"Made"
// @Failure		409			"There is one of that key already"
// @Router			/v1/workspaces [post]
func (s *server) createWorkspace(c *gin.Context) error {
	if !s.operates(c) {
		return models.Errorf(models.Forbidden, "workspaces are made with an admin key of the workspace %q", s.Operators)
	}
	var body workspaceBody
	if err := firstError(noQuery(c), readBody(c, &body)); err != nil {
		return err
	}
	workspace := models.Workspace{Key: body.Key, Name: body.Name, TimeZone: body.TimeZone}
	if err := workspace.Check(); err != nil {
		return err
	}
	stored, err := s.Store.CreateWorkspace(acting(c), workspace)
	if err != nil {
		return err
	}
	key, err := s.makeKey(acting(c), models.Key{Workspace: stored.Key, Name: "admin", Scopes: []models.Scope{models.Admin}})
	if err != nil {
		return err
	}
	c.JSON(http.StatusCreated, newWorkspace{stored, key})
	return nil
}
