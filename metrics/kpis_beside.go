package metrics

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/mittari/mittari/models"
)

// kpiReading is a KPI that takes too long to be read while the scores wait, with all that reading it takes.
type kpiReading struct {
	of    *kpi
	kpi   models.KPI
	aside *workspace // as the workspace was when the reading began; nobody else has it
}

// RefreshKPIs reads the KPIs that take too long to be read in a Refresh, the
// next of which publishes what they say. One that fails is read again the next
// time; what was told before stays.
func (e *Exporter) RefreshKPIs(ctx context.Context) error {
	var errs []error
	for _, r := range e.snapshot.kpisBeside() {
		if err := e.snapshot.readBeside(ctx, r); err != nil {
			errs = append(errs, fmt.Errorf("%s of workspace %q: %w", r.kpi.Key, r.aside.model.Key, err))
		}
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return errors.Join(errs...)
}

// runKPIs does so until the context ends.
func (e *Exporter) runKPIs(ctx context.Context) {
	for pause(ctx, e.interval) == nil {
		if err := e.RefreshKPIs(ctx); err != nil && ctx.Err() == nil {
			e.log.WarnContext(ctx, "some KPIs could not be read; their series stay as they were", "err", err)
		}
	}
}

// kpisBeside are those to be read now. What changes from now on makes them stale again.
func (s *snapshot) kpisBeside() []kpiReading {
	s.mu.Lock()
	defer s.mu.Unlock()
	var readings []kpiReading
	for _, w := range s.workspaces {
		for _, k := range w.kpis {
			if k.beside && k.due(s.now()) {
				k.stale = false
				readings = append(readings, kpiReading{k, k.KPI, w.aside()})
			}
		}
	}
	return readings
}

// aside is what reading a KPI takes of a workspace.
func (w *workspace) aside() *workspace {
	aside := &workspace{model: w.model, today: w.today, catalog: w.catalog}
	for d, l := range w.labels {
		aside.labels[d] = l.clone()
	}
	return aside
}

// readBeside reads one KPI while scores are refreshed beside it.
func (s *snapshot) readBeside(ctx context.Context, r kpiReading) error {
	begun := s.now()
	told, err := r.aside.latest(ctx, s.source, r.kpi)
	s.withWorkspace(r.aside.model.Key, func(w *workspace) {
		if w.kpis[r.kpi.Key] != r.of {
			return // gone, or to be read anew for what it is now
		}
		r.of.read, r.of.took = begun, s.now().Sub(begun)
		if err != nil || !w.learn(r.aside) {
			r.of.stale = true
			return
		}
		if !slices.Equal(told, r.of.told) {
			r.of.told, w.dirty[kpisText+r.kpi.Key] = told, true
		}
	})
	return err
}

// learn takes over which keys were told as another. It reports false when one of them has got a name since.
func (w *workspace) learn(aside *workspace) bool {
	same := true
	for d, l := range w.labels {
		same = l.learn(aside.labels[d]) && same
	}
	return same
}

// due reports whether the KPI is to be read now.
func (k *kpi) due(now time.Time) bool {
	since := now.Sub(k.read)
	return k.stale && (since < 0 || since >= kpiRest*k.took)
}
