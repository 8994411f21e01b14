package api_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// sizes are the sample sizes of scores by key, as "key:n key:n".
func sizes(scores []score) string {
	var told []string
	for _, s := range scores {
		told = append(told, fmt.Sprintf("%s:%d", s.Key, *s.SampleSize))
	}
	return strings.Join(told, " ")
}

func TestScoresAreToldApartByEveryLevel(t *testing.T) {
	t.Parallel()
	onEachDatabase(t, func(t *testing.T, s *server) {
		admin := s.as(t, home)
		for _, v := range []string{
			`{"survey":"s1","touchpoint":"book","channel":"web","segment":"young","team":"a","metric":"csat","score":5}`,
			`{"survey":"s1","touchpoint":"meet","channel":"web","segment":"young","team":"b","answers":[{"metric":"csat","score":4},{"touchpoint":"sign","metric":"csat","score":1}]}`,
			`{"survey":"s2","touchpoint":"meet","channel":"sms","segment":"old","team":"B","answers":[{"metric":"csat","score":2},{"metric":"nps","score":10}]}`,
			`{"metric":"csat","score":3}`,
		} {
			admin.record(t, v)
		}
		admin.send(t, "PUT", "/v1/journeys/loan", `{"touchpoints":["book","meet","sign"]}`).want(t, http.StatusCreated)
		admin.send(t, "PUT", "/v1/journeys/account", `{"touchpoints":["book","card"]}`).want(t, http.StatusCreated)
		admin.send(t, "PUT", "/v1/journeys/unused", `{"touchpoints":["card"]}`).want(t, http.StatusCreated)
		for query, want := range map[string]string{
			"":                                      ":5",
			"group_by=company":                      ":5",
			"group_by=survey":                       "s1:3 s2:1",
			"group_by=touchpoint":                   "book:1 meet:2 sign:1",
			"group_by=channel":                      "sms:1 web:3",
			"group_by=segment":                      "old:1 young:3",
			"group_by=team":                         "B:1 a:1 b:2",
			"group_by=journey":                      "account:1 loan:4",
			"group_by=journey&channel=web":          "account:1 loan:3",
			"group_by=touchpoint&touchpoint=meet":   "meet:2",
			"group_by=segment&touchpoint=meet":      "old:1 young:1",
			"segment=young&channel=web&survey=s1":   ":3",
			"segment=young&channel=sms":             ":0",
			"group_by=team&segment=young&channel=x": "",
			"survey=s1&touchpoint=meet&channel=web&segment=young&team=b": ":1",
		} {
			got := admin.scores(t, "?metric=csat&"+query)
			if sizes(got) != want {
				t.Errorf("%q: %q, want %q", query, sizes(got), want)
			}
			level := "company"
			if _, by, grouped := strings.Cut(query, "group_by="); grouped {
				level, _, _ = strings.Cut(by, "&")
			}
			for _, score := range got {
				if score.Level != level || score.Metric != "csat" {
					t.Errorf("%q: level %q of %q", query, score.Level, score.Metric)
				}
			}
		}
	})
}

func TestGroupsByTimeComeByKeyThenByTimeWithoutGaps(t *testing.T) {
	t.Parallel()
	admin := newServer(t, setup{}).as(t, home)
	for _, v := range []string{`"team":"b","collected_at":"2026-11-20T08:00:00Z"`, `"team":"a","collected_at":"2026-11-18T08:00:00Z"`, `"team":"b","collected_at":"2026-11-17T08:00:00Z"`} {
		admin.record(t, `{"metric":"nps","score":9,`+v+`}`)
	}
	var got []string
	for _, s := range admin.scores(t, "?metric=nps&group_by=team&since=2026-11-17&interval=day") {
		got = append(got, fmt.Sprintf("%s%d", s.Key, *s.SampleSize))
	}
	if want := "a0 a1 a0 a0 b1 b0 b0 b1"; strings.Join(got, " ") != want {
		t.Errorf("%v, want %s", got, want)
	}
}

// staff are n answers of employees of one team.
func staff(team string, n int) string {
	return strings.Repeat(fmt.Sprintf(`{"team":%q,"metric":"pulse","score":4,"comment":"c"}`+"\n", team), n)
}

func TestFewerThanFiveEmployeesAreNeverShown(t *testing.T) {
	t.Parallel()
	onEachDatabase(t, func(t *testing.T, s *server) {
		admin := s.as(t, home)
		admin.post(t, "/v1/responses/bulk", staff("four", 4)+staff("five", 5)).want(t, http.StatusOK)
		for query, want := range map[string]string{
			"team=four":                      "suppressed",
			"team=five":                      "5",
			"":                               "5",
			"group_by=team":                  "5",
			"group_by=team&interval=day":     strings.Repeat("suppressed ", 27) + "5",
			"team=four&window=7d&channel=no": "suppressed",
		} {
			r := admin.get(t, "/v1/scores?metric=pulse&"+query)
			var got []string
			for _, score := range admin.scores(t, "?metric=pulse&"+query) {
				switch {
				case !score.Suppressed:
					got = append(got, fmt.Sprint(*score.SampleSize))
				case score.SampleSize != nil || score.Score != nil || score.Distribution != nil || score.Categories != nil || score.Mean != nil || score.StdErr != nil || score.Lower != nil:
					t.Errorf("%s: a number of a suppressed group is told: %s", query, r.body)
				default:
					got = append(got, "suppressed")
				}
			}
			if strings.Join(got, " ") != want {
				t.Errorf("%q: %v, want %s", query, got, want)
			}
		}
		admin.record(t, strings.TrimSpace(staff("four", 1)))
		if now := admin.scores(t, "?metric=pulse&team=four")[0]; now.Suppressed || *now.SampleSize != 5 {
			t.Errorf("with the fifth answer: %+v, want n=5", now)
		}
	})
}

func TestCustomersAreShownHoweverFew(t *testing.T) {
	t.Parallel()
	admin := newServer(t, setup{}).as(t, home)
	admin.record(t, goodLine)
	if s := admin.scores(t, "?metric=nps")[0]; s.Suppressed || *s.SampleSize != 1 || *s.Score != 100 || s.StdErr == nil || *s.Lower >= *s.Upper {
		t.Errorf("%+v, want n=1 with an interval", s)
	}
}

func TestDeletedKeyKeepsItsScores(t *testing.T) {
	t.Parallel()
	admin := newServer(t, setup{}).as(t, home)
	admin.record(t, `{"team":"a","metric":"nps","score":9}`)
	admin.send(t, "DELETE", "/v1/teams/a", "").want(t, http.StatusNoContent)
	if got := sizes(admin.scores(t, "?metric=nps&group_by=team")); got != "a:1" {
		t.Errorf("%q, want a:1", got)
	}
	admin.record(t, `{"team":"a","metric":"nps","score":9}`)
	admin.get(t, "/v1/teams/a").want(t, http.StatusOK)
}

func TestJourneyIsToldByItsMeanAndByPeakAndEnd(t *testing.T) {
	t.Parallel()
	onEachDatabase(t, func(t *testing.T, s *server) {
		admin := s.as(t, home)
		admin.send(t, "PUT", "/v1/journeys/loan", `{"touchpoints":["book","meet","quiet","sign"]}`).want(t, http.StatusCreated)
		var lines strings.Builder
		for touchpoint, good := range map[string]int{"book": 9, "meet": 1, "sign": 8} {
			for i := range 10 {
				score := 2
				if i < good {
					score = 5
				}
				fmt.Fprintf(&lines, `{"touchpoint":%q,"metric":"csat","score":%d}`+"\n", touchpoint, score)
			}
		}
		admin.post(t, "/v1/responses/bulk", lines.String()).want(t, http.StatusOK)
		got := admin.scores(t, "?metric=csat&group_by=journey")
		if len(got) != 1 || *got[0].SampleSize != 30 || got[0].Journey == nil {
			t.Fatalf("%+v", got)
		}
		j := got[0].Journey
		if fmt.Sprintf("%.2f %.2f %s %s %v", j.Mean.Score, j.PeakEnd.Score, j.Peak, j.End, j.Steps) != "60.00 45.00 meet sign [book meet sign]" {
			t.Errorf("%+v", j)
		}
		for _, p := range []pointsWithin{j.Mean, j.PeakEnd} {
			if !(p.Lower < p.Score && p.Score < p.Upper) {
				t.Errorf("%+v", p)
			}
		}
		if j := admin.scores(t, "?metric=csat&group_by=journey&touchpoint=meet")[0].Journey; j.Mean.Score != 10 || j.PeakEnd.Score != 10 {
			t.Errorf("of one touchpoint: %+v", j)
		}
		if s := admin.scores(t, "?metric=csat&group_by=touchpoint")[0]; s.Journey != nil {
			t.Errorf("a touchpoint is a journey: %+v", s)
		}
	})
}
