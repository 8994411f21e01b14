package models

import (
	"testing"

	"github.com/mittari/mittari/models/score"
)

func TestFiguresAreThoseOfTheLatestWholeYear(t *testing.T) {
	for _, c := range []struct {
		length      PeriodLength
		first, last string // the first days of the first and the last period
		since       string
		until       string
	}{
		{YearLength, "2023-01-01", "2025-01-01", "2025-01-01", "2026-01-01"},
		{MonthLength, "2024-01-01", "2026-10-01", "2025-01-01", "2026-01-01"},
		{MonthLength, "2025-01-01", "2025-12-01", "2025-01-01", "2026-01-01"},
		{MonthLength, "2025-02-01", "2026-10-01", "2025-02-01", "2026-11-01"}, // no whole year
		{MonthLength, "2024-02-01", "2025-11-01", "2024-02-01", "2025-12-01"},
		{QuarterLength, "2024-01-01", "2025-07-01", "2024-01-01", "2025-01-01"},
		{WeekLength, "2025-01-06", "2025-12-29", "2025-01-01", "2026-01-01"}, // the first Monday
		{WeekLength, "2025-01-13", "2025-12-29", "2025-01-13", "2026-01-05"}, // one too late
		{WeekLength, "2024-12-30", "2025-12-15", "2024-12-30", "2025-12-22"}, // one too few
		{DayLength, "2025-01-01", "2025-12-31", "2025-01-01", "2026-01-01"},
		{DayLength, "2025-01-01", "2025-12-30", "2025-01-01", "2025-12-31"},
	} {
		f := PersonFigures{Length: c.length, First: day(t, c.first), Last: day(t, c.last)}
		if got, want := f.Year(), (Period{day(t, c.since), day(t, c.until)}); got != want {
			t.Errorf("%s from %s to %s: %s to %s, want %s to %s", c.length, c.first, c.last, got.Since, got.Until, c.since, c.until)
		}
	}
}

func TestMeanAnswerIsOfTheNearestValue(t *testing.T) {
	for answer, want := range map[float64]int{8.49: 8, 8.5: 9, 6.5: 7, 0: 0, -1.5: -1, -1.51: -2} {
		if got := nearest(answer); got != want {
			t.Errorf("%v: %d, want %d", answer, got, want)
		}
	}
}

// valueOf is a value of NPS of some persons, each with an answer and a figure.
func valueOf(k KPI, threshold int64, pairs ...[2]float64) *PersonValue {
	m := StandardMetrics()["nps"]
	m.Threshold = threshold
	v := NewPersonValue(ValueQuery{Metric: m, KPI: k, Answer: LastBefore})
	for _, p := range pairs {
		v.Add(PersonFigure{Answered: true, Answer: p[0], Observed: true, Figure: p[1], N: 1})
	}
	v.Evaluate()
	return v
}

func TestValueIsToldByCategory(t *testing.T) {
	v := valueOf(KPI{AddsUp: BySum}, 1, [2]float64{9, 10}, [2]float64{10, 30}, [2]float64{8, 5}, [2]float64{0, 2}, [2]float64{6, 3})
	top, middle, bottom := v.Categories[score.Top], v.Categories[score.Middle], v.Categories[score.Bottom]
	if top.Persons != 2 || *top.Mean != 20 || *top.Median != 20 || *top.Total != 40 || *top.ShareOfTotal != 0.8 || top.Interval == nil {
		t.Errorf("top: %+v", top)
	}
	if middle.Persons != 1 || *middle.Mean != 5 || middle.Interval != nil {
		t.Errorf("one person: %+v", middle)
	}
	if *bottom.Mean != 2.5 || v.Difference == nil || v.Difference.Value != 17.5 || v.Difference.Bootstrap != nil || v.Persons != 5 {
		t.Errorf("bottom: %+v, difference: %+v", bottom, v.Difference)
	}
}

func TestSharesAreNotToldWhereTheyWouldMislead(t *testing.T) {
	for name, v := range map[string]*PersonValue{
		"averages":   valueOf(KPI{AddsUp: ByMean}, 1, [2]float64{9, 1}, [2]float64{0, 2}),
		"a loss":     valueOf(KPI{AddsUp: BySum}, 1, [2]float64{9, 10}, [2]float64{0, -2}),
		"all zero":   valueOf(KPI{AddsUp: BySum}, 1, [2]float64{9, 0}, [2]float64{0, 0}),
		"suppressed": valueOf(KPI{AddsUp: BySum}, 2, [2]float64{9, 1}, [2]float64{9, 2}, [2]float64{0, 2}),
	} {
		for _, c := range v.Categories {
			if c.ShareOfTotal != nil {
				t.Errorf("%s: category %d has %v of the total", name, c.Category, *c.ShareOfTotal)
			}
		}
	}
}

func TestYesNoIsToldByShares(t *testing.T) {
	v := NewPersonValue(ValueQuery{Metric: StandardMetrics()["nps"], KPI: KPI{AddsUp: ByMean, YesNo: true}})
	for _, f := range []PersonFigure{{Answer: 9, Figure: 1, N: 56}, {Answer: 10, Figure: 0, N: 14}, {Answer: 3, Figure: 1, N: 48}, {Answer: 0, Figure: 0, N: 32}} {
		f.Answered, f.Observed = true, true
		v.Add(f)
	}
	v.Evaluate()
	top, bottom := v.Categories[score.Top], v.Categories[score.Bottom]
	if *top.Mean != 0.8 || *bottom.Mean != 0.6 || *top.Total != 56 || top.Median != nil {
		t.Fatalf("%+v, %+v", top, bottom)
	}
	// 56/70 against 48/80 is the example (a) of Newcombe 1998, table II: 0.0524 to 0.3339 by method 10.
	if i := v.Difference.Interval; i.Lower < 0.05235 || i.Lower > 0.05245 || i.Upper < 0.33385 || i.Upper > 0.33395 || v.Difference.DF != 0 {
		t.Errorf("%+v", v.Difference)
	}
}

func TestSmallCategoriesOfAnAnonymousMetricAreSuppressed(t *testing.T) {
	v := valueOf(KPI{AddsUp: BySum}, 2, [2]float64{9, 1}, [2]float64{9, 2}, [2]float64{0, 2})
	top, bottom := v.Categories[score.Top], v.Categories[score.Bottom]
	if top.Suppressed || !bottom.Suppressed || bottom.Persons != 0 || bottom.Mean != nil || bottom.Total != nil || v.Difference != nil {
		t.Errorf("%+v, %+v, %+v", top, bottom, v.Difference)
	}
}

func TestAnonymousAnswersAreNotLinkedWithPersons(t *testing.T) {
	metrics := StandardMetrics()
	raised := Anonymity{Employees: 5, EmployeeComments: 10, Customers: 3}
	for _, c := range []struct {
		name    string
		metric  Metric
		kpi     *KPI
		refused bool
	}{
		{"customers", DefaultAnonymity().Apply(metrics["nps"]), &KPI{Kind: FinancialKPI}, false},
		{"customers, for conversions", DefaultAnonymity().Apply(metrics["nps"]), nil, false},
		{"customers, raised", raised.Apply(metrics["nps"]), nil, true},
		{"employees", DefaultAnonymity().Apply(metrics["enps"]), nil, true},
		{"a figure of employees", DefaultAnonymity().Apply(metrics["nps"]), &KPI{Kind: EmployeeKPI}, true},
	} {
		if err := ByPersonRefused(c.metric, c.kpi); (ErrorCode(err) == Forbidden) != c.refused {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

func TestConversionsAddUp(t *testing.T) {
	var c Conversions
	m := StandardMetrics()["nps"]
	for _, n := range []ConversionCount{{From: 3, To: 9, N: 4}, {From: 10, To: 0, N: 1}, {From: 6, To: 6, N: 7}, {From: 8, To: 10, N: 2}} {
		c.Add(m, n)
	}
	if c.Pairs() != 14 || c.Net() != 3 || c.From(score.Bottom) != 11 || c[score.Middle][score.Top] != 2 {
		t.Errorf("%v", c)
	}
}
