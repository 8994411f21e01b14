package api

import (
	"crypto/subtle"
	"runtime/debug"
	"strings"
	"sync"
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
	token := bearer(c)
	if token == "" {
		return models.Errorf(models.Unauthorized, "send the header Authorization: Bearer KEY; keys are made by `mittari keys create`")
	}
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

// cacheLife is how long a key's revocation or a metric's definition made on
// another replica may go unnoticed. What is changed on this one is noticed at once.
const cacheLife = 5 * time.Second

// cache remembers what was found for cacheLife. What was not found is not
// remembered, so that guessing costs no memory.
type cache[K comparable, V any] struct {
	clock   func() time.Time
	mu      sync.RWMutex
	entries map[K]cached[V]
	cleared int // how often
}

type cached[V any] struct {
	value V
	until time.Time
}

func newCache[K comparable, V any](clock func() time.Time) *cache[K, V] {
	return &cache[K, V]{clock: clock, entries: map[K]cached[V]{}}
}

func (c *cache[K, V]) get(key K, load func(K) (V, error)) (V, error) {
	c.mu.RLock()
	entry, found := c.entries[key]
	cleared := c.cleared
	c.mu.RUnlock()
	if now := c.clock(); found && now.Before(entry.until) && entry.until.Sub(now) <= cacheLife {
		return entry.value, nil
	}
	value, err := load(key)
	if err == nil {
		c.keep(key, value, cleared)
	}
	return value, err
}

// keep remembers a value, unless the cache was cleared since it was looked up: then it may be out of date.
func (c *cache[K, V]) keep(key K, value V, cleared int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if cleared == c.cleared {
		c.entries[key] = cached[V]{value, c.clock().Add(cacheLife)}
	}
}

// knows reports whether the key was ever found.
func (c *cache[K, V]) knows(key K) bool {
	c.mu.RLock()
	defer c.mu.RUnlock()
	_, found := c.entries[key]
	return found
}

// clear forgets everything, but for which keys were found.
func (c *cache[K, V]) clear() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.cleared++
	for key := range c.entries {
		c.entries[key] = cached[V]{}
	}
}

func stack() []byte { return debug.Stack() }
