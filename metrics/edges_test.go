package metrics

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/mittari/mittari/models"
)

// daily are n answers each to NPS, one of each kind, at noon of the days from so many ago until so many ago.
func daily(t *testing.T, s *shelf, from, until int, n int64, answers ...int) {
	t.Helper()
	for ago := from; ago >= until; ago-- {
		at := s.clock().AddDate(0, 0, -ago)
		for _, answer := range answers {
			sub := nps("", answer)
			sub.CollectedAt = &at
			s.answer(t, "bank", n, sub)
		}
	}
}

const helsinki = "Europe/Helsinki"

func TestEdgesAreToldAsTheyAre(t *testing.T) {
	const company = `{workspace="bank",metric="nps",level="company",`
	for _, c := range []struct {
		name    string
		answers func(s *shelf)
		told    []string // lines
		silent  []string // beginnings of lines
	}{
		{"nobody answered", func(*shelf) {}, nil, []string{"cx_"}},
		{
			"one answer", func(s *shelf) { daily(t, s, 0, 0, 1, 10) },
			[]string{
				`cx_score` + company + `window="today"} 100`, `cx_score_sample_size` + company + `window="365d"} 1`,
				`cx_score_stderr` + company + `window="today"} 37.5`, // 100·√(((1+1.5)/4 − (1/4)²)/4)
			},
			[]string{"cx_score_drop", "cx_score_baseline", "cx_score_cusum", "cx_volume"},
		},
		{
			"one answer a day, the last one yesterday", func(s *shelf) { daily(t, s, 2, 1, 1, 0) },
			[]string{
				`cx_score_drop_z` + company + `arm="day"} 0`, `cx_score_drop_sample_size` + company + `arm="day"} 1`,
				`cx_score_baseline_sample_size` + company + `arm="day"} 1`, `cx_score_baseline_coverage_ratio` + company + `arm="day"} 0.011111111111111112`,
			},
			[]string{`cx_score_drop_z` + company + `arm="week"`, `cx_score_drop_z` + company + `arm="month"`, `cx_score` + company + `window="today"`, "cx_score_cusum"},
		},
		{
			"all are promoters, always", func(s *shelf) { daily(t, s, 300, 0, 20, 10) },
			[]string{
				`cx_score` + company + `window="365d"} 100`, `cx_score_upper` + company + `window="7d"} 100`,
				`cx_score_drop_points` + company + `arm="day"} 0`, `cx_score_drop_points` + company + `arm="week"} 0`, `cx_score_drop_points` + company + `arm="month"} 0`,
				`cx_score_cusum` + company[:len(company)-1] + `} 0`,
				`cx_window_responses{workspace="bank",metric="nps",touchpoint="",segment="",channel="",team="",category="detractor",window="7d"} 0`,
			},
			[]string{"cx_score_decline_start", `cx_score_lower` + company + `window="7d"} 100`},
		},
		{
			"no passives", func(s *shelf) { daily(t, s, 300, 0, 5, 10, 0) },
			[]string{
				`cx_score` + company + `window="28d"} 0`, `cx_score_drop_points` + company + `arm="month"} 0`,
				`cx_window_responses{workspace="bank",metric="nps",touchpoint="",segment="",channel="",team="",category="passive",window="28d"} 0`,
			}, nil,
		},
		{
			"no promoters", func(s *shelf) { daily(t, s, 300, 0, 5, 8, 0) },
			[]string{
				`cx_score` + company + `window="28d"} -50`,
				`cx_window_responses{workspace="bank",metric="nps",touchpoint="",segment="",channel="",team="",category="promoter",window="28d"} 0`,
			}, nil,
		},
		{
			"windows before the first answer", func(s *shelf) { daily(t, s, 0, 0, 50, 9) },
			[]string{`cx_score` + company + `window="90d"} 100`},
			[]string{"cx_score_drop", "cx_score_baseline", "cx_score_cusum", "cx_score_floor_suggested", "cx_volume"},
		},
		{
			"a baseline of 20 days", func(s *shelf) { daily(t, s, 27, 0, 30, 9) },
			[]string{
				`cx_score_baseline_coverage_ratio` + company + `arm="day"} 0.28888888888888886`,
				`cx_score_baseline_coverage_ratio` + company + `arm="week"} 0.2222222222222222`, `cx_score_baseline_sample_size` + company + `arm="week"} 600`,
			},
			[]string{`cx_score_drop_z` + company + `arm="month"`, "cx_score_cusum"},
		},
		{
			"a decline's baseline of 45 days", func(s *shelf) { daily(t, s, 101, 0, 30, 9) },
			[]string{
				`cx_score_decline_baseline_coverage_ratio` + company[:len(company)-1] + `} 0.25`, `cx_score_cusum` + company[:len(company)-1] + `} 0`,
				`cx_score_baseline_coverage_ratio` + company + `arm="month"} 0.8111111111111111`,
			}, nil,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, e := open(t, "2026-11-20T12:00:00Z")
			c.answers(s)
			refresh(t, e)
			page := strings.Split(get(t, e, "/metrics/cx").Body.String(), "\n")
			for _, line := range c.told {
				if !slices.Contains(page, line) {
					t.Errorf("not told: %s", line)
				}
			}
			for _, line := range page {
				if slices.ContainsFunc(c.silent, func(s string) bool { return strings.HasPrefix(line, s) }) || strings.HasSuffix(line, "NaN") || strings.HasSuffix(line, "Inf") {
					t.Errorf("told: %s", line)
				}
			}
		})
	}
}

func TestMeanOfOneAnswerHasNoError(t *testing.T) {
	s, e := open(t, "2026-11-20T12:00:00Z")
	m := models.StandardMetrics()["csat"]
	m.Key, m.Headline = "liking", "mean"
	s.define("bank", m)
	s.answer(t, "bank", 1, models.Submission{Metric: "liking", Score: value(4)})
	wantLines(t, scores(t, e, "cx_score", `window="today"`), `cx_score{workspace="bank",metric="liking",level="company",window="today"} 75`)
	for _, unknown := range []string{"cx_score_stderr", "cx_score_lower", "cx_score_upper"} {
		wantLines(t, scores(t, e, unknown))
	}
}

// TestClosedDaysAreAsLongAsTheClocksMakeThem looks, at the first moment after
// it, at the day on which the clocks changed, when an answer came every hour.
func TestClosedDaysAreAsLongAsTheClocksMakeThem(t *testing.T) {
	for _, c := range []struct {
		name, zone, day string
		hours           int
	}{
		{"forward at three", helsinki, "2026-03-29", 23},
		{"back at four", helsinki, "2026-10-25", 25},
		{"midnight is skipped", "America/Santiago", "2026-09-06", 23},
		{"midnight comes back to the day before", "America/Santiago", "2026-04-04", 25},
		{"midnight is skipped", "Africa/Cairo", "2026-04-24", 23},
		{"midnight comes back to the day before", "Africa/Cairo", "2026-10-29", 25},
	} {
		t.Run(c.zone+" "+c.day+" "+c.name, func(t *testing.T) {
			zone := mustZone(t, c.zone)
			changed, err := models.ParseDay(c.day)
			if err != nil {
				t.Fatal(err)
			}
			s := newShelf((changed - 140).Start(zone).UTC().Format(time.RFC3339))
			s.open("bank", c.zone)
			e := newExporter(t, s)
			for now := (changed + 1).Start(zone); s.clock().Before(now); s.pass(time.Hour) {
				s.answer(t, "bank", 1, nps("", 10))
			}
			usual := map[string]float64{"day": 24, "week": 7 * 24, "month": 28 * 24}
			for arm, hours := range usual {
				hours += float64(c.hours - 24)
				if n := number(t, e, "cx_score_drop_sample_size", ownCompany, `arm="`+arm+`"`); n != hours {
					t.Errorf("the last %s has %v answers, want %v", arm, n, hours)
				}
				if ratio := number(t, e, "cx_score_baseline_coverage_ratio", ownCompany, `arm="`+arm+`"`); ratio != 1 {
					t.Errorf("the baseline of the %s is %v of 90 days", arm, ratio)
				}
			}
			s.pass((changed + 2).Start(zone).Add(-time.Second).Sub(s.clock())) // today has filled, and counts nowhere
			s.answer(t, "bank", 24, nps("", 0))
			if n := number(t, e, "cx_score_drop_sample_size", ownCompany, `arm="day"`); n != float64(c.hours) {
				t.Errorf("before the next midnight the last closed day has %v answers, want %d", n, c.hours)
			}
			s.pass(time.Second)
			if n := number(t, e, "cx_score_drop_sample_size", ownCompany, `arm="day"`); n != 24 {
				t.Errorf("after the next midnight the last closed day has %v answers, want 24", n)
			}
		})
	}
}

// TestClockSetBackAnHourTellsTheEarlierHourAgain is of a server whose clock is
// put right half an hour after midnight, and passes midnight twice.
func TestClockSetBackAnHourTellsTheEarlierHourAgain(t *testing.T) {
	s := newShelf("2026-11-20T21:30:00Z") // 23:30 in Helsinki
	s.open("bank", helsinki)
	daily(t, s, 100, 1, 20, 10, 7, 3)
	daily(t, s, 0, 0, 7, 0)
	e := newExporter(t, s)
	page := func() string {
		t.Helper()
		refresh(t, e)
		return get(t, e, "/metrics/cx").Body.String()
	}
	before := page()
	s.pass(time.Hour)
	after := page()
	if before == after || !strings.Contains(after, `cx_score_drop_sample_size{workspace="bank",metric="nps",level="company",arm="day"} 7`) {
		t.Error("past midnight the day is not closed")
	}
	s.pass(-time.Hour)
	if page() != before {
		t.Error("set back before midnight, the series are not those of before midnight")
	}
	s.answer(t, "bank", 1, nps("", 0)) // given in the hour that comes twice
	s.pass(time.Hour)
	if got, want := page(), page(); got != want || !strings.Contains(got, `cx_score_drop_sample_size{workspace="bank",metric="nps",level="company",arm="day"} 8`) {
		t.Error("past midnight again, the answer of the second hour is not of the day that it was given on")
	}
	s.pass(-time.Hour)
	s.erase("bank", models.Count{Metric: "nps", Day: models.DayOf(s.clock(), mustZone(t, helsinki)), Score: 0}, 8)
	wantLines(t, scores(t, e, "cx_responses_total", "detractor"),
		`cx_responses_total{workspace="bank",metric="nps",touchpoint="",segment="",channel="",category="detractor"} 2008`)
}
