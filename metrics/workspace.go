package metrics

import (
	"context"
	"time"

	"github.com/mittari/mittari/models"
)

// workspace is what the snapshot holds of one workspace.
type workspace struct {
	model   models.Workspace
	zone    *time.Location
	today   models.Day
	catalog catalog
	labels  [dimensions]*labels
	leaves  distinct // combinations of keys that found no room
	bounds
	tallies  map[string]*tally // by metric, of those with answers, and by participation
	arrivals map[arrival]arrived
	invited  map[models.InvitationCount]int64 // by the count with N = 0, keys folded
	kpis     map[string]*kpi
	persons  persons
	drops    map[string][]models.ScoreDrop // that alerts fire for, by metric
	text     map[string]*text              // what was encoded, by metric, drops, KPI, arrivalsText, invitedText and personsText
	dirty    map[string]bool               // what has to be encoded anew
	unread   int                           // rows that no metric could read
}

// daysAhead is how far past today rollups are read: a sender's clock may be ahead
// of ours by minutes, and what it calls tomorrow has to be there at midnight.
const daysAhead = 1

// readDays is the greatest number of days that are read at once: it bounds the memory needed.
const readDays = 92

// bounds are what an operator may set of the snapshot.
type bounds struct {
	maxLeaves int
	watch     models.WatchSettings
}

// loadWorkspace reads all that the windows hold; the KPIs are still to be read. Counters go on from before, which may be nil.
func loadWorkspace(ctx context.Context, source Source, m models.Workspace, now time.Time, bounds bounds, before *workspace) (*workspace, error) {
	zone, err := m.Zone()
	if err != nil {
		return nil, err
	}
	arrivals, err := source.FindArrivals(ctx, m.Key) // before the catalogs: see refresh
	if err != nil {
		return nil, err
	}
	invited, err := source.FindInvitationArrivals(ctx, m.Key)
	if err != nil {
		return nil, err
	}
	c, err := readCatalog(ctx, source, m.Key)
	if err != nil {
		return nil, err
	}
	w := newWorkspace(m, zone, now, bounds)
	w.catalog = c
	w.addKeys(c)
	if before == nil {
		before = newWorkspace(m, zone, now, bounds)
	}
	w.inheritKPIs(before)
	w.adoptKPIs(before.catalog)
	for _, metric := range append(c.metrics.Keys(), participations()...) {
		for _, p := range parts(w.held()) {
			if err := w.read(ctx, source, metric, p); err != nil {
				return nil, err
			}
		}
	}
	w.arrivals, w.invited, w.persons = before.arrivals, before.invited, before.persons
	w.countArrivals(arrivals)
	w.countInvited(invited)
	w.staleAllPersons()
	return w, nil
}

func newWorkspace(m models.Workspace, zone *time.Location, now time.Time, bounds bounds) *workspace {
	w := &workspace{model: m, zone: zone, today: models.DayOf(now, zone), bounds: bounds,
		tallies: map[string]*tally{}, kpis: map[string]*kpi{}, persons: persons{}, drops: map[string][]models.ScoreDrop{}, text: map[string]*text{}, dirty: map[string]bool{arrivalsText: true, invitedText: true}}
	for d := range w.labels {
		w.labels[d] = newLabels()
	}
	return w
}

// held is the period whose days are kept.
func (w *workspace) held() models.Period {
	p := longest(w.today)
	p.Until += daysAhead
	return p
}

// parts cuts a period into what is read at once.
func parts(p models.Period) []models.Period {
	var parts []models.Period
	for since := p.Since; since < p.Until; since += readDays {
		parts = append(parts, models.Period{Since: since, Until: min(since+readDays, p.Until)})
	}
	return parts
}

// read puts what the source says of a metric's period in the place of what was known of it.
func (w *workspace) read(ctx context.Context, source Source, metric string, p models.Period) error {
	m := w.catalog.metrics.Counted(metric)
	if m.Key == "" {
		w.unread++
		return nil
	}
	t := w.tallies[metric]
	if t == nil {
		t = newTally(m, w.today, w.maxLeaves, &w.leaves)
	}
	days := map[models.Day]map[cell]int64{}
	err := source.EachCount(ctx, w.model.Key, metric, p, func(c models.Count) error {
		w.count(t, days, c)
		return nil
	})
	if err != nil {
		return err
	}
	for day := p.Since; day < p.Until; day++ {
		if t.replace(day, days[day]) {
			w.tallies[metric] = t
			w.changed(metric, day)
		}
	}
	return nil
}

func (w *workspace) count(t *tally, days map[models.Day]map[cell]int64, c models.Count) {
	if !t.metric.Contains(c.Score) {
		w.unread++
		return
	}
	var numbers [dimensions]uint32
	for d, key := range c.Keys {
		numbers[d] = w.labels[d].number(key)
	}
	if days[c.Day] == nil {
		days[c.Day] = map[cell]int64{}
	}
	t.count(days[c.Day], numbers, c.Score, c.N)
}

// moveTo makes today the last day of all windows.
func (w *workspace) moveTo(today models.Day) {
	before := w.today
	w.today = today
	for metric, t := range w.tallies {
		t.moveTo(today)
		w.changed(metric, w.held().Since)
	}
	w.moveKPIs(before)
}

// changed has a metric's series encoded anew: those of its drops only when the day is closed.
func (w *workspace) changed(metric string, day models.Day) {
	w.dirty[metric] = true
	if day < w.today && !models.IsParticipation(metric) {
		w.dirty[metric+dropsText] = true
	}
}

func (w *workspace) addKeys(c catalog) {
	for d, keys := range c.keys {
		for _, key := range keys {
			w.labels[d].add(key)
		}
	}
}
