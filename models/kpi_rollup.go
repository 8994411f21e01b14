package models

import (
	"cmp"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
)

// KPISum is what observations of one period add up to.
type KPISum struct {
	Value    float64 // Σ value
	Weighted float64 // Σ size × value
	Size     float64 // Σ size, of those that have one
	People   float64 // how many the figure is of at least; +Inf when some observation doesn't tell
}

// Sum is the observation alone.
func (o Observation) Sum() KPISum {
	sum := KPISum{Value: o.Value, People: math.Inf(1)}
	if o.Size != nil {
		sum.Size, sum.Weighted, sum.People = *o.Size, *o.Size*o.Value, *o.Size
	}
	if o.Person != "" {
		sum.People = 1
	}
	return sum
}

// beside adds another group's sum of the same period.
func (s KPISum) beside(o KPISum) KPISum {
	return KPISum{s.Value + o.Value, s.Weighted + o.Weighted, s.Size + o.Size, s.People + o.People}
}

// then adds the sum of the period that follows. People are those of the smaller
// one: they may be the same people, and what may not be told of a part could be told by subtraction.
func (s KPISum) then(o KPISum) KPISum {
	sum := s.beside(o)
	sum.People = min(s.People, o.People)
	return sum
}

// KPIPart is what the observations of a period with the same keys add up to, or those of all persons.
type KPIPart struct {
	KPISum
	Period PeriodLength
	Start  Day
	Grain  Grain
	Keys   Keys
}

// KPIValue is a KPI's figure for a group and a period, as it is told to people.
type KPIValue struct {
	Level      Level
	Key        string // of the group within the level; "" for the company
	Period     PeriodLength
	Start      Day
	Grain      Grain   // of the observations it is made of
	Value      float64 // 0 when suppressed
	Size       float64 // what a mean is weighted by, added up; 0 otherwise, of employees, and when suppressed
	Suppressed bool    // of too few employees to be shown, or telling of too few beside the others
}

// KPILevels are the levels that figures are told for.
func KPILevels() []Level {
	levels := []Level{CompanyLevel}
	for _, d := range KPIDimensions() {
		levels = append(levels, Level(d.String()))
	}
	return levels
}

type kpiGroup struct {
	level Level
	key   string
}

type kpiSource struct {
	grain  Grain
	length PeriodLength
}

// KPIRollup adds up a KPI's observations to what is told for levels and periods.
//
// A figure is made of the observations of one grain, so that nothing counts
// twice: of those that name the level's key the one with the fewest others, of
// the company first what is said of it as a whole and last what is said of
// persons. Of a finer period than is asked for every part must be there, or for
// a KPI that adds up by the last one, the last part.
//
// Of employees nothing is told of fewer than the workspace's threshold, also not
// by subtracting figures from one another.
type KPIRollup struct {
	kpi       KPI
	threshold float64 // of employees
	groups    map[kpiGroup]map[kpiSource]map[Day]KPISum
	hidden    map[Level]map[kpiCell]bool // as far as it was asked for
}

// NewKPIRollup begins without observations, with the workspace's thresholds.
func NewKPIRollup(k KPI, a Anonymity) *KPIRollup {
	return &KPIRollup{kpi: k, threshold: float64(a.Employees), groups: map[kpiGroup]map[kpiSource]map[Day]KPISum{}}
}

// KPIStarts are the days that the observations begin in of which figures of
// periods are made that begin in the run of days given: whole years, and the
// weeks that reach over their ends. With fewer of them it could not be known
// what is hidden in longer periods, and so must be hidden in shorter ones.
func KPIStarts(told Period) Period {
	const week = 7
	return Period{YearLength.Start(told.Since) - week, YearLength.Next(told.Until-1) + week}
}

// Add takes observations, in any order, those of the same keys once only, and
// all that begin in KPIStarts of what is to be told.
func (r *KPIRollup) Add(p KPIPart) {
	r.hidden = map[Level]map[kpiCell]bool{}
	if r.kpi.Kind == EmployeeKPI {
		if p.Grain != "" && p.Grain != teamGrain {
			return // there are none; if there were, those by two levels could be told apart
		}
		p.People = r.kpi.employees(p.KPISum)
	}
	source := kpiSource{p.Grain, p.Period}
	r.add(kpiGroup{level: CompanyLevel}, source, p)
	for _, d := range KPIDimensions() {
		if p.Keys[d] != "" {
			r.add(kpiGroup{Level(d.String()), p.Keys[d]}, source, p)
		}
	}
}

func (r *KPIRollup) add(g kpiGroup, source kpiSource, p KPIPart) {
	sources := r.groups[g]
	if sources == nil {
		sources = map[kpiSource]map[Day]KPISum{}
		r.groups[g] = sources
	}
	if sources[source] == nil {
		sources[source] = map[Day]KPISum{}
	}
	sum, others := sources[source][p.Start]
	if others {
		sum = sum.beside(p.KPISum)
	} else {
		sum = p.KPISum
	}
	sources[source][p.Start] = sum
}

// Lengths are those of the periods that something may be told for, the shortest first.
func (r *KPIRollup) Lengths() []PeriodLength {
	var lengths []PeriodLength
	for _, whole := range PeriodLengths() {
		for source := range r.groups[kpiGroup{level: CompanyLevel}] {
			if source.length.fits(whole) && !slices.Contains(lengths, whole) {
				lengths = append(lengths, whole)
			}
		}
	}
	return lengths
}

// Values are what is told of each group of the level for periods of a length, by key, then by time.
func (r *KPIRollup) Values(level Level, length PeriodLength) []KPIValue {
	var values []KPIValue
	for g, sources := range r.groups {
		if g.level != level {
			continue
		}
		for _, start := range r.starts(sources, length) {
			if v, ok := r.value(g, length, start); ok {
				values = append(values, v)
			}
		}
	}
	slices.SortFunc(values, func(a, b KPIValue) int {
		return cmp.Or(strings.Compare(a.Key, b.Key), cmp.Compare(a.Start, b.Start))
	})
	return values
}

// starts are the periods of the length in which anything was observed.
func (r *KPIRollup) starts(sources map[kpiSource]map[Day]KPISum, length PeriodLength) []Day {
	found := map[Day]bool{}
	for source, sums := range sources {
		for day := range sums {
			if source.length.fits(length) {
				found[length.Start(day)] = true
			}
		}
	}
	return sortedDays(found)
}

func sortedDays(days map[Day]bool) []Day { return slices.Sorted(maps.Keys(days)) }

// compareSources puts the coarsest first.
func compareSources(a, b kpiSource) int {
	return cmp.Or(cmp.Compare(a.grain.keys(), b.grain.keys()), strings.Compare(string(a.grain), string(b.grain)),
		cmp.Compare(slices.Index(PeriodLengths(), b.length), slices.Index(PeriodLengths(), a.length)))
}

// keys is how many keys an observation of the grain names; persons are finer than any.
func (g Grain) keys() int {
	switch g {
	case "":
		return 0
	case PersonGrain:
		return int(dimensions)
	}
	return 1 + strings.Count(string(g), "+")
}

func (r *KPIRollup) value(g kpiGroup, length PeriodLength, start Day) (KPIValue, bool) {
	sum, source, found := r.find(g, length, start)
	if !found {
		return KPIValue{}, false
	}
	v := KPIValue{Level: g.level, Key: g.key, Period: length, Start: start, Grain: source.grain}
	if v.Suppressed = r.hides(g, source, length, start, sum.People); v.Suppressed {
		return v, true
	}
	v.Value = rounded(sum.Value)
	if r.kpi.AddsUp == ByMean {
		v.Value = rounded(sum.Weighted / sum.Size)
		if r.kpi.Kind != EmployeeKPI {
			v.Size = rounded(sum.Size)
		}
	}
	return v, true
}

// find adds up a group's observations of a period, those of the coarsest grain that covers it.
func (r *KPIRollup) find(g kpiGroup, length PeriodLength, start Day) (KPISum, kpiSource, bool) {
	for _, source := range slices.SortedFunc(maps.Keys(r.groups[g]), compareSources) {
		if sum, ok := over(r.groups[g][source], r.parts(source, length, start)); ok {
			return sum, source, true
		}
	}
	return KPISum{}, kpiSource{}, false
}

// parts are the periods that a source's figure of a longer one is made of.
func (r *KPIRollup) parts(source kpiSource, length PeriodLength, start Day) []Day {
	parts := source.length.Parts(length, start)
	if r.kpi.AddsUp == ByLast && len(parts) > 0 {
		parts = parts[len(parts)-1:]
	}
	return parts
}

// over adds up the parts of a period; false unless all are known.
func over(sums map[Day]KPISum, parts []Day) (KPISum, bool) {
	var all KPISum
	for i, part := range parts {
		sum, known := sums[part]
		switch {
		case !known:
			return KPISum{}, false
		case i == 0:
			all = sum
		default:
			all = all.then(sum)
		}
	}
	return all, len(parts) > 0
}

// rounded is a figure without what adding up in binary leaves behind: to 15 significant digits.
func rounded(f float64) float64 {
	r, err := strconv.ParseFloat(strconv.FormatFloat(f, 'g', 15, 64), 64)
	if err != nil { // beyond float64, which rounding up at its very end may be
		return f
	}
	return r
}
