package metrics

import (
	"errors"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mittari/mittari/models"
)

const ownCompany = `level="company"`

func TestErasedAnswerLeavesTheSeries(t *testing.T) {
	s := newShelf("2026-11-20T12:00:00Z")
	s.open("bank", "UTC")
	s.answer(t, "bank", 3, nps("gate", 10))
	s.answer(t, "bank", 1, nps("gate", 0))
	e := newExporter(t, s)
	wantLines(t, scores(t, e, "cx_score", ownCompany, `window="7d"`), `cx_score{workspace="bank",metric="nps",level="company",window="7d"} 50`)
	s.erase("bank", models.Count{Metric: "nps", Day: models.DayOf(s.clock(), time.UTC), Keys: models.Keys{models.Touchpoint: "gate"}}, 1)
	wantLines(t, scores(t, e, "cx_score", ownCompany, `window="7d"`), `cx_score{workspace="bank",metric="nps",level="company",window="7d"} 100`)
	wantLines(t, scores(t, e, "cx_responses_total", `detractor`),
		`cx_responses_total{workspace="bank",metric="nps",touchpoint="gate",segment="",channel="",category="detractor"} 1`)
	s.erase("bank", models.Count{Metric: "nps", Day: models.DayOf(s.clock(), time.UTC), Keys: models.Keys{models.Touchpoint: "gate"}, Score: 10}, 3)
	wantLines(t, scores(t, e, "cx_score"))
	wantLines(t, scores(t, e, "cx_window_responses"))
}

func TestWindowsMoveAtLocalMidnight(t *testing.T) {
	for _, c := range []struct{ name, zone, noon, before, after string }{
		{"winter", "Europe/Helsinki", "2026-11-20T10:00:00Z", "2026-11-20T21:59:59Z", "2026-11-20T22:00:00Z"},
		{"clocks go forward", "Europe/Helsinki", "2026-03-29T09:00:00Z", "2026-03-29T20:59:59Z", "2026-03-29T21:00:00Z"},
		{"clocks go back", "Europe/Helsinki", "2026-10-25T10:00:00Z", "2026-10-25T21:59:59Z", "2026-10-25T22:00:00Z"},
		{"no midnight on the next day", "America/Santiago", "2026-09-05T16:00:00Z", "2026-09-06T03:59:59Z", "2026-09-06T04:00:00Z"},
		{"half an hour", "Asia/Kolkata", "2026-11-20T06:00:00Z", "2026-11-20T18:29:59Z", "2026-11-20T18:30:00Z"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newShelf(c.noon)
			s.open("bank", c.zone)
			s.answer(t, "bank", 1, nps("", 10))
			e := newExporter(t, s)
			for _, step := range []struct{ at, windows string }{
				{c.noon, "today 7d 28d 90d 365d"}, {c.before, "today 7d 28d 90d 365d"}, {c.after, "7d 28d 90d 365d"},
			} {
				s.pass(at(step.at).Sub(s.clock()))
				if got := windowsOf(scores(t, e, "cx_score", ownCompany)); got != step.windows {
					t.Errorf("at %s the windows with the answer are %s, want %s", step.at, got, step.windows)
				}
			}
		})
	}
}

func TestAnswerLeavesEachWindowAfterItsDays(t *testing.T) {
	s := newShelf("2026-02-10T12:00:00Z") // both changes of the clocks lie ahead
	s.open("bank", "Europe/Helsinki")
	s.answer(t, "bank", 1, nps("", 10))
	e := newExporter(t, s)
	first := models.DayOf(s.clock(), mustZone(t, "Europe/Helsinki"))
	for age := range models.Day(367) {
		var want []string
		for _, w := range models.Windows() {
			if age < models.Day(w.Days) {
				want = append(want, w.Name)
			}
		}
		if got := windowsOf(scores(t, e, "cx_score", ownCompany)); got != strings.Join(want, " ") {
			t.Fatalf("%d days after %s: %q, want %q", age, first, got, want)
		}
		s.pass((first + age + 1).Start(mustZone(t, "Europe/Helsinki")).Sub(s.clock()))
	}
}

func TestAnswerOfTomorrowCountsFromMidnight(t *testing.T) {
	s := newShelf("2026-11-20T23:57:00Z")
	s.open("bank", "UTC")
	soon := s.clock().Add(4 * time.Minute) // a sender's clock is ahead
	sub := nps("", 10)
	sub.CollectedAt = &soon
	s.answer(t, "bank", 1, sub)
	e := newExporter(t, s)
	wantLines(t, scores(t, e, "cx_score"))
	for range 3 { // until its revision is long handled
		s.pass(time.Minute)
		refresh(t, e)
	}
	if got := windowsOf(scores(t, e, "cx_score")); got != "today 7d 28d 90d 365d" {
		t.Errorf("windows at midnight: %q", got)
	}
}

func TestClockSetBackShowsTheDayBefore(t *testing.T) {
	s, e := open(t, "2026-11-20T23:59:00Z", nps("", 10))
	refresh(t, e)
	s.pass(5 * time.Minute)
	refresh(t, e)
	s.pass(-5 * time.Minute)
	s.answer(t, "bank", 1, nps("", 10))
	wantLines(t, scores(t, e, "cx_score_sample_size", `window="today"`), `cx_score_sample_size{workspace="bank",metric="nps",level="company",window="today"} 2`)
}

func TestClockSetBackWithinTheDayMissesNothing(t *testing.T) {
	s, e := open(t, "2026-11-20T12:00:00Z")
	refresh(t, e)
	s.pass(-time.Hour)
	s.answer(t, "bank", 1, nps("", 10))
	if got := scores(t, e, "cx_score"); len(got) != 5 {
		t.Errorf("an answer given after the clock was set back is not shown: %q", got)
	}
}

func TestRevisionThatCommitsLateIsSeen(t *testing.T) {
	s, e := open(t, "2026-11-20T12:00:00Z", nps("", 10))
	refresh(t, e)
	written := s.clock()
	s.pass(25 * time.Second)
	refresh(t, e)
	s.answer(t, "bank", 1, nps("", 10))
	for i := range 2 { // its transaction took 25 s to commit
		s.revisions[len(s.revisions)-1-i].At = written
	}
	wantLines(t, scores(t, e, "cx_score_sample_size", `window="today"`), `cx_score_sample_size{workspace="bank",metric="nps",level="company",window="today"} 2`)
}

func TestOnlyChangedDaysAreReadAndOnce(t *testing.T) {
	s, e := open(t, "2026-11-20T12:00:00Z", nps("", 10))
	refresh(t, e)
	s.pass(time.Minute) // past what the load may have seen already
	refresh(t, e)
	for _, daysAgo := range []int{0, 1, 40, 800} {
		sub, then := nps("", 9), s.clock().AddDate(0, 0, -daysAgo)
		sub.CollectedAt = &then
		s.answer(t, "bank", 1, sub)
	}
	s.asked = nil
	refresh(t, e)
	s.pass(2 * time.Second)
	refresh(t, e)
	slices.Sort(s.asked)
	wantLines(t, s.asked, "bank _participation/customer 2026-10-11+1", "bank _participation/customer 2026-11-19+2", "bank nps 2026-10-11+1", "bank nps 2026-11-19+2")
}

func TestPauseLongerThanRevisionsLiveReadsAllAgain(t *testing.T) {
	s, e := open(t, "2026-11-20T12:00:00Z")
	refresh(t, e)
	s.answer(t, "bank", 1, nps("gate", 10))
	s.pass(models.RevisionLife)
	s.revisions = nil // they were deleted
	if got := scores(t, e, "cx_score", `touchpoint="gate"`); len(got) != 5 {
		t.Errorf("the answer given in the pause is not shown: %q", got)
	}
}

func TestFailedRefreshKeepsTheSeriesAndLosesNothing(t *testing.T) {
	s := newShelf("2026-11-20T12:00:00Z")
	s.open("bank", "UTC")
	s.answer(t, "bank", 1, nps("", 10))
	var logged strings.Builder
	e, err := New(Config{Source: s, Now: s.clock, Log: slog.New(slog.NewTextHandler(&logged, nil))})
	if err != nil {
		t.Fatal(err)
	}
	refresh(t, e)
	before := e.snapshot.published.Load()
	s.answer(t, "bank", 1, nps("", 10))
	s.pass(90 * time.Second)
	s.fail(errors.New("the database is away"))
	if err := e.Refresh(t.Context()); err == nil {
		t.Error("the failure is not told")
	}
	if e.snapshot.published.Load() != before || !e.Ready() {
		t.Error("the last good series were given up")
	}
	process := get(t, e, "/metrics").Body.String()
	wantLines(t, lines(process, "mittari_snapshot_age_seconds"), "mittari_snapshot_age_seconds 90")
	wantLines(t, lines(process, "mittari_snapshot_refresh_failures_total"), "mittari_snapshot_refresh_failures_total 1")
	s.fail(nil)
	s.pass(time.Minute)
	wantLines(t, scores(t, e, "cx_score_sample_size", `window="today"`), `cx_score_sample_size{workspace="bank",metric="nps",level="company",window="today"} 2`)
	wantLines(t, lines(get(t, e, "/metrics").Body.String(), "mittari_snapshot_age_seconds"), "mittari_snapshot_age_seconds 0")
}

func TestNewWorkspaceAppears(t *testing.T) {
	s := newShelf("2026-11-20T12:00:00Z")
	e := newExporter(t, s)
	wantLines(t, scores(t, e, "cx_score"))
	s.open("new", "Asia/Tokyo")
	s.answer(t, "new", 1, nps("", 10))
	if got := scores(t, e, "cx_score"); len(got) != 5 || !strings.Contains(got[0], `workspace="new"`) {
		t.Errorf("a workspace created while running: %q", got)
	}
}

func TestRunFollowsUntilStopped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newShelf("2026-11-20T12:00:00Z")
		s.fail(errors.New("the database is still starting"))
		e := newExporter(t, s)
		go e.Run(t.Context()) // ends with the test; goleak sees to it
		synctest.Wait()
		if e.Ready() || get(t, e, "/metrics/cx").Code != 503 {
			t.Error("ready before anything was read")
		}
		s.fail(nil)
		s.open("bank", "UTC")
		time.Sleep(DefaultInterval + time.Millisecond)
		synctest.Wait()
		if !e.Ready() {
			t.Fatal("not ready after the database answered")
		}
		s.answer(t, "bank", 1, nps("", 10))
		time.Sleep(DefaultInterval)
		synctest.Wait()
		if got := lines(get(t, e, "/metrics/cx").Body.String(), "cx_score"); len(got) != 5 {
			t.Errorf("an answer is not shown one interval later: %q", got)
		}
	})
}

func at(text string) time.Time {
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		panic(err)
	}
	return t
}

func windowsOf(lines []string) string {
	var windows []string
	for _, line := range lines {
		_, rest, _ := strings.Cut(line, `window="`)
		name, _, _ := strings.Cut(rest, `"`)
		windows = append(windows, name)
	}
	return strings.Join(windows, " ")
}
