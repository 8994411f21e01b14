package main

import (
	"fmt"
	"slices"

	"github.com/mittari/mittari/models"
	"github.com/mittari/mittari/models/score"
)

const (
	warmUp  = models.DeclineDays + models.DeclineBaseline + 30 // days before anything is judged
	patient = 60                                               // days that a drop is waited for
)

// outcome is what came of a world.
type outcome struct {
	falseAlarms []float64 // a year, by rule
	first       []delay   // of any of our rules, by size of the drop
	each        []delay   // by rule, of a drop of 20 points
}

func dropSizes() []float64 { return []float64{5, 10, 20} }

// delay is the median number of days from a drop to its alarm.
type delay struct {
	days  int // patient + 1: not found by half of them
	found float64
}

func (d delay) String() string {
	if d.days > patient {
		return fmt.Sprintf("- (%.0f %%)", 100*d.found)
	}
	return fmt.Sprintf("%d (%.0f %%)", d.days, 100*d.found)
}

func delayOf(days []int) delay {
	slices.Sort(days)
	found := 0
	for _, d := range days {
		if d <= patient {
			found++
		}
	}
	return delay{days[(len(days)-1)/2], float64(found) / float64(len(days))}
}

func play(w world, rules []rule, seed uint64, years, drops int) outcome {
	o := outcome{falseAlarms: falseAlarms(w, rules, seed, years)}
	for i, size := range dropSizes() {
		each := make([][]int, len(rules))
		var first []int
		for n := range drops {
			days := findDrop(rules, newStream(w, seed, uint64(1e6*(i+1)+n)), size)
			for r, d := range days {
				each[r] = append(each[r], d)
			}
			first = append(first, slices.Min(days[:ours]))
		}
		o.first = append(o.first, delayOf(first))
		if size == 20 {
			for _, days := range each {
				o.each = append(o.each, delayOf(days))
			}
		}
	}
	return o
}

// falseAlarms counts how often a rule begins to fire, a year, when nothing happens.
func falseAlarms(w world, rules []rule, seed uint64, years int) []float64 {
	begun := make([]float64, len(rules))
	const yearsEach = 5
	for series := range (years + yearsEach - 1) / yearsEach {
		h := &history{metric: models.StandardMetrics()["nps"]}
		s := newStream(w, seed, uint64(series))
		firing := make([]bool, len(rules))
		for day := range warmUp + 365*yearsEach {
			h.add(s.day(0))
			if day < warmUp {
				continue
			}
			for i, r := range rules {
				fires := r.fires(h)
				if fires && !firing[i] {
					begun[i]++
				}
				firing[i] = fires
			}
		}
	}
	for i := range begun {
		begun[i] /= float64((years + yearsEach - 1) / yearsEach * yearsEach)
	}
	return begun
}

// findDrop gives, by rule, after how many days of a lasting drop it fires: 1 is
// the midnight after the first of them. A rule that fires before it starts anew.
func findDrop(rules []rule, s *stream, size float64) []int {
	h := &history{metric: models.StandardMetrics()["nps"]}
	for range warmUp {
		h.add(s.day(0))
	}
	found := make([]int, len(rules))
	before := make([]bool, len(rules))
	for i, r := range rules {
		found[i] = patient + 1
		before[i] = r.fires(h)
	}
	for day := 1; day <= patient; day++ {
		h.add(s.day(-size))
		for i, r := range rules {
			fires := r.fires(h)
			if fires && !before[i] && found[i] > patient {
				found[i] = day
			}
			before[i] = before[i] && fires
		}
	}
	return found
}

// history is the closed days of one series.
type history struct {
	metric models.Metric
	days   []score.Histogram
}

func (h *history) add(day score.Histogram) { h.days = append(h.days, day) }

// sum pools the days of a period whose until is counted back from today.
func (h *history) sum(p models.Period) score.Histogram {
	sum := h.metric.NewHistogram()
	for _, day := range h.of(p) {
		sum.Merge(day)
	}
	return sum
}

// today is the day after the last closed one.
func (h *history) today() models.Day { return models.Day(len(h.days)) }

func (h *history) of(p models.Period) []score.Histogram {
	return h.days[max(p.Since, 0):max(p.Until, 0)]
}
