package api_test

import (
	"database/sql"
	"fmt"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/mittari/mittari/models"
	"github.com/mittari/mittari/models/store/storetest"
)

// administrativeAct is what the test sends to a route: what it needs beforehand, and whether, sent again as it
// was, it is the same act once more, as a new key is, or changes nothing.
type administrativeAct struct {
	path, body string
	before     func(t *testing.T, admin caller)
	again      bool
}

// administrative are the acts of every route that administers or erases, by their
// method and pattern. A route that is not here fails the test: nothing is forgotten.
func administrative() map[string]administrativeAct {
	send := func(method, path, body string) func(t *testing.T, admin caller) {
		return func(t *testing.T, admin caller) {
			if r := admin.send(t, method, path, body); r.status >= http.StatusMultipleChoices {
				t.Fatalf("%s %s: %d %s", method, path, r.status, r.body)
			}
		}
	}
	kpi := send("PUT", "/v1/kpis/mine", sales)
	target, kpiTarget := validBody("PUT", "/v1/targets"), validBody("PUT", "/v1/kpis/mine/targets")
	acts := map[string]administrativeAct{
		"PATCH /v1/responses/:id":                              {path: "/v1/responses/RESPONSE", body: `{"excluded":true}`},
		"DELETE /v1/responses/:id":                             {path: "/v1/responses/RESPONSE"},
		"PUT /v1/metrics/:key":                                 {path: "/v1/metrics/mine", body: friendliness},
		"PUT /v1/model":                                        {path: "/v1/model", body: halves},
		"DELETE /v1/model":                                     {path: "/v1/model?metric=nps", before: send("PUT", "/v1/model", halves)},
		"PUT /v1/targets":                                      {path: "/v1/targets", body: target},
		"DELETE /v1/targets":                                   {path: "/v1/targets?metric=nps&level=company&from=2026-01-01", before: send("PUT", "/v1/targets", target)},
		"PUT /v1/kpis/:key":                                    {path: "/v1/kpis/fresh", body: sales},
		"DELETE /v1/kpis/:key":                                 {path: "/v1/kpis/mine", before: kpi},
		"PUT /v1/kpis/:key/targets":                            {path: "/v1/kpis/mine/targets", body: kpiTarget, before: kpi},
		"DELETE /v1/kpis/:key/targets":                         {path: "/v1/kpis/mine/targets?period=month&level=company&from=2026-01-01", before: all(kpi, send("PUT", "/v1/kpis/mine/targets", kpiTarget))},
		"PUT /v1/invitations/policy":                           {path: "/v1/invitations/policy", body: `{"rest_days":7,"rest_days_same_survey":7}`},
		"PUT /v1/anonymity":                                    {path: "/v1/anonymity", body: `{"employees":6,"employee_comments":12,"customers":2}`},
		"PUT /v1/retention":                                    {path: "/v1/retention", body: `{"days":400}`},
		"POST /v1/keys":                                        {path: "/v1/keys", body: `{"name":"a","scopes":["admin"]}`, again: true},
		"DELETE /v1/keys/:id":                                  {path: "/v1/keys/KEY"},
		"POST /v1/workspaces":                                  {path: "/v1/workspaces", body: `{"key":"acme","time_zone":"UTC"}`},
		"GET /v1/people/:person":                               {path: "/v1/people/c-1", again: true},
		"POST /v1/people/lookup":                               {path: "/v1/people/lookup", body: `{"person":"c-1"}`, again: true},
		"DELETE /v1/people/:person":                            {path: "/v1/people/c-1", again: true},
		"POST /v1/people/erase":                                {path: "/v1/people/erase", body: `{"person":"c-1"}`, again: true},
		"POST /v1/webhooks":                                    {path: "/v1/webhooks", body: validBody("POST", "/v1/webhooks"), again: true},
		"PATCH /v1/webhooks/:id":                               {path: "/v1/webhooks/HOOK", body: `{"paused":true,"events":["response.low_score"],"rule":{"metric":"nps"}}`},
		"DELETE /v1/webhooks/:id":                              {path: "/v1/webhooks/HOOK"},
		"POST /v1/webhooks/:id/secret":                         {path: "/v1/webhooks/HOOK/secret", body: `{}`, again: true},
		"POST /v1/webhooks/:id/test":                           {path: "/v1/webhooks/HOOK/test", again: true},
		"POST /v1/webhooks/:id/redeliver":                      {path: "/v1/webhooks/HOOK/redeliver", again: true},
		"POST /v1/webhooks/:id/deliveries/:delivery/redeliver": {path: "/v1/webhooks/HOOK/deliveries/DELIVERY/redeliver", again: true},
	}
	form, secret := send("PUT", "/v1/sources/mine", `{"kind":"typeform"}`), `{"kind":"typeform","secret":"a secret of typeform"}`
	keep := all(form, func(t *testing.T, admin caller) { admin.keep(t, "mine") })
	acts["PUT /v1/sources/:key"] = administrativeAct{path: "/v1/sources/form", body: secret}
	acts["DELETE /v1/sources/:key"] = administrativeAct{path: "/v1/sources/mine", before: form}
	acts["POST /v1/sources/:key/unmapped/retry"] = administrativeAct{path: "/v1/sources/mine/unmapped/retry", before: keep, again: true} // it has no mapping
	acts["POST /v1/sources/:key/unmapped/:id/retry"] = administrativeAct{path: "/v1/sources/mine/unmapped/UNMAPPED/retry", before: keep, again: true}
	acts["DELETE /v1/sources/:key/unmapped/:id"] = administrativeAct{path: "/v1/sources/mine/unmapped/UNMAPPED", before: keep}
	acts["DELETE /v1/sources/:key/unmapped"] = administrativeAct{path: "/v1/sources/mine/unmapped", before: keep}
	for _, plural := range plurals {
		body := `{"name":"Mine","description":"a"}`
		if plural == "journeys" {
			body = `{"touchpoints":["a","b"]}`
		}
		path := "/v1/" + plural + "/mine"
		acts["PUT /v1/"+plural+"/:key"] = administrativeAct{path: path, body: body}
		acts["DELETE /v1/"+plural+"/:key"] = administrativeAct{path: path, before: send("PUT", path, body)}
	}
	return acts
}

func all(first, second func(t *testing.T, admin caller)) func(t *testing.T, admin caller) {
	return func(t *testing.T, admin caller) { first(t, admin); second(t, admin) }
}

// administers reports whether acts by the route are to be recorded: all that change what is there, but for
// what programs send day by day, and all that read persons.
func administers(route string) bool {
	method, path, _ := strings.Cut(route, " ")
	if !strings.HasPrefix(path, "/v1/") {
		return false
	}
	switch method {
	case "GET":
		return strings.HasPrefix(path, "/v1/people/")
	case "POST":
		return slices.Contains(needs()[route], models.Admin) || slices.Contains(needs()[route], models.WriteCatalog)
	}
	return true
}

// filled is the act's path with the ids of a response, of a key, of a webhook and of its delivery that are there.
func (a administrativeAct) filled(t *testing.T, admin caller) string {
	t.Helper()
	path := a.path
	if before, found := strings.CutSuffix(path, "RESPONSE"); found {
		path = before + admin.record(t, `{"person":"c-1","metric":"nps","score":9}`)
	}
	if before, behind, found := strings.Cut(path, "UNMAPPED"); found {
		path = before + admin.unmapped(t, "mine")[0].ID + behind
	}
	if before, found := strings.CutSuffix(path, "KEY"); found {
		made, _ := admin.newKey(t, `{"name":"b","scopes":["admin"]}`)
		path = before + made.ID
	}
	if strings.Contains(path, "HOOK") {
		hook := admin.hook(t, toldOf("https://crm.example/", "response.created"))
		path = strings.Replace(path, "HOOK", hook.ID, 1)
		admin.record(t, goodLine)
		path = strings.Replace(path, "DELIVERY", admin.deliveries(t, hook.ID, "")[0].ID, 1)
	}
	return path
}

// entriesSince are the entries of the audit log beyond the first n.
func (c caller) entriesSince(t *testing.T, n int) []act {
	t.Helper()
	entries := read[auditPage](t, c.get(t, "/v1/audit?limit=1000")).Audit
	return entries[:len(entries)-n]
}

// onEachDatabaseUntold is onEachDatabase with a way to take the audit log away, and to give it back.
func onEachDatabaseUntold(t *testing.T, test func(t *testing.T, s *server, untold func(do func()))) {
	t.Helper()
	for driver, url := range map[string]func(*testing.T) string{
		"sqlite": func(t *testing.T) string { return "sqlite://" + filepath.Join(t.TempDir(), "test.db") },
		"pgx":    func(t *testing.T) string { return storetest.Postgres(t) },
	} {
		t.Run(driver, func(t *testing.T) {
			t.Parallel()
			database := url(t)
			s := newServer(t, setup{database: database})
			db, err := sql.Open(driver, strings.TrimPrefix(database, "sqlite://"))
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = db.Close() })
			rename := func(from, to string) {
				if _, err := db.ExecContext(t.Context(), fmt.Sprintf("ALTER TABLE %s RENAME TO %s", from, to)); err != nil {
					t.Fatal(err)
				}
			}
			test(t, s, func(do func()) {
				rename("audit", "audit_away")
				do()
				rename("audit_away", "audit")
			})
		})
	}
}

// TestEveryAdministrativeActIsDoneAndRecordedOrNeither sends each act first while the audit log can't be
// written: it must fail and leave everything as it was, or the same act afterwards would change nothing and so be recorded by nothing.
func TestEveryAdministrativeActIsDoneAndRecordedOrNeither(t *testing.T) {
	t.Parallel()
	onEachDatabaseUntold(t, func(t *testing.T, s *server, untold func(do func())) {
		acts := administrative()
		admin := s.as(t, home)
		for _, route := range s.routesOf() {
			a, known := acts[route]
			if delete(acts, route); !administers(route) {
				continue
			}
			if !known {
				t.Errorf("%s: say in this test what to send, so that it is known to be recorded", route)
				continue
			}
			if a.before != nil {
				a.before(t, admin)
			}
			method, _, _ := strings.Cut(route, " ")
			path := a.filled(t, admin)
			n := len(admin.entriesSince(t, 0))
			untold(func() {
				if r := admin.hasty().send(t, method, path, a.body); r.status < http.StatusInternalServerError {
					t.Errorf("%s: while the audit log can't be written it gives %d %s", route, r.status, r.body)
				}
			})
			if r := admin.send(t, method, path, a.body); r.status >= http.StatusMultipleChoices {
				t.Errorf("%s: %d %s", route, r.status, r.body)
			}
			entries := admin.entriesSince(t, n)
			if len(entries) != 1 || entries[0].Route != route || entries[0].Name == "" || entries[0].KeyID == "" {
				t.Errorf("%s is recorded as %+v", route, entries)
			}
			admin.send(t, method, path, a.body)
			if again := len(admin.entriesSince(t, n)) - len(entries); again != map[bool]int{true: 1}[a.again] {
				t.Errorf("%s, sent once more, is recorded %d times more", route, again)
			}
		}
		for route := range acts {
			t.Errorf("there is no route %s", route)
		}
	})
}

func TestWhatIsSentDayByDayAndWhatIsRefusedIsNotRecorded(t *testing.T) {
	t.Parallel()
	onEachDatabase(t, func(t *testing.T, s *server) {
		admin := s.as(t, home)
		admin.send(t, "PUT", "/v1/kpis/mine", sales).want(t, http.StatusCreated)
		reader := s.as(t, home, models.ReadScores).hasty()
		n := len(admin.entriesSince(t, 0))
		for _, route := range s.routesOf() {
			method, path, _ := strings.Cut(route, " ")
			if path = strings.NewReplacer(":id", someID, ":key", "mine", ":person", "nobody", ":delivery", someID, "/*file", "/").Replace(path); administers(route) {
				admin.hasty().send(t, method, path+"?unknown=1", validBody(method, path))
				reader.send(t, method, path, validBody(method, path))
			} else {
				admin.hasty().send(t, method, path, validBody(method, path))
			}
		}
		if entries := admin.entriesSince(t, n); len(entries) != 0 {
			t.Errorf("it is recorded as %+v", entries)
		}
	})
}

func TestAuditIsAskedForByWhatAndByWhom(t *testing.T) {
	t.Parallel()
	onEachDatabase(t, func(t *testing.T, s *server) {
		admin := s.as(t, home)
		made, clerk := admin.newKey(t, `{"name":"clerk","scopes":["catalog:write"]}`)
		admin.send(t, "PUT", "/v1/touchpoints/checkout", `{"name":"Check-out"}`).want(t, http.StatusCreated)
		clerk.send(t, "PUT", "/v1/touchpoints/checkout", `{"name":"Till"}`).want(t, http.StatusOK)
		clerk.send(t, "PUT", "/v1/channels/checkout", `{"name":"Till"}`).want(t, http.StatusCreated)
		for query, want := range map[string]int{"object=touchpoint/checkout": 2, "key_id=" + made.ID: 2, "object=touchpoint/checkout&key_id=" + made.ID: 1, "object=nothing": 0, "key_id=" + someID: 0, "object=" + made.ID: 1} {
			if entries := read[auditPage](t, admin.get(t, "/v1/audit?"+query)).Audit; len(entries) != want {
				t.Errorf("%s finds %d entries, want %d: %+v", query, len(entries), want, entries)
			}
		}
	})
}
