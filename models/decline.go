package models

import (
	"github.com/mittari/mittari/models/score"
)

// The CUSUM of a Decline: a one-sided tabular chart (Page 1954) over closed days.
// The simulation (make simulate) holds the figures: less than one false alarm a year at any rate of answers.
// A lower threshold, 8, held back by the month's drop (z > 1.5), finds 20 points
// up to six days sooner at 5 answers a day, but is wrong half again as often and
// forgets a decline as soon as the month's 90 days have got used to it.
const (
	DeclineDays      = 56   // that it looks back on
	DeclineBaseline  = 180  // days before them, that it is measured against: a rough idea of the usual would look like a decline
	DeclineReference = 0.25 // k, in standard errors of a day: half the shift it is made to find
	DeclineThreshold = 10   // h, above which a decline is an alarm
	DeclineMost      = 12   // that the sum grows to, so that it falls below h soon after a recovery
	DeclineFloor     = 9    // τ: how far a day's score moves by itself, neighbouring days alike, as a standard deviation in points
)

// Decline is a slow fall of a score that no single week or month gives away.
type Decline struct {
	Cusum float64 // in standard errors of a day, 0…DeclineMost
	Days  int     // closed days since the CUSUM was last 0: when the decline began, if there is one
	// BaselineDays are those of the baseline from the first answer on, DeclineBaseline at most.
	BaselineDays int
}

// DeclinePeriods are the days that a Decline looks at and its baseline's on the day given.
func DeclinePeriods(today Day) (days, baseline Period) {
	days = Period{Since: today - DeclineDays, Until: today}
	return days, Period{Since: days.Since - DeclineBaseline, Until: days.Since}
}

// declineBaselineDays are the days of the baseline from the first one with answers on.
func declineBaselineDays(today, first Day) int {
	_, baseline := DeclinePeriods(today)
	return baseline.from(first).Days()
}

// DeclineChart is a Decline in the making.
type DeclineChart struct {
	metric               Metric
	usual, spread, floor float64
	decline              Decline
}

// NewDeclineChart starts a chart with a baseline. Without answers in it, or with
// too few of them to be shown, it reports false.
func NewDeclineChart(m Metric, floor float64, baseline score.Histogram) (*DeclineChart, bool) {
	usual, ok := m.Estimate(baseline)
	spread, _ := m.Spread(baseline)
	if !ok || m.Suppressed(baseline.N()) {
		return nil, false
	}
	return &DeclineChart{metric: m, usual: usual.Center, spread: spread, floor: floor}, true
}

// Add takes the next closed day. One without answers, or with too few to be
// shown, leaves the sum where it is.
func (c *DeclineChart) Add(day score.Histogram) {
	n := day.N()
	z, ok := c.metric.Standardized(day, c.usual, c.spread, c.floor)
	c.decline.next(z, ok && n > 0 && !c.metric.Suppressed(n))
}

// next takes a day's score in standard errors above the usual; one that is not told leaves the sum where it is.
func (d *Decline) next(z float64, told bool) {
	d.Days++
	if told {
		d.Cusum = min(DeclineMost, score.CUSUM{Reference: DeclineReference}.Next(d.Cusum, z))
	}
	if d.Cusum == 0 {
		d.Days = 0
	}
}

// Decline is what the days so far amount to; BaselineDays are not for the chart to know.
func (c *DeclineChart) Decline() Decline { return c.decline }
