package models

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/mittari/mittari/models/score"
)

// byKey gives each group's answers.
func byKey(groups map[string]score.Histogram) func(string) score.Histogram {
	return func(key string) score.Histogram { return groups[key] }
}

func company(metric string, weights map[string]float64) (CompanyModel, Metric) {
	return CompanyModel{Metric: metric, Level: "segment", Weights: weights}, StandardMetrics()[metric]
}

func TestCompanyModelIsCheckedWhole(t *testing.T) {
	many := map[string]float64{}
	for i := range maxWeights + 1 {
		many[fmt.Sprint("s", i)] = 1
	}
	good := map[string]float64{"a": 0.2, "b": 30}
	for name, c := range map[string]struct {
		model CompanyModel
		want  []string // fields at fault
	}{
		"good":                   {CompanyModel{Metric: "nps", Level: "segment", Weights: good}, nil},
		"touchpoints":            {CompanyModel{Metric: "csat", Level: "touchpoint", Weights: good}, nil},
		"the company of itself":  {CompanyModel{Metric: "nps", Level: CompanyLevel, Weights: good}, []string{"level"}},
		"journeys overlap":       {CompanyModel{Metric: "nps", Level: JourneyLevel, Weights: good}, []string{"level"}},
		"nothing at all":         {CompanyModel{}, []string{"metric", "level", "weights"}},
		"too many":               {CompanyModel{Metric: "nps", Level: "team", Weights: many}, []string{"weights"}},
		"no such metric":         {CompanyModel{Metric: "npx", Level: "team", Weights: good}, []string{"metric"}},
		"weights and keys amiss": {CompanyModel{Metric: "nps", Level: "team", Weights: map[string]float64{"a": 0, "b": -1, "c": math.NaN(), "d": math.Inf(1), "e f": 1, "g": 1}}, []string{"weights.a", "weights.b", "weights.c", "weights.d", "weights.e f"}},
	} {
		var got []string
		for _, f := range faultsOf(t, c.model.Check(StandardMetrics())) {
			got = append(got, f.Field)
		}
		if strings.Join(got, ";") != strings.Join(c.want, ";") {
			t.Errorf("%s: faults of %q, want %q", name, got, c.want)
		}
	}
}

func TestCompanyScoreIsTheWeightedMeanOfItsGroups(t *testing.T) {
	c, nps := company("nps", map[string]float64{"a": 3, "b": 1})
	groups := map[string]score.Histogram{"a": npsDay(300, 60), "b": npsDay(30, -20), "unweighed": npsDay(1000, -100)}
	s := c.Score(nps, Period{1, 2}, byKey(groups))
	if s.Result == nil || math.Abs(s.Result.Score-40) > 1e-9 || s.Result.SampleSize != 330 || s.Histogram.N() != 330 || s.Coverage != 1 || !s.Modelled || s.Level != CompanyLevel {
		t.Fatalf("%+v, want (3·60 − 20)/4 = 40 of 330 answers", s)
	}
	if r := *s.Result; !(r.Interval.Lower < 40 && 40 < r.Interval.Upper) || math.Abs((r.Interval.Upper-r.Interval.Lower)/2-1.959964**r.StdErr) > 1e-4 {
		t.Errorf("the interval %+v is not the score ± z·%v", *r.Interval, *r.StdErr)
	}
	mean := 0.75*nps.mean(t, groups["a"]) + 0.25*nps.mean(t, groups["b"])
	if math.Abs(s.Result.Mean-mean) > 1e-9 {
		t.Errorf("mean %v, want %v", s.Result.Mean, mean)
	}
	for _, scaled := range []float64{1e-3, 1e9} { // only their ratio counts
		c.Weights = map[string]float64{"a": 3 * scaled, "b": scaled}
		if o := c.Score(nps, Period{1, 2}, byKey(groups)); math.Abs(o.Result.Score-40) > 1e-9 || math.Abs(*o.Result.StdErr-*s.Result.StdErr) > 1e-9 {
			t.Errorf("weights times %v: %+v", scaled, *o.Result)
		}
	}
}

func (m Metric) mean(t *testing.T, h score.Histogram) float64 {
	t.Helper()
	r, ok := m.Evaluate(h)
	if !ok {
		t.Fatal("no answers")
	}
	return r.Mean
}

func TestCompanyScoreSaysHowMuchOfItIsMissing(t *testing.T) {
	c, nps := company("nps", map[string]float64{"a": 0.5, "b": 0.3, "c": 0.2})
	day := npsDay(300, 30)
	for name, x := range map[string]struct {
		groups   map[string]score.Histogram
		coverage float64
		n        int64
		told     bool
	}{
		"all":                  {map[string]score.Histogram{"a": day, "b": day, "c": day}, 1, 900, true},
		"one is silent":        {map[string]score.Histogram{"a": day, "b": day, "c": nps.NewHistogram()}, 0.8, 600, true},
		"just the least":       {map[string]score.Histogram{"b": day, "c": day}, 0.5, 600, true},
		"less than the least":  {map[string]score.Histogram{"b": day}, 0.3, 300, false},
		"nobody":               {nil, 0, 0, false},
		"nobody that is meant": {map[string]score.Histogram{"d": day}, 0, 0, false},
	} {
		s := c.Score(nps, Period{1, 2}, byKey(x.groups))
		if math.Abs(s.Coverage-x.coverage) > 1e-12 || s.Histogram.N() != x.n || (s.Result != nil) != x.told || s.Suppressed {
			t.Errorf("%s: %+v, want %v of the weight, n = %d, told: %v", name, s, x.coverage, x.n, x.told)
		}
		if x.told && (math.Abs(s.Result.Score-30) > 1e-9 || s.Result.SampleSize != x.n) {
			t.Errorf("%s: groups of 30 points make %+v", name, *s.Result)
		}
	}
}

func TestSmallGroupsOfEmployeesAreNotWeighed(t *testing.T) {
	c, pulse := company("pulse", map[string]float64{"a": 0.6, "b": 0.4})
	of := func(n, v int) score.Histogram {
		h := pulse.NewHistogram()
		pulse.Add(h, v, int64(n))
		return h
	}
	s := c.Score(pulse, Period{1, 2}, byKey(map[string]score.Histogram{"a": of(10, 5), "b": of(4, 1)}))
	if s.Result == nil || s.Result.Score != 100 || s.Result.SampleSize != 10 || s.Histogram.N() != 10 || math.Abs(s.Coverage-0.6) > 1e-12 {
		t.Errorf("four employees are told: %+v", s)
	}
	s = c.Score(pulse, Period{1, 2}, byKey(map[string]score.Histogram{"a": of(4, 5), "b": of(10, 1)}))
	if !s.Suppressed || s.Result != nil || s.Histogram != nil || s.Coverage != 0 {
		t.Errorf("for want of four employees nothing may be told: %+v", s)
	}
	s = c.Score(pulse, Period{1, 2}, byKey(map[string]score.Histogram{"b": of(10, 1)}))
	if !s.Suppressed || s.Result != nil || s.Histogram != nil {
		t.Errorf("whether a group is silent or small is told: %+v", s)
	}
}

func TestCompanyScoreIsNeverSureOfFewAnswers(t *testing.T) {
	for _, metric := range []string{"nps", "csat"} {
		c, m := company(metric, map[string]float64{"a": 1, "b": 1})
		one := m.NewHistogram()
		m.Add(one, m.Max, 1)
		s := c.Score(m, Period{1, 2}, byKey(map[string]score.Histogram{"a": one, "b": one}))
		if s.Result == nil || s.Result.Score != 100 || !(*s.Result.StdErr > 10) || !(s.Result.Interval.Lower < 80) || s.Result.Interval.Upper != 100 {
			t.Errorf("%s of two answers: %+v", metric, s.Result)
		}
	}
}
