package api_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"
)

const helsinki = "Europe/Helsinki"

func location(t *testing.T, name string) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

func TestEveryWindowHoldsItsDaysWithTodayIncluded(t *testing.T) {
	t.Parallel()
	onEachDatabase(t, func(t *testing.T, s *server) {
		admin, zone := s.as(t, home), location(t, helsinki)
		now := s.clock.now().In(zone)
		for _, daysAgo := range []int{0, 1, 6, 7, 27, 28, 89, 90, 364, 365} {
			firstMoment := time.Date(now.Year(), now.Month(), now.Day()-daysAgo, 0, 0, 0, 0, zone)
			admin.record(t, fmt.Sprintf(`{"metric":"nps","score":9,"collected_at":"%s"}`, firstMoment.Format(time.RFC3339)))
			if daysAgo == 0 {
				continue
			}
			lastMoment := firstMoment.AddDate(0, 0, 1).Add(-time.Microsecond)
			admin.record(t, fmt.Sprintf(`{"metric":"nps","score":0,"collected_at":"%s"}`, lastMoment.Format(time.RFC3339Nano)))
		}
		for query, want := range map[string]struct{ days, n int }{
			"&window=today": {1, 1}, "&window=7d": {7, 5}, "&window=28d": {28, 9}, "&window=90d": {90, 13}, "&window=365d": {365, 17}, "": {28, 9},
		} {
			score := admin.scores(t, "?metric=nps"+query)[0]
			since := time.Date(now.Year(), now.Month(), now.Day()-want.days+1, 0, 0, 0, 0, zone)
			until := time.Date(now.Year(), now.Month(), now.Day()+1, 0, 0, 0, 0, zone)
			if *score.SampleSize != int64(want.n) || !score.Since.Equal(since) || !score.Until.Equal(until) {
				t.Errorf("%q: n=%d from %s to %s, want n=%d from %s to %s", query, *score.SampleSize, score.Since, score.Until, want.n, since, until)
			}
		}
	})
}

func TestTodayEndsAtTheWorkspacesMidnight(t *testing.T) {
	t.Parallel()
	s := newServer(t, setup{})
	for workspace, midnight := range map[string]string{home: "2026-11-20T22:00:00Z", other: "2026-11-21T05:00:00Z"} {
		s.clock.set(t, midnight)
		s.clock.pass(-time.Millisecond)
		admin := s.as(t, workspace)
		admin.record(t, goodLine)
		if n := admin.counted(t, "nps"); n != 1 {
			t.Errorf("%s: just before midnight %d answers are today's, want 1", workspace, n)
		}
		s.clock.set(t, midnight)
		if n := admin.counted(t, "nps"); n != 0 {
			t.Errorf("%s: at midnight %d answers are today's, want 0", workspace, n)
		}
		if n := *admin.scores(t, "?metric=nps&window=7d")[0].SampleSize; n != 1 {
			t.Errorf("%s: at midnight %d answers are of the week, want 1", workspace, n)
		}
	}
}

func TestSinceAndUntilAreDatesOrMidnights(t *testing.T) {
	t.Parallel()
	admin := newServer(t, setup{}).as(t, home)
	for _, day := range []string{"2026-10-23", "2026-10-24", "2026-10-25", "2026-10-26"} { // the clocks went back on the 25th
		admin.record(t, `{"metric":"nps","score":9,"collected_at":"`+day+`T12:00:00+02:00"}`)
	}
	for _, c := range []struct {
		since, until string
		n            int64
	}{
		{"2026-10-24", "2026-10-26", 2},
		{"2026-10-24T00:00:00+03:00", "2026-10-26T00:00:00+02:00", 2},
		{"2026-10-23T21:00:00Z", "2026-10-25T22:00:00Z", 2},
		{"2026-10-25", "2026-10-26T00:00:00+02:00", 1},
		{"2026-10-25", "", 2},
		{"1970-01-01", "2027-01-01", 4},
	} {
		query := url.Values{"metric": {"nps"}, "since": {c.since}}
		if c.until != "" {
			query.Set("until", c.until)
		}
		if score := admin.scores(t, "?"+query.Encode())[0]; *score.SampleSize != c.n {
			t.Errorf("%+v: n=%d from %s to %s", c, *score.SampleSize, score.Since, score.Until)
		}
	}
}

// TestIntervalsCutThePeriodExactly compares with borders worked out by the calendar, not by the server's code.
func TestIntervalsCutThePeriodExactly(t *testing.T) {
	t.Parallel()
	s := newServer(t, setup{})
	for _, c := range []struct {
		workspace, query string
		borders          string // days, or "day hours" of what lies before the next border
	}{
		{home, "since=2026-03-28&until=2026-03-31&interval=day", "2026-03-28 24h|2026-03-29 23h|2026-03-30 24h|2026-03-31"},
		{home, "since=2026-10-24&until=2026-10-27&interval=day", "2026-10-24 24h|2026-10-25 25h|2026-10-26 24h|2026-10-27"},
		{other, "since=2026-03-07&until=2026-03-10&interval=day", "2026-03-07 24h|2026-03-08 23h|2026-03-09 24h|2026-03-10"},
		{home, "since=2026-10-21&until=2026-11-05&interval=week", "2026-10-21 121h|2026-10-26 168h|2026-11-02 72h|2026-11-05"},
		{home, "since=2026-03-23&until=2026-04-06&interval=week", "2026-03-23 167h|2026-03-30 168h|2026-04-06"},
		{home, "since=2026-01-15&until=2026-04-02&interval=month", "2026-01-15 408h|2026-02-01 672h|2026-03-01 743h|2026-04-01 24h|2026-04-02"},
		{home, "since=2024-02-01&until=2024-03-01&interval=month", "2024-02-01 696h|2024-03-01"},
		{home, "window=7d&interval=week", "2026-11-14 48h|2026-11-16 120h|2026-11-21"},
		{home, "window=today&interval=month", "2026-11-20 24h|2026-11-21"},
		{home, "interval=month", "2026-10-24 193h|2026-11-01 480h|2026-11-21"},
	} {
		admin, zone := s.as(t, c.workspace), location(t, map[string]string{home: helsinki, other: "America/New_York"}[c.workspace])
		scores := admin.scores(t, "?metric=nps&"+c.query)
		var got []string
		for i, score := range scores {
			since := score.Since.In(zone)
			got = append(got, fmt.Sprintf("%s %gh", since.Format(time.DateOnly), score.Until.Sub(score.Since).Hours()))
			if h, m, sec := since.Clock(); h+m+sec != 0 {
				t.Errorf("%s: %s is no midnight", c.query, since)
			}
			if i > 0 && !score.Since.Equal(scores[i-1].Until) {
				t.Errorf("%s: a gap or an overlap before %s", c.query, score.Since)
			}
		}
		got = append(got, scores[len(scores)-1].Until.In(zone).Format(time.DateOnly))
		if strings.Join(got, "|") != c.borders {
			t.Errorf("%s: %s, want %s", c.query, strings.Join(got, "|"), c.borders)
		}
	}
}

func TestPeriodsAreToldInTheWorkspacesTime(t *testing.T) {
	t.Parallel()
	admin := newServer(t, setup{}).as(t, home)
	r := admin.get(t, "/v1/scores?metric=nps&since=2026-10-25&until=2026-10-26")
	if !strings.Contains(r.body, `"2026-10-25T00:00:00+03:00"`) || !strings.Contains(r.body, `"2026-10-26T00:00:00+02:00"`) {
		t.Errorf("summer time before, winter time after: %s", r.body)
	}
}
