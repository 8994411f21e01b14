package api_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/mittari/mittari/models"
	"github.com/mittari/mittari/models/store/storetest"
)

const (
	goodLine = `{"metric":"nps","score":9}`
	badLine  = `{"metric":"nps","score":11}`
)

func TestBulkTellsWhatBecameOfEachLine(t *testing.T) {
	t.Parallel()
	g := goldenFile(t, "bulk")
	long := `{"metric":"nps","score":9,"comment":"` + strings.Repeat("x", megabyte) + `"}`
	for _, c := range []struct{ name, query, body string }{
		{"lines", "", goodLine + "\n" + goodLine + "\n"},
		{"the last line has no end", "", goodLine + "\n" + goodLine},
		{"one line", "", goodLine},
		{"empty lines, CRLF and spaces", "", "\r\n\n  " + goodLine + "  \r\n\r\n \t \n" + goodLine + "\r\n\n"},
		{"an array", "", "[" + goodLine + "," + goodLine + "]"},
		{"an array on many lines", "", " \n[\n  {\n    \"metric\": \"nps\",\n    \"score\": 9\n  },\n  {\n    \"metric\": \"csat\",\n    \"score\": 5\n  }\n]\n"},
		{"an empty array", "", "[]"},
		{"an empty body", "", ""},
		{"nothing but empty lines", "", "\n \r\n\n"},
		{"a bad line in the middle", "", goodLine + "\n" + badLine + "\n" + goodLine},
		{"a line that is not JSON", "", goodLine + "\n{\"metric\":\"nps\",\n" + goodLine},
		{"lines that are no objects", "", "7\nnull\n\"nps\"\n[" + goodLine + "]\n" + goodLine},
		{"two documents on a line", "", goodLine + goodLine + "\n" + goodLine},
		{"a line of broken UTF-8", "", "{\"metric\":\"nps\",\"score\":9,\"comment\":\"\xff\"}\n" + goodLine},
		{"a bad element in an array", "", "[" + goodLine + "," + badLine + ",7," + goodLine + "]"},
		{"an array that breaks off", "", "[" + goodLine + "," + goodLine + `,{"metric":"nps"`},
		{"an array that is not closed", "", "[" + goodLine},
		{"an array without a comma", "", "[" + goodLine + " " + goodLine + "]"},
		{"an array with a comma too many", "", "[" + goodLine + ",]"},
		{"an array that is not JSON at all", "", "[" + goodLine + `,{"metric":}, ` + goodLine + "]"},
		{"lines behind an array", "", "[" + goodLine + "]\n" + goodLine},
		{"a line over a megabyte", "", goodLine + "\n" + long + "\n" + goodLine},
		{"the last line over a megabyte", "", goodLine + "\n" + long},
		{"an element over a megabyte", "", "[" + goodLine + "," + strings.Replace(long, "x", strings.Repeat("x", 3*megabyte), 1) + "," + goodLine + "]"},
		{"duplicates and a conflict", "", `{"submission_id":"a","metric":"nps","score":9}` + "\n" + `{"submission_id":"b","metric":"nps","score":9}` + "\n" +
			`{"submission_id":"a","metric":"nps","score":9}` + "\n" + `{"submission_id":"b","metric":"nps","score":1}`},
		{"a dry run", "?dry_run=true", goodLine + "\n" + badLine + "\n" + goodLine},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := newServer(t, setup{})
			r := s.as(t, home, models.WriteResponses).post(t, "/v1/responses/bulk"+c.query, c.body)
			g.check(t, c.name, r)
			if r.status != http.StatusOK {
				wantProblem(t, r, http.StatusBadRequest, "malformed")
				return
			}
			want := map[string]bool{} // the ids told as new or as stored
			for _, o := range r.outcomes(t) {
				if o.ID != "" {
					want[o.ID] = true
				}
			}
			stored := s.as(t, home).list(t, "").Responses
			for _, r := range stored {
				if !want[r.ID] {
					t.Errorf("%s is stored, but no outcome says so", r.ID)
				}
			}
			if len(stored) != len(want) {
				t.Errorf("%d are stored, but the outcomes tell of %d", len(stored), len(want))
			}
		})
	}
}

// fieldwork is a body of n lines; every tenth repeats the submission before it, every 1,000th can't be stored.
func fieldwork(n int) string {
	var body strings.Builder
	for i := range n {
		id, score := i, i%11
		if i%10 == 9 {
			id, score = i-1, (i-1)%11
		}
		if i%1000 == 500 {
			score = 12
		}
		fmt.Fprintf(&body, `{"submission_id":"f-%d","touchpoint":"t%d","metric":"nps","score":%d,"comment":"line %d"}`+"\n", id, id%7, score, id)
	}
	return body.String()
}

func TestTwentyThousandLinesAreStoredOnceHoweverOftenTheyAreSent(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		lines    int
		database func(testing.TB) string
	}{
		"sqlite":   {map[bool]int{false: 20_000, true: 3_000}[raced], func(testing.TB) string { return "" }},
		"postgres": {3_000, storetest.Postgres},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sendTwice(t, newServer(t, setup{database: c.database(t)}).as(t, home).hasty(), c.lines)
		})
	}
}

func sendTwice(t *testing.T, admin caller, lines int) {
	t.Helper()
	body := fieldwork(lines)
	var first []outcome
	for round := range 2 {
		outcomes := admin.post(t, "/v1/responses/bulk", body).want(t, http.StatusOK).outcomes(t)
		if len(outcomes) != lines {
			t.Fatalf("%d outcomes of %d lines", len(outcomes), lines)
		}
		for i, o := range outcomes {
			want := http.StatusCreated
			switch {
			case i%1000 == 500:
				want = http.StatusUnprocessableEntity
			case i%10 == 9 || round == 1:
				want = http.StatusOK
			}
			if o.Line != i+1 || o.Status != want {
				t.Fatalf("round %d: outcome %d is %+v, want line %d with %d", round, i, o, i+1, want)
			}
			if i%10 == 9 && o.ID != outcomes[i-1].ID || round == 1 && o.ID != first[i].ID {
				t.Fatalf("round %d: line %d has the id %s, not that of its first sending", round, i+1, o.ID)
			}
		}
		first = outcomes
	}
	stored := lines - lines/10 - lines/1000
	if n := *admin.scores(t, "?metric=nps&window=today")[0].SampleSize; n != int64(stored) {
		t.Errorf("%d answers are counted, want %d", n, stored)
	}
	export := admin.get(t, "/v1/responses", "Accept: application/x-ndjson").want(t, http.StatusOK)
	if n := strings.Count(export.body, "\n"); n != stored {
		t.Errorf("%d responses are exported, want %d", n, stored)
	}
}
