package metrics

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	dto "github.com/prometheus/client_model/go"

	"github.com/mittari/mittari/models"
	"github.com/mittari/mittari/models/score"
)

// encode encodes what changed since it was last called and reports whether anything did.
func (w *workspace) encode() (bool, error) {
	for name := range w.dirty {
		var s series
		if key, is := strings.CutPrefix(name, kpisText); is {
			w.kpiSeries(&s, key)
		} else if name == personsText {
			w.personSeries(&s)
		} else if name == arrivalsText {
			w.arrivalSeries(&s)
		} else if name == invitedText {
			w.invitedSeries(&s)
		} else if models.IsParticipation(name) {
			w.rateSeries(&s, w.tallies[name])
		} else if metric, drops := strings.CutSuffix(name, dropsText); drops {
			w.dropSeries(&s, w.tallies[metric])
		} else {
			w.scoreSeries(&s, w.tallies[name])
			w.windowSeries(&s, w.tallies[name])
		}
		encoded, err := s.encode()
		if err != nil {
			return false, err
		}
		w.text[name] = encoded
		if encoded.series == 0 { // of a KPI that is gone, for one
			delete(w.text, name)
		}
	}
	changed := len(w.dirty) > 0
	w.dirty = map[string]bool{}
	return changed, nil
}

// group is a part of the workspace that has scores of its own.
type group struct {
	level   models.Level
	key     string
	first   []cell        // of each of the histograms that it pools
	journey *models.Entry // of a journey only
}

// groups are the tally's groups by level and key.
func (w *workspace) groups(t *tally) []group {
	groups := []group{{level: models.CompanyLevel, first: []cell{0}}}
	for d, firsts := range t.groups {
		level := models.Level(models.Dimension(d).String())
		of := make([]group, 0, len(firsts))
		for number, first := range firsts {
			of = append(of, group{level: level, key: w.labels[d].values[number], first: []cell{first}})
		}
		slices.SortFunc(of, func(a, b group) int { return strings.Compare(a.key, b.key) })
		groups = append(groups, of...)
	}
	for _, j := range w.catalog.journeys {
		g := group{level: models.JourneyLevel, key: j.Key, journey: &j}
		for _, touchpoint := range j.Touchpoints {
			g.first = append(g.first, w.groupOf(t, models.Touchpoint, touchpoint).first...)
		}
		groups = append(groups, g)
	}
	return groups
}

// histogram pools the group's answers in a window.
func (t *tally) histogram(g group, window int) score.Histogram {
	h := t.metric.NewHistogram()
	t.pool(h, g, t.sums[window])
	return h
}

// groupLabels tell the group's series from those of others.
func (w *workspace) groupLabels(t *tally, g group) []*dto.LabelPair {
	labels := []*dto.LabelPair{label("workspace", w.model.Key), label("metric", t.metric.Key), label("level", string(g.level))}
	if g.level != models.CompanyLevel {
		labels = append(labels, label(string(g.level), g.key))
	}
	return labels
}

func (w *workspace) scoreSeries(s *series, t *tally) {
	windows := windowLabels()
	for _, g := range w.groups(t) {
		labels, told := w.groupLabels(t, g), models.Score{}
		for i, window := range windows {
			told = w.score(t, g, i)
			with := append(slices.Clip(labels), window)
			if told.Result != nil {
				s.score(with, *told.Result)
			}
			if told.Journey != nil {
				s.journey(with, *told.Journey)
			}
			if told.Modelled {
				s.modelled(with, told, t.metric, t.histogram(g, i))
			}
		}
		if told.Journey != nil { // in the longest window
			s.steps(labels, told.Journey.Steps)
		}
	}
}

func windowLabels() []*dto.LabelPair {
	var labels []*dto.LabelPair
	for _, w := range models.Windows() {
		labels = append(labels, label("window", w.Name))
	}
	return labels
}

func (s *series) score(labels []*dto.LabelPair, r score.Result) {
	s.gauge(scoreFamily, labels, r.Score)
	if r.StdErr != nil {
		s.gauge(stderrFamily, labels, *r.StdErr)
	}
	if r.Interval != nil {
		s.gauge(lowerFamily, labels, r.Interval.Lower)
		s.gauge(upperFamily, labels, r.Interval.Upper)
	}
	s.gauge(sampleSizeFamily, labels, float64(r.SampleSize))
	s.gauge(meanFamily, labels, r.Mean)
}

// windowSeries tells each leaf's answers by category. A leaf with answers in the
// window has all its categories there; one without, or too small to be shown, none.
func (w *workspace) windowSeries(s *series, t *tally) {
	common := []*dto.LabelPair{label("workspace", w.model.Key), label("metric", t.metric.Key)}
	windows, categories := windowLabels(), categoryLabels(t.metric)
	for _, l := range w.sortedLeaves(t) {
		labels := slices.Clip(common)
		for i, d := range leafDimensions() {
			labels = append(labels, label(d.String(), w.labels[d].values[l[i]]))
		}
		first := t.leaves[l]
		for i, window := range windows {
			counts := arrived(t.sums[i][first : first+3])
			if counts.total() == 0 || t.metric.Suppressed(counts.total()) {
				continue
			}
			for category, n := range counts {
				s.gauge(windowFamily, append(slices.Clip(labels), categories[category], window), float64(n))
			}
		}
	}
}

func categoryLabels(m models.Metric) [3]*dto.LabelPair {
	var labels [3]*dto.LabelPair
	for category, name := range m.CategoryNames() {
		labels[category] = label("category", name)
	}
	return labels
}

func (w *workspace) sortedLeaves(t *tally) []leaf {
	return slices.SortedFunc(maps.Keys(t.leaves), func(a, b leaf) int {
		for i, d := range leafDimensions() {
			if a[i] != b[i] {
				return strings.Compare(w.labels[d].values[a[i]], w.labels[d].values[b[i]])
			}
		}
		return 0
	})
}

func (w *workspace) arrivalSeries(s *series) {
	for _, a := range slices.SortedFunc(maps.Keys(w.arrivals), compareArrivals) {
		counts := w.arrivals[a]
		m, known := w.catalog.metrics[a.metric]
		if !known || m.Suppressed(counts.total()) {
			continue
		}
		labels := []*dto.LabelPair{label("workspace", w.model.Key), label("metric", m.Key),
			label("touchpoint", a.touchpoint), label("segment", a.segment), label("channel", a.channel)}
		categories := categoryLabels(m)
		for category, n := range counts {
			s.counter(arrivalFamily, append(slices.Clip(labels), categories[category]), float64(n))
		}
	}
}

func compareArrivals(a, b arrival) int {
	return cmp.Or(strings.Compare(a.metric, b.metric), strings.Compare(a.touchpoint, b.touchpoint),
		strings.Compare(a.segment, b.segment), strings.Compare(a.channel, b.channel))
}
