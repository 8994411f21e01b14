package api_test

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/mittari/mittari/api"
	"github.com/mittari/mittari/models"
	"github.com/mittari/mittari/models/store"
	"github.com/mittari/mittari/models/store/storetest"
)

func hashOf(person string) string {
	sum := sha256.Sum256([]byte(person))
	return hex.EncodeToString(sum[:])
}

// person is what a client sees of one.
type person struct {
	Person       string           `json:"person"`
	Responses    []response       `json:"responses"`
	Invitations  []map[string]any `json:"invitations"`
	Observations []map[string]any `json:"observations"`
	Unmapped     []unmapped       `json:"unmapped"`
}

func (p person) size() [3]int {
	return [3]int{len(p.Responses), len(p.Invitations), len(p.Observations)}
}

// erasure is the answer to erasing one.
type erasure struct {
	Responses, Invitations, Observations, Unmapped int64

	Scores string
}

// plantPerson stores three responses, an invitation and a figure that was corrected of a person.
func (c caller) plantPerson(t *testing.T, person string) {
	t.Helper()
	c.record(t, fmt.Sprintf(`{"submission_id":%q,"person":%[1]q,"team":"north","language":"fi","tags":["vip"],"properties":{"plan":"gold"},"answers":[{"metric":"nps","score":9,"comment":"thank you"},{"metric":"csat","score":4}]}`, person))
	c.record(t, fmt.Sprintf(`{"person":%q,"metric":"pulse","score":2,"comment":"tired"}`, person))
	c.record(t, fmt.Sprintf(`{"person":%q,"metric":"nps","score":3}`, person))
	c.post(t, "/v1/invitations", fmt.Sprintf(`{"person":%q,"survey":"yearly","touchpoint":"desk","channel":"sms","segment":"families"}`, person)).want(t, http.StatusCreated)
	for _, value := range []float64{7, 8} {
		c.observe(t, "sales", observed(value, fmt.Sprintf(`,"person":%q`, person)))
	}
}

func TestAllThatIsStoredOfAPersonIsTold(t *testing.T) {
	t.Parallel()
	g := goldenFile(t, "people")
	onEachDatabase(t, func(t *testing.T, s *server) {
		admin := s.as(t, home)
		admin.putKPI(t, "sales", sales).want(t, http.StatusCreated)
		admin.plantPerson(t, "c-1")
		admin.plantPerson(t, "c-2")
		g.check(t, "person", admin.get(t, "/v1/people/c-1"))
		g.check(t, "nobody", admin.get(t, "/v1/people/c-3"))
		whole := admin.get(t, "/v1/people/c-1").body
		for name, r := range map[string]reply{
			"by hash":         admin.get(t, "/v1/people/"+strings.ToUpper(hashOf("c-1"))+"?as=sha256"),
			"in a body":       admin.post(t, "/v1/people/lookup", `{"person":"c-1"}`),
			"by hash in body": admin.post(t, "/v1/people/lookup", `{"sha256":"`+hashOf("c-1")+`"}`),
		} {
			if got := strings.Replace(r.want(t, http.StatusOK).body, `{"responses`, `{"person":"c-1","responses`, 1); got != whole {
				t.Errorf("%s: %s\nwant %s", name, got, whole)
			}
		}
		for name, r := range map[string]reply{
			"no hash":     admin.get(t, "/v1/people/c-1?as=sha256"),
			"no form":     admin.get(t, "/v1/people/c-1?as=name"),
			"too long":    admin.get(t, "/v1/people/"+strings.Repeat("x", 201)),
			"neither":     admin.post(t, "/v1/people/lookup", `{}`),
			"both":        admin.post(t, "/v1/people/lookup", `{"person":"c-1","sha256":"`+hashOf("c-1")+`"}`),
			"no way":      admin.post(t, "/v1/people/erase", `{"person":"c-1","scores":"halve"}`),
			"no way, too": admin.send(t, "DELETE", "/v1/people/c-1?scores=halve", ""),
		} {
			g.check(t, name, r)
		}
	})
}

func TestPersonIsErasedAndScoresStayOrGo(t *testing.T) {
	t.Parallel()
	onEachDatabase(t, func(t *testing.T, s *server) {
		admin := s.as(t, home)
		admin.putKPI(t, "sales", sales).want(t, http.StatusCreated)
		for _, p := range []string{"c-1", "c-2", "c-3", "c-4", "c-5"} {
			admin.plantPerson(t, p)
		}
		counted := func() [2]int64 { return [2]int64{admin.counted(t, "nps"), admin.counted(t, "csat")} }
		for i, c := range []struct {
			erase func() reply
			who   string
			want  erasure
			left  [2]int64
		}{
			{func() reply { return admin.send(t, "DELETE", "/v1/people/c-1", "") }, "c-1", erasure{3, 1, 2, 0, "keep"}, [2]int64{10, 5}},
			{func() reply {
				return admin.send(t, "DELETE", "/v1/people/"+hashOf("c-2")+"?as=sha256&scores=delete", "")
			}, "c-2", erasure{3, 1, 2, 0, "delete"}, [2]int64{8, 4}},
			{func() reply { return admin.post(t, "/v1/people/erase", `{"person":"c-3"}`) }, "c-3", erasure{3, 1, 2, 0, "keep"}, [2]int64{8, 4}},
			{func() reply {
				return admin.post(t, "/v1/people/erase", `{"sha256":"`+hashOf("c-4")+`","scores":"delete"}`)
			}, "c-4", erasure{3, 1, 2, 0, "delete"}, [2]int64{6, 3}},
			{func() reply { return admin.post(t, "/v1/people/erase", `{"person":"c-4"}`) }, "c-4", erasure{0, 0, 0, 0, "keep"}, [2]int64{6, 3}},
		} {
			if got := read[erasure](t, c.erase().want(t, http.StatusOK)); got != c.want {
				t.Errorf("%d: %+v, want %+v", i, got, c.want)
			}
			if got := counted(); got != c.left {
				t.Errorf("%d: %v answers are counted, want %v", i, got, c.left)
			}
			if got := read[person](t, admin.get(t, "/v1/people/"+c.who)).size(); got != [3]int{} {
				t.Errorf("%d: %v are left", i, got)
			}
			s.isExact(t)
		}
		if got := read[person](t, admin.get(t, "/v1/people/c-5")).size(); got != [3]int{3, 1, 2} {
			t.Errorf("another person has %v left", got)
		}
	})
}

func TestPersonsIDMayHoldAnything(t *testing.T) {
	t.Parallel()
	onEachDatabase(t, func(t *testing.T, s *server) {
		admin := s.as(t, home)
		for _, id := range []string{"a/b", "/", "a b", "50%", "%2F", "?a=b", "#", "ä😀", "a+b", `"\`, "lookup", "sha256:" + hashOf("x"), hashOf("x"), "me@example.com", "a;b", "  "} {
			admin.record(t, fmt.Sprintf(`{"person":%q,"metric":"nps","score":9}`, id))
			if got := read[person](t, admin.get(t, "/v1/people/"+url.PathEscape(id))); got.size() != [3]int{1, 0, 0} || got.Person != id {
				t.Errorf("%q: %+v", id, got)
			}
			if got := read[erasure](t, admin.send(t, "DELETE", "/v1/people/"+url.PathEscape(id), "").want(t, http.StatusOK)); got.Responses != 1 {
				t.Errorf("%q: %+v", id, got)
			}
		}
		for _, id := range []string{".", ".."} {
			admin.record(t, fmt.Sprintf(`{"person":%q,"metric":"nps","score":9}`, id))
			if got := read[person](t, admin.post(t, "/v1/people/lookup", fmt.Sprintf(`{"person":%q}`, id))); got.size() != [3]int{1, 0, 0} {
				t.Errorf("%q: %+v", id, got)
			}
		}
	})
}

func TestPersonWithMoreThanAPageIsToldWhole(t *testing.T) {
	t.Parallel()
	onEachDatabase(t, func(t *testing.T, s *server) {
		admin := s.as(t, home)
		lines := strings.Repeat(`{"person":"c-1","metric":"nps","score":9}`+"\n", 230)
		admin.post(t, "/v1/responses/bulk", lines).want(t, http.StatusOK)
		ids := map[string]bool{}
		for _, r := range read[person](t, admin.get(t, "/v1/people/c-1")).Responses {
			ids[r.ID] = true
		}
		if len(ids) != 230 {
			t.Errorf("%d responses are told", len(ids))
		}
	})
}

// act is an entry of the audit log.
type act struct {
	ID, At, Act, Object, Name, Route string
	KeyID                            string `json:"key_id"`
	Counts                           map[string]int64
}

type auditPage struct {
	Audit      []act
	NextCursor string `json:"next_cursor"`
}

func TestEveryActIsRecordedWithWhoDidIt(t *testing.T) {
	t.Parallel()
	g := goldenFile(t, "audit")
	onEachDatabase(t, func(t *testing.T, s *server) {
		admin := s.as(t, home)
		admin.putMetric(t, "friendly", friendliness).want(t, http.StatusCreated)
		admin.putKPI(t, "sales", sales).want(t, http.StatusCreated)
		admin.plantPerson(t, "canary")
		id := admin.record(t, `{"metric":"nps","score":9,"comment":"canary"}`)
		made := admin.post(t, "/v1/keys", `{"name":"shop","scopes":["admin"]}`).want(t, http.StatusCreated)
		_, keyID, _ := strings.Cut(made.body, `"id":"`)
		admin.putSource(t, "form", `{"kind":"typeform","secret":"canary-canary-canary"}`)
		admin.keep(t, "form")
		for _, do := range [][4]string{ // method, path, body, form
			{"PATCH", "/v1/responses/" + id, `{"excluded":true}`}, {"PATCH", "/v1/responses/" + id, `{"tags":["canary"]}`}, {"PUT", "/v1/journeys/loan", `{"touchpoints":["a"]}`}, {"DELETE", "/v1/journeys/loan", ""}, {"PATCH", "/v1/responses/" + id, `{"excluded":false}`},
			{"DELETE", "/v1/responses/" + id, ""}, {"DELETE", "/v1/keys/" + keyID[:36], ""}, {"POST", "/v1/workspaces", `{"key":"acme","time_zone":"UTC"}`},
			{"PUT", "/v1/model", halves}, {"DELETE", "/v1/model?metric=nps", ""},
			{"PUT", "/v1/targets", validBody("PUT", "/v1/targets")}, {"DELETE", "/v1/targets?metric=nps&level=company&from=2026-01-01", ""},
			{"PUT", "/v1/kpis/sales/targets", validBody("PUT", "/v1/kpis/mine/targets")}, {"DELETE", "/v1/kpis/sales/targets?period=month&level=company&from=2026-01-01", ""},
			{"PUT", "/v1/invitations/policy", validBody("PUT", "/v1/invitations/policy")},
			{"GET", "/v1/responses?person=canary", "", "text/csv"}, {"GET", "/v1/kpis/sales/observations?with_persons=true", "", ndjson},
			{"GET", "/v1/kpis/sales/observations", "", "text/csv"}, {"GET", "/v1/responses?limit=9", "", "text/csv"}, // neither is of persons, all of them
			{"PUT", "/v1/sources/form", `{"kind":"typeform","secret":"canary-canary-canaries"}`},
			{"POST", "/v1/sources/form/unmapped/retry", ""}, {"DELETE", "/v1/sources/form/unmapped", ""}, {"DELETE", "/v1/sources/form", ""},
			{"GET", "/v1/people/canary", ""}, {"DELETE", "/v1/people/canary", ""}, {"DELETE", "/v1/people/" + hashOf("nobody") + "?as=sha256", ""},
			{"DELETE", "/v1/kpis/sales", ""}, {"PUT", "/v1/anonymity", validBody("PUT", "/v1/anonymity")}, {"PUT", "/v1/retention", `{"days":30}`},
		} {
			if r := admin.send(t, do[0], do[1], do[2], "Accept: "+do[3]); r.status >= http.StatusMultipleChoices {
				t.Fatalf("%v: %s", do, r.body)
			}
		}
		admin.send(t, "DELETE", "/v1/kpis/sales", "").want(t, http.StatusNotFound)
		if _, err := s.store.Verify(t.Context(), home, true); err != nil {
			t.Fatal(err)
		}
		r := admin.get(t, "/v1/audit?since=2026-11-20")
		g.check(t, "all", r)
		if strings.Contains(r.body, "canary") {
			t.Errorf("the audit log holds what is personal: %s", r.body)
		}
		wants := map[string]bool{}
		for _, act := range models.Acts() {
			wants[string(act)] = act != models.ResponsesExpired && !strings.HasPrefix(string(act), "webhook.") // those of webhooks need a receiver
		}
		for _, e := range read[auditPage](t, r).Audit {
			delete(wants, e.Act)
			if e.Route != "" && (e.KeyID == "" || e.Name == "") {
				t.Errorf("%+v does not say who did it", e)
			}
		}
		for act, wanted := range wants {
			if wanted {
				t.Errorf("%s is not recorded", act)
			}
		}
	})
}

func TestAuditIsListedPageByPageAndByWhatItIsAbout(t *testing.T) {
	t.Parallel()
	onEachDatabase(t, func(t *testing.T, s *server) {
		admin := s.as(t, home)
		for i := range 5 {
			admin.get(t, fmt.Sprintf("/v1/people/c-%d", i)).want(t, http.StatusOK)
		}
		s.clock.set(t, "2026-11-21T08:04:00Z")
		admin.send(t, "DELETE", "/v1/people/c-1", "").want(t, http.StatusOK)
		first := read[auditPage](t, admin.get(t, "/v1/audit?act=person.read&limit=3"))
		second := read[auditPage](t, admin.get(t, "/v1/audit?act=person.read&limit=3&cursor="+first.NextCursor))
		if len(first.Audit) != 3 || len(second.Audit) != 2 || second.NextCursor != "" || first.Audit[2].ID <= second.Audit[0].ID {
			t.Errorf("%+v\n%+v", first, second)
		}
		if first.Audit[0].Object != "sha256:"+hashOf("c-4") {
			t.Errorf("%+v", first.Audit[0])
		}
		later := read[auditPage](t, admin.get(t, "/v1/audit?since=2026-11-21"))
		if len(later.Audit) != 1 || later.Audit[0].Act != "person.erased" {
			t.Errorf("%+v", later)
		}
		earlier := read[auditPage](t, admin.get(t, "/v1/audit?until=2026-11-21&act=person.erased"))
		if len(earlier.Audit) != 0 {
			t.Errorf("%+v", earlier)
		}
		if lines := strings.Count(admin.get(t, "/v1/audit?act=person.read", "Accept: text/csv").want(t, http.StatusOK).body, "\n"); lines != 6 {
			t.Errorf("%d lines of CSV", lines)
		}
		wantProblem(t, admin.get(t, "/v1/audit?act=person.eaten"), http.StatusBadRequest, "malformed")
		if others := read[auditPage](t, s.as(t, other).get(t, "/v1/audit?act=person.read")); len(others.Audit) != 0 {
			t.Errorf("another workspace sees %+v", others)
		}
	})
}

// peppered is a server that stores persons as keyed hashes.
func peppered(t *testing.T, database string) *server {
	t.Helper()
	persons, err := models.NewPersons("a pepper of twenty characters")
	if err != nil {
		t.Fatal(err)
	}
	return newServer(t, setup{database: database, config: func(c *api.Config) { c.Persons = persons }})
}

func TestWithAPepperNoIDReachesTheDatabaseAndAllGoesOnWorking(t *testing.T) {
	t.Parallel()
	for name, database := range map[string]func(t *testing.T) string{
		"sqlite":   func(t *testing.T) string { return "sqlite://" + filepath.Join(t.TempDir(), "pepper.db") },
		"postgres": func(t *testing.T) string { return storetest.Postgres(t) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			url := database(t)
			s := peppered(t, url)
			admin := s.as(t, home)
			admin.putKPI(t, "sales", sales).want(t, http.StatusCreated)
			for i := range 12 { // promoters spend more
				who := fmt.Sprintf("zanzibar-%d", i)
				admin.record(t, fmt.Sprintf(`{"submission_id":"s-%d","person":%q,"metric":"nps","score":%d,"collected_at":"2026-09-20T10:00:00Z"}`, i, who, 10*(i%2)))
				admin.record(t, fmt.Sprintf(`{"person":%q,"metric":"nps","score":10,"collected_at":"2026-11-20T08:00:00Z"}`, who))
				admin.observe(t, "sales", observed(float64(100+100*(i%2)), fmt.Sprintf(`,"person":%q`, who)))
			}
			admin.post(t, "/v1/responses", `{"submission_id":"s-0","person":"zanzibar-0","metric":"nps","score":0,"collected_at":"2026-09-20T10:00:00Z"}`).want(t, http.StatusOK)
			admin.post(t, "/v1/invitations?enforce=true", `{"person":"zanzibar-1"}`).want(t, http.StatusCreated)
			admin.post(t, "/v1/invitations?enforce=true", `{"person":"zanzibar-1"}`).want(t, http.StatusConflict)
			if r := admin.get(t, "/v1/invitations/eligibility?person=zanzibar-1"); !strings.Contains(r.body, `"eligible":false`) || !strings.Contains(r.body, `"zanzibar-1"`) {
				t.Errorf("%s", r.body)
			}
			list := admin.list(t, "?person=zanzibar-1").Responses
			if len(list) != 2 || !strings.HasPrefix(list[0].Person, "hmac-sha256:") {
				t.Fatalf("%+v", list)
			}
			if again := admin.list(t, "?person="+list[0].Person).Responses; len(again) != 2 {
				t.Errorf("by the name that is told: %+v", again)
			}
			if got := admin.figures(t, "sales", "?person=zanzibar-2"); len(got) != 1 {
				t.Errorf("figures of one: %v", got)
			}
			if r := admin.get(t, "/v1/analysis/value?metric=nps&kpi=sales").want(t, http.StatusOK); !strings.Contains(r.body, `"persons":12`) {
				t.Errorf("value: %s", r.body)
			}
			if r := admin.get(t, "/v1/analysis/conversions?metric=nps&window=28d").want(t, http.StatusOK); !strings.Contains(r.body, "6") {
				t.Errorf("conversions: %s", r.body)
			}
			for _, path := range []string{"/v1/people/zanzibar-1", "/v1/people/" + hashOf("zanzibar-1") + "?as=sha256", "/v1/people/" + list[0].Person} {
				if got := read[person](t, admin.get(t, path)).size(); got != [3]int{2, 1, 1} {
					t.Errorf("%s: %v", path, got)
				}
			}
			if got := read[erasure](t, admin.send(t, "DELETE", "/v1/people/"+hashOf("zanzibar-1")+"?as=sha256", "")); got != (erasure{2, 1, 1, 0, "keep"}) {
				t.Errorf("%+v", got)
			}
			audit := read[auditPage](t, admin.get(t, "/v1/audit?act=person.erased")).Audit
			if len(audit) != 1 || audit[0].Object != list[0].Person {
				t.Errorf("%+v", audit)
			}
			if path, lite := strings.CutPrefix(url, "sqlite://"); lite {
				if held := whatIsOnDisk(t, path); strings.Contains(held, "zanzibar") || !strings.Contains(held, "hmac-sha256:") {
					t.Error("the database holds an id, or no hash")
				}
			}
		})
	}
}

// whatIsOnDisk are the bytes of an SQLite database's file and log.
func whatIsOnDisk(t *testing.T, path string) string {
	t.Helper()
	var all strings.Builder
	for _, file := range []string{path, path + "-wal"} {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		all.Write(text)
	}
	return all.String()
}

func TestIDsStoredBeforeThePepperAreStillTheirPersons(t *testing.T) {
	t.Parallel()
	onEachDatabase(t, func(t *testing.T, s *server) {
		admin := s.as(t, home)
		admin.record(t, `{"person":"c-1","metric":"nps","score":9}`)
		persons, err := models.NewPersons("a pepper of twenty characters")
		if err != nil {
			t.Fatal(err)
		}
		later := &server{store: s.store, writer: s.writer, clock: s.clock, logs: s.logs}
		later.running.Do(func() {}) // it runs already
		later.listen(t, handlerOf(t, api.Config{Store: s.store, Recorder: s.writer, Clock: s.clock.now, NewID: store.NewID, Logger: slog.New(slog.DiscardHandler),
			Operators: home, Persons: persons, Ready: func() error { return nil }, Observe: func(string, string, int, time.Duration) {}}))
		admin = caller{server: later, token: admin.token}
		admin.record(t, `{"person":"c-1","metric":"nps","score":8}`)
		for _, path := range []string{"/v1/people/c-1", "/v1/people/" + hashOf("c-1") + "?as=sha256"} {
			if got := read[person](t, admin.get(t, path)).size(); got != [3]int{2, 0, 0} {
				t.Errorf("%s: %v", path, got)
			}
		}
		if got := read[erasure](t, admin.post(t, "/v1/people/erase", `{"sha256":"`+hashOf("c-1")+`"}`)); got.Responses != 2 {
			t.Errorf("%+v", got)
		}
	})
}

// TestNoReplyAboutAPersonIsKept sends a lookup again under its Idempotency-Key once the person is erased.
func TestNoReplyAboutAPersonIsKept(t *testing.T) {
	t.Parallel()
	onEachDatabase(t, func(t *testing.T, s *server) {
		admin := s.as(t, home)
		admin.record(t, `{"person":"c-1","metric":"nps","score":9}`)
		for _, want := range []int{1, 0} {
			got := read[person](t, admin.send(t, "POST", "/v1/people/lookup", `{"person":"c-1"}`, "Idempotency-Key: a"))
			if len(got.Responses) != want {
				t.Errorf("%d responses are told, want %d", len(got.Responses), want)
			}
			admin.send(t, "POST", "/v1/people/erase", `{"person":"c-1"}`, "Idempotency-Key: b").want(t, http.StatusOK)
		}
	})
}
