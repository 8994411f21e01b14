package models

import "github.com/mittari/mittari/models/score"

// WatchSettings are what an operator may set of a Watch.
type WatchSettings struct {
	Arms         []Arm   // with the floors that hold here
	DeclineFloor float64 // τ of a Decline, points
}

// DefaultWatch are the settings that the simulation was made with.
func DefaultWatch() WatchSettings { return WatchSettings{Arms: Arms(), DeclineFloor: DeclineFloor} }

// Watch sees the closed days of one group go by, the oldest first, and tells
// what they amount to: drops, a slow decline, missing answers.
type Watch struct {
	metric   Metric
	settings WatchSettings
	today    Day
	first    Day // with answers; today until there are any
	arms     []armWatch
	baseline score.Histogram // of the decline
	chart    *DeclineChart
	counts   []int64 // answers of the last days, for the volumes; the latest last
}

// armWatch gathers what one arm needs.
type armWatch struct {
	arm           Arm
	now, baseline score.Histogram
	part          score.Histogram // of the floor's period under way, or just over
	over          bool            // the part is complete; the next day begins another
	gauge         FloorGauge
}

// volumeDays is how many days the volumes look at.
const volumeDays = 7 * (VolumeWeeks + 1)

// NewWatch begins before the first day. today is the day that is still open.
func NewWatch(m Metric, s WatchSettings, today Day) *Watch {
	w := &Watch{metric: m, settings: s, today: today, first: today, baseline: m.NewHistogram(), counts: make([]int64, 0, volumeDays)}
	for _, a := range s.Arms {
		w.arms = append(w.arms, armWatch{arm: a, now: m.NewHistogram(), baseline: m.NewHistogram(), part: m.NewHistogram()})
	}
	return w
}

// Add takes the answers of the next day; the histogram stays the caller's. Days
// may not be left out, and today is none of them.
func (w *Watch) Add(day Day, answers score.Histogram) {
	n := answers.N()
	if n > 0 {
		w.first = min(w.first, day)
	}
	for i := range w.arms {
		w.arms[i].add(w.metric, w.today, day, answers, n > 0)
	}
	days, baseline := DeclinePeriods(w.today)
	switch {
	case day >= baseline.Since && day < baseline.Until && n > 0:
		w.baseline.Merge(answers)
	case day >= days.Since:
		if day == days.Since {
			w.chart, _ = NewDeclineChart(w.metric, w.settings.DeclineFloor, w.baseline)
		}
		if w.chart != nil {
			w.chart.Add(answers)
		}
	}
	if w.today-day <= volumeDays {
		w.counts = append(w.counts, n)
	}
}

func (a *armWatch) add(m Metric, today, day Day, answers score.Histogram, any bool) {
	now, baseline := a.arm.Periods(today)
	if a.over {
		clear(a.part)
	}
	if any {
		a.part.Merge(answers)
		switch {
		case day >= now.Since:
			a.now.Merge(answers)
		case day >= baseline.Since:
			a.baseline.Merge(answers)
		}
	}
	if a.over = int(today-day-1)%a.arm.Days == 0; !a.over {
		return
	}
	if r, ok := m.Evaluate(a.part); ok && r.StdErr != nil {
		a.gauge.Add(r.Score, *r.StdErr, r.SampleSize)
	}
}

// ArmDrop is what one arm found.
type ArmDrop struct {
	Drop
	Arm          Arm
	BaselineDays int      // from the first answer on, BaselineDays at most
	Floor        *float64 // as measured; nil: too few periods to measure it
}

// Drops are the arms' drops; those that can't be told are left out.
func (w *Watch) Drops() []ArmDrop {
	var drops []ArmDrop
	for _, a := range w.arms {
		d, ok := NewDrop(w.metric, a.arm.Floor, a.now, a.baseline)
		if !ok {
			continue
		}
		found := ArmDrop{Drop: d, Arm: a.arm, BaselineDays: a.arm.baselineDays(w.today, w.first)}
		if floor, measured := a.gauge.Floor(); measured {
			found.Floor = &floor
		}
		drops = append(drops, found)
	}
	return drops
}

// baselineDays are the days of the arm's baseline from the first one with answers on.
func (a Arm) baselineDays(today, first Day) int {
	_, baseline := a.Periods(today)
	return baseline.from(first).Days()
}

// Decline is the slow decline; false when there is no baseline for one.
func (w *Watch) Decline() (Decline, bool) {
	if w.chart == nil {
		return Decline{}, false
	}
	d := w.chart.Decline()
	d.BaselineDays = declineBaselineDays(w.today, w.first)
	return d, true
}

// Volumes compares the last closed day, by arm "day", with the same weekdays
// before, and the last seven, by "week", with the weeks before.
func (w *Watch) Volumes() map[string]Volume {
	volumes := map[string]Volume{}
	for name, days := range map[string]int{"day": 1, "week": 7} {
		var weeks []int64 // the latest first
		for ago := 0; ago+days <= len(w.counts); ago += 7 {
			last := len(w.counts) - ago
			if w.today-Day(ago+days) < w.first {
				break
			}
			var n int64
			for _, c := range w.counts[last-days : last] {
				n += c
			}
			weeks = append(weeks, n)
		}
		if len(weeks) == 0 {
			continue
		}
		if v, ok := NewVolume(w.metric, weeks[0], weeks[1:]); ok {
			volumes[name] = v
		}
	}
	return volumes
}
