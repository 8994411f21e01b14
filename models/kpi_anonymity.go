package models

import (
	"cmp"
	"math"
	"slices"
	"strings"
)

// employeeUnit is the unit of figures that are numbers of employees themselves.
const employeeUnit = "{employee}"

// countsEmployees reports whether a figure is itself a number of employees, as that of staff is.
func (k KPI) countsEmployees() bool {
	return k.Kind == EmployeeKPI && k.Unit == employeeUnit && k.AddsUp != ByMean
}

// employees is how many employees a sum of the KPI is of: none when it doesn't tell.
func (k KPI) employees(s KPISum) float64 {
	people := s.People
	if k.countsEmployees() {
		people = min(people, s.Value)
	}
	if math.IsInf(people, 1) {
		return 0
	}
	return people
}

// small reports whether a figure of so many people may not be told.
func (r *KPIRollup) small(people float64) bool {
	return r.kpi.Kind == EmployeeKPI && people < r.threshold
}

// kpiCell is what a group's observations of one grain and period add up to.
type kpiCell struct {
	key    string
	source kpiSource
	start  Day
}

// hiddenCells are those of a level that can't be told of employees:
//
//   - those of too few;
//   - the next smallest of the same period, where those that are hidden are
//     together too few: the company less the others would tell of them;
//   - the smallest, where all that is recorded of the level is of others than
//     the company's figure, but of too few: the company less its teams would
//     tell of those who are in none.
//
// What is made of a hidden cell, as a quarter is of months, is hidden with it.
func (r *KPIRollup) hiddenCells(level Level) map[kpiCell]bool {
	if r.kpi.Kind != EmployeeKPI || level == CompanyLevel {
		return nil
	}
	if known, done := r.hidden[level]; done {
		return known
	}
	hidden := map[kpiCell]bool{}
	for _, length := range PeriodLengths() {
		for _, start := range r.levelStarts(level, length) {
			r.hideIn(level, length, start, hidden)
		}
	}
	r.hidden[level] = hidden
	return hidden
}

// levelStarts are the periods of the length in which anything of the level was observed.
func (r *KPIRollup) levelStarts(level Level, length PeriodLength) []Day {
	found := map[Day]bool{}
	for g, sources := range r.groups {
		if g.level == level {
			for _, start := range r.starts(sources, length) {
				found[start] = true
			}
		}
	}
	return sortedDays(found)
}

// kpiMember is a group's figure of a period, and what it is made of.
type kpiMember struct {
	cells  []kpiCell
	own    bool // the period is as long as those of its observations
	hidden bool
	people float64
}

// hideIn adds what is to be hidden because of one period.
func (r *KPIRollup) hideIn(level Level, length PeriodLength, start Day, hidden map[kpiCell]bool) {
	members := r.members(level, length, start, hidden)
	behind, any, own := 0.0, false, false
	for _, m := range members {
		own = own || m.own
		if m.hidden {
			any, behind = true, behind+m.people
		}
	}
	if any && !own || !any && !r.tellsRest(level, length, start) { // what is hidden in a part was seen to there
		return
	}
	for _, m := range members {
		if !m.hidden && r.small(behind) {
			m.hidden, behind = true, behind+m.people
		}
		if m.hidden && (m.own || !any) {
			for _, c := range m.cells {
				hidden[c] = true
			}
		}
	}
}

// members are the level's figures of a period: the hidden ones first, then the smallest.
func (r *KPIRollup) members(level Level, length PeriodLength, start Day, hidden map[kpiCell]bool) []kpiMember {
	var members []kpiMember
	for g := range r.groups {
		if g.level != level {
			continue
		}
		sum, source, found := r.find(g, length, start)
		if !found {
			continue
		}
		m := kpiMember{people: sum.People, own: source.length == length, hidden: r.small(sum.People)}
		for _, part := range r.parts(source, length, start) {
			c := kpiCell{g.key, source, part}
			m.hidden = m.hidden || hidden[c]
			m.cells = append(m.cells, c)
		}
		members = append(members, m)
	}
	slices.SortFunc(members, func(a, b kpiMember) int {
		if a.hidden != b.hidden {
			return map[bool]int{true: -1, false: 1}[a.hidden]
		}
		return cmp.Or(cmp.Compare(a.people, b.people), strings.Compare(a.cells[0].key, b.cells[0].key))
	})
	return members
}

// tellsRest reports whether what is recorded of a level in a period is of
// others than the company's figure, but of too few. Where both are made of
// shorter periods, it was seen there.
func (r *KPIRollup) tellsRest(level Level, length PeriodLength, start Day) bool {
	const nobody = 1e-6 // what adding up in binary leaves behind
	totals, own := r.people(level, length, start)
	whole, wholeOwn := r.people(CompanyLevel, length, start)
	if !own && !wholeOwn {
		return false
	}
	for _, a := range totals {
		for _, b := range whole {
			if d := math.Abs(a - b); d > nobody && r.small(d) {
				return true
			}
		}
	}
	return false
}

// people is how many all figures of a level together are of, in each part of a
// period; own when the period is itself what was observed.
func (r *KPIRollup) people(level Level, length PeriodLength, start Day) (totals map[Day]float64, own bool) {
	totals = map[Day]float64{}
	for g, sources := range r.groups {
		if g.level != level {
			continue
		}
		if _, source, found := r.find(g, length, start); found {
			own = own || source.length == length
			for _, part := range r.parts(source, length, start) {
				totals[part] += sources[source][part].People
			}
		}
	}
	return totals, own
}

// hides reports whether a figure can't be told: of too few, made of what is
// hidden, or the company's of a period of which a part is hidden, which the other parts would tell.
func (r *KPIRollup) hides(g kpiGroup, source kpiSource, length PeriodLength, start Day, people float64) bool {
	if r.kpi.Kind != EmployeeKPI {
		return false
	}
	hidden := r.hiddenCells(g.level)
	for _, part := range r.parts(source, length, start) {
		if hidden[kpiCell{g.key, source, part}] {
			return true
		}
	}
	return r.small(people) || g.level == CompanyLevel && r.partIsSmall(g, length, start)
}

func (r *KPIRollup) partIsSmall(g kpiGroup, length PeriodLength, start Day) bool {
	for _, shorter := range PeriodLengths() {
		if shorter == length {
			continue
		}
		for _, part := range r.parts(kpiSource{length: shorter}, length, start) {
			if sum, _, found := r.find(g, shorter, part); found && r.small(sum.People) {
				return true
			}
		}
	}
	return false
}
