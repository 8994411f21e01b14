package models

import (
	"maps"
	"slices"
	"strings"
)

// Latest is of each group of the level the last that Values tells of it, of the
// periods that begin within the days given, by key. It holds as much as there
// are groups, however many periods there are.
func (r *KPIRollup) Latest(level Level, length PeriodLength, begins Period) []KPIValue {
	latest, groups := map[string]KPIValue{}, 0
	for g := range r.groups {
		if g.level == level {
			groups++
		}
	}
	for _, start := range slices.Backward(r.levelStarts(level, length)) {
		if start < begins.Since || len(latest) == groups {
			break
		}
		if start < begins.Until {
			r.addLatest(latest, level, length, start)
		}
	}
	return slices.SortedFunc(maps.Values(latest), func(a, b KPIValue) int { return strings.Compare(a.Key, b.Key) })
}

// addLatest adds what is told of one period of the groups that have no later figure.
func (r *KPIRollup) addLatest(latest map[string]KPIValue, level Level, length PeriodLength, start Day) {
	for g := range r.groups {
		if _, later := latest[g.key]; later || g.level != level {
			continue
		}
		if v, ok := r.value(g, length, start); ok {
			latest[g.key] = v
		}
	}
}
