package metrics

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/mittari/mittari/models"
)

// trade is a shelf with a workspace and a KPI of each way of adding up: sales, margin and customers.
func trade(now, zone string) *shelf {
	s := newShelf(now)
	s.open("bank", zone)
	s.defineKPI("bank", kpiOf("sales", models.FinancialKPI, models.BySum))
	s.defineKPI("bank", kpiOf("margin", models.FinancialKPI, models.ByMean))
	s.defineKPI("bank", kpiOf("customers", models.CustomerKPI, models.ByLast))
	return s
}

// figures are the values of a KPI's figures, in the order of the page, such as "quarter team=north 3".
func figures(t *testing.T, e *Exporter, name, kpi string, labels ...string) []string {
	t.Helper()
	var found []string
	for _, line := range scores(t, e, name, append(labels, `kpi="`+kpi+`"`)...) {
		_, rest, _ := strings.Cut(line, `period="`)
		rest = strings.NewReplacer(`",level="company"`, "", `"`, "", "}", "").Replace(rest)
		if period, group, inGroup := strings.Cut(rest, ",level="); inGroup {
			_, group, _ = strings.Cut(group, ",")
			rest = period + " " + group
		}
		found = append(found, strings.ReplaceAll(rest, ",owner=", " "))
	}
	return found
}

func TestEveryLengthAddsUpAsTheDefinitionSays(t *testing.T) {
	s := trade("2026-11-20T12:00:00Z", "UTC")
	for i, month := range []string{"07", "08", "09", "10"} {
		sales := float64(10 * (i + 1))
		s.observe(t, "bank", "sales", monthly("2026-"+month, sales, `,"team":"north"`), monthly("2026-"+month, 5, `,"team":"south"`))
		s.observe(t, "bank", "margin", monthly("2026-"+month, sales, `,"size":1,"team":"north"`), monthly("2026-"+month, 2, `,"size":99,"team":"south"`))
		s.observe(t, "bank", "customers", monthly("2026-"+month, sales, `,"team":"north"`), monthly("2026-"+month, 1, `,"team":"south"`))
	}
	e := newExporter(t, s)
	wantLines(t, figures(t, e, "cx_kpi_value", "sales"), "month 45", "month team=north 40", "month team=south 5",
		"quarter 75", "quarter team=north 60", "quarter team=south 15")
	wantLines(t, figures(t, e, "cx_kpi_value", "margin"), "month 2.38", "month team=north 40", "month team=south 2",
		"quarter 2.18", "quarter team=north 20", "quarter team=south 2")
	wantLines(t, figures(t, e, "cx_kpi_value", "customers"), "month 41", "month team=north 40", "month team=south 1",
		"quarter 31", "quarter team=north 30", "quarter team=south 1")
}

func TestPeriodBeginsAtMidnightOfTheWorkspace(t *testing.T) {
	s := trade("2026-11-20T12:00:00Z", helsinki)
	s.observe(t, "bank", "sales", monthly("2026-10", 7, ""))
	begun := time.Date(2026, 9, 30, 21, 0, 0, 0, time.UTC) // in summer time
	wantLines(t, scores(t, newExporter(t, s), "cx_kpi_period_start_timestamp_seconds"),
		fmt.Sprintf(`cx_kpi_period_start_timestamp_seconds{workspace="bank",kpi="sales",kind="financial",unit="EUR",period="month",level="company"} %g`, float64(begun.Unix())))
	wantLines(t, scores(t, newExporter(t, s), "cx_kpi_value"),
		`cx_kpi_value{workspace="bank",kpi="sales",kind="financial",unit="EUR",period="month",level="company"} 7`)
}

func TestYearIsToldUntilTheNextIsWhole(t *testing.T) {
	s := trade("2026-12-30T12:00:00Z", "UTC")
	for year := 2023; year <= 2025; year++ {
		for month := 1; month <= 12; month++ {
			s.observe(t, "bank", "sales", monthly(fmt.Sprintf("%d-%02d", year, month), float64(year-2000), ""))
		}
	}
	e := newExporter(t, s)
	for _, c := range []struct {
		days int
		want string
	}{{0, "year 300"}, {1, "year 300"}, {1, "year 300"}, {363, "year 300"}, {1, ""}} { // 25 a month; gone with 2028, when it is no news
		s.pass(time.Duration(c.days) * 24 * time.Hour)
		if got := strings.Join(figures(t, e, "cx_kpi_value", "sales", `period="year"`), " "); got != c.want {
			t.Errorf("on %s: %q, want %q", s.clock().Format(time.DateOnly), got, c.want)
		}
		wantLines(t, figures(t, newExporter(t, s), "cx_kpi_value", "sales", `period="year"`), figures(t, e, "cx_kpi_value", "sales", `period="year"`)...)
	}
}

func TestWeekOverTheTurnOfTheYearIsWhole(t *testing.T) {
	s := trade("2027-01-04T12:00:00Z", "UTC")
	for d := 28; d < 28+7; d++ { // from Monday, 28 December
		day := time.Date(2026, 12, d, 0, 0, 0, 0, time.UTC).Format(time.DateOnly)
		s.observe(t, "bank", "sales", `{"period":"day","start":"`+day+`","value":1}`)
	}
	wantLines(t, figures(t, newExporter(t, s), "cx_kpi_value", "sales"), "day 1", "week 7")
}

func TestCorrectedFigureReplacesTheOldOne(t *testing.T) {
	s := trade("2026-11-20T12:00:00Z", "UTC")
	s.observe(t, "bank", "sales", monthly("2026-09", 3, ""), monthly("2026-10", 7, ""))
	e := newExporter(t, s)
	refresh(t, e)
	s.observe(t, "bank", "sales", monthly("2026-10", 9, ""))
	wantLines(t, figures(t, e, "cx_kpi_value", "sales"), "month 9")
}

func TestOnlyTheKPIThatChangedIsReadAndNoMetric(t *testing.T) {
	s := trade("2026-11-20T12:00:00Z", "UTC")
	e := newExporter(t, s)
	refresh(t, e)
	s.pass(time.Minute)
	refresh(t, e)
	s.asked = nil
	s.observe(t, "bank", "margin", monthly("2026-10", 1, `,"size":3`))
	refresh(t, e)
	s.pass(2 * time.Second)
	refresh(t, e)
	wantLines(t, s.asked, "bank kpi/margin 2025-12-25+379", "bank kpi/margin 2024-12-25+379", "bank kpi/margin 2023-12-25+380")
	if e.snapshot.workspaces["bank"].unread != 0 {
		t.Error("the revision of a KPI was taken for a metric's")
	}
}

// slow is a shelf whose observations take a second to read.
type slow struct{ *shelf }

func (s slow) EachKPIPart(ctx context.Context, workspace, kpi string, p models.Period, do func(models.KPIPart) error) error {
	s.pass(time.Second)
	return s.shelf.EachKPIPart(ctx, workspace, kpi, p, do)
}

func TestKPIThatTakesLongToReadRests(t *testing.T) {
	s := trade("2026-11-20T12:00:00Z", "UTC")
	e := newExporter(t, s)
	e.snapshot.source = slow{s}
	for range s.workspaces["bank"].kpis { // one at a time
		refresh(t, e)
	}
	s.observe(t, "bank", "sales", monthly("2026-10", 7, ""))
	s.answer(t, "bank", 1, nps("", 10))
	wantLines(t, figures(t, e, "cx_kpi_value", "sales"))
	if got := scores(t, e, "cx_score"); len(got) != 5 {
		t.Errorf("the scores wait with it: %q", got)
	}
	s.pass(kpiYears * kpiRest * time.Second)
	wantLines(t, figures(t, e, "cx_kpi_value", "sales"), "month 7")
}

func TestKPIsThatTakeLongAreReadOneByOne(t *testing.T) {
	s := trade("2026-11-20T12:00:00Z", "UTC")
	s.observe(t, "bank", "customers", monthly("2026-10", 9, ""))
	s.observe(t, "bank", "sales", monthly("2026-10", 7, ""))
	s.answer(t, "bank", 1, nps("", 10))
	e := newExporter(t, s)
	e.snapshot.source = slow{s}
	all := func(page string) int { return len(lines(page, "cx_kpi_value")) }
	for _, want := range []int{1, 1, 2} { // customers, margin, sales
		refresh(t, e)
		page := get(t, e, "/metrics/cx").Body.String()
		if len(lines(page, "cx_score")) != 5 || all(page) != want {
			t.Errorf("%d scores and %d figures, want 5 and %d", len(lines(page, "cx_score")), all(page), want)
		}
	}
	s.pass(models.RevisionLife) // all has to be read again
	refresh(t, e)
	if n := all(get(t, e, "/metrics/cx").Body.String()); n != 2 {
		t.Errorf("%d figures while they are read again, want 2", n)
	}
}

func TestKPIThatIsGoneOrAnotherLeavesNoSeries(t *testing.T) {
	s := trade("2026-11-20T12:00:00Z", "UTC")
	s.observe(t, "bank", "sales", monthly("2026-10", 7, ""))
	s.aimKPI("bank", models.KPITarget{KPI: "sales", Period: models.MonthLength, Level: models.CompanyLevel, Value: 9, Owner: "board"})
	e := newExporter(t, s)
	refresh(t, e)
	s.pass(time.Second)
	renamed := kpiOf("sales", models.OperationalKPI, models.BySum)
	s.defineKPI("bank", renamed)
	wantLines(t, scores(t, e, "cx_kpi_value"), `cx_kpi_value{workspace="bank",kpi="sales",kind="operational",unit="EUR",period="month",level="company"} 7`)
	wantLines(t, scores(t, e, "cx_kpi_target"), `cx_kpi_target{workspace="bank",kpi="sales",kind="operational",unit="EUR",period="month",level="company",owner="board"} 9`)
	s.deleteKPI("bank", "sales")
	s.pass(time.Millisecond)
	s.defineKPI("bank", renamed) // before anybody looked
	wantLines(t, scores(t, e, "cx_kpi_value"))
	s.observe(t, "bank", "sales", monthly("2026-10", 8, ""))
	refresh(t, e)
	s.deleteKPI("bank", "sales")
	for _, name := range []string{"cx_kpi_value", "cx_kpi_period_start_timestamp_seconds", "cx_kpi_target"} {
		wantLines(t, scores(t, e, name))
	}
}

func TestKPITargetBeginsAtItsMidnight(t *testing.T) {
	s := trade("2026-11-20T12:00:00Z", "UTC")
	today := models.DayOf(s.clock(), time.UTC)
	s.aimKPI("bank", models.KPITarget{KPI: "sales", Period: models.MonthLength, Level: "team", Key: "north", Value: 5, From: today - 10, Owner: "sales-team"})
	s.aimKPI("bank", models.KPITarget{KPI: "sales", Period: models.MonthLength, Level: "team", Key: "north", Value: 6, From: today + 1, Owner: "sales-team"})
	e := newExporter(t, s)
	wantLines(t, figures(t, e, "cx_kpi_target", "sales"), "month team=north sales-team 5")
	s.pass(12 * time.Hour)
	wantLines(t, figures(t, e, "cx_kpi_target", "sales"), "month team=north sales-team 6")
}

func TestFailedReadingOfAKPILosesNothing(t *testing.T) {
	s := trade("2026-11-20T12:00:00Z", "UTC")
	e := newExporter(t, s)
	refresh(t, e)
	s.observe(t, "bank", "sales", monthly("2026-10", 7, ""))
	s.fail(errors.New("the database is away"))
	if err := e.Refresh(t.Context()); err == nil {
		t.Error("the failure is not told")
	}
	s.fail(nil)
	wantLines(t, figures(t, e, "cx_kpi_value", "sales"), "month 7")
}
