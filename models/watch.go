package models

import "github.com/mittari/mittari/models/score"

// WatchSettings are what an operator may set of a Watch.
type WatchSettings struct {
	Arms         []Arm   // with the floors that hold here
	DeclineFloor float64 // τ of a Decline, points
	GaugeFloors  bool    // measure what the arms' floors should be: half of the work
}

// DefaultWatch are the settings that the simulation was made with.
func DefaultWatch() WatchSettings {
	return WatchSettings{Arms: Arms(), DeclineFloor: DeclineFloor, GaugeFloors: true}
}

// Watch sees the closed days of one group go by, the oldest first, and tells
// what they amount to: drops, a slow decline, missing answers.
type Watch struct {
	pools
	settings WatchSettings
	gauges   []FloorGauge // by arm
	chart    *DeclineChart
	counts   []int64 // answers of the last days, for the volumes; the latest last
}

// volumeDays is how many days the volumes look at.
const volumeDays = 7 * (VolumeWeeks + 1)

// NewWatch begins before the first day. today is the day that is still open.
func NewWatch(m Metric, s WatchSettings, today Day) *Watch {
	return &Watch{pools: newPools(m, s, today), settings: s, gauges: make([]FloorGauge, len(s.Arms)), counts: make([]int64, 0, volumeDays)}
}

// WatchDays is how many closed days all figures but the measured floors are made of.
const WatchDays = DeclineDays + DeclineBaseline

// Add takes the answers of the next day; the histogram stays the caller's. Days
// may not be left out, and today is none of them.
func (w *Watch) Add(day Day, answers score.Histogram) {
	w.add(day, answers)
	w.measure()
	if days, _ := DeclinePeriods(w.today); day >= days.Since {
		if day == days.Since {
			w.chart, _ = NewDeclineChart(w.metric, w.settings.DeclineFloor, w.usual)
		}
		if w.chart != nil {
			w.chart.Add(answers)
		}
	}
	if w.today-day <= volumeDays {
		w.counts = append(w.counts, answers.N())
	}
}

// measure gauges the floors, by the periods that are over.
func (w *Watch) measure() {
	for i := range w.arms {
		a := &w.arms[i]
		if !a.over || a.part.N() < leastPartAnswers {
			continue
		}
		if e, ok := w.metric.Unpulled(a.part); ok {
			w.gauges[i].Add(e)
		}
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
	for i, a := range w.arms {
		d, ok := NewDrop(w.metric, a.arm.Floor, a.now, a.baseline)
		if !ok {
			continue
		}
		found := ArmDrop{Drop: d, Arm: a.arm, BaselineDays: a.arm.baselineDays(w.today, w.first)}
		if floor, measured := w.gauges[i].Floor(); measured {
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
