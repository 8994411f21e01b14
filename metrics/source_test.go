package metrics

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mittari/mittari/models"
)

// shelf is a Source in memory: real responses, accepted by the real rules,
// counted as a store counts them.
type shelf struct {
	mu         sync.Mutex
	now        time.Time
	bound      int // of keys in each catalog
	broken     error
	workspaces map[string]*shelved
	revisions  []models.Revision
	asked      []string // what EachCount and EachKPIPart were asked for
	meanwhile  func()   // happens once, just before the arrivals are read
}

type shelved struct {
	models.Workspace
	metrics  models.Metrics
	entries  []models.Entry
	targets  []models.Target
	models   []models.CompanyModel
	counts   map[models.Count]int64 // by the count with N = 0
	arrivals map[models.Arrival]int64
	invited  map[models.InvitationCount]int64
	kpiShelf
	personShelf
}

func newShelf(now string) *shelf {
	t, err := time.Parse(time.RFC3339, now)
	if err != nil {
		panic(err)
	}
	return &shelf{now: t, bound: 100, workspaces: map[string]*shelved{}}
}

func (s *shelf) clock() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.now
}

func (s *shelf) pass(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.now = s.now.Add(d)
}

func (s *shelf) fail(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.broken = err
}

func (s *shelf) revise(workspace, metric string, day models.Day) {
	id := strconv.Itoa(len(s.revisions))
	s.revisions = append(s.revisions, models.Revision{ID: id, Workspace: workspace, Metric: metric, Day: day, At: s.now})
}

func (s *shelf) open(key, zone string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.workspaces[key] = &shelved{Workspace: models.Workspace{Key: key, TimeZone: zone}, metrics: models.StandardMetrics(),
		counts: map[models.Count]int64{}, arrivals: map[models.Arrival]int64{}, invited: map[models.InvitationCount]int64{},
		kpiShelf: kpiShelf{anonymity: models.DefaultAnonymity(), observations: map[models.Observation]models.Observation{}}}
	s.revise(key, "", 0)
}

func (s *shelf) define(workspace string, m models.Metric) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.workspaces[workspace].metrics[m.Key] = m
	s.revise(workspace, "", 0)
}

// put adds an entry to a catalog, or replaces it.
func (s *shelf) put(workspace string, e models.Entry) {
	s.remove(workspace, e.Kind, e.Key)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.workspaces[workspace].entries = append(s.workspaces[workspace].entries, e)
}

func (s *shelf) remove(workspace string, kind models.Kind, key string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	w := s.workspaces[workspace]
	w.entries = slices.DeleteFunc(w.entries, func(e models.Entry) bool { return e.Kind == kind && e.Key == key })
	s.revise(workspace, "", 0)
}

// answer records n equal responses, collected at the shelf's time unless the submission says when.
func (s *shelf) answer(t testing.TB, workspace string, n int64, sub models.Submission) {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	w := s.workspaces[workspace]
	zone, err := w.Zone()
	if err != nil {
		t.Fatal(err)
	}
	accepted, err := sub.Check(models.Rules{Workspace: workspace, Metrics: w.metrics, Zone: zone, Now: s.now, NewID: func() string { return "id" }})
	if err != nil {
		t.Fatal(err)
	}
	counts, arrivals := accepted.Counts(), accepted.Arrivals()
	for _, h := range accepted.Held() { // the store's lots are not of interest here
		lot := models.Lot{Day: h.Day, Keys: h.Keys, Answers: []models.Held{h}}
		counts, arrivals = append(counts, lot.Counts()...), append(arrivals, lot.Arrivals(w.metrics[h.Metric])...)
	}
	for _, c := range counts {
		s.count(w, c, n)
	}
	for _, a := range arrivals {
		w.arrivals[a] += n
	}
}

// count adds n to a rollup row; it may be negative, as an erasure is.
func (s *shelf) count(w *shelved, c models.Count, n int64) {
	c.N = 0
	w.counts[c] += n
	for d, key := range c.Keys {
		s.createKey(w, models.Kind(models.Dimension(d).String()), key)
	}
	s.revise(w.Key, c.Metric, c.Day)
}

// erase takes n equal answers out of the rollups; their arrival stays counted.
func (s *shelf) erase(workspace string, c models.Count, n int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.count(s.workspaces[workspace], c, -n)
}

// eraseOne erases the first answer there is.
func (s *shelf) eraseOne(workspace string) {
	for _, c := range s.sortedCounts(workspace) {
		s.erase(workspace, c, 1)
		return
	}
}

func (s *shelf) sortedCounts(workspace string) []models.Count {
	s.mu.Lock()
	defer s.mu.Unlock()
	var counts []models.Count
	for c, n := range s.workspaces[workspace].counts {
		if n > 0 {
			counts = append(counts, c)
		}
	}
	slices.SortFunc(counts, func(a, b models.Count) int { return strings.Compare(fmt.Sprint(a), fmt.Sprint(b)) })
	return counts
}

func (s *shelf) createKey(w *shelved, kind models.Kind, key string) {
	keys := 0
	for _, e := range w.entries {
		if e.Kind == kind {
			keys++
		}
		if e.Kind == kind && e.Key == key {
			return
		}
	}
	if key != "" && keys < s.bound {
		w.entries = append(w.entries, models.Entry{Kind: kind, Key: key})
		s.revise(w.Key, "", 0)
	}
}

func (s *shelf) lock() (func(), error) {
	s.mu.Lock()
	return s.mu.Unlock, s.broken
}

func (s *shelf) FindWorkspaces(context.Context) ([]models.Workspace, error) {
	unlock, err := s.lock()
	defer unlock()
	var found []models.Workspace
	for _, key := range slices.Sorted(maps.Keys(s.workspaces)) {
		found = append(found, s.workspaces[key].Workspace)
	}
	return found, err
}

func (s *shelf) FindMetrics(_ context.Context, workspace string) (models.Metrics, error) {
	unlock, err := s.lock()
	defer unlock()
	return maps.Clone(s.workspaces[workspace].metrics), err
}

func (s *shelf) FindEntries(_ context.Context, workspace string, _ models.Kind) ([]models.Entry, error) {
	unlock, err := s.lock()
	defer unlock()
	return slices.Clone(s.workspaces[workspace].entries), err
}

func (s *shelf) FindTargets(_ context.Context, workspace string) ([]models.Target, error) {
	unlock, err := s.lock()
	defer unlock()
	return slices.Clone(s.workspaces[workspace].targets), err
}

func (s *shelf) FindModels(_ context.Context, workspace string) ([]models.CompanyModel, error) {
	unlock, err := s.lock()
	defer unlock()
	return slices.Clone(s.workspaces[workspace].models), err
}

// model gives the company its only model, or with one of no metric none.
func (s *shelf) model(workspace string, m models.CompanyModel) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.workspaces[workspace].models = nil
	if m.Metric != "" {
		s.workspaces[workspace].models = []models.CompanyModel{m}
	}
	s.revise(workspace, "", 0)
}

func (s *shelf) aim(workspace string, t models.Target) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.workspaces[workspace].targets = append(s.workspaces[workspace].targets, t)
	s.revise(workspace, "", 0)
}

func (s *shelf) FindRevisions(_ context.Context, since time.Time) ([]models.Revision, error) {
	unlock, err := s.lock()
	defer unlock()
	var found []models.Revision
	for _, r := range s.revisions {
		if !r.At.Before(since) {
			found = append(found, r)
		}
	}
	return found, err
}

func (s *shelf) EachCount(_ context.Context, workspace, metric string, p models.Period, do func(models.Count) error) error {
	unlock, err := s.lock()
	defer unlock()
	s.asked = append(s.asked, fmt.Sprintf("%s %s %s+%d", workspace, metric, p.Since, p.Days()))
	for c, n := range s.workspaces[workspace].counts {
		if (metric == "" || c.Metric == metric) && c.Day >= p.Since && c.Day < p.Until {
			c.N = n
			err = errors.Join(err, do(c))
		}
	}
	return err
}

func (s *shelf) FindArrivals(_ context.Context, workspace string) ([]models.ArrivalCount, error) {
	if happen := s.meanwhile; happen != nil {
		s.meanwhile = nil
		happen()
	}
	unlock, err := s.lock()
	defer unlock()
	var counts []models.ArrivalCount
	for a, n := range s.workspaces[workspace].arrivals {
		counts = append(counts, models.ArrivalCount{Arrival: a, N: n})
	}
	return counts, err
}

func mustZone(t testing.TB, name string) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

func (s *shelf) FindInvitationArrivals(_ context.Context, workspace string) ([]models.InvitationCount, error) {
	unlock, err := s.lock()
	defer unlock()
	var counts []models.InvitationCount
	for c, n := range s.workspaces[workspace].invited {
		c.N = n
		counts = append(counts, c)
	}
	return counts, err
}

// invite records that n were asked now.
func (s *shelf) invite(workspace string, n int64, audience models.Audience, keys models.Keys) {
	s.mu.Lock()
	defer s.mu.Unlock()
	w := s.workspaces[workspace]
	s.count(w, models.Count{Metric: models.ParticipationKey(audience), Day: models.DayOf(s.now, time.UTC), Keys: keys, Score: models.Invited}, n)
	keys[models.Team] = ""
	w.invited[models.InvitationCount{Audience: audience, Keys: keys}] += n
}
