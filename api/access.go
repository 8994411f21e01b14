package api

import (
	"context"
	"net/http"

	"github.com/gin-gonic/gin"

	"github.com/mittari/mittari/models"
)

type accessStore interface {
	KeyByHash(ctx context.Context, hash [32]byte) (models.Key, error)
	FindKeys(ctx context.Context, workspace string) ([]models.Key, error)
	CreateKey(ctx context.Context, k models.Key) (models.Key, error)
	RevokeKey(ctx context.Context, workspace, id string) error
	WorkspaceByKey(ctx context.Context, key string) (models.Workspace, error)
	FindWorkspaces(ctx context.Context) ([]models.Workspace, error)
	CreateWorkspace(ctx context.Context, w models.Workspace) (models.Workspace, error)
}

// keyBody is what a client says of a new key.
type keyBody struct {
	Name   string         `json:"name" example:"web shop"`
	Scopes []models.Scope `json:"scopes" example:"responses:write"`
}

// newKey is a key with its token, which is told this once only.
type newKey struct {
	models.Key
	Token string `json:"token" example:"mtr_3q2-7w…"`
}

// keyList is a workspace's keys, without their tokens.
type keyList struct {
	Keys []models.Key `json:"keys"`
}

// @Summary		List keys
// @Description	The keys of the workspace, the oldest first, also the revoked ones; never their tokens.
// @ID				findKeys
// @Tags			access
// @Security		key[admin]
// @Success		200	{object}	keyList
// @Router			/v1/keys [get]
func (s *server) findKeys(c *gin.Context) error {
	if err := noQuery(c); err != nil {
		return err
	}
	keys, err := s.Store.FindKeys(c.Request.Context(), workspaceOf(c))
	if err != nil {
		return err
	}
	c.JSON(http.StatusOK, keyList{keys})
	return nil
}

// @Summary		Make a key
// @Description	The answer has the token, this once only: it is stored as a hash.
// @ID				createKey
// @Tags			access
// @Security		key[admin]
// @Param			key	body		keyBody	true	"The key"
// @Success		201	{object}	newKey	"Made"
// @Router			/v1/keys [post]
func (s *server) createKey(c *gin.Context) error {
	var body keyBody
	if err := firstError(noQuery(c), readBody(c, &body)); err != nil {
		return err
	}
	key, err := s.makeKey(acting(c), models.Key{Workspace: workspaceOf(c), Name: body.Name, Scopes: body.Scopes})
	if err != nil {
		return err
	}
	c.JSON(http.StatusCreated, key)
	return nil
}

func (s *server) makeKey(ctx context.Context, key models.Key) (newKey, error) {
	if err := key.Check(); err != nil {
		return newKey{}, err
	}
	token, err := models.NewToken(nil)
	if err != nil {
		return newKey{}, err
	}
	key.Hash = models.HashToken(token)
	stored, err := s.Store.CreateKey(ctx, key)
	return newKey{stored, token}, err
}

// @Summary		Revoke a key
// @Description	Ends the key for good, on other replicas within 5 seconds. Revoking it again changes nothing.
// @ID				revokeKey
// @Tags			access
// @Security		key[admin]
// @Param			id	path	string	true	"The key's id"	format(uuid)
// @Success		204	"Revoked"
// @Failure		404
// @Router			/v1/keys/{id} [delete]
func (s *server) revokeKey(c *gin.Context) error {
	id, err := pathID(c)
	if err := firstError(noQuery(c), err); err != nil {
		return err
	}
	if err := s.Store.RevokeKey(acting(c), workspaceOf(c), id); err != nil {
		return err
	}
	s.keys.clear()
	c.Status(http.StatusNoContent)
	return nil
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
