package main

import (
	"slices"
)

const (
	patient   = 60 // days that a change is waited for
	yearsEach = 5  // that a series is played on, unless it is young
)

// falseAlarms counts how often a rule begins to fire, a year, when nothing
// happens: as Prometheus tells it, so that days without its condition that are
// fewer than it keeps firing for are the same alarm.
func falseAlarms(c cell, rules []rule, seed uint64, years int) []float64 {
	begun := make([]float64, len(rules))
	warmUp, each := c.window, yearsEach
	if c.young {
		warmUp, each = 0, 1
	}
	played := (years + each - 1) / each
	for stream := range played {
		s := newSeries(c, seed, uint64(stream))
		for range warmUp {
			s.next(unchanged())
		}
		quiet := make([]int, len(rules))
		for i, r := range rules {
			quiet[i] = r.keeps + 1
		}
		for range 365 * each {
			s.next(unchanged())
			m := s.morning()
			for i, r := range rules {
				if quiet[i]++; r.holds(m) {
					if quiet[i] > r.keeps+1 {
						begun[i]++
					}
					quiet[i] = 0
				}
			}
		}
	}
	for i := range begun {
		begun[i] /= float64(played * each)
	}
	return begun
}

// change is what happens to a series: so many points more, and that part of the usual number of answers.
type change struct {
	name   string
	points float64
	volume float64
}

func unchanged() change { return change{volume: 1} }

func drops() []change {
	return []change{{"5 points", -5, 1}, {"10 points", -10, 1}, {"20 points", -20, 1}}
}

func losses() []change { return []change{{"half stay away", 0, 0.5}, {"all stay away", 0, 0}} }

// find gives, by rule, after how many days of a lasting change it fires: 1 is
// the midnight after the first of them, patient + 1 that it doesn't. A rule that
// fires before it starts anew.
func find(c cell, rules []rule, change change, seed, stream uint64) []int {
	s := newSeries(c, seed, stream)
	for range c.window {
		s.next(unchanged())
	}
	found := make([]int, len(rules))
	before := make([]bool, len(rules))
	m := s.morning()
	for i, r := range rules {
		found[i] = patient + 1
		before[i] = r.holds(m)
	}
	for day, missing := 1, len(rules); day <= patient && missing > 0; day++ {
		s.next(change)
		m := s.morning()
		for i, r := range rules {
			if found[i] <= patient {
				continue
			}
			holds := r.holds(m)
			if holds && !before[i] {
				found[i] = day
				missing--
			}
			before[i] = before[i] && holds
		}
	}
	return found
}

// delay is the median number of days from a change to its alarm.
type delay struct {
	days  int // patient + 1: not found by half of them
	found float64
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

// delays are those of a change: of each rule, and of the first of them that looks for it.
type delays struct {
	first delay
	each  []delay
}

func delaysOf(c cell, rules []rule, looks func(rule) bool, change change, seed uint64, times int) delays {
	each := make([][]int, len(rules))
	var first []int
	for n := range times {
		soonest := patient + 1
		for i, days := range find(c, rules, change, seed, uint64(1e6+n)) { //nolint:gosec // n ≥ 0
			each[i] = append(each[i], days)
			if looks(rules[i]) {
				soonest = min(soonest, days)
			}
		}
		first = append(first, soonest)
	}
	d := delays{first: delayOf(first)}
	for _, days := range each {
		d.each = append(d.each, delayOf(days))
	}
	return d
}
