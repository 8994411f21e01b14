package api_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

func TestScoresOfMoreGroupsThanCanBeToldAreRefusedAndJourneysAreNot(t *testing.T) {
	t.Parallel()
	onEachDatabase(t, func(t *testing.T, s *server) {
		admin := s.as(t, home)
		const groups = 10_002
		var lines strings.Builder
		for i := range groups { // so that each touchpoint has both scores
			fmt.Fprintf(&lines, `{"answers":[{"metric":"ces_easy","score":%[1]d,"touchpoint":"t%[2]d"},{"metric":"ces_easy","score":%[1]d,"touchpoint":"t%[3]d"}]}`+"\n", i%2, i, (i+1)%groups)
		}
		admin.post(t, "/v1/responses/bulk", lines.String()).want(t, http.StatusOK)
		admin.send(t, "PUT", "/v1/journeys/loan", `{"touchpoints":["t1","t2","t10000"]}`).want(t, http.StatusCreated)
		for _, query := range []string{"", "&interval=day"} {
			p := wantProblem(t, admin.get(t, "/v1/scores?metric=ces_easy&group_by=touchpoint"+query), http.StatusBadRequest, "malformed")
			if !strings.Contains(p.Detail, "more than 10000") || !strings.Contains(p.Detail, "a filter") {
				t.Errorf("it does not say why, or what to do: %s", p.Detail)
			}
		}
		if got := sizes(admin.scores(t, "?metric=ces_easy&group_by=journey")); got != "loan:6" {
			t.Errorf("the journey is %q", got)
		}
		if got := sizes(admin.scores(t, "?metric=ces_easy")); got != fmt.Sprintf(":%d", 2*groups) {
			t.Errorf("the company is %q", got)
		}
	})
}
