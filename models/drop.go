package models

import (
	"math"

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

// The CUSUM of Decline: a one-sided tabular chart (Page 1954) over closed days.
const (
	DeclineDays      = 56   // that it looks back on
	DeclineBaseline  = 180  // days before them, that it is measured against: a rough idea of the usual would look like a decline
	DeclineReference = 0.25 // k, in standard errors of a day: half the shift it is made to find
	DeclineThreshold = 10   // h, above which the decline is an alarm
	DeclineFloor     = 9    // how far a day's score moves by itself, as a standard deviation in points
)

// Decline is a slow fall of a score that no single week or month gives away.
type Decline struct {
	Cusum float64 // in standard errors of a day, ≥ 0
	Days  int     // closed days since the CUSUM was last 0: when the decline began, if there is one
}

// DeclinePeriods are the days that a Decline looks at and its baseline's on the day given.
func DeclinePeriods(today Day) (days, baseline Period) {
	days = Period{Since: today - DeclineDays, Until: today}
	return days, Period{Since: days.Since - DeclineBaseline, Until: days.Since}
}

// NewDecline runs the CUSUM C = max(0, C + z − k) over closed days, the oldest
// first: z = (μ − x) / √(σ²/n + floor²) with a day's score x of n answers and the
// baseline's score μ and spread σ of one answer. A day without answers, or with
// too few to be shown, leaves it where it is. Without a baseline it reports false.
func NewDecline(m Metric, floor float64, baseline score.Histogram, days []score.Histogram) (Decline, bool) {
	usual, ok := m.Estimate(baseline)
	spread, _ := m.Spread(baseline)
	if !ok || m.Suppressed(baseline.N()) {
		return Decline{}, false
	}
	var d Decline
	for _, day := range days {
		d.Days++
		if r, answered := m.Evaluate(day); answered && !m.Suppressed(r.SampleSize) {
			z := (usual.Center - r.Score) / math.Sqrt(spread*spread/float64(r.SampleSize)+floor*floor)
			d.Cusum = math.Max(0, d.Cusum+z-DeclineReference)
		}
		if d.Cusum == 0 {
			d.Days = 0
		}
	}
	return d, true
}
