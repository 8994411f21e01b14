package models

import (
	"github.com/mittari/mittari/models/score"
)

// Arm is a length of time in which a drop is looked for: the last closed days
// against the BaselineDays before them. Today never counts: a day that still
// fills raises false alarms.
type Arm struct {
	Name  string
	Days  int
	Floor float64 // τ: how far the score of such a time moves by itself, as a standard deviation in points
}

// BaselineDays is the length of the time that a drop is measured against.
const BaselineDays = 90

// Arms are those that are published, the shortest first, with the default
// floors. They hold for scores that differ by 4 points (SD) from day to day with
// an autocorrelation of 0.5 (AR(1)): over a week that leaves a standard
// deviation of 2.4 points, over 28 days 1.3.
func Arms() []Arm {
	return []Arm{{"day", 1, 5}, {"week", 7, 2.5}, {"month", 28, 1.25}}
}

// Periods are the arm's days and its baseline's on the day given.
func (a Arm) Periods(today Day) (now, baseline Period) {
	now = Period{Since: today - Day(a.Days), Until: today}
	return now, Period{Since: now.Since - BaselineDays, Until: now.Since}
}

// Drop says how far a score lies below its baseline.
type Drop struct {
	score.Drop
	Baseline     float64 // the score of the baseline, points
	SampleSize   int64
	BaselineSize int64
}

// NewDrop compares an arm's answers with its baseline's. Without answers on
// either side, or when either group is too small to be shown, it reports false.
func NewDrop(m Metric, floor float64, now, baseline score.Histogram) (Drop, bool) {
	d := Drop{SampleSize: now.N(), BaselineSize: baseline.N()}
	before, ok := m.Evaluate(baseline)
	if !ok || m.Suppressed(d.SampleSize) || m.Suppressed(d.BaselineSize) {
		return Drop{}, false
	}
	d.Baseline = before.Score
	d.Drop, ok = m.Drop(now, baseline, floor)
	return d, ok
}

// Alarming reports whether the drop is one that alerts fire for: by the thresholds of
// CXScoreDropDay, CXScoreDropWeek and CXScoreDropMonth in deploy/prometheus/rules/scores.yml.
func (d ArmDrop) Alarming() bool {
	const leastAnswers, leastCoverage = 30, 0.3
	least, known := map[string]struct{ z, points float64 }{"day": {z: 3.3}, "week": {z: 2.7}, "month": {z: 2.7, points: 3}}[d.Arm.Name]
	return known && d.Z > least.z && d.Points >= least.points && d.SampleSize >= leastAnswers &&
		float64(d.BaselineDays)/BaselineDays >= leastCoverage
}
