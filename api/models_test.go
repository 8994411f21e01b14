package api_test

import (
	"fmt"
	"math"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/mittari/mittari/models"
)

type companyModels struct {
	Models []struct {
		Metric, Level string
		Weights       map[string]float64
		UpdatedAt     string `json:"updated_at"`
	} `json:"models"`
}

// answers are n responses of one segment, of which so many are promoters and the others detractors.
func answers(segment, day string, n, promoters int) string {
	var lines strings.Builder
	for i := range n {
		v := 0
		if i < promoters {
			v = 10
		}
		fmt.Fprintf(&lines, `{"segment":%q,"metric":"nps","score":%d,"collected_at":"%sT08:00:00Z"}`+"\n", segment, v, day)
	}
	return lines.String()
}

const halves = `{"metric":"nps","level":"segment","weights":{"families":10,"students":10}}`

func TestModelIsPutListedAndTakenAway(t *testing.T) {
	t.Parallel()
	onEachDatabase(t, func(t *testing.T, s *server) {
		admin := s.as(t, home)
		admin.send(t, "PUT", "/v1/model", halves).want(t, http.StatusCreated)
		admin.send(t, "PUT", "/v1/model", halves).want(t, http.StatusOK)
		admin.send(t, "PUT", "/v1/model", `{"metric":"csat","level":"touchpoint","weights":{"meeting":3,"booking":0.5}}`).want(t, http.StatusCreated)
		admin.send(t, "PUT", "/v1/model", `{"metric":"nps","level":"team","weights":{"a":1}}`).want(t, http.StatusOK)
		got := read[companyModels](t, s.as(t, home, models.ReadScores).get(t, "/v1/model").want(t, http.StatusOK)).Models
		if len(got) != 2 || got[0].Metric != "csat" || got[0].Weights["booking"] != 0.5 || got[1].Metric != "nps" || got[1].Level != "team" || got[1].UpdatedAt != startOfTests {
			t.Errorf("the models are %+v", got)
		}
		admin.send(t, "DELETE", "/v1/model?metric=nps", "").want(t, http.StatusNoContent)
		wantProblem(t, admin.send(t, "DELETE", "/v1/model?metric=nps", ""), http.StatusNotFound, "not_found")
		if got := read[companyModels](t, admin.get(t, "/v1/model").want(t, http.StatusOK)).Models; len(got) != 1 || got[0].Metric != "csat" {
			t.Errorf("after one was taken away there are %+v", got)
		}
		if p := wantProblem(t, admin.send(t, "DELETE", "/v1/model", ""), http.StatusBadRequest, "malformed"); p.faultOf("metric") == "" {
			t.Errorf("which model? %+v", p)
		}
	})
}

func TestEveryFaultOfAModelIsNamed(t *testing.T) {
	t.Parallel()
	admin := newServer(t, setup{}).as(t, home)
	for name, c := range map[string]struct {
		body   string
		fields []string
	}{
		"nothing":          {`{}`, []string{"metric", "level", "weights"}},
		"unknown and off":  {`{"metric":"joy","level":"journey","weights":{"a":0,"b":-1,"c d":1,"e":1e13,"f":2}}`, []string{"metric", "level", "weights.a", "weights.b", "weights.c d", "weights.e"}},
		"no groups":        {`{"metric":"nps","level":"segment","weights":{}}`, []string{"weights"}},
		"weights as text":  {`{"metric":"nps","level":"segment","weights":{"a":"much"}}`, []string{"weights.a"}},
		"weights as list":  {`{"metric":"nps","level":"segment","weights":[1,2]}`, []string{"weights"}},
		"an unknown field": {`{"metric":"nps","level":"segment","weights":{"a":1},"since":"2026-01-01"}`, []string{"since"}},
	} {
		t.Run(name, func(t *testing.T) {
			var fields []string
			for _, f := range wantProblem(t, admin.send(t, "PUT", "/v1/model", c.body), http.StatusUnprocessableEntity, "invalid").Errors {
				fields = append(fields, f.Field)
			}
			if !slices.Equal(fields, c.fields) {
				t.Errorf("faults in %v, want %v", fields, c.fields)
			}
		})
	}
}

func near(a *float64, b float64) bool { return a != nil && math.Abs(*a-b) < 1e-9 }

func TestShiftOfMixMovesThePooledScoreOnly(t *testing.T) {
	t.Parallel()
	onEachDatabase(t, func(t *testing.T, s *server) {
		admin := s.as(t, home)
		admin.post(t, "/v1/responses/bulk", // families stay at 60, students at −20
			answers("families", "2026-11-18", 80, 64)+answers("students", "2026-11-18", 20, 8)+
				answers("families", "2026-11-19", 20, 16)+answers("students", "2026-11-19", 80, 32)).want(t, http.StatusOK)
		const days = "?metric=nps&interval=day&since=2026-11-18&until=2026-11-20"
		before := admin.scores(t, days)
		if !near(before[0].Score, 44) || !near(before[1].Score, -4) || before[0].Model || before[0].Coverage != nil {
			t.Fatalf("pooled: %+v", before)
		}
		admin.send(t, "PUT", "/v1/model", halves).want(t, http.StatusCreated)
		for _, query := range []string{days, days + "&group_by=company"} {
			for _, day := range admin.scores(t, query) {
				if !near(day.Score, 20) || !day.Model || !near(day.Coverage, 1) || *day.SampleSize != 100 || day.Level != "company" || !(*day.Lower < 20 && *day.Upper > 20) {
					t.Errorf("by the model: %+v", day)
				}
			}
		}
		if got := admin.scores(t, days)[0]; !near(got.Mean, 6) || got.Categories["promoter"] != 72 || got.Distribution[10].N != 72 {
			t.Errorf("the mean is weighed, the counts are as given: %+v", got)
		}
		for query, want := range map[string]float64{"&pooled=true": 44, "&segment=families": 60, "&pooled=true&segment=students": -20, "&group_by=segment": 60} {
			if got := admin.scores(t, days+query)[0]; !near(got.Score, want) || got.Model || got.Coverage != nil {
				t.Errorf("%s: %+v, want %v without the model", query, got, want)
			}
		}
		admin.send(t, "DELETE", "/v1/model?metric=nps", "").want(t, http.StatusNoContent)
		if after := admin.scores(t, days); !near(after[0].Score, 44) || !near(after[1].Score, -4) || after[0].Model {
			t.Errorf("without the model again: %+v", after)
		}
	})
}

func TestModelSaysHowMuchOfTheWeightHadAnswers(t *testing.T) {
	t.Parallel()
	admin := newServer(t, setup{}).as(t, home)
	admin.post(t, "/v1/responses/bulk", answers("families", "2026-11-19", 10, 8)+answers("students", "2026-11-19", 10, 4)).want(t, http.StatusOK)
	for weights, want := range map[string]struct {
		coverage, score float64
		n               int64
		told            bool
	}{
		`{"families":6,"pensioners":4}`: {0.6, 60, 10, true},
		`{"families":4,"pensioners":6}`: {0.4, 0, 10, false},
		`{"pensioners":1}`:              {0, 0, 0, false},
	} {
		admin.send(t, "PUT", "/v1/model", `{"metric":"nps","level":"segment","weights":`+weights+`}`)
		got := admin.scores(t, "?metric=nps")[0]
		if !got.Model || !near(got.Coverage, want.coverage) || *got.SampleSize != want.n || (got.Score != nil) != want.told || (want.told && !near(got.Score, want.score)) {
			t.Errorf("%s: %+v, want %+v", weights, got, want)
		}
	}
}

func TestModelHidesSmallGroupsOfEmployees(t *testing.T) {
	t.Parallel()
	admin := newServer(t, setup{}).as(t, home)
	admin.post(t, "/v1/responses/bulk", staff("four", 4)+staff("six", 6)).want(t, http.StatusOK)
	admin.send(t, "PUT", "/v1/model", `{"metric":"pulse","level":"team","weights":{"four":2,"six":3}}`).want(t, http.StatusCreated)
	if got := admin.scores(t, "?metric=pulse")[0]; *got.SampleSize != 6 || !near(got.Coverage, 0.6) || !near(got.Score, 100) {
		t.Errorf("the team of six speaks for 60 %%: %+v", got)
	}
	admin.send(t, "PUT", "/v1/model", `{"metric":"pulse","level":"team","weights":{"four":3,"six":2}}`).want(t, http.StatusOK)
	if got := admin.scores(t, "?metric=pulse")[0]; !got.Suppressed || !got.Model || got.SampleSize != nil || got.Coverage != nil || got.Score != nil || got.Distribution != nil {
		t.Errorf("for want of four employees nothing may be told: %+v", got)
	}
}
