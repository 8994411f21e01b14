package metrics

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/mittari/mittari/models"
)

// history is what a History of the shelf's workspaces writes of the last days.
func history(t testing.TB, s *shelf, days int, change ...func(*History)) string {
	t.Helper()
	var b strings.Builder
	today := models.DayOf(s.clock(), time.UTC)
	h := History{Source: s, Log: slog.New(slog.DiscardHandler), Now: s.clock(), Period: models.Period{Since: today - models.Day(days), Until: today + 1}, Told: func() {}}
	for _, do := range change {
		do(&h)
	}
	workspaces, err := s.FindWorkspaces(t.Context())
	if err == nil {
		err = h.Write(t.Context(), &b, workspaces)
	}
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// toldAt are the lines of a history that are of a moment, without it and sorted.
func toldAt(text string, at time.Time) []string {
	stamp := fmt.Sprintf(" %d\n", at.Unix())
	var found []string
	for line := range strings.Lines(text) {
		if strings.HasSuffix(line, stamp) {
			found = append(found, strings.TrimSuffix(line, stamp))
		}
	}
	slices.Sort(found)
	return found
}

// answerDaily has the bank's day happen: customers and employees, the more the later.
func answerDaily(t testing.TB, s *shelf, day int) {
	for i, touchpoint := range []string{"booking", "meeting", "closing"} {
		n := int64(1 + (day*7+i*3)%5)
		s.answer(t, "bank", n, models.Submission{Touchpoint: touchpoint, Segment: "family", Channel: "web", Metric: "csat", Score: value(1 + (day+i)%5)})
		s.answer(t, "bank", n, models.Submission{Touchpoint: touchpoint, Metric: "nps", Score: value((day * i) % 11)})
	}
	if day%6 == 0 {
		s.answer(t, "bank", 5, models.Submission{Team: "helsinki-3", Metric: "pulse", Score: value(1 + day%5)})
	}
}

func TestHistoryIsWhatWasPublishedAtEachMidnight(t *testing.T) {
	for _, drops := range []bool{false, true} {
		t.Run(fmt.Sprint("drops ", drops), func(t *testing.T) { compareHistory(t, drops) })
	}
}

func compareHistory(t *testing.T, drops bool) {
	zone := mustZone(t, "Europe/Helsinki")
	s := bank(t)
	s.now = time.Date(2026, 10, 10, 12, 0, 0, 0, zone) // the clocks change on the 25th; the bank's own answers stay in the future
	s.model("bank", models.CompanyModel{Metric: "csat", Level: "segment", Weights: map[string]float64{"family": 1, "student": 3}})
	s.aim("bank", models.Target{Metric: "csat", Level: models.CompanyLevel, Value: 70, Owner: "board"})
	s.aim("bank", models.Target{Metric: "csat", Level: models.CompanyLevel, Value: 80, From: models.DayOf(s.now, zone) + 20, Owner: "board"})
	s.deleteKPI("bank", "engagement") // of which the figures of October would be known too early
	s.deleteKPI("bank", "revenue")
	s.defineKPI("bank", kpiOf("sales", models.FinancialKPI, models.BySum))
	e := newExporter(t, s)
	published := map[time.Time]string{}
	for day := range 40 {
		answerDaily(t, s, day)
		midnight := (models.DayOf(s.now, zone) + 1).Start(zone)
		s.now = midnight
		yesterday := models.DayOf(midnight, zone) - 1
		s.observe(t, "bank", "sales", fmt.Sprintf(`{"period":"day","start":%q,"value":%d,"touchpoint":"closing"}`, yesterday, day))
		refresh(t, e)
		published[midnight] = get(t, e, "/metrics/cx").Body.String()
		s.now = midnight.Add(9 * time.Hour)
	}
	text := history(t, s, 60, func(h *History) { h.Drops, h.Watch = drops, models.DefaultWatch() })
	families := map[string]bool{}
	for _, found := range regexp.MustCompile(`(?m)^# TYPE (\S+) gauge$`).FindAllStringSubmatch(text, -1) {
		families[found[1]] = true
	}
	for _, name := range []string{"cx_score", "cx_score_stderr", "cx_score_lower", "cx_score_upper", "cx_score_sample_size", "cx_score_mean", "cx_score_target",
		"cx_score_coverage_ratio", "cx_score_pooled", "cx_journey_score", "cx_journey_step_position", "cx_kpi_value", "cx_kpi_period_start_timestamp_seconds"} {
		if !families[name] {
			t.Errorf("the history has no %s", name)
		}
	}
	for _, name := range []string{"cx_score_baseline", "cx_score_drop_points", "cx_score_drop_z", "cx_score_target_z", "cx_volume_responses"} {
		if families[name] != drops {
			t.Errorf("the history has %s: %v", name, families[name])
		}
	}
	for midnight, page := range published {
		var want []string
		for line := range strings.Lines(page) {
			name, _, is := strings.Cut(line, "{")
			if is && families[name] {
				want = append(want, strings.TrimSpace(line))
			}
		}
		slices.Sort(want)
		if got := toldAt(text, midnight); !slices.Equal(got, want) {
			t.Errorf("at %s the history has %d lines, %d were published", midnight, len(got), len(want))
			for i := range min(len(got), len(want)) {
				if got[i] != want[i] {
					t.Fatalf("got %s\nwant %s", got[i], want[i])
				}
			}
		}
	}
	if strings.Contains(text, `window="today"`) {
		t.Error("the history tells of a day at whose first moment there was nothing yet")
	}
}

func TestFigureIsInTheHistoryFromTheEndOfItsPeriodOn(t *testing.T) {
	s := trade("2026-11-20T12:00:00Z", helsinki)
	for month := 1; month <= 10; month++ {
		s.observe(t, "bank", "sales", monthly(fmt.Sprintf("2026-%02d", month), float64(month), ""))
	}
	s.observe(t, "bank", "sales", monthly("2026-09", 90, "")) // as it was corrected
	s.observe(t, "bank", "sales", monthly("2026-11", 11, "")) // before the month is over
	text := history(t, s, 400)
	zone := mustZone(t, helsinki)
	for day, want := range map[string]string{
		"2026-02-01": "month 1", "2026-03-31": "month 2", "2026-04-01": "month 3 quarter 6", "2026-10-01": "month 90 quarter 105",
		"2026-10-31": "month 90 quarter 105", "2026-11-01": "month 10 quarter 105", "2026-11-20": "month 10 quarter 105", "2026-01-31": "",
	} {
		d, err := models.ParseDay(day)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, line := range toldAt(text, d.Start(zone)) {
			if strings.HasPrefix(line, "cx_kpi_value") {
				got = append(got, regexp.MustCompile(`.*period="(\w+)".* (\S+)$`).ReplaceAllString(line, "$1 $2"))
			}
		}
		if strings.Join(got, " ") != want {
			t.Errorf("on %s: %q, want %q", day, got, want)
		}
	}
}

func TestHistoryTellsOfNoFigureThatIsTooOld(t *testing.T) {
	s := trade("2026-11-20T12:00:00Z", "UTC")
	s.observe(t, "bank", "sales", monthly("2022-05", 5, ""))
	text := history(t, s, 5*365)
	for at, want := range map[string]int{"2022-05-31": 0, "2022-06-01": 1, "2024-12-30": 1, "2024-12-31": 0} {
		day, err := models.ParseDay(at)
		if err != nil {
			t.Fatal(err)
		}
		if got := lines(strings.Join(toldAt(text, day.Start(time.UTC)), "\n"), "cx_kpi_value"); len(got) != want {
			t.Errorf("on %s: %q, want %d", at, got, want)
		}
	}
}

func TestHistoryShowsNoSmallGroupByTodaysThresholds(t *testing.T) {
	s := trade("2026-11-20T12:00:00Z", "UTC")
	s.defineKPI("bank", kpiOf("absence", models.EmployeeKPI, models.ByMean))
	s.observe(t, "bank", "absence", monthly("2026-09", 7, `,"size":9,"team":"north"`), monthly("2026-09", 3, `,"size":20,"team":"south"`), monthly("2026-09", 3, `,"size":30,"team":"west"`))
	long := s.now.AddDate(0, 0, -30)
	pulse := models.Submission{Team: "north", Metric: "pulse", Score: value(4), CollectedAt: &long}
	s.answer(t, "bank", 9, pulse)
	if text := history(t, s, 40); !strings.Contains(text, `"pulse"`) || !strings.Contains(text, `team="north"`) {
		t.Errorf("nine are not told of: %s", text)
	}
	s.threshold("bank", 10)
	raised := s.workspaces["bank"].metrics["pulse"]
	raised.Threshold = 10
	s.define("bank", raised)
	if text := history(t, s, 40); strings.Contains(text, `"pulse"`) || strings.Contains(text, `team="north"`) {
		t.Errorf("nine are told of: %s", text)
	}
}

func TestHistoryThatWasInterruptedHasNoEnd(t *testing.T) {
	s := bank(t)
	ctx, stop := context.WithCancel(t.Context())
	days := 0
	h := History{Source: s, Log: slog.New(slog.DiscardHandler), Now: s.clock(), Period: models.Period{Since: 20_000, Until: 30_000}, Told: func() {
		if days++; days == 10 {
			stop()
		}
	}}
	var b strings.Builder
	err := h.Write(ctx, &b, []models.Workspace{s.workspaces["bank"].Workspace})
	if !errors.Is(err, context.Canceled) || days != 10 || strings.Contains(b.String(), "# EOF") {
		t.Errorf("after %d days %v: %s", days, err, b.String())
	}
}
