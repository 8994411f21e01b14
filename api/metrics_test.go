package api_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/mittari/mittari/models"
)

const friendliness = `{"name":"Staff friendliness","question":"How friendly were we?","min":1,"max":7,"top":6,"bottom":3,"headline":"share"}`

func (c caller) putMetric(t testing.TB, key, body string) reply {
	t.Helper()
	return c.send(t, "PUT", "/v1/metrics/"+key, body)
}

func TestEveryStandardMetricIsListedWithItsScale(t *testing.T) {
	t.Parallel()
	g := goldenFile(t, "metrics")
	admin := newServer(t, setup{}).as(t, home)
	g.check(t, "all", admin.get(t, "/v1/metrics"))
	g.check(t, "one", admin.get(t, "/v1/metrics/ces"))
}

func TestMetricIsDefinedAndAnsweredAtOnce(t *testing.T) {
	t.Parallel()
	g := goldenFile(t, "own_metric")
	onEachDatabase(t, func(t *testing.T, s *server) {
		admin := s.as(t, home)
		wantProblem(t, admin.post(t, "/v1/responses", `{"metric":"friendly","score":7}`), http.StatusUnprocessableEntity, "invalid")
		g.check(t, "created", admin.putMetric(t, "friendly", friendliness))
		g.check(t, "repeated", admin.putMetric(t, "friendly", friendliness))
		for _, score := range []string{"7", "6", "4", "1"} {
			admin.record(t, `{"metric":"friendly","score":`+score+`}`)
		}
		if s := admin.scores(t, "?metric=friendly")[0]; *s.Score != 50 || *s.SampleSize != 4 || s.Categories["top"] != 2 || s.Categories["middle"] != 1 {
			t.Errorf("%+v, want 50 of 4", s)
		}
		if listed := admin.list(t, "?metric=friendly").Responses; len(listed) != 4 {
			t.Errorf("%d responses listed by the metric, want 4", len(listed))
		}
		var keys []string
		for _, m := range read[struct{ Metrics []models.Metric }](t, admin.get(t, "/v1/metrics")).Metrics {
			keys = append(keys, m.Key)
		}
		if !slices.IsSorted(keys) || !slices.Contains(keys, "friendly") || len(keys) != len(models.StandardMetrics())+1 {
			t.Errorf("listed are %v", keys)
		}
	})
}

func TestCutPointsMayChangeAndTheScaleMayNotOnceThereAreAnswers(t *testing.T) {
	t.Parallel()
	onEachDatabase(t, func(t *testing.T, s *server) {
		admin := s.as(t, home)
		change := func(from, to string) string { return strings.Replace(friendliness, from, to, 1) }
		admin.putMetric(t, "friendly", friendliness).want(t, http.StatusCreated)
		admin.putMetric(t, "friendly", change(`"max":7`, `"max":9`)).want(t, http.StatusOK) // nobody has answered
		admin.putMetric(t, "friendly", friendliness).want(t, http.StatusOK)
		id := admin.record(t, `{"metric":"friendly","score":5}`)
		for _, refused := range []string{
			change(`"max":7`, `"max":10`), change(`"min":1`, `"min":0`), change(`"top":6,"bottom":3`, `"top":3,"bottom":6,"better":"lower"`),
			change(`"headline"`, `"audience":"employee","headline"`),
		} {
			p := wantProblem(t, admin.putMetric(t, "friendly", refused), http.StatusConflict, "conflict")
			if !strings.Contains(p.Detail, "1 to 7") || !strings.Contains(p.Detail, "define a new metric") {
				t.Errorf("the detail tells neither the scale nor what to do: %s", p.Detail)
			}
		}
		if before := admin.scores(t, "?metric=friendly")[0]; *before.Score != 0 {
			t.Errorf("score %v before, want 0", *before.Score)
		}
		admin.putMetric(t, "friendly", change(`"top":6`, `"top":5`)).want(t, http.StatusOK)
		if after := admin.scores(t, "?metric=friendly")[0]; *after.Score != 100 {
			t.Errorf("score %v after the cut point went down to the answer, want 100", *after.Score)
		}
		admin.putMetric(t, "friendly", change(`"share"`, `"mean"`)).want(t, http.StatusOK)
		admin.send(t, "DELETE", "/v1/responses/"+id, "").want(t, http.StatusNoContent)
		wantProblem(t, admin.putMetric(t, "friendly", change(`"max":7`, `"max":10`)), http.StatusConflict, "conflict") // counters remember
	})
}

func TestFaultyMetricIsRefusedByName(t *testing.T) {
	t.Parallel()
	g := goldenFile(t, "metric_faults")
	admin := newServer(t, setup{}).as(t, home)
	for _, c := range []struct{ name, key, body string }{
		{"a standard metric", "nps", friendliness},
		{"a key that is none", "two%20words", friendliness},
		{"nothing said", "m", `{}`},
		{"no body", "m", ``},
		{"unknown and wrong", "m", `{"name":"x","min":"1","max":7.5,"scale":5,"headline":"net"}`},
		{"turned round", "m", `{"name":"x","min":7,"max":1,"top":6,"bottom":3,"headline":"share"}`},
		{"too many values", "m", `{"name":"x","min":0,"max":101,"top":90,"bottom":10,"headline":"mean"}`},
		{"so many values that they overflow", "m", `{"name":"x","min":-9223372036854775808,"max":9223372036854775807,"top":1,"bottom":0,"headline":"mean"}`},
		{"words that are none", "m", `{"name":"x","min":1,"max":5,"top":4,"bottom":2,"headline":"median","better":"up","audience":"robots"}`},
		{"cut points off the scale", "m", `{"name":"x","min":1,"max":5,"top":6,"bottom":0,"headline":"net"}`},
		{"cut points that overlap", "m", `{"name":"x","min":1,"max":5,"top":3,"bottom":3,"headline":"net"}`},
		{"cut points the wrong way round", "m", `{"name":"x","min":1,"max":5,"top":4,"bottom":2,"better":"lower","headline":"net"}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := admin.putMetric(t, c.key, c.body)
			if r.status < 400 || r.status > 499 {
				t.Errorf("status %d", r.status)
			}
			g.check(t, c.name, r)
		})
	}
	if n := len(read[struct{ Metrics []models.Metric }](t, admin.get(t, "/v1/metrics")).Metrics); n != len(models.StandardMetrics()) {
		t.Errorf("%d metrics, want the standard ones alone", n)
	}
}

func TestMetricOfOneWorkspaceIsNoneOfAnother(t *testing.T) {
	t.Parallel()
	s := newServer(t, setup{})
	s.as(t, home).putMetric(t, "friendly", friendliness).want(t, http.StatusCreated)
	wantProblem(t, s.as(t, other).get(t, "/v1/metrics/friendly"), http.StatusNotFound, "not_found")
	wantProblem(t, s.as(t, other).post(t, "/v1/responses", `{"metric":"friendly","score":7}`), http.StatusUnprocessableEntity, "invalid")
	s.as(t, other).putMetric(t, "friendly", strings.Replace(friendliness, `"max":7`, `"max":9`, 1)).want(t, http.StatusCreated)
	wantProblem(t, s.as(t, home).post(t, "/v1/responses", `{"metric":"friendly","score":9}`), http.StatusUnprocessableEntity, "invalid")
}
