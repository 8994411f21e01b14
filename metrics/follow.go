package metrics

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/mittari/mittari/models"
)

// change is what revisions say of a workspace.
type change struct {
	catalogs bool
	days     map[string]map[models.Day]bool // by metric
	kpis     map[string]bool
}

// follow reads what changed since the last refresh and gives the revisions that it knows now.
func (s *snapshot) follow(ctx context.Context, now time.Time) (map[string]bool, error) {
	since := s.polled
	if now.Before(since) { // the clock was set back
		since = now
	}
	revisions, err := s.source.FindRevisions(ctx, since.Add(-overlap))
	if err != nil {
		return nil, err
	}
	changes, handled := s.unhandled(revisions)
	if err := s.followWorkspaces(ctx, now, changes); err != nil {
		return nil, err
	}
	for _, key := range slices.Sorted(maps.Keys(s.workspaces)) {
		if err := s.followWorkspace(ctx, s.workspaces[key], now, changes[key]); err != nil {
			return nil, err
		}
	}
	return handled, nil
}

func (s *snapshot) unhandled(revisions []models.Revision) (map[string]*change, map[string]bool) {
	changes, handled := map[string]*change{}, make(map[string]bool, len(revisions))
	for _, r := range revisions {
		handled[r.ID] = true
		if s.handled[r.ID] {
			continue
		}
		c := changes[r.Workspace]
		if c == nil {
			c = &change{days: map[string]map[models.Day]bool{}, kpis: map[string]bool{}}
			changes[r.Workspace] = c
		}
		if r.Metric == "" {
			c.catalogs = true
			continue
		}
		if key, is := r.KPI(); is {
			c.kpis[key] = true
			continue
		}
		if c.days[r.Metric] == nil {
			c.days[r.Metric] = map[models.Day]bool{}
		}
		c.days[r.Metric][r.Day] = true
	}
	return changes, handled
}

// followWorkspaces reads the list of workspaces again where it may have changed.
func (s *snapshot) followWorkspaces(ctx context.Context, now time.Time, changes map[string]*change) error {
	changed := false
	for key, c := range changes {
		changed = changed || c.catalogs || s.workspaces[key] == nil
	}
	if !changed {
		return nil
	}
	found, err := s.source.FindWorkspaces(ctx)
	if err != nil {
		return err
	}
	workspaces := map[string]*workspace{}
	for _, m := range found {
		w := s.workspaces[m.Key]
		if w == nil {
			if w, err = s.loadWorkspace(ctx, m, now, nil); err != nil {
				return err
			}
			delete(changes, m.Key)
		}
		workspaces[m.Key] = w
	}
	s.workspaces = workspaces
	return nil
}

// followWorkspace moves the workspace's windows when its day is over, and reads
// what changed. changed is nil when nothing did.
func (s *snapshot) followWorkspace(ctx context.Context, w *workspace, now time.Time, changed *change) error {
	today := models.DayOf(now, w.zone)
	if today > w.today {
		w.moveTo(today)
	}
	whole := today >= w.today // else the clock was set back: days that were let go are wanted again
	if whole && changed != nil {
		var err error
		if whole, err = w.refresh(ctx, s.source, *changed); err != nil {
			return err
		}
		s.reportUnread(ctx, w)
	}
	if whole {
		return w.readKPIs(ctx, s.source, s.now)
	}
	fresh, err := s.loadWorkspace(ctx, w.model, now, w)
	if err != nil {
		return err
	}
	s.workspaces[w.model.Key] = fresh
	return nil
}
