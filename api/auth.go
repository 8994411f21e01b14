package api

import (
	"crypto/subtle"
	"runtime/debug"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/mittari/mittari/models"
)

const keyOfRequest = "key"

// authorize finds the key of the request and judges its scopes; "" asks for none.
func (s *server) authorize(c *gin.Context, scope models.Scope) error {
	if scope == "" {
		return nil
	}
	if scope == signedOrKey {
		return s.admit(c)
	}
	token := bearer(c)
	if token == "" {
		return models.Errorf(models.Unauthorized, "send the header Authorization: Bearer KEY; keys are made by `mittari keys create`")
	}
	return s.authorizeBy(c, token, scope)
}

// authorizeBy is authorize by a token that was sent.
func (s *server) authorizeBy(c *gin.Context, token string, scope models.Scope) error {
	key, err := s.keyOf(c, token)
	if err != nil {
		return err
	}
	c.Set(keyOfRequest, key)
	if err := s.spend(key); err != nil {
		return err
	}
	if scope == anyKey {
		return nil
	}
	return allow(key, scope)
}

// bearer is the token that the request was sent with, "" when there is none.
func bearer(c *gin.Context) string {
	scheme, token, _ := strings.Cut(c.GetHeader("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return ""
	}
	return strings.TrimSpace(token)
}

// keyOf finds a key by its token's SHA-256, here and in the database, and compares what it found in constant time.
// How long it takes to find may tell how a hash begins, which is of no use: nobody can choose a
// token's hash, or make a token of one.
func (s *server) keyOf(c *gin.Context, token string) (models.Key, error) {
	if s.Issuer != nil && isJWT(token) {
		return s.keyOfJWT(c, token)
	}
	hash, now := models.HashToken(token), s.Clock()
	key, err := s.keys.get(hash, func(hash [32]byte) (models.Key, error) { return s.lookUp(c, hash) })
	switch {
	case err != nil && models.ErrorCode(err) != models.NotFound:
		return key, err
	case err != nil || subtle.ConstantTimeCompare(key.Hash[:], hash[:]) == 0 || key.RevokedAt != nil:
		return key, models.Errorf(models.Unauthorized, "the key is unknown or was revoked")
	case key.Expired(now):
		return key, models.Errorf(models.Unauthorized, "the key %q expired at %s; make another one", key.Name, key.ExpiresAt.Format(time.RFC3339))
	}
	s.uses.note(key, now)
	return key, nil
}

func allow(key models.Key, scope models.Scope) error {
	if key.Allows(scope) {
		return nil
	}
	return models.Errorf(models.Forbidden, "the key %q lacks the scope %s", key.Name, scope)
}

// also asks for a second scope.
func (s *server) also(scope models.Scope, h handler) handler {
	return func(c *gin.Context) error {
		if err := allow(requestKey(c), scope); err != nil {
			return err
		}
		return h(c)
	}
}

// requestKey is the key that authorize let in.
func requestKey(c *gin.Context) models.Key { return c.MustGet(keyOfRequest).(models.Key) }

// workspaceOf is the one workspace that the request may see.
func workspaceOf(c *gin.Context) string { return requestKey(c).Workspace }

// workspaceRules is what the requests of a workspace need of it.
type workspaceRules struct {
	zone    *time.Location
	metrics models.Metrics
}

func (s *server) rulesOf(c *gin.Context) (workspaceRules, error) {
	return s.workspaces.get(workspaceOf(c), func(key string) (workspaceRules, error) {
		workspace, err := s.Store.WorkspaceByKey(c.Request.Context(), key)
		if err != nil {
			return workspaceRules{}, err
		}
		zone, err := workspace.Zone()
		if err != nil {
			return workspaceRules{}, err
		}
		metrics, err := s.Store.FindMetrics(c.Request.Context(), key)
		return workspaceRules{zone, metrics}, err
	})
}

func stack() []byte { return debug.Stack() }
