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
	if !slices.Contains(Levels(), t.Level) {
		faults.Add("level", "must be one of %v", Levels())
	}
	switch {
	case t.Level == CompanyLevel && t.Key != "":
		faults.Add("key", "the company has no key; leave it out")
	case t.Level != CompanyLevel && !validKey(t.Key):
		faults.Add("key", keyRule)
	}
	if least := m.LeastScore(); !(t.Value >= least && t.Value <= 100) {
		faults.Add("value", "must be %v to 100 points", least)
	}
	if !validKey(t.Owner) {
		faults.Add("owner", keyRule)
	}
	return faults.Err("the target can't be used as it is")
}

// group tells whose score a target is for.
func (t Target) group() Target { return Target{Metric: t.Metric, Level: t.Level, Key: t.Key} }

// CurrentTargets are those that hold on a day, one a group at most, in the order given.
func CurrentTargets(targets []Target, day Day) []Target {
	latest := map[Target]Target{}
	for _, t := range targets {
		if known, found := latest[t.group()]; t.From <= day && (!found || t.From > known.From) {
			latest[t.group()] = t
		}
	}
	var current []Target
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
