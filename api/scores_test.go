package api_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

func TestScoreComesWithAllThatIsNeededToJudgeIt(t *testing.T) {
	t.Parallel()
	g := goldenFile(t, "scores")
	onEachDatabase(t, func(t *testing.T, s *server) {
		admin := s.as(t, home)
		for i, score := range []int{10, 10, 9, 9, 9, 8, 7, 6, 3, 0} {
			admin.record(t, fmt.Sprintf(`{"touchpoint":"t%d","answers":[{"metric":"nps","score":%d},{"metric":"csat","score":%d},{"metric":"ces","score":%d},{"metric":"fcr","score":%v}]}`,
				i%2, score, score/2%5+1, score/2%5+1, score > 5))
		}
		admin.send(t, "PUT", "/v1/metrics/heat", `{"name":"Heat","min":-2,"max":2,"better":"lower","top":-1,"bottom":1,"headline":"mean"}`).want(t, http.StatusCreated)
		for score := -2; score <= 2; score++ {
			admin.record(t, fmt.Sprintf(`{"metric":"heat","score":%d}`, score))
		}
		for _, query := range []string{
			"metric=nps", "metric=csat", "metric=ces", "metric=fcr", "metric=heat", "metric=emotion",
			"metric=nps&group_by=touchpoint", "metric=nps&window=today&touchpoint=t1", "metric=emotion&group_by=team",
			"metric=nps&since=2026-11-18&interval=day",
		} {
			g.check(t, query, admin.get(t, "/v1/scores?"+query).want(t, http.StatusOK))
		}
	})
}

func TestFaultyQuestionForScoresIsRefusedByName(t *testing.T) {
	t.Parallel()
	g := goldenFile(t, "score_faults")
	admin := newServer(t, setup{}).as(t, home)
	for _, query := range []string{
		"", "metric=npx", "metric=_participation/customer", "metric=nps&metric=csat", "metric=nps&group_by=region", "metric=nps&window=30d", "metric=nps&window=28d&since=2026-11-01",
		"metric=nps&until=2026-11-01", "metric=nps&since=2026-11-02&until=2026-11-02", "metric=nps&since=2026-11-02&until=2026-11-01",
		"metric=nps&since=2026-11-21", "metric=nps&since=yesterday&until=2026-11-01", "metric=nps&since=2026-11-01T10:00:00Z", "metric=nps&since=2026-11-01T00:00:00Z", "metric=nps&since=1.11.2026",
		"metric=nps&since=2026-11-01&until=2026-11-01T24:00:00Z", "metric=nps&interval=hour", "metric=nps&since=1969-12-30", "metric=nps&since=0001-01-01T00:00:00Z", "metric=nps&since=2026-01-01&until=9999-01-01",
		"metric=nps&since=1996-01-01&interval=day", "metric=npx&group_by=x&window=y&since=z&until=w&interval=v&person=p&limit=5",
	} {
		t.Run(query, func(t *testing.T) {
			r := admin.get(t, "/v1/scores?"+query)
			wantProblem(t, r, http.StatusBadRequest, "malformed")
			g.check(t, query, r)
		})
	}
}

func TestTooManyScoresAreRefusedBeforeTheyAreMade(t *testing.T) {
	t.Parallel()
	admin := newServer(t, setup{}).as(t, home).hasty()
	var lines strings.Builder
	for i := range 101 {
		fmt.Fprintf(&lines, `{"touchpoint":"t%d","metric":"nps","score":9}`+"\n", i)
	}
	admin.post(t, "/v1/responses/bulk", lines.String()).want(t, http.StatusOK)
	admin.get(t, "/v1/scores?metric=nps&since=2026-08-14&until=2026-11-21&interval=day&group_by=touchpoint").want(t, http.StatusOK) // 101 × 99
	r := admin.get(t, "/v1/scores?metric=nps&since=2026-08-13&until=2026-11-21&interval=day&group_by=touchpoint")                   // 101 × 100
	if p := wantProblem(t, r, http.StatusBadRequest, "malformed"); !strings.Contains(p.Detail, "10100 scores") || !strings.Contains(p.Detail, "shorter period") {
		t.Errorf("the detail tells neither how many nor what to do: %s", p.Detail)
	}
}

func TestNoAnswersIsASampleSizeOfZeroAndNoScore(t *testing.T) {
	t.Parallel()
	admin := newServer(t, setup{}).as(t, home)
	admin.record(t, `{"metric":"nps","score":9,"team":"a"}`)
	for _, query := range []string{"?metric=csat", "?metric=nps&team=b", "?metric=nps&since=2026-01-01&until=2026-01-02"} {
		r := admin.get(t, "/v1/scores"+query).want(t, http.StatusOK)
		scores := admin.scores(t, query)
		if len(scores) != 1 || scores[0].SampleSize == nil || *scores[0].SampleSize != 0 {
			t.Fatalf("%s: %s, want one with sample_size 0", query, r.body)
		}
		for _, word := range []string{`"score"`, "stderr", "lower", "upper", "mean", "distribution", "categories", "suppressed"} {
			if strings.Contains(r.body, word) {
				t.Errorf("%s: nobody answered, and still there is %s: %s", query, word, r.body)
			}
		}
	}
	if r := admin.get(t, "/v1/scores?metric=csat&group_by=team"); strings.TrimSpace(r.body) != `{"scores":[]}` {
		t.Errorf("no group has answers: %s, want an empty list", r.body)
	}
}
