package api

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/mittari/mittari/models"
)

// uses are which keys let somebody in, until that is written down.
type uses struct {
	mu    sync.Mutex
	byKey map[string]models.KeyUse // by the key's id
}

// note costs a request next to nothing: what is noted is written by Run.
func (u *uses) note(key models.Key, now time.Time) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.byKey == nil {
		u.byKey = map[string]models.KeyUse{}
	}
	u.byKey[key.ID] = models.KeyUse{Workspace: key.Workspace, ID: key.ID, At: now}
}

// take gives what was noted since it was last asked for.
func (u *uses) take() []models.KeyUse {
	u.mu.Lock()
	defer u.mu.Unlock()
	taken := slices.Collect(maps.Values(u.byKey))
	u.byKey = nil
	return taken
}

// betweenNotes is how often it is written which keys were used.
const betweenNotes = time.Minute

// Run writes once a minute which keys were used, and once more when the context ends.
func (h *Handler) Run(ctx context.Context) {
	ticks := time.NewTicker(betweenNotes)
	defer ticks.Stop()
	for {
		select {
		case <-ticks.C:
			h.NoteUses(ctx)
		case <-ctx.Done():
			last, cancel := context.WithTimeout(context.WithoutCancel(ctx), endWithin)
			h.NoteUses(last)
			cancel()
			return
		}
	}
}

// NoteUses writes which keys were used since it was last called. What can't be written is
// forgotten: the key's next use is as good.
func (h *Handler) NoteUses(ctx context.Context) {
	used := h.server.uses.take()
	if len(used) == 0 {
		return
	}
	if err := h.server.Store.NoteKeyUses(ctx, used); err != nil && ctx.Err() == nil {
		h.server.Logger.WarnContext(ctx, "when keys were last used could not be noted; the next try is in a minute", "keys", len(used), "error", err)
	}
}
