package models

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/mittari/mittari/models/score"
)

// engagement is a KPI of employees.
func engagement(adds AddsUp) KPI {
	return KPI{Key: "engagement", Name: "Engagement", Kind: EmployeeKPI, Unit: RatioUnit, Better: score.Higher, AddsUp: adds}
}

// partOf is what an observation of a team, or of the company, adds.
func partOf(length PeriodLength, start Day, team string, value, size float64) KPIPart {
	o := Observation{Period: length, Start: start, Keys: Keys{Team: team}, Value: value, Size: &size}
	return KPIPart{KPISum: o.Sum(), Period: length, Start: start, Grain: o.Grain(), Keys: o.Keys}
}

// told are the figures that are shown, "team month value", and those that are hidden, "team month -".
func told(values []KPIValue) []string {
	lines := []string{}
	for _, v := range values {
		line := fmt.Sprintf("%s %s %v", v.Key, v.Start.String()[:7], v.Value)
		if v.Suppressed {
			line = fmt.Sprintf("%s %s -", v.Key, v.Start.String()[:7])
		}
		lines = append(lines, line)
	}
	return lines
}

func wantTold(t *testing.T, what string, got []KPIValue, want ...string) {
	t.Helper()
	if lines := told(got); !slices.Equal(lines, want) {
		t.Errorf("%s: told %q, want %q", what, lines, want)
	}
}

const teamLevel Level = "team"

func TestFiguresOfTooFewEmployeesAreHiddenWithTheNextSmallest(t *testing.T) {
	october := day(t, "2026-10-01")
	r := NewKPIRollup(engagement(ByMean), DefaultAnonymity())
	for team, size := range map[string]float64{"a": 3, "b": 6, "c": 40} {
		r.Add(partOf(MonthLength, october, team, 0.5, size))
	}
	wantTold(t, "teams", r.Values(teamLevel, MonthLength), "a 2026-10 -", "b 2026-10 -", "c 2026-10 0.5")
	company := r.Values(CompanyLevel, MonthLength)
	wantTold(t, "company", company, " 2026-10 0.5")
	for _, v := range append(company, r.Values(teamLevel, MonthLength)...) {
		if v.Size != 0 {
			t.Errorf("%s tells that it is of %v employees", v.Key, v.Size)
		}
	}
}

func TestRaisedThresholdHidesMore(t *testing.T) {
	raised := DefaultAnonymity()
	raised.Employees = 20
	r := NewKPIRollup(engagement(ByMean), raised)
	for team, size := range map[string]float64{"a": 6, "b": 19, "c": 40} {
		r.Add(partOf(MonthLength, 20_454, team, 0.5, size))
	}
	wantTold(t, "teams", r.Values(teamLevel, MonthLength), "a 2026-01 -", "b 2026-01 -", "c 2026-01 0.5")
}

// TestTeamThatWasLeftOutIsNotToldByTheCompany: who sends no figure of a small team sends one of the company.
func TestTeamThatWasLeftOutIsNotToldByTheCompany(t *testing.T) {
	october := day(t, "2026-10-01")
	r := NewKPIRollup(engagement(BySum), DefaultAnonymity())
	r.Add(partOf(MonthLength, october, "", 100, 50))
	r.Add(partOf(MonthLength, october, "a", 20, 8))
	r.Add(partOf(MonthLength, october, "b", 70, 39)) // 3 are in no team
	wantTold(t, "teams", r.Values(teamLevel, MonthLength), "a 2026-10 -", "b 2026-10 70")
	wantTold(t, "company", r.Values(CompanyLevel, MonthLength), " 2026-10 100")
}

// TestQuarterTellsNothingOfAHiddenMonth: the quarter less two of its months would be the third.
func TestQuarterTellsNothingOfAHiddenMonth(t *testing.T) {
	r := NewKPIRollup(engagement(BySum), DefaultAnonymity())
	for i, start := range []string{"2026-07-01", "2026-08-01", "2026-09-01"} {
		r.Add(partOf(MonthLength, day(t, start), "a", 1, float64(7-2*i))) // 7, 5, 3
		r.Add(partOf(MonthLength, day(t, start), "b", 1, 10))
		r.Add(partOf(MonthLength, day(t, start), "c", 1, float64(30-11*i))) // 30, 19, 8: hidden beside a in September
	}
	wantTold(t, "months", r.Values(teamLevel, MonthLength), "a 2026-07 1", "a 2026-08 1", "a 2026-09 -", "b 2026-07 1", "b 2026-08 1", "b 2026-09 1",
		"c 2026-07 1", "c 2026-08 1", "c 2026-09 -")
	wantTold(t, "quarters", r.Values(teamLevel, QuarterLength), "a 2026-07 -", "b 2026-07 3", "c 2026-07 -")
	wantTold(t, "the company's quarter", r.Values(CompanyLevel, QuarterLength), " 2026-07 9")
}

func TestCompanyIsNotToldWhereItsPartsTellOfTooFew(t *testing.T) {
	r := NewKPIRollup(engagement(BySum), DefaultAnonymity())
	for i, start := range []string{"2026-07-01", "2026-08-01", "2026-09-01"} {
		r.Add(partOf(MonthLength, day(t, start), "a", 1, float64(10-4*i))) // 10, 6, 2
	}
	r.Add(partOf(QuarterLength, day(t, "2026-07-01"), "", 3, 6))
	wantTold(t, "months", r.Values(CompanyLevel, MonthLength), " 2026-07 1", " 2026-08 1", " 2026-09 -")
	wantTold(t, "the quarter", r.Values(CompanyLevel, QuarterLength), " 2026-07 -")
}

func TestNumbersOfEmployeesAreOfThemselves(t *testing.T) {
	staff := KPI{Key: "staff", Kind: EmployeeKPI, Unit: "{employee}", AddsUp: ByLast}
	r := NewKPIRollup(staff, DefaultAnonymity())
	for team, n := range map[string]float64{"a": 0, "b": 4, "c": 12, "d": 40} {
		o := Observation{Period: MonthLength, Start: 20_454, Keys: Keys{Team: team}, Value: n}
		r.Add(KPIPart{KPISum: o.Sum(), Period: MonthLength, Start: 20_454, Grain: o.Grain(), Keys: o.Keys})
	}
	wantTold(t, "teams", r.Values(teamLevel, MonthLength), "a 2026-01 -", "b 2026-01 -", "c 2026-01 -", "d 2026-01 40")
	wantTold(t, "company", r.Values(CompanyLevel, MonthLength), " 2026-01 56")
	unknown := Observation{Period: MonthLength, Start: 20_454, Value: 3}
	of := NewKPIRollup(engagement(BySum), DefaultAnonymity())
	of.Add(KPIPart{KPISum: unknown.Sum(), Period: MonthLength, Start: 20_454})
	wantTold(t, "of an unknown number", of.Values(CompanyLevel, MonthLength), " 2026-01 -")
}

// TestNoFewEmployeesAreTold plays one who reads every figure that is told, knows
// how many are in each team, and solves for what isn't told.
func TestNoFewEmployeesAreTold(t *testing.T) {
	months := []Day{day(t, "2026-07-01"), day(t, "2026-08-01"), day(t, "2026-09-01")}
	rapid.Check(t, func(t *rapid.T) {
		r := NewKPIRollup(engagement(BySum), DefaultAnonymity())
		teams := rapid.IntRange(1, 5).Draw(t, "teams")
		left := rapid.Bool().Draw(t, "the first team is not recorded")
		whole := rapid.SampledFrom([]PeriodLength{"", MonthLength, QuarterLength}).Draw(t, "company")
		same := rapid.Bool().Draw(t, "nobody comes or goes")
		size := make([]float64, 3*teams) // of team i in month m: 3i+m
		all := [3]float64{}
		for cell := range size {
			size[cell] = float64(rapid.IntRange(1, 14).Draw(t, "size"))
			if same && cell%3 > 0 {
				size[cell] = size[cell-1]
			}
			all[cell%3] += size[cell]
			if cell >= 3 || !left {
				r.Add(partOf(MonthLength, months[cell%3], fmt.Sprint(cell/3), 1, size[cell]))
			}
		}
		for m, month := range months {
			if whole == MonthLength {
				r.Add(partOf(MonthLength, month, "", 1, all[m]))
			}
		}
		if whole == QuarterLength {
			r.Add(partOf(QuarterLength, months[0], "", 1, slices.Min(all[:])))
		}
		equations := known(r, months, teams, left, whole)
		for cells := range subsets(3 * teams) {
			people := 0.0
			row := make([]float64, 3*teams)
			for _, cell := range cells {
				row[cell] = 1
				people += size[cell]
			}
			if people < 5 && spanned(equations, row) {
				t.Fatalf("what %v employees did is told: cells %v of sizes %v", people, cells, size)
			}
		}
	})
}

// subsets are single cells, and pairs of two teams in one month.
func subsets(cells int) func(yield func([]int) bool) {
	return func(yield func([]int) bool) {
		for a := range cells {
			if !yield([]int{a}) {
				return
			}
			for b := a + 3; b < cells; b += 3 {
				if !yield([]int{a, b}) {
					return
				}
			}
		}
	}
}

// known are the figures told, each as what it is the sum of.
func known(r *KPIRollup, months []Day, teams int, left bool, whole PeriodLength) [][]float64 {
	var rows [][]float64
	for _, level := range []Level{CompanyLevel, teamLevel} {
		for _, length := range []PeriodLength{MonthLength, QuarterLength} {
			for _, v := range r.Values(level, length) {
				if v.Suppressed {
					continue
				}
				row := make([]float64, 3*teams)
				for cell := range row {
					recorded := cell >= 3 || !left || level == CompanyLevel && v.Grain == ""
					inTime := length == QuarterLength || months[cell%3] == v.Start
					if recorded && inTime && (level == CompanyLevel || v.Key == fmt.Sprint(cell/3)) {
						row[cell] = 1
					}
				}
				rows = append(rows, row)
			}
		}
	}
	return rows
}

// spanned reports whether the row is a combination of the others (Gaussian elimination).
func spanned(rows [][]float64, row []float64) bool {
	return rank(append(slices.Clone(rows), row)) == rank(rows)
}

func rank(rows [][]float64) int {
	m := make([][]float64, len(rows))
	for i := range rows {
		m[i] = slices.Clone(rows[i])
	}
	rank := 0
	for column := 0; len(m) > 0 && column < len(m[0]); column++ {
		pivot := slices.IndexFunc(m[rank:], func(row []float64) bool { return math.Abs(row[column]) > 1e-9 })
		if pivot < 0 {
			continue
		}
		m[rank], m[rank+pivot] = m[rank+pivot], m[rank]
		for i := rank + 1; i < len(m); i++ {
			f := m[i][column] / m[rank][column]
			for j := range m[i] {
				m[i][j] -= f * m[rank][j]
			}
		}
		if rank++; rank == len(m) {
			break
		}
	}
	return rank
}
