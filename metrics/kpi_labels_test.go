package metrics

import (
	"context"
	"fmt"
	"testing"

	"github.com/mittari/mittari/models"
)

func TestKPIsKeysPastTheBoundAreOtherAndAddUp(t *testing.T) {
	s := trade("2026-11-20T12:00:00Z", "UTC")
	s.bound = 1
	for i, team := range []string{"a", "b", "c"} {
		fields := fmt.Sprintf(`,"team":%q,"size":%d`, team, 1+9*i)
		s.observe(t, "bank", "sales", monthly("2026-10", float64(i+1), fields))
		s.observe(t, "bank", "margin", monthly("2026-10", float64(i+1), fields))
		s.observe(t, "bank", "customers", monthly("2026-10", float64(i+1), fields))
	}
	e := newExporter(t, s)
	wantLines(t, figures(t, e, "cx_kpi_value", "sales", `level="team"`), "month team=a 1", "month team=other 5")
	wantLines(t, figures(t, e, "cx_kpi_value", "margin", `level="team"`), "month team=a 1", "month team=other 2.6551724137931") // (2·10 + 3·19) / 29
	wantLines(t, figures(t, e, "cx_kpi_value", "customers", `level="team"`), "month team=a 1", "month team=other 5")
	s.put("bank", models.Entry{Kind: "team", Key: "c"}) // it leaves other
	wantLines(t, figures(t, e, "cx_kpi_value", "margin", `level="team"`), "month team=a 1", "month team=c 3", "month team=other 2")
}

func TestFewEmployeesAreInNoFigure(t *testing.T) {
	s := newShelf("2026-11-20T12:00:00Z")
	s.open("bank", "UTC")
	s.defineKPI("bank", kpiOf("absence", models.EmployeeKPI, models.ByMean))
	for team, size := range map[string]int{"a": 4, "b": 8, "c": 20, "d": 30} {
		s.observe(t, "bank", "absence", monthly("2026-10", 3, fmt.Sprintf(`,"team":%q,"size":%d`, team, size)))
	}
	e := newExporter(t, s)
	for _, name := range []string{"cx_kpi_value", "cx_kpi_period_start_timestamp_seconds"} { // b would tell of a
		if got := scores(t, e, name, `level="team"`); len(got) != 2 {
			t.Errorf("%q, want those of c and d", got)
		}
	}
	wantLines(t, figures(t, e, "cx_kpi_value", "absence", `level="company"`), "month 3")
	s.threshold("bank", 25)
	wantLines(t, figures(t, e, "cx_kpi_value", "absence", `level="team"`), "month team=d 3")
}

func TestSmallGroupOfEmployeesHidesItsLatestFigure(t *testing.T) {
	s := newShelf("2026-11-20T12:00:00Z")
	s.open("bank", "UTC")
	s.defineKPI("bank", kpiOf("absence", models.EmployeeKPI, models.ByMean))
	s.observe(t, "bank", "absence", monthly("2026-09", 1, `,"team":"a","size":9`), monthly("2026-10", 2, `,"team":"a","size":4`))
	wantLines(t, scores(t, newExporter(t, s), "cx_kpi_value"))
}

// TestEmployeesPastTheBoundAreNotOther is of teams that the API tells one by one: other less those would be the few.
func TestEmployeesPastTheBoundAreNotOther(t *testing.T) {
	s := newShelf("2026-11-20T12:00:00Z")
	s.bound = 1
	s.open("bank", "UTC")
	s.defineKPI("bank", kpiOf("absence", models.EmployeeKPI, models.ByMean))
	for team, size := range map[string]int{"b": 4, "c": 20, "d": 30} {
		s.observe(t, "bank", "absence", monthly("2026-10", 3, fmt.Sprintf(`,"team":%q,"size":%d`, team, size)))
	}
	e := newExporter(t, s)
	wantLines(t, scores(t, e, "cx_kpi_value", `level="team"`))
	wantLines(t, figures(t, e, "cx_kpi_value", "absence"), "month 3")
}

// crowd is a shelf on which a KPI is observed of so many teams on every day of three years.
type crowd struct {
	*shelf
	teams int
}

func (c crowd) EachKPIPart(_ context.Context, _, _ string, p models.Period, do func(models.KPIPart) error) error {
	for day := p.Since; day < p.Until; day++ {
		for i := range c.teams {
			part := models.KPIPart{KPISum: models.KPISum{Value: 1}, Period: models.DayLength, Start: day, Grain: "team", Keys: models.Keys{models.Team: fmt.Sprint("t-", i)}}
			if err := do(part); err != nil {
				return err
			}
		}
	}
	return nil
}

func TestKPIsHoldAsMuchAsTheyTell(t *testing.T) {
	s := newShelf("2026-12-31T12:00:00Z")
	s.open("bank", "UTC")
	s.defineKPI("bank", kpiOf("sales", models.FinancialKPI, models.BySum))
	for i := range 10 {
		s.put("bank", models.Entry{Kind: "team", Key: fmt.Sprint("t-", i)})
	}
	e := newExporter(t, s)
	refresh(t, e)
	before := heap()
	e.snapshot.source = crowd{s, 1000}
	r := models.KPIRevision("sales")
	s.revise("bank", r.Metric, r.Day)
	refresh(t, e)
	if err := e.RefreshKPIs(t.Context()); err != nil { // where a machine is too slow for it in a refresh
		t.Fatal(err)
	}
	refresh(t, e)
	if grown := int64(heap()) - int64(before); grown > 512<<10 {
		t.Errorf("the heap grew by %d KiB", grown>>10)
	}
	if got := scores(t, e, "cx_kpi_value"); len(got) != 5*12 { // lengths × company, ten teams and other
		t.Errorf("%d series: %q", len(got), got)
	}
	wantLines(t, figures(t, e, "cx_kpi_value", "sales", `team="other"`, `period="year"`), "year team=other 361350") // 990 teams on 365 days
}
