package models

import (
	"math"
	"slices"
)

// Target is what a score is to reach, and who in the line organisation answers
// for it. It holds from a day on, until a later one of the same metric and group.
type Target struct {
	Metric string
	Level  Level
	Key    string // of the group within the level; "" for the company
	Value  float64
	From   Day
	Owner  string // a team or a role, never a person's name: it becomes a label
}

// Check names every fault of a target at once; the metric is the one that it names.
func (t Target) Check(m Metric) error {
	var faults Faults
	checkGroup(t.Level, t.Key, Levels(), &faults)
	if least := m.LeastScore(); !(t.Value >= least && t.Value <= 100) {
		faults.Add("value", "must be %v to 100 points", least)
	}
	if !validKey(t.Owner) {
		faults.Add("owner", keyRule)
	}
	return faults.Err("the target can't be used as it is")
}

// checkGroup judges a level and the key of a group within it.
func checkGroup(level Level, key string, levels []Level, faults *Faults) {
	if !slices.Contains(levels, level) {
		faults.Add("level", "must be one of %v", levels)
	}
	switch {
	case level == CompanyLevel && key != "":
		faults.Add("key", "the company has no key; leave it out")
	case level != CompanyLevel && !validKey(key):
		faults.Add("key", keyRule)
	}
}

// group tells whose score a target is for.
func (t Target) group() Target { return Target{Metric: t.Metric, Level: t.Level, Key: t.Key} }

func (t Target) from() Day { return t.From }

// CurrentTargets are those that hold on a day, one a group at most, in the order given.
func CurrentTargets(targets []Target, day Day) []Target { return current(targets, day) }

// dated is a target that holds from a day on.
type dated[T any] interface {
	comparable
	group() T
	from() Day
}

func current[T dated[T]](targets []T, day Day) []T {
	latest := map[T]T{}
	for _, t := range targets {
		if known, found := latest[t.group()]; t.from() <= day && (!found || t.from() > known.from()) {
			latest[t.group()] = t
		}
	}
	var current []T
	for _, t := range targets {
		if latest[t.group()] == t {
			current = append(current, t)
		}
	}
	return current
}

// BelowTarget is how surely the score of the longest arm's closed days lies
// below a target, in standard errors with the arm's floor: (target − M) / √(V + τ²);
// negative when above. Without answers, or with too few to be shown, it reports false.
func (w *Watch) BelowTarget(target float64) (z float64, ok bool) {
	longest := w.arms[len(w.arms)-1]
	e, ok := w.metric.Estimate(longest.now)
	if !ok || w.metric.Suppressed(e.SampleSize) {
		return 0, false
	}
	return (target - e.Center) / math.Sqrt(e.Variance+longest.arm.Floor*longest.arm.Floor), true
}
