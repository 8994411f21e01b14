package api_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/mittari/mittari/models"
)

// awkward fills a workspace with what files have to be careful with.
func awkward(t testing.TB, s *server, admin caller) {
	t.Helper()
	quarter(t, admin)
	for i, text := range []string{"=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1", "－x", "'=1", "''-5", "-5", "'quoted'", `a,"b"`, "two\nlines", "ääkköset 👍", ";"} {
		quoted := asJSON(t, text)
		admin.record(t, fmt.Sprintf(`{"submission_id":%[1]s,"person":%[1]s,"language":"fi","solicited":%[2]t,"tags":[%[1]s,"-x"],"properties":{%[1]s:%[1]s,"n":1.5,"b":false},
			"answers":[{"metric":"nps","score":9,"comment":%[1]s},{"metric":"csat","score":4,"touchpoint":"t%[3]d"}]}`, quoted, i%2 == 0, i))
		admin.observe(t, "revenue", fmt.Sprintf(`{"period":"year","start":"2026-01-01","value":%d.5,"size":%d,"person":%s}`, -i, i+1, quoted)).want(t, http.StatusCreated)
		if _, err := s.store.CreateKey(t.Context(), models.Key{Workspace: home, Name: text, Scopes: []models.Scope{models.Admin}, Hash: models.HashToken(text)}); err != nil {
			t.Fatal(err)
		}
	}
	s.clock.pass(time.Second)
	admin.observe(t, "revenue", `{"period":"month","start":"2026-09-01","value":51,"team":"south"}`).want(t, http.StatusOK)
	admin.send(t, "PATCH", "/v1/responses/"+admin.record(t, goodLine), `{"excluded":true}`).want(t, http.StatusOK)
}

func TestEveryFormOfAListSaysWhatItsJSONDoes(t *testing.T) {
	t.Parallel()
	helsinki, err := time.LoadLocation("Europe/Helsinki")
	if err != nil {
		t.Fatal(err)
	}
	onEachDatabase(t, func(t *testing.T, s *server) {
		admin := s.as(t, home)
		awkward(t, s, admin)
		for _, c := range []struct {
			path, plural string
			caller       caller
			zone         *time.Location
			least        int
		}{
			{"/v1/responses?", "responses", admin, time.UTC, 300}, {"/v1/responses?metric=csat&since=2026-10-01", "responses", admin, time.UTC, 30},
			{"/v1/responses?", "responses", s.as(t, home, models.ReadResponses), time.UTC, 300}, {"/v1/responses?channel=none", "responses", admin, time.UTC, 0},
			{"/v1/kpis/revenue/observations?with_persons=true", "observations", admin, time.UTC, 19}, {"/v1/kpis/revenue/observations?as_of=2026-11-20T08:04:00.5Z", "observations", admin, time.UTC, 3},
			{"/v1/audit?", "audit", admin, time.UTC, 30},
			{"/v1/scores?metric=nps", "scores", admin, helsinki, 1}, {"/v1/scores?metric=pulse&group_by=team&since=2026-09-01&interval=month", "scores", admin, helsinki, 3},
			{"/v1/scores?metric=csat&group_by=touchpoint&since=2026-09-01&interval=week", "scores", admin, helsinki, 200},
			{"/v1/scores?metric=nps&group_by=journey&since=2026-09-01&interval=month", "scores", admin, helsinki, 3},
			{"/v1/scores?metric=nps&since=2019-01-01&interval=day", "scores", admin, helsinki, 2800}, {"/v1/scores?metric=fcr&group_by=team", "scores", admin, helsinki, 0},
		} {
			limit := "&limit=1000"
			if c.plural == "scores" {
				limit = ""
			}
			ask := func(form string) string {
				return c.caller.get(t, c.path, "Accept: "+form).want(t, http.StatusOK).body
			}
			want := documents(t, c.caller.get(t, c.path+limit).want(t, http.StatusOK).body, c.plural)
			if c.plural == "scores" {
				byTime(want)
			}
			if lines := documents(t, ask(ndjson), ""); asJSON(t, lines) != asJSON(t, want) {
				t.Errorf("%s: %d lines of NDJSON, %d in JSON, or they differ", c.path, len(lines), len(want))
			}
			if c.plural == "responses" {
				want = spreadAnswers(want)
			}
			rows, columns := reply{body: ask("text/csv")}.rows(t), parquetRows(t, ask(parquetFile), c.zone)
			if len(rows) != len(want) || len(columns) != len(want) || len(want) < c.least {
				t.Fatalf("%s: %d rows as JSON, %d as CSV, %d as Parquet", c.path, len(want), len(rows), len(columns))
			}
			for i, document := range want {
				cells := map[string]string{}
				for name, cell := range rows[i] {
					if strings.ContainsAny(cell[:min(1, len(cell))], "=+@\t\r\n") || strings.HasPrefix(cell, "-") && plainNumber(t, cell) == "" {
						t.Errorf("%s: the cell %s begins like a formula: %q", c.path, name, cell)
					}
					cells[name] = undone(cell)
				}
				wantCells(t, fmt.Sprintf("%s as CSV, row %d", c.path, i), cells, document)
				wantCells(t, fmt.Sprintf("%s as Parquet, row %d", c.path, i), columns[i], document)
			}
		}
	})
}

// byTime puts scores, which are by key, then by time, into the order of files.
func byTime(scores []map[string]any) {
	slices.SortStableFunc(scores, func(a, b map[string]any) int {
		begun := func(of map[string]any) time.Time {
			at, _ := time.Parse(time.RFC3339, of["since"].(string))
			return at
		}
		return begun(a).Compare(begun(b))
	})
}
