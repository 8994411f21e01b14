package api

import (
	"context"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/mittari/mittari/models"
)

type keyStore interface {
	KeyByHash(ctx context.Context, hash [32]byte) (models.Key, error)
	FindKeys(ctx context.Context, workspace string) ([]models.Key, error)
	CreateKey(ctx context.Context, k models.Key) (models.Key, error)
	RevokeKey(ctx context.Context, workspace, id string) error
	NoteKeyUses(ctx context.Context, uses []models.KeyUse) error
}

// keyBody is what a client says of a new key.
type keyBody struct {
	Name   string         `json:"name" example:"web shop"`
	Scopes []models.Scope `json:"scopes" example:"responses:write"`

	ExpiresAt *time.Time `json:"expires_at,omitempty" format:"date-time" example:"2027-11-20T08:04:00Z"` // when it ends by itself; never unless given
	ExpiresIn string     `json:"expires_in,omitempty" example:"90d"`                                     // or in how many days or hours, such as 90d or 12h
}

// listedKey is a key as it is listed.
type listedKey struct {
	models.Key
	Expired bool `json:"expired"` // whether it has come to its end by itself
}

// newKey is a key with its token, which is told this once only.
type newKey struct {
	ID        string         `json:"id" format:"uuid" example:"01938f6e-7c1a-7d5e-b0a4-3f1de8a2c901"`
	Workspace string         `json:"workspace" example:"default"`
	Name      string         `json:"name" example:"web shop"`
	Scopes    []models.Scope `json:"scopes"`
	CreatedAt time.Time      `json:"created_at" format:"date-time" example:"2026-01-02T08:00:00Z"`
	ExpiresAt *time.Time     `json:"expires_at,omitempty" format:"date-time" example:"2027-11-20T08:04:00Z"` // from when on it lets nobody in; absent: never
	Token     string         `json:"token" example:"mtr_3q2-7w…"`
}

// keyList is a workspace's keys, without their tokens.
type keyList struct {
	Keys []listedKey `json:"keys"`
}

// @Summary		List keys
// @Description	The keys of the workspace, the oldest first, also those that were revoked or have expired; never their tokens.
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
	list := make([]listedKey, len(keys))
	for i, key := range keys {
		list[i] = listedKey{key, key.Expired(s.Clock())}
	}
	c.JSON(http.StatusOK, keyList{list})
	return nil
}

// @Summary		Make a key
// @Description	The answer has the token, this once only: it is stored as a hash. With `expires_at` or `expires_in` the key
// @Description	ends by itself: from that moment on it is refused (401), on every replica.
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
	key, err := models.Key{Workspace: workspaceOf(c), Name: body.Name, Scopes: body.Scopes, ExpiresAt: body.ExpiresAt}.Lasting(body.ExpiresIn, s.Clock())
	if err != nil {
		return err
	}
	made, err := s.makeKey(acting(c), key)
	if err != nil {
		return err
	}
	c.JSON(http.StatusCreated, made)
	return nil
}

func (s *server) makeKey(ctx context.Context, key models.Key) (newKey, error) {
	token, err := models.NewToken(nil)
	if err != nil {
		return newKey{}, err
	}
	key.Hash = models.HashToken(token)
	k, err := s.Store.CreateKey(ctx, key)
	return newKey{k.ID, k.Workspace, k.Name, k.Scopes, k.CreatedAt, k.ExpiresAt, token}, err
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
