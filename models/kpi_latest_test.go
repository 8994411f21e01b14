package models

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func TestLatestIsTheLastOfTheValuesOfEachGroup(t *testing.T) {
	january := day(t, "2026-01-01")
	year := Period{january, YearLength.Next(january)}
	rapid.Check(t, func(t *rapid.T) {
		k := engagement(rapid.SampledFrom([]AddsUp{BySum, ByMean, ByLast}).Draw(t, "adds up"))
		k.Kind = rapid.SampledFrom([]KPIKind{FinancialKPI, EmployeeKPI}).Draw(t, "kind")
		r := NewKPIRollup(k, DefaultAnonymity())
		for i := range rapid.IntRange(0, 40).Draw(t, "observations") {
			length := rapid.SampledFrom([]PeriodLength{DayLength, MonthLength}).Draw(t, "length")
			start := length.Start(january + Day(rapid.IntRange(-5, 120).Draw(t, "day")))
			team := rapid.SampledFrom([]string{"", "a", "b", "c"}).Draw(t, "team")
			r.Add(partOf(length, start, team, float64(i), rapid.Float64Range(1, 20).Draw(t, "size")))
		}
		for _, level := range []Level{CompanyLevel, teamLevel} {
			for _, length := range PeriodLengths() {
				want := map[string]string{}
				for _, v := range r.Values(level, length) {
					if v.Start >= year.Since && v.Start < year.Until {
						want[v.Key] = fmt.Sprint(v)
					}
				}
				got := r.Latest(level, length, year)
				if len(got) != len(want) || !slices.IsSortedFunc(got, func(a, b KPIValue) int { return len(a.Key) - len(b.Key) }) {
					t.Errorf("%s by the %s: %v, want %v", level, length, got, want)
				}
				for _, v := range got {
					if fmt.Sprint(v) != want[v.Key] {
						t.Errorf("%s by the %s: %v, want %v", level, length, v, want[v.Key])
					}
				}
			}
		}
	})
}
