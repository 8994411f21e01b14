package metrics

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/mittari/mittari/models"
)

func pulse(team string, score int) models.Submission {
	return models.Submission{Team: team, Metric: "pulse", Score: value(score)}
}

func TestSmallGroupOfEmployeesIsNowhere(t *testing.T) {
	s := newShelf("2026-11-20T12:00:00Z")
	s.open("bank", "UTC")
	s.answer(t, "bank", models.DefaultAnonymity().Employees-1, pulse("small", 5))
	e := newExporter(t, s)
	for _, name := range []string{"cx_score", "cx_score_stderr", "cx_score_lower", "cx_score_upper", "cx_score_sample_size", "cx_score_mean", "cx_window_responses", "cx_responses_total"} {
		wantLines(t, scores(t, e, name))
	}
	s.answer(t, "bank", 1, pulse("small", 1))
	if got := scores(t, e, "cx_score", `team="small"`); len(got) != 5 {
		t.Errorf("a group of %d is not shown: %q", models.DefaultAnonymity().Employees, got)
	}
	wantLines(t, scores(t, e, "cx_responses_total", "bottom"),
		`cx_responses_total{workspace="bank",metric="pulse",touchpoint="",segment="",channel="",category="bottom"} 1`)
	wantLines(t, scores(t, e, "cx_window_responses", `window="7d"`),
		`cx_window_responses{workspace="bank",metric="pulse",touchpoint="",segment="",channel="",team="small",category="top",window="7d"} 4`,
		`cx_window_responses{workspace="bank",metric="pulse",touchpoint="",segment="",channel="",team="small",category="middle",window="7d"} 0`,
		`cx_window_responses{workspace="bank",metric="pulse",touchpoint="",segment="",channel="",team="small",category="bottom",window="7d"} 1`)
}

func TestGroupIsShownOnlyInWindowsWhereItIsLargeEnough(t *testing.T) {
	s := newShelf("2026-11-20T12:00:00Z")
	s.open("bank", "UTC")
	then := s.clock().Add(-50 * 24 * time.Hour)
	old := pulse("crew", 5)
	old.CollectedAt = &then
	s.answer(t, "bank", 3, old)
	s.answer(t, "bank", 3, pulse("crew", 5))
	e := newExporter(t, s)
	if got := windowsOf(scores(t, e, "cx_score", `team="crew"`)); got != "90d 365d" {
		t.Errorf("3 answers within 28 days and 6 within 90 are shown for %s", got)
	}
	if got := windowsOf(scores(t, e, "cx_window_responses", `category="top"`)); got != "90d 365d" {
		t.Errorf("the leaf's counts are shown for %s", got)
	}
}

func TestSingleCustomerIsShown(t *testing.T) {
	s := newShelf("2026-11-20T12:00:00Z")
	s.open("bank", "UTC")
	s.answer(t, "bank", 1, nps("gate", 9))
	if got := scores(t, newExporter(t, s), "cx_score", `touchpoint="gate"`); len(got) != 5 {
		t.Errorf("customers' answers have no threshold, but: %q", got)
	}
}

func TestParticipationIsNoMetricOfTheSeries(t *testing.T) {
	s := newShelf("2026-11-20T12:00:00Z")
	s.open("bank", "UTC")
	var log bytes.Buffer
	e, err := New(Config{Source: s, Log: slog.New(slog.NewTextHandler(&log, nil)), Now: s.clock})
	if err != nil {
		t.Fatal(err)
	}
	refresh(t, e)
	s.answer(t, "bank", 1, nps("gate", 9))
	s.answer(t, "bank", 5, pulse("crew", 3))
	refresh(t, e)
	if text := string(e.snapshot.published.Load().all.plain); strings.Contains(text, "_participation") || strings.Contains(log.String(), "WARN") {
		t.Errorf("the log says %s and the series\n%s", &log, text)
	}
}
