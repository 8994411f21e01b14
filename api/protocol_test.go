package api_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/mittari/mittari/models"
)

func TestEveryRequestThatIsNotUnderstoodGetsItsOwnProblem(t *testing.T) {
	t.Parallel()
	g := goldenFile(t, "protocol")
	s := newServer(t, setup{})
	admin := s.as(t, home)
	stranger := caller{server: s, token: "never-made-this-key-of-40-characters-xxx"}
	for _, c := range []struct {
		name         string
		by           caller
		method, path string
		headers      []string
	}{
		{"unknown route", admin, "GET", "/v2/responses", nil},
		{"unknown route without a key", caller{server: s}, "POST", "/v1/response", nil},
		{"trailing slash", admin, "GET", "/v1/responses/", nil},
		{"escaped slash in a key", admin, "GET", "/v1/touchpoints/a%2Fb", nil},
		{"wrong method", admin, "DELETE", "/v1/responses", nil},
		{"wrong method on a catalog", admin, "POST", "/v1/touchpoints/checkout", nil},
		{"wrong method without a key", caller{server: s}, "PUT", "/v1/scores", nil},
		{"no key", caller{server: s}, "GET", "/v1/responses", nil},
		{"no bearer", caller{server: s}, "GET", "/v1/responses", []string{"Authorization: Basic dXNlcjpwYXNz"}},
		{"bearer without a key", caller{server: s}, "GET", "/v1/responses", []string{"Authorization: Bearer"}},
		{"wrong key", stranger, "GET", "/v1/responses", nil},
		{"key without the scope", s.as(t, home, models.ReadScores), "POST", "/v1/responses", nil},
		{"unknown query parameters", admin, "GET", "/v1/responses?touchpont=checkout&since=2026-11-01&metrics=nps", nil},
		{"query parameters where none belong", admin, "GET", "/v1/touchpoints?limit=5", nil},
		{"query parameters on a write", admin, "POST", "/v1/responses?dry_run=true", nil},
		{"query parameter twice", admin, "GET", "/v1/responses?touchpoint=a&touchpoint=b", nil},
		{"query that can't be decoded", admin, "GET", "/v1/responses?touchpoint=%zz", nil},
		{"every query parameter at fault", admin, "GET", "/v1/responses?cursor=x&limit=0&since=yesterday&until=2026-02-30&metric=npx&colour=red", nil},
		{"limit too great", admin, "GET", "/v1/responses?limit=1001", nil},
		{"limit with a fraction", admin, "GET", "/v1/responses?limit=1.5", nil},
		{"until before since", admin, "GET", "/v1/responses?since=2026-11-02&until=2026-11-01", nil},
		{"times before any answer", admin, "GET", "/v1/responses?since=0000-01-01&until=0001-01-01T00:00:00Z", nil},
		{"a form that is not offered", admin, "GET", "/v1/responses", []string{"Accept: application/xml"}},
		{"an id that is none", admin, "GET", "/v1/responses/12", nil},
		{"an id that is nowhere", admin, "GET", "/v1/responses/01938f6e-7c1a-7d5e-b0a4-3f1de8a2c901", nil},
		{"a dry run that is neither true nor false", admin, "POST", "/v1/responses/bulk?dry_run=yes", nil},
		{"a touchpoint that is nowhere", admin, "GET", "/v1/touchpoints/nowhere", nil},
		{"a metric that is nowhere", admin, "GET", "/v1/metrics/nowhere", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := c.by.send(t, c.method, c.path, "", c.headers...)
			wantProblem(t, r, r.status, read[problem](t, r).Code)
			if r.status < 400 || r.status > 499 {
				t.Errorf("status %d, want a 4xx", r.status)
			}
			g.check(t, c.name, r)
		})
	}
}

func TestWrongMethodIsToldWhichOnesWork(t *testing.T) {
	t.Parallel()
	s := newServer(t, setup{})
	methods := map[string][]string{}
	for _, route := range s.routesOf() {
		method, path, _ := strings.Cut(route, " ")
		path = strings.NewReplacer(":id", "x", ":key", "x", ":person", "x", "*file", "x").Replace(path)
		methods[path] = append(methods[path], method)
	}
	methods["/v1/responses/bulk"] = append(methods["/v1/responses/bulk"], methods["/v1/responses/x"]...) // "bulk" may be an id, too
	methods["/v1/kpis/examples"] = []string{"DELETE", "GET", "PUT"}                                      // and "examples" a key
	methods["/v1/sources/x/unmapped/retry"] = []string{"DELETE", "POST"}                                 // "retry" is the id of no payload
	for _, tool := range models.SourceKinds() {
		methods["/v1/sources/"+string(tool)] = []string{"DELETE", "GET", "POST", "PUT"}
	}
	for _, person := range []string{"lookup", "erase"} {
		methods["/v1/people/"+person] = []string{"DELETE", "GET", "POST"}
	}
	for path, taken := range methods {
		slices.Sort(taken)
		for _, method := range []string{"GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "BREW"} {
			if slices.Contains(taken, method) {
				continue
			}
			r := s.as(t, home).send(t, method, path, "")
			wantProblem(t, r, http.StatusMethodNotAllowed, "method_not_allowed")
			told := strings.Split(r.header.Get("Allow"), ", ")
			slices.Sort(told)
			if !slices.Equal(told, taken) {
				t.Errorf("%s %s: Allow %v, want %v", method, path, told, taken)
			}
		}
	}
}

// TestTextThatADatabaseCantHoldIsTheSendersFault matters on PostgreSQL, whose text is strict.
func TestTextThatADatabaseCantHoldIsTheSendersFault(t *testing.T) {
	t.Parallel()
	onEachDatabase(t, func(t *testing.T, s *server) {
		admin := s.as(t, home)
		for _, text := range []string{"\x00", "\xff", "a\x00b", "\xed\xa0\x80", strings.Repeat("x", 4000)} {
			escaped := url.QueryEscape(text)
			for _, parameter := range []string{"touchpoint", "person", "submission_id", "survey", "metric", "cursor", "since", "limit"} {
				r := admin.get(t, "/v1/responses?"+parameter+"="+escaped)
				if r.status != http.StatusBadRequest && (r.status != http.StatusOK || len(text) < 100) {
					t.Errorf("%s=%.20q: status %d: %s", parameter, text, r.status, r.body)
				}
			}
			wantProblem(t, admin.get(t, "/v1/scores?metric="+escaped+"&team="+escaped), http.StatusBadRequest, "malformed")
			for _, path := range []string{"/v1/touchpoints/", "/v1/metrics/", "/v1/responses/"} {
				wantProblem(t, admin.get(t, path+url.PathEscape(text)), http.StatusNotFound, "not_found")
			}
			for _, path := range []string{"/v1/journeys/", "/v1/responses/", "/v1/keys/"} {
				wantProblem(t, admin.send(t, "DELETE", path+url.PathEscape(text), ""), http.StatusNotFound, "not_found")
			}
			p := wantProblem(t, admin.send(t, "PUT", "/v1/teams/"+url.PathEscape(text), `{}`), http.StatusUnprocessableEntity, "invalid")
			if p.faultOf("key") == "" {
				t.Errorf("%.20q as a key: the fault is not named: %+v", text, p)
			}
		}
	})
}

func TestNULInDescriptionsIsNamed(t *testing.T) {
	t.Parallel()
	onEachDatabase(t, func(t *testing.T, s *server) {
		admin := s.as(t, home)
		for _, c := range []struct{ method, path, body, field string }{
			{"PUT", "/v1/touchpoints/a", `{"name":"a\u0000"}`, "name"},
			{"PUT", "/v1/teams/a", `{"description":"a\u0000"}`, "description"},
			{"PUT", "/v1/metrics/a", `{"name":"a\u0000","min":1,"max":5,"top":4,"bottom":2,"headline":"share"}`, "name"},
			{"PUT", "/v1/metrics/a", `{"name":"a","question":"\u0000","min":1,"max":5,"top":4,"bottom":2,"headline":"share"}`, "question"},
			{"POST", "/v1/keys", `{"name":"a\u0000","scopes":["admin"]}`, "name"},
			{"POST", "/v1/workspaces", `{"key":"a","name":"a\u0000","time_zone":"UTC"}`, "name"},
		} {
			p := wantProblem(t, admin.send(t, c.method, c.path, c.body), http.StatusUnprocessableEntity, "invalid")
			if p.faultOf(c.field) == "" {
				t.Errorf("%s %s %s: the fault is not named: %+v", c.method, c.path, c.body, p)
			}
		}
	})
}
