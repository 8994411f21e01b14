package metrics

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/mittari/mittari/models"
)

// TestFollowingEqualsReadingAnew changes a workspace in every way there is; an
// exporter that follows must show the same bytes as one that starts.
func TestFollowingEqualsReadingAnew(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		s := newShelf("2026-03-25T12:00:00Z")
		s.bound = 3
		s.open("bank", "Europe/Helsinki")
		s.define("bank", ownMetric(4))
		s.defineKPI("bank", kpiOf("sales", models.FinancialKPI, models.BySum))
		s.defineKPI("bank", kpiOf("absence", models.EmployeeKPI, models.ByMean))
		e := newExporter(t, s)
		for range rapid.IntRange(1, 25).Draw(r, "steps") {
			step(t, r, s)
			if rapid.Bool().Draw(r, "look") {
				refresh(t, e)
			}
		}
		fresh := newExporter(t, s)
		for _, name := range []string{"cx_score", "cx_score_stderr", "cx_score_sample_size", "cx_score_coverage_ratio", "cx_journey_score", "cx_journey_step_position", "cx_score_drop_z", "cx_response_rate_responses", "cx_response_rate_invited", "cx_window_responses", "cx_kpi_value", "cx_kpi_period_start_timestamp_seconds", "cx_kpi_target"} {
			got, want := strings.Join(scores(t, e, name), "\n"), strings.Join(scores(t, fresh, name), "\n")
			if got != want {
				r.Fatalf("following shows\n%s\nreading anew\n%s", got, want)
			}
		}
	})
}

func ownMetric(top int) models.Metric {
	m := models.Metric{Key: "own", Name: "Own", Audience: models.Customer, Scale: models.StandardMetrics()["csat"].Scale}
	m.Top = top
	return m
}

func step(t *testing.T, r *rapid.T, s *shelf) {
	key := func(name string) string {
		return rapid.SampledFrom([]string{"", "a", "b", "c", "d", "other"}).Draw(r, name)
	}
	switch rapid.IntRange(0, 16).Draw(r, "what") {
	case 0:
		s.pass(time.Duration(rapid.IntRange(0, 40).Draw(r, "hours")) * time.Hour)
	case 1:
		s.pass(time.Duration(rapid.IntRange(0, 400).Draw(r, "seconds")) * time.Second)
	case 2:
		if k := key("entry"); k != "" {
			s.put("bank", models.Entry{Kind: "touchpoint", Key: k})
		}
	case 3:
		s.remove("bank", "touchpoint", key("removed"))
	case 4:
		s.put("bank", models.Entry{Kind: models.JourneyKind, Key: "j", Touchpoints: []string{"a", key("step")}})
	case 5:
		s.define("bank", ownMetric(rapid.IntRange(4, 5).Draw(r, "top")))
	case 6:
		s.eraseOne("bank")
	case 7:
		s.model("bank", models.CompanyModel{Metric: rapid.SampledFrom([]string{"", "csat", "nps", "pulse"}).Draw(r, "modelled"), Level: "touchpoint",
			Weights: map[string]float64{"a": 2, "d": 1, rapid.SampledFrom([]string{"b", "c", "z"}).Draw(r, "weighed"): 1}})
	case 8, 9, 10:
		month := s.clock().AddDate(0, -rapid.IntRange(0, 40).Draw(r, "months"), 0).Format("2006-01")
		fields := fmt.Sprintf(`,"size":%d,"team":%q`, rapid.IntRange(3, 8).Draw(r, "size"), key("team"))
		if rapid.Bool().Draw(r, "of employees") {
			s.observe(t, "bank", "absence", monthly(month, 1, fields))
		} else {
			s.observe(t, "bank", "sales", monthly(month, 1, fmt.Sprintf(`%s,"segment":%q`, fields, key("segment"))))
		}
	case 11:
		kpi := rapid.SampledFrom([]string{"sales", "absence"}).Draw(r, "kpi")
		if rapid.Bool().Draw(r, "deleted") {
			s.deleteKPI("bank", kpi)
			s.pass(time.Millisecond)
		}
		kind := map[string]models.KPIKind{"sales": models.FinancialKPI, "absence": models.EmployeeKPI}[kpi]
		s.defineKPI("bank", kpiOf(kpi, kind, rapid.SampledFrom([]models.AddsUp{models.BySum, models.ByMean, models.ByLast}).Draw(r, "adds up")))
	case 12:
		s.aimKPI("bank", models.KPITarget{KPI: "sales", Period: models.MonthLength, Level: "team", Key: key("aimed"), Value: rapid.Float64Range(0, 9).Draw(r, "target"),
			From: models.DayOf(s.clock(), time.UTC) + models.Day(rapid.IntRange(-1, 2).Draw(r, "from"))})
	case 16:
		audience := rapid.SampledFrom(models.Audiences()).Draw(r, "audience")
		s.invite("bank", int64(rapid.IntRange(1, 9).Draw(r, "invited")), audience, models.Keys{models.Survey: key("survey"), models.Channel: key("channel"), models.Team: key("team")})
	default:
		metric := rapid.SampledFrom([]string{"csat", "nps", "pulse", "own"}).Draw(r, "metric")
		then := s.clock().AddDate(0, 0, -rapid.IntRange(0, 400).Draw(r, "age"))
		s.answer(t, "bank", 1, models.Submission{Metric: metric, Score: value(rapid.IntRange(1, 5).Draw(r, "score")), CollectedAt: &then,
			Touchpoint: key("touchpoint"), Channel: key("channel"), Team: key("team"), Survey: key("survey"), Segment: key("segment")})
	}
}
