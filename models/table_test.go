package models

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func TestWholePeriodsOfATableFollowOneAnotherUpToToday(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		today, whole := Day(rapid.IntRange(400, 40_000).Draw(t, "today")), rapid.IntRange(0, 30).Draw(t, "whole")
		for _, l := range PeriodLengths() {
			periods := l.LastPeriods(today, whole).Split(l)
			if len(periods) != whole+1 {
				t.Fatalf("%d %ss, want %d", len(periods), l, whole+1)
			}
			for i, p := range periods {
				if p.Since != l.Start(p.Since) || p.Until != l.Next(p.Since) || i > 0 && p.Since != periods[i-1].Until {
					t.Fatalf("%s %v is no whole one behind the last", l, p)
				}
			}
			if last := periods[whole]; today < last.Since || today >= last.Until {
				t.Fatalf("the last %s is %v, today is %v", l, last, today)
			}
		}
	})
}

func TestNoTwoSeriesHaveAColumnInCommon(t *testing.T) {
	key := rapid.SampledFrom([]string{"nps", "n_nps", "score_nps", "kpi_nps", "n", "kpi", "score"})
	kind := rapid.SampledFrom([]SeriesKind{ScoreSeries, KPISeries})
	rapid.Check(t, func(t *rapid.T) {
		a, b := TableSeries{Kind: kind.Draw(t, "kind"), Key: key.Draw(t, "key")}, TableSeries{Kind: kind.Draw(t, "kind"), Key: key.Draw(t, "key")}
		for _, column := range a.Columns() {
			if a != b && slices.Contains(b.Columns(), column) {
				t.Fatalf("%v and %v share %s", a, b, column)
			}
			if slices.Contains([]string{"period", "start", "complete", "level", "key"}, column) {
				t.Fatalf("%v has a table's own column", a)
			}
		}
	})
}
