package metrics

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/mittari/mittari/models"
	"github.com/mittari/mittari/models/score"
)

// kpiShelf is what a workspace on a shelf has of KPIs.
type kpiShelf struct {
	kpis         []models.KPI
	kpiTargets   []models.KPITarget
	anonymity    models.Anonymity
	observations map[models.Observation]models.Observation // by slot, those that hold
}

// kpiOf is a definition with the words that a test does not care for filled in.
func kpiOf(key string, kind models.KPIKind, addsUp models.AddsUp) models.KPI {
	return models.KPI{Key: key, Name: key, Kind: kind, Unit: "EUR", Better: score.Higher, AddsUp: addsUp}
}

// defineKPI defines a KPI, anew where there is one of that key.
func (s *shelf) defineKPI(workspace string, k models.KPI) {
	s.mu.Lock()
	defer s.mu.Unlock()
	w := s.workspaces[workspace]
	w.kpis = slices.DeleteFunc(w.kpis, func(known models.KPI) bool { return known.Key == k.Key })
	k.CreatedAt, k.UpdatedAt = s.now, s.now
	w.kpis = append(w.kpis, k)
	s.revise(workspace, "", 0)
}

// deleteKPI deletes a KPI with its observations and targets.
func (s *shelf) deleteKPI(workspace, key string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	w := s.workspaces[workspace]
	w.kpis = slices.DeleteFunc(w.kpis, func(k models.KPI) bool { return k.Key == key })
	w.kpiTargets = slices.DeleteFunc(w.kpiTargets, func(t models.KPITarget) bool { return t.KPI == key })
	for slot := range w.observations {
		if slot.KPI == key {
			delete(w.observations, slot)
		}
	}
	s.revise(workspace, "", 0)
}

func (s *shelf) aimKPI(workspace string, t models.KPITarget) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.workspaces[workspace].kpiTargets = append(s.workspaces[workspace].kpiTargets, t)
	s.revise(workspace, "", 0)
}

// threshold raises how many employees a figure must be of.
func (s *shelf) threshold(workspace string, employees int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.workspaces[workspace].anonymity.Employees = employees
	s.revise(workspace, "", 0)
}

// observe records observations of a KPI, each of which must be accepted.
func (s *shelf) observe(t testing.TB, workspace, kpi string, texts ...string) {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	w := s.workspaces[workspace]
	at := slices.IndexFunc(w.kpis, func(k models.KPI) bool { return k.Key == kpi })
	zone, err := w.Zone()
	if err != nil || at < 0 {
		t.Fatalf("observing %s: %v", kpi, err)
	}
	rules := models.ObservationRules{KPI: w.kpis[at], Today: models.DayOf(s.now, zone), NewID: func() string { return "id" }}
	for _, text := range texts {
		var submitted models.SubmittedObservation
		if err := json.Unmarshal([]byte(text), &submitted); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		accepted, err := submitted.Check(rules)
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		o := accepted.Observation()
		w.observations[o.Slot()] = o
		for d, key := range o.Keys {
			s.createKey(w, models.Kind(models.Dimension(d).String()), key)
		}
	}
	r := models.KPIRevision(kpi)
	s.revise(workspace, r.Metric, r.Day)
}

// monthly is an observation of a month, with further fields.
func monthly(month string, value float64, fields string) string {
	return fmt.Sprintf(`{"period":"month","start":"%s-01","value":%v%s}`, month, value, fields)
}

func (s *shelf) AnonymityByWorkspace(_ context.Context, workspace string) (models.Anonymity, error) {
	unlock, err := s.lock()
	defer unlock()
	return s.workspaces[workspace].anonymity, err
}

func (s *shelf) FindKPIs(_ context.Context, workspace string) ([]models.KPI, error) {
	unlock, err := s.lock()
	defer unlock()
	return slices.Clone(s.workspaces[workspace].kpis), err
}

func (s *shelf) FindKPITargets(_ context.Context, workspace string) ([]models.KPITarget, error) {
	unlock, err := s.lock()
	defer unlock()
	return slices.Clone(s.workspaces[workspace].kpiTargets), err
}

func (s *shelf) EachKPIPart(_ context.Context, workspace, kpi string, starts models.Period, do func(models.KPIPart) error) error {
	unlock, err := s.lock()
	defer unlock()
	s.asked = append(s.asked, fmt.Sprintf("%s %s %s+%d", workspace, models.KPIRevision(kpi).Metric, starts.Since, starts.Days()))
	for slot, o := range s.workspaces[workspace].observations {
		if slot.KPI == kpi && o.Start >= starts.Since && o.Start < starts.Until {
			err = errors.Join(err, do(models.KPIPart{KPISum: o.Sum(), Period: o.Period, Start: o.Start, Grain: o.Grain(), Keys: o.Keys}))
		}
	}
	return err
}
