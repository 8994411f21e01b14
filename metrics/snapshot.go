package metrics

import (
	"context"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/mittari/mittari/models"
)

// snapshot holds the rollups of all workspaces for the longest window, the KPIs'
// latest figures, and what they say as series. Its memory grows with the groups
// and days that have answers, not with the answers or observations.
type snapshot struct {
	source Source
	now    func() time.Time
	log    *slog.Logger
	bounds

	mu         sync.Mutex // one refresh at a time
	workspaces map[string]*workspace
	polled     time.Time       // when the last refresh that succeeded began; zero before the first
	handled    map[string]bool // the revisions it had seen

	published atomic.Pointer[exposition] // nil before the first
	state     atomic.Pointer[state]      // nil before the first
}

// state is what is told of the snapshot itself.
type state struct {
	refreshed time.Time
	folded    []foldedValues
	drops     map[string][]models.ScoreDrop
}

// foldedValues is how many values of a workspace's dimension were told as models.OtherKey.
type foldedValues struct {
	workspace, dimension string
	count                float64
}

// overlap is how far back revisions are asked for again: a transaction of
// another replica may commit that much after its revisions' time, less the
// difference between the replicas' clocks.
const overlap = 30 * time.Second

// refresh reads what changed and publishes it. When it fails, what was published
// stays; the next one reads the same changes again, each of which replaces what it is about.
func (s *snapshot) refresh(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	var err error
	var handled map[string]bool
	if s.polled.IsZero() || now.Sub(s.polled) > models.RevisionLife-overlap {
		err = s.load(ctx, now)
	} else {
		handled, err = s.follow(ctx, now)
	}
	if err == nil {
		err = s.publish()
	}
	if err != nil {
		return err
	}
	s.polled, s.handled = now, handled
	s.state.Store(&state{refreshed: s.now(), folded: s.folded(), drops: s.drops()})
	return nil
}

// load reads everything.
func (s *snapshot) load(ctx context.Context, now time.Time) error {
	begun := s.now()
	found, err := s.source.FindWorkspaces(ctx)
	if err != nil {
		return err
	}
	workspaces := map[string]*workspace{}
	for _, m := range found {
		w, err := s.loadWorkspace(ctx, m, now, s.workspaces[m.Key])
		if err != nil {
			return err
		}
		workspaces[m.Key] = w
	}
	s.workspaces = workspaces
	s.log.InfoContext(ctx, "the series were read from the database", "workspaces", len(found), "took", s.now().Sub(begun))
	return nil
}

func (s *snapshot) loadWorkspace(ctx context.Context, m models.Workspace, now time.Time, before *workspace) (*workspace, error) {
	w, err := loadWorkspace(ctx, s.source, m, now, s.bounds, before)
	if err != nil {
		return nil, err
	}
	s.reportUnread(ctx, w)
	return w, w.readKPIs(ctx, s.source, s.now)
}

// reportUnread says that rows were left out, where a metric was redefined below its answers.
func (s *snapshot) reportUnread(ctx context.Context, w *workspace) {
	if w.unread > 0 {
		s.log.WarnContext(ctx, "counts that no metric of the workspace can read are left out of the series",
			"workspace", w.model.Key, "rows", w.unread)
	}
	w.unread = 0
}

// publish encodes what changed and makes it what is served.
func (s *snapshot) publish() error {
	before := s.published.Load()
	keys := slices.Sorted(maps.Keys(s.workspaces))
	changed := before == nil || len(before.workspaces) != len(keys)
	texts := map[string][]*text{}
	for _, key := range keys {
		w := s.workspaces[key]
		encoded, err := w.encode()
		if err != nil {
			return err
		}
		changed = changed || encoded || before.workspaces[key] == nil
		for _, name := range slices.Sorted(maps.Keys(w.text)) {
			texts[key] = append(texts[key], w.text[name])
		}
	}
	if !changed {
		return nil
	}
	var version uint64 = 1
	if before != nil {
		version = before.version + 1
	}
	e, err := newExposition(version, keys, texts)
	if err == nil {
		s.published.Store(e)
	}
	return err
}

// drops are those that alerts fire for, by workspace.
func (s *snapshot) drops() map[string][]models.ScoreDrop {
	drops := map[string][]models.ScoreDrop{}
	for key, w := range s.workspaces {
		for _, metric := range slices.Sorted(maps.Keys(w.drops)) {
			if len(w.drops[metric]) > 0 {
				drops[key] = append(drops[key], w.drops[metric]...)
			}
		}
	}
	return drops
}

func (s *snapshot) folded() []foldedValues {
	var folded []foldedValues
	for key, w := range s.workspaces {
		for d, l := range w.labels {
			folded = append(folded, foldedValues{key, models.Dimension(d).String(), l.folded.count()})
		}
		folded = append(folded, foldedValues{key, "combination", w.leaves.count()})
	}
	return folded
}
