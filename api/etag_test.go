package api_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
)

// puts are the paths of the document that can be put to, with {key} filled in, and each with bodies that differ.
func puts(t *testing.T) map[string]func(n int) string {
	t.Helper()
	all := map[string]func(int) string{}
	for route := range documented(t) {
		method, path, _ := strings.Cut(route, " ")
		if method != "PUT" {
			continue
		}
		key := "mine"
		if strings.HasSuffix(path, "/targets") {
			key = "theirs" // a KPI that stays
		}
		path = strings.ReplaceAll(path, "{key}", key)
		all[path] = func(n int) string {
			switch path {
			case "/v1/anonymity":
				return fmt.Sprintf(`{"employees":%d,"employee_comments":12,"customers":2}`, 6+n)
			case "/v1/retention":
				return fmt.Sprintf(`{"days":%d}`, 400+n)
			case "/v1/invitations/policy":
				return fmt.Sprintf(`{"rest_days":%d,"rest_days_same_survey":7}`, 7+n)
			case "/v1/model":
				return fmt.Sprintf(`{"metric":"nps","level":"segment","weights":{"young":%d}}`, 1+n)
			case "/v1/targets", "/v1/kpis/theirs/targets":
				return strings.Replace(validBody(method, strings.Replace(path, "theirs", "mine", 1)), "30", fmt.Sprint(30+n), 1)
			case "/v1/metrics/mine":
				return strings.Replace(friendliness, `"name":"`, fmt.Sprintf(`"name":"%d`, n), 1)
			case "/v1/kpis/mine":
				return strings.Replace(sales, `"name":"`, fmt.Sprintf(`"name":"%d`, n), 1)
			case "/v1/sources/mine":
				return fmt.Sprintf(`{"kind":"typeform","name":"%d"}`, n)
			case "/v1/journeys/mine":
				return fmt.Sprintf(`{"touchpoints":["a","b%d"]}`, n)
			}
			return fmt.Sprintf(`{"name":"%d"}`, n)
		}
	}
	if len(all) < 12 {
		t.Fatalf("the document has %d paths to put to", len(all))
	}
	return all
}

// alwaysThere are those that can't be made or deleted.
func alwaysThere(path string) bool {
	return path == "/v1/anonymity" || path == "/v1/invitations/policy" || path == "/v1/retention"
}

// toDelete is the path that deletes what was put there.
func toDelete(path string) string {
	return path + map[string]string{"/v1/model": "?metric=nps", "/v1/targets": "?metric=nps&level=company&from=2026-01-01",
		"/v1/kpis/theirs/targets": "?period=month&level=company&from=2026-01-01"}[path]
}

// ready makes what the path stands under.
func (c caller) ready(t testing.TB, path string) {
	t.Helper()
	if path == "/v1/kpis/theirs/targets" {
		c.putKPI(t, "theirs", sales).want(t, http.StatusCreated)
	}
}

// tag is the ETag of what GET answers at the path.
func (c caller) tag(t testing.TB, path string) string {
	t.Helper()
	r := c.get(t, path).want(t, http.StatusOK)
	tag := r.header.Get("ETag")
	if len(tag) < 20 || tag[0] != '"' {
		t.Fatalf("%s: ETag is %q", path, tag)
	}
	known := c.get(t, path, `If-None-Match: "x", W/`+tag)
	if known.status != http.StatusNotModified || known.body != "" || known.header.Get("ETag") != tag {
		t.Errorf("%s with its tag: status %d, ETag %s: %s", path, known.status, known.header.Get("ETag"), known.body)
	}
	if unknown := c.get(t, path, `If-None-Match: "x"`); unknown.status != http.StatusOK || unknown.body != r.body {
		t.Errorf("%s with another tag: status %d", path, unknown.status)
	}
	return tag
}

func TestEverythingThatCanBePutIsReadAndWrittenOnConditions(t *testing.T) {
	t.Parallel()
	onEachDatabase(t, func(t *testing.T, s *server) {
		admin := s.as(t, home)
		for path, body := range puts(t) {
			admin.ready(t, path)
			refused := func(n int, condition string) {
				t.Helper()
				wantProblem(t, admin.send(t, "PUT", path, body(n), condition), http.StatusPreconditionFailed, "precondition_failed")
			}
			if !alwaysThere(path) {
				refused(1, "If-Match: *")
				admin.send(t, "PUT", path, body(1), "If-None-Match: *").want(t, http.StatusCreated)
			}
			refused(2, "If-None-Match: *")
			first := admin.tag(t, path)
			second := admin.send(t, "PUT", path, body(2), "If-Match: "+first).want(t, http.StatusOK)
			changed := admin.tag(t, path)
			if told := second.header.Get("ETag"); changed == first || told != "" && told != changed {
				t.Errorf("%s: the tag was %s and is %s; PUT told %s", path, first, changed, told)
			}
			refused(3, "If-Match: "+first)
			refused(3, "If-Match: W/"+changed)
			refused(3, "If-None-Match: "+changed)
			if admin.tag(t, path) != changed {
				t.Errorf("%s: what was refused has changed it", path)
			}
			admin.send(t, "PUT", path, body(4), `If-Match: "x", `+changed).want(t, http.StatusOK)
			admin.send(t, "PUT", path, body(5), "If-Match: *").want(t, http.StatusOK)
			if !alwaysThere(path) && path != "/v1/metrics/mine" {
				wantProblem(t, admin.send(t, "DELETE", toDelete(path), "", "If-Match: "+changed), http.StatusPreconditionFailed, "precondition_failed")
				admin.send(t, "DELETE", toDelete(path), "", "If-Match: "+admin.tag(t, path)).want(t, http.StatusNoContent)
			}
		}
	})
}

// atOnce sends several requests at once and counts the statuses.
func atOnce(n int, send func(i int) reply) map[int]int {
	var mu sync.Mutex
	statuses := map[int]int{}
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() {
			r := send(i)
			mu.Lock()
			defer mu.Unlock()
			statuses[r.status]++
		})
	}
	all.Wait()
	return statuses
}

func TestOfTwoWhoWriteAtOnceOneIsToldThatItHasChanged(t *testing.T) {
	t.Parallel()
	const writers = 6
	onceServers(t, nil, func(t *testing.T, s, replica *server) {
		admin := s.as(t, home)
		callers := []caller{admin, admin.on(replica)}
		for path, body := range puts(t) {
			admin.ready(t, path)
			try := func(from, made int, condition string) {
				t.Helper()
				statuses := atOnce(writers, func(i int) reply {
					return callers[i%2].send(t, "PUT", path, body(from+i), condition)
				})
				if statuses[made] != 1 || statuses[http.StatusPreconditionFailed] != writers-1 {
					t.Errorf("%s %s: statuses %v", path, condition, statuses)
				}
			}
			if !alwaysThere(path) {
				try(1, http.StatusCreated, "If-None-Match: *")
			}
			try(11, http.StatusOK, "If-Match: "+admin.tag(t, path))
			if !alwaysThere(path) && path != "/v1/metrics/mine" {
				tag := admin.tag(t, path)
				statuses := atOnce(writers, func(i int) reply {
					if i < writers/2 {
						return callers[i%2].send(t, "DELETE", toDelete(path), "", "If-Match: "+tag)
					}
					return callers[i%2].send(t, "PUT", path, body(21+i), "If-Match: "+tag)
				})
				if statuses[http.StatusNoContent]+statuses[http.StatusOK] != 1 {
					t.Errorf("%s: of those who delete and those who put: %v", path, statuses)
				}
			}
		}
	})
}

func TestKeyThatAResponseUsesFirstIsNotMadeOnceMore(t *testing.T) {
	t.Parallel()
	onceServers(t, nil, func(t *testing.T, s, _ *server) {
		admin := s.as(t, home)
		for i := range 20 {
			key := fmt.Sprint("t", i)
			statuses := atOnce(2, func(n int) reply {
				if n == 0 {
					return admin.post(t, "/v1/responses", `{"touchpoint":"`+key+`","metric":"nps","score":9}`)
				}
				return admin.send(t, "PUT", "/v1/touchpoints/"+key, `{"name":"mine"}`, "If-None-Match: *")
			})
			named := read[entry](t, admin.get(t, "/v1/touchpoints/"+key)).Name == "mine"
			if made := statuses[http.StatusCreated] == 2; made != named {
				t.Errorf("%v, and that it is named is %v", statuses, named)
			}
		}
	})
}

func TestConditionThatCantBeReadIsRefused(t *testing.T) {
	t.Parallel()
	admin := newServer(t, setup{}).as(t, home)
	for _, header := range []string{"If-Match: x", `If-None-Match: "x`, `If-Match: "a", b`, "If-Match: W/x", `If-None-Match: *, "a"`} {
		p := wantProblem(t, admin.send(t, "PUT", "/v1/teams/a", `{}`, header), http.StatusBadRequest, "malformed")
		if name, _, _ := strings.Cut(header, ":"); p.faultOf(name) == "" {
			t.Errorf("%s: the header is not named: %+v", header, p)
		}
	}
	wantProblem(t, admin.get(t, "/v1/teams", "If-None-Match: x"), http.StatusBadRequest, "malformed")
	wantProblem(t, admin.get(t, "/v1/teams/a"), http.StatusNotFound, "not_found")
}
