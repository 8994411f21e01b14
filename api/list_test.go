package api_test

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/mittari/mittari/api"
	"github.com/mittari/mittari/models"
)

// visits are responses that differ in everything that a list can be filtered by.
var visits = []string{
	`{"submission_id":"v-0","survey":"s1","touchpoint":"t1","channel":"web","segment":"home","team":"a","person":"p-1","collected_at":"2026-10-31T21:59:59Z","metric":"nps","score":1}`,
	`{"submission_id":"v-1","survey":"s1","touchpoint":"t2","channel":"sms","segment":"home","team":"b","person":"p-1","collected_at":"2026-10-31T22:00:00Z","metric":"csat","score":2}`,
	`{"submission_id":"v-2","survey":"s2","touchpoint":"t1","channel":"web","segment":"work","team":"a","person":"p-2","collected_at":"2026-11-01T21:59:59.999999Z","answers":[{"metric":"nps","score":3},{"touchpoint":"t3","metric":"csat","score":3}]}`,
	`{"submission_id":"v-3","survey":"s2","touchpoint":"t1","channel":"sms","segment":"work","team":"b","person":"p-2","collected_at":"2026-11-01T22:00:00Z","answers":[{"touchpoint":"t2","metric":"fcr","score":true}]}`,
	`{"submission_id":"v-4","collected_at":"2026-11-10T12:00:00Z","metric":"nps","score":5}`,
}

func TestEveryFilterSelectsWhatItSays(t *testing.T) {
	t.Parallel()
	onEachDatabase(t, func(t *testing.T, s *server) {
		admin := s.as(t, home)
		for _, v := range visits {
			admin.record(t, v)
		}
		for query, want := range map[string]string{
			"":                                  "43210",
			"survey=s1":                         "10",
			"touchpoint=t1":                     "20", // v-3 names t1, but answers about t2
			"touchpoint=t2":                     "31",
			"touchpoint=t3":                     "2",
			"channel=sms":                       "31",
			"segment=work":                      "32",
			"team=a":                            "20",
			"person=p-1":                        "10",
			"submission_id=v-3":                 "3",
			"metric=csat":                       "21",
			"metric=nps&touchpoint=t1":          "20",
			"metric=csat&touchpoint=t1":         "", // v-2 has both, but not in one answer
			"channel=web&segment=home":          "0",
			"channel=kiosk":                     "",
			"person=P-1":                        "",
			"person=%25":                        "",
			"since=2026-11-01":                  "4321", // midnight in Helsinki is 22:00 in UTC
			"until=2026-11-01":                  "0",
			"since=2026-11-01&until=2026-11-02": "21",
			"since=2026-10-31T21:59:59Z&until=2026-10-31T22:00:00Z":                                           "0",
			"since=2026-11-01T23:59:59.999999%2B02:00&until=2026-11-02T00:00%3A00.000001%2B02:00":             "32",
			"since=2026-11-10T12:00:00Z":                                                                      "4",
			"since=2026-11-10T12:00:00.000001Z":                                                               "",
			"survey=s2&channel=sms&segment=work&team=b&person=p-2&submission_id=v-3&metric=fcr&touchpoint=t2": "3",
		} {
			var got strings.Builder
			for _, r := range admin.list(t, "?"+query).Responses {
				got.WriteString(strings.TrimPrefix(r.SubmissionID, "v-"))
			}
			if got.String() != want {
				t.Errorf("%q selects %q, want %q", query, got.String(), want)
			}
			lines := admin.get(t, "/v1/responses?"+query, "Accept: "+ndjson).want(t, http.StatusOK)
			if n := strings.Count(lines.body, "\n"); n != len(want) {
				t.Errorf("%q exports %d lines, want %d", query, n, len(want))
			}
		}
	})
}

func TestExcludedResponsesAreListedAsSuch(t *testing.T) {
	t.Parallel()
	admin := newServer(t, setup{}).as(t, home)
	id := admin.record(t, goodLine)
	admin.send(t, "PATCH", "/v1/responses/"+id, `{"excluded":true}`).want(t, http.StatusOK)
	if listed := admin.list(t, "").Responses; len(listed) != 1 || !listed[0].Excluded {
		t.Errorf("listed are %+v, want the one, excluded", listed)
	}
}

func TestPagesStayRightWhileResponsesComeAndGo(t *testing.T) {
	t.Parallel()
	onEachDatabase(t, func(t *testing.T, s *server) {
		admin := s.as(t, home)
		var want []string
		for i := range 25 {
			want = append(want, admin.record(t, fmt.Sprintf(`{"metric":"nps","score":%d,"channel":"%s"}`, i%11, []string{"web", "sms"}[i%2])))
		}
		slices.Reverse(want)
		var got []string
		query := "?limit=4"
		for pages := 1; ; pages++ {
			p := admin.list(t, query)
			for _, r := range p.Responses {
				got = append(got, r.ID)
			}
			if p.NextCursor == "" {
				if pages != 7 || len(p.Responses) != 1 {
					t.Errorf("%d pages, the last with %d responses, want 7 and 1", pages, len(p.Responses))
				}
				break
			}
			for range 3 { // newer ones come while somebody turns the pages
				admin.record(t, `{"metric":"nps","score":0,"channel":"web"}`)
			}
			if pages == 3 { // and one that was told already goes
				admin.send(t, "DELETE", "/v1/responses/"+got[11], "").want(t, http.StatusNoContent)
			}
			query = "?limit=4&cursor=" + p.NextCursor
		}
		if !slices.Equal(got, want) {
			t.Errorf("the pages gave\n%v\nwant\n%v", got, want)
		}
		filtered := admin.list(t, "?limit=5&channel=sms") // 12 were, 1 is gone
		rest := admin.list(t, "?limit=1000&channel=sms&cursor="+filtered.NextCursor)
		if len(filtered.Responses) != 5 || len(rest.Responses) != 6 || rest.NextCursor != "" {
			t.Errorf("by channel: %d and %d responses, next %q", len(filtered.Responses), len(rest.Responses), rest.NextCursor)
		}
	})
}

func TestLastPageHasNoCursorHoweverFullItIs(t *testing.T) {
	t.Parallel()
	admin := newServer(t, setup{}).as(t, home).hasty()
	admin.post(t, "/v1/responses/bulk", numberedLines(1, 200)).want(t, http.StatusOK)
	for query, want := range map[string]struct {
		responses int
		more      bool
	}{
		"":            {100, true},
		"?limit=1":    {1, true},
		"?limit=199":  {199, true},
		"?limit=200":  {200, false},
		"?limit=1000": {200, false},
	} {
		p := admin.list(t, query)
		if len(p.Responses) != want.responses || (p.NextCursor != "") != want.more {
			t.Errorf("%q: %d responses, next %q, want %+v", query, len(p.Responses), p.NextCursor, want)
		}
	}
	for form, lines := range map[string]int{ndjson: 150, "text/csv": 151} {
		if n := strings.Count(admin.get(t, "/v1/responses?limit=150", "Accept: "+form).want(t, http.StatusOK).body, "\n"); n != lines {
			t.Errorf("%s with limit=150 has %d lines, want %d", form, n, lines)
		}
	}
	empty := admin.get(t, "/v1/responses?channel=none").want(t, http.StatusOK)
	if strings.TrimSpace(empty.body) != `{"responses":[]}` {
		t.Errorf("an empty list is %s, want an empty list and not null", empty.body)
	}
}

func TestCursorThatTheListDidNotGiveIsRefused(t *testing.T) {
	t.Parallel()
	admin := newServer(t, setup{}).as(t, home)
	for _, cursor := range []string{"x", "AAAA", strings.Repeat("A", 21), strings.Repeat("A", 23), strings.Repeat("A", 22) + "==", someID, "' OR 1=1 --",
		base64.RawStdEncoding.EncodeToString(make([]byte, 15)), strings.Repeat("+", 22)} {
		p := wantProblem(t, admin.get(t, "/v1/responses?cursor="+url.QueryEscape(cursor)), http.StatusBadRequest, "malformed")
		if p.faultOf("cursor") == "" {
			t.Errorf("cursor %q: the fault is not named: %+v", cursor, p)
		}
	}
}

func TestStreamedExportIsWholeOverManyPages(t *testing.T) {
	t.Parallel()
	admin := newServer(t, setup{}).as(t, home).hasty()
	admin.post(t, "/v1/responses/bulk", numberedLines(1, 1200)).want(t, http.StatusOK)
	r := admin.get(t, "/v1/responses", "Accept: "+ndjson).want(t, http.StatusOK)
	seen, before := map[string]bool{}, "~"
	for line := range strings.Lines(r.body) {
		one := read[response](t, reply{body: line})
		if one.ID >= before || seen[one.SubmissionID] {
			t.Fatalf("%s comes behind %s, or twice", one.ID, before)
		}
		before, seen[one.SubmissionID] = one.ID, true
	}
	if len(seen) != 1200 {
		t.Errorf("%d responses are exported, want 1200", len(seen))
	}
}

// cutStore fails after the first page.
type cutStore struct{ api.Store }

func (c cutStore) FindResponses(ctx context.Context, workspace string, f models.ResponseFilter) ([]models.Response, error) {
	if f.Before != "" {
		return nil, errors.New("the second page is gone")
	}
	return c.Store.FindResponses(ctx, workspace, f)
}

func TestStreamThatBreaksOffIsSeenAsBroken(t *testing.T) {
	t.Parallel()
	routes := make(chan string, 10)
	s := newServer(t, setup{config: func(c *api.Config) {
		c.Store = cutStore{c.Store}
		c.Observe = func(method, route string, _ int, _ time.Duration) { routes <- method + " " + route }
	}})
	admin := s.as(t, home)
	admin.post(t, "/v1/responses/bulk", numberedLines(1, 1001)).want(t, http.StatusOK)
	next(t, routes)
	for _, form := range []string{ndjson, "text/csv"} {
		request, err := http.NewRequestWithContext(t.Context(), "GET", s.url+"/v1/responses", nil)
		if err != nil {
			t.Fatal(err)
		}
		request.Header = http.Header{"Accept": {form}, "Authorization": {"Bearer " + admin.token}}
		answer, err := s.client.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.ReadAll(answer.Body); err == nil {
			t.Errorf("%s: the answer looks whole, though its second page failed", form)
		}
		_ = answer.Body.Close()
		if route := next(t, routes); route != "GET /v1/responses" {
			t.Errorf("%s was observed, want the request that was cut", route)
		}
	}
	if n := strings.Count(s.logs.String(), "the second page is gone"); n != 2 {
		t.Errorf("the log tells of it %d times, want 2", n)
	}
}
