package models

import (
	"maps"
	"math"
	"slices"
	"time"

	"github.com/mittari/mittari/models/score"
)

// CompanyModel says what a metric's score of the whole company is calculated
// from: the groups of one level, each by its weight, so that the score moves
// when a group's does and not when the mix of those who answer does.
type CompanyModel struct {
	Metric    string             `json:"metric" example:"nps"`
	Level     Level              `json:"level" example:"segment"`                                     // whose groups are weighed: a dimension's
	Weights   map[string]float64 `json:"weights" example:"families:0.45,students:0.2,companies:0.35"` // by the group's key: shares of the population, or importance, in any unit
	UpdatedAt time.Time          `json:"updated_at" format:"date-time" example:"2026-11-20T08:04:00Z"`
}

// Bounds of a model.
const (
	maxWeights = 1000
	maxWeight  = 1e12 // far from where sums lose their meaning
)

// LeastCoverage is the share of the weight that must have answers before a
// score is told: with less, most of the company is missing, and the score would
// be that of its smaller part.
const LeastCoverage = 0.5

// Check names every fault of a model at once; metrics are those that there are.
func (c CompanyModel) Check(metrics Metrics) error {
	var faults Faults
	if _, known := metrics[c.Metric]; !known {
		faults.Add("metric", "must be one of the workspace's metrics, which GET /v1/metrics lists; %q is not", short(c.Metric))
	}
	if _, is := c.dimension(); !is {
		faults.Add("level", "must be one of %v", Dimensions())
	}
	if n := len(c.Weights); n < 1 || n > maxWeights {
		faults.Add("weights", "must be 1 to %d groups with their weights, are %d", maxWeights, n)
	}
	for _, key := range sortedKeys(c.Weights) {
		if !validKey(key) {
			faults.Add("weights."+short(key), keyRule)
		}
		if w := c.Weights[key]; !(w > 0 && w <= maxWeight) {
			faults.Add("weights."+short(key), "must be above 0 and at most %g", maxWeight)
		}
	}
	return faults.Err("the company model can't be used as it is")
}

// dimension tells the groups apart that are weighed; false for a level that is none's.
func (c CompanyModel) dimension() (Dimension, bool) {
	d, is := c.Level.Dimension()
	return d, is && c.Level != JourneyLevel
}

// Keys are those of the groups that are weighed, sorted.
func (c CompanyModel) Keys() []string { return sortedKeys(c.Weights) }

// strata are the groups with the keys given and their answers. One that is too
// small to be shown counts as one without answers; hidden says whether there is any.
func (c CompanyModel) strata(m Metric, keys []string, answers func(i int) score.Histogram) (strata []score.Stratum, hidden bool) {
	strata = make([]score.Stratum, 0, len(keys))
	for i, key := range keys {
		h := answers(i)
		if m.Suppressed(h.N()) {
			h, hidden = nil, true
		}
		strata = append(strata, score.Stratum{Answers: h, Weight: c.Weights[key]})
	}
	return strata, hidden
}

// Score is the company's score by the model, from each group's answers in the
// period, nil for none. StdErr and Interval are those of a stratified sample
// (Cochran 1977), small groups' variances with the pseudo-answers of
// score.Estimate. Mean is weighted, too; Histogram, SampleSize and Categories
// count the answers as they were given. With less than LeastCoverage of the
// weight there is no Result, and where that is for want of employees enough to
// be shown the score is Suppressed.
func (c CompanyModel) Score(m Metric, period Period, answers func(key string) score.Histogram) Score {
	s := Score{Metric: m, Level: CompanyLevel, Period: period, Modelled: true}
	keys := c.Keys()
	strata, hidden := c.strata(m, keys, func(i int) score.Histogram { return answers(keys[i]) })
	x, ok := m.Index(strata, 0)
	if told := ok && x.Coverage >= LeastCoverage; !told && hidden {
		s.Suppressed = true
		return s
	}
	s.Coverage = x.Coverage
	if !ok {
		return s
	}
	s.Histogram = m.NewHistogram()
	var mean, weight float64
	for _, h := range strata {
		if r, any := m.Evaluate(h.Answers); any {
			s.Histogram.Merge(h.Answers)
			mean, weight = mean+h.Weight*r.Mean, weight+h.Weight
		}
	}
	if x.Coverage < LeastCoverage {
		return s
	}
	stderr := math.Sqrt(x.Variance)
	s.Result = &score.Result{SampleSize: x.SampleSize, Score: x.Value, StdErr: &stderr, Interval: &x.Interval,
		Mean: mean / weight, Categories: m.Categories(s.Histogram)}
	return s
}

// Same reports whether two models calculate the same: their time may differ.
func (c CompanyModel) Same(o CompanyModel) bool {
	return c.Metric == o.Metric && c.Level == o.Level && maps.Equal(c.Weights, o.Weights)
}

// ModelOf finds the model of a metric.
func ModelOf(metric string, all []CompanyModel) (CompanyModel, bool) {
	i := slices.IndexFunc(all, func(c CompanyModel) bool { return c.Metric == metric })
	if i < 0 {
		return CompanyModel{}, false
	}
	return all[i], true
}
