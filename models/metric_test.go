package models

import (
	"slices"
	"strings"
	"testing"

	"github.com/mittari/mittari/models/score"
)

func TestStandardCatalogIsWhatTheFieldAgreesOn(t *testing.T) {
	const promoters, boxes = "promoter passive detractor", "top middle bottom"
	want := map[string]struct {
		scale      score.Scale
		audience   Audience
		categories string
	}{
		"nps":  {score.Scale{Min: 0, Max: 10, Better: score.Higher, Top: 9, Bottom: 6, Headline: score.Net}, Customer, promoters},
		"enps": {score.Scale{Min: 0, Max: 10, Better: score.Higher, Top: 9, Bottom: 6, Headline: score.Net}, Employee, promoters},
		"ces":  {score.Scale{Min: 1, Max: 5, Better: score.Lower, Top: 2, Bottom: 4, Headline: score.Share}, Customer, boxes},
		"ces7": {score.Scale{Min: 1, Max: 7, Better: score.Higher, Top: 5, Bottom: 3, Headline: score.Share}, Customer, boxes},
		"fcr":  {score.Scale{Min: 0, Max: 1, Better: score.Higher, Top: 1, Bottom: 0, Headline: score.Share}, Customer, boxes},

		"ces_easy":    {score.Scale{Min: 0, Max: 1, Better: score.Higher, Top: 1, Bottom: 0, Headline: score.Share}, Customer, boxes},
		"expectation": {score.Scale{Min: 1, Max: 5, Better: score.Higher, Top: 4, Bottom: 2, Headline: score.Net}, Customer, boxes},
	}
	sums := score.Scale{Min: 3, Max: 15, Better: score.Higher, Top: 12, Bottom: 6, Headline: score.Mean}
	want["cx3d"], want["ex3d"] = want["nps"], want["enps"]
	for _, key := range []string{"cx3d", "ex3d"} {
		w := want[key]
		w.scale, w.categories = sums, boxes
		want[key] = w
	}
	satisfaction := score.Scale{Min: 1, Max: 5, Better: score.Higher, Top: 4, Bottom: 2, Headline: score.Share}
	audiences := map[Audience]string{Customer: "csat effectiveness ease emotion", Employee: "pulse job_satisfaction ex_effectiveness ex_ease ex_emotion"}
	for audience, keys := range audiences {
		for _, key := range strings.Fields(keys) {
			w := want[key]
			w.scale, w.audience, w.categories = satisfaction, audience, boxes
			want[key] = w
		}
	}
	metrics := StandardMetrics()
	if got := metrics.Keys(); len(got) != len(want) || !slices.IsSorted(got) {
		t.Errorf("the catalog holds %v", got)
	}
	for key, w := range want {
		m := metrics[key]
		categories := m.CategoryNames()
		if m.Key != key || m.Scale != w.scale || m.Audience != w.audience || !m.Standard || strings.Join(categories[:], " ") != w.categories {
			t.Errorf("%s is %+v with %v, want %+v", key, m, categories, w)
		}
		if err := m.Check(); err != nil || m.Question == "" {
			t.Errorf("%s, %q: %v", key, m.Question, err)
		}
	}
	delete(metrics, "nps")
	if _, ok := StandardMetrics()["nps"]; !ok {
		t.Error("the catalog is shared: what one caller deletes, all lack")
	}
}

func TestEveryFaultOfAMetricNamesItsFieldAndTheRemedy(t *testing.T) {
	for _, c := range []struct {
		name, field, remedy string
		change              func(*Metric)
	}{
		{"no key", "key", "must be 1 to 100 letters", func(m *Metric) { m.Key = "" }},
		{"a key with a space", "key", "starting with a letter or digit", func(m *Metric) { m.Key = "our nps" }},
		{"no name", "name", "must not be empty", func(m *Metric) { m.Name = "" }},
		{"long name", "name", "200 characters at most, is 201", func(m *Metric) { m.Name = text(201) }},
		{"name with NUL", "name", "NUL", func(m *Metric) { m.Name = "a\x00" }},
		{"long question", "question", "2000 characters at most, is 2001", func(m *Metric) { m.Question = text(2001) }},
		{"broken question", "question", "must be UTF-8", func(m *Metric) { m.Question = "\xff" }},
		{"audience", "audience", `must be "customer" or "employee"`, func(m *Metric) { m.Audience = "all" }},
		{"scale", "max", "must be greater than min", func(m *Metric) { m.Max = -1 }},
		{"cut points", "top", "must be a value of the scale, 0 to 10", func(m *Metric) { m.Top = 11 }},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := StandardMetrics()["nps"]
			c.change(&m)
			holdsOneFault(t, m.Check(), c.field, c.remedy)
		})
	}
	if got := len(faultsOf(t, Metric{}.Check())); got != 6 { // key, name, audience, better, headline, max
		t.Errorf("%d faults of an empty metric", got)
	}
}

func TestSmallGroupsOfEmployeesAreNeverShown(t *testing.T) {
	period := Period{1, 2}
	for _, c := range []struct {
		metric     string
		n          int64
		suppressed bool
		scored     bool
	}{
		{"nps", 0, false, false}, {"nps", 1, false, true},
		{"enps", 0, true, false}, {"enps", 1, true, false}, {"enps", 4, true, false}, {"enps", 5, false, true},
	} {
		m := StandardMetrics()[c.metric]
		h := m.NewHistogram()
		m.Add(h, 9, c.n)
		s := NewScore(m, CompanyLevel, "", period, h)
		if s.Suppressed != c.suppressed || (s.Result != nil) != c.scored {
			t.Errorf("%s of %d: suppressed %v, result %v", c.metric, c.n, s.Suppressed, s.Result)
		}
		if s.Suppressed && s.Histogram != nil {
			t.Errorf("%s of %d: the counts of a suppressed group are told", c.metric, c.n)
		}
		if s.Period != period || s.Level != CompanyLevel || s.Metric.Key != c.metric {
			t.Errorf("the score is told for %+v", s)
		}
	}
}

func TestLevelsAreTheCompanyTheDimensionsAndJourneys(t *testing.T) {
	want := []Level{"company", "survey", "touchpoint", "channel", "segment", "team", "journey"}
	if got := Levels(); !slices.Equal(got, want) {
		t.Errorf("levels are %v", got)
	}
	for _, d := range Dimensions() {
		if got, ok := Level(d.String()).Dimension(); !ok || got != d {
			t.Errorf("level %v is told apart by %v", d, got)
		}
	}
	if d, ok := JourneyLevel.Dimension(); !ok || d != Touchpoint {
		t.Errorf("journeys are told apart by %v", d)
	}
	for _, l := range []Level{CompanyLevel, "", "nonsense"} {
		if _, ok := l.Dimension(); ok {
			t.Errorf("level %q has a dimension", l)
		}
	}
	if kinds := Kinds(); len(kinds) != 6 || kinds[5] != JourneyKind || kinds[1] != "touchpoint" {
		t.Errorf("catalogs are %v", kinds)
	}
}
