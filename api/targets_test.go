package api_test

import (
	"net/http"
	"slices"
	"testing"

	"github.com/mittari/mittari/models"
)

type targets struct {
	Targets []struct {
		Metric, Level, Key, From, Owner string
		Value                           float64
	} `json:"targets"`
}

func TestTargetIsSetListedAndTakenAway(t *testing.T) {
	t.Parallel()
	onEachDatabase(t, func(t *testing.T, s *server) {
		admin := s.as(t, home)
		admin.send(t, "PUT", "/v1/targets", `{"metric":"nps","level":"company","value":35,"from":"2026-01-01","owner":"board"}`).want(t, http.StatusCreated)
		touchpoint := `{"metric":"csat","level":"touchpoint","key":"checkout","value":80.5,"from":"2026-02-01","owner":"shop-team"}`
		admin.send(t, "PUT", "/v1/targets", touchpoint).want(t, http.StatusCreated)
		admin.send(t, "PUT", "/v1/targets", touchpoint).want(t, http.StatusOK)
		got := read[targets](t, s.as(t, home, models.ReadScores).get(t, "/v1/targets").want(t, http.StatusOK)).Targets
		if len(got) != 2 || got[0].Key != "checkout" || got[0].Value != 80.5 || got[0].From != "2026-02-01" || got[0].Owner != "shop-team" || got[1].Level != "company" {
			t.Errorf("the targets are %+v", got)
		}
		where := "/v1/targets?metric=csat&level=touchpoint&key=checkout&from=2026-02-01"
		admin.send(t, "DELETE", where, "").want(t, http.StatusNoContent)
		wantProblem(t, admin.send(t, "DELETE", where, ""), http.StatusNotFound, "not_found")
		if got := read[targets](t, admin.get(t, "/v1/targets").want(t, http.StatusOK)).Targets; len(got) != 1 {
			t.Errorf("after one was taken away there are %+v", got)
		}
	})
}

func TestEveryFaultOfATargetIsNamed(t *testing.T) {
	t.Parallel()
	admin := newServer(t, setup{}).as(t, home)
	for name, c := range map[string]struct {
		body   string
		fields []string
	}{
		"nothing":              {`{}`, []string{"metric", "from", "value", "level", "key", "owner"}},
		"unknown and off":      {`{"metric":"joy","level":"galaxy","key":"x","value":200,"from":"soon","owner":"a b"}`, []string{"metric", "from", "level", "value", "owner"}},
		"a person":             {`{"metric":"nps","level":"team","key":"x","value":20,"from":"2026-01-01","owner":"matti@example.com"}`, []string{"owner"}},
		"a share below 0":      {`{"metric":"csat","level":"company","value":-1,"from":"2026-01-01","owner":"board"}`, []string{"value"}},
		"a company with key":   {`{"metric":"csat","level":"company","key":"x","value":1,"from":"2026-01-01","owner":"board"}`, []string{"key"}},
		"a value that is text": {`{"metric":"csat","level":"company","value":"high","from":"2026-01-01","owner":"board"}`, []string{"value"}},
	} {
		t.Run(name, func(t *testing.T) {
			var fields []string
			for _, f := range wantProblem(t, admin.send(t, "PUT", "/v1/targets", c.body), http.StatusUnprocessableEntity, "invalid").Errors {
				fields = append(fields, f.Field)
			}
			if !slices.Equal(fields, c.fields) {
				t.Errorf("faults in %v, want %v", fields, c.fields)
			}
		})
	}
	p := wantProblem(t, admin.send(t, "DELETE", "/v1/targets?metric=nps&level=company&from=soon", ""), http.StatusBadRequest, "malformed")
	if p.faultOf("from") == "" {
		t.Errorf("the date is not named: %+v", p)
	}
}
