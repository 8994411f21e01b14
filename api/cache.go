package api

import (
	"sync"
	"time"
)

// cacheLife is how long a key's revocation or a metric's definition made on
// another replica may go unnoticed. What is changed on this one is noticed at once.
const cacheLife = 5 * time.Second

// cache remembers what was found for cacheLife. What was not found is not
// remembered, so that guessing costs no memory. Of more than 2·mostCached those are
// forgotten that were found the longest ago: an issuer makes new tokens all the time.
type cache[K comparable, V any] struct {
	clock        func() time.Time
	mu           sync.RWMutex
	entries, old map[K]cached[V]
	cleared      int // how often
}

const mostCached = 1 << 14

type cached[V any] struct {
	value V
	until time.Time
}

func newCache[K comparable, V any](clock func() time.Time) *cache[K, V] {
	return &cache[K, V]{clock: clock, entries: map[K]cached[V]{}}
}

func (c *cache[K, V]) get(key K, load func(K) (V, error)) (V, error) {
	c.mu.RLock()
	entry, found := c.entry(key)
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

func (c *cache[K, V]) entry(key K) (cached[V], bool) {
	if entry, found := c.entries[key]; found {
		return entry, true
	}
	entry, found := c.old[key]
	return entry, found
}

// keep remembers a value, unless the cache was cleared since it was looked up: then it may be out of date.
func (c *cache[K, V]) keep(key K, value V, cleared int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.entries) >= mostCached {
		c.entries, c.old = map[K]cached[V]{}, c.entries
	}
	if cleared == c.cleared {
		c.entries[key] = cached[V]{value, c.clock().Add(cacheLife)}
	}
}

// knows reports whether the key was ever found.
func (c *cache[K, V]) knows(key K) bool {
	c.mu.RLock()
	defer c.mu.RUnlock()
	_, found := c.entry(key)
	return found
}

// clear forgets everything, but for which keys were found.
func (c *cache[K, V]) clear() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.cleared++
	for _, entries := range []map[K]cached[V]{c.entries, c.old} {
		for key := range entries {
			entries[key] = cached[V]{}
		}
	}
}
