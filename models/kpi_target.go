package models

import "slices"

// KPITarget is what a KPI is to reach in each period of a length, and who
// answers for it. It holds from a day on, until a later one of the same group and length.
type KPITarget struct {
	KPI    string
	Period PeriodLength
	Level  Level
	Key    string // of the group within the level; "" for the company
	Value  float64
	From   Day
	Owner  string // a team or a role, never a person's name: it becomes a label
}

// Check names every fault of a target at once.
func (t KPITarget) Check() error {
	var faults Faults
	if !slices.Contains(PeriodLengths(), t.Period) {
		faults.Add("period", "must be one of %v", PeriodLengths())
	}
	checkGroup(t.Level, t.Key, KPILevels(), &faults)
	if !(t.Value >= -maxFigure && t.Value <= maxFigure) {
		faults.Add("value", "must be a number from %g to %g", -maxFigure, maxFigure)
	}
	if !validKey(t.Owner) {
		faults.Add("owner", keyRule)
	}
	return faults.Err("the target can't be used as it is")
}

// group tells which figure a target is for.
func (t KPITarget) group() KPITarget {
	return KPITarget{KPI: t.KPI, Period: t.Period, Level: t.Level, Key: t.Key}
}

func (t KPITarget) from() Day { return t.From }

// CurrentKPITargets are those that hold on a day, one a group and length at most, in the order given.
func CurrentKPITargets(targets []KPITarget, day Day) []KPITarget { return current(targets, day) }
