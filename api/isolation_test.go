package api_test

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/mittari/mittari/api"
	"github.com/mittari/mittari/models/store/storetest"
)

// What the victim's workspace holds: keys that an attacker may guess and send,
// all beginning with "guess", and content that must never reach anybody else, "canary".
var victimCatalogs = map[string]string{
	"surveys": "guess-survey", "touchpoints": "guess-touchpoint", "channels": "guess-channel", "segments": "guess-segment", "teams": "guess-team", "journeys": "guess-journey",
}

// settle fills a workspace with a few responses of everyday names.
func settle(t *testing.T, c caller) {
	t.Helper()
	c.post(t, "/v1/responses/bulk", numberedLines(1, 5)+staff("mine", 6)).want(t, http.StatusOK)
	c.record(t, `{"touchpoint":"shared","team":"shared","metric":"nps","score":3,"comment":"mine"}`)
	c.send(t, "PUT", "/v1/journeys/mine", `{"touchpoints":["shared"]}`).want(t, http.StatusCreated)
	c.putMetric(t, "mine", friendliness).want(t, http.StatusCreated)
	c.post(t, "/v1/invitations", `{"person":"mine","touchpoint":"shared"}`).want(t, http.StatusCreated)
	c.post(t, "/v1/invitations", `{"day":"2026-11-19","n":9,"touchpoint":"shared","team":"shared"}`).want(t, http.StatusCreated)
	c.send(t, "PUT", "/v1/kpis/mine", sales).want(t, http.StatusCreated)
	c.post(t, "/v1/kpis/mine/observations", observed(1, `,"team":"shared"`)).want(t, http.StatusCreated)
	c.post(t, "/v1/kpis/mine/observations", observed(5, `,"person":"guess-person"`)).want(t, http.StatusCreated) // who has answered the victim only
	c.record(t, `{"submission_id":"guess-0","metric":"nps","score":10}`)                                         // the victim will use the same id
}

// plant fills the victim's workspace.
func plant(t *testing.T, c caller) {
	t.Helper()
	for _, plural := range plurals {
		touchpoints := ""
		if plural == "journeys" {
			touchpoints = `,"touchpoints":["guess-touchpoint"]`
		}
		body := fmt.Sprintf(`{"name":"canary %[1]s","description":"canary of %[1]s"%[2]s}`, plural, touchpoints)
		c.send(t, "PUT", "/v1/"+plural+"/"+victimCatalogs[plural], body).want(t, http.StatusCreated)
	}
	c.send(t, "PUT", "/v1/model", `{"metric":"nps","level":"segment","weights":{"canary":1,"guess-segment":2}}`).want(t, http.StatusCreated)
	c.send(t, "PUT", "/v1/targets", `{"metric":"nps","level":"team","key":"guess-team","value":66,"from":"2026-01-01","owner":"canary"}`).want(t, http.StatusCreated)
	for _, invitation := range []string{`{"person":"guess-person","invitation_id":"guess-1","survey":"guess-survey","team":"guess-team"}`,
		`{"day":"2026-11-19","n":424242,"touchpoint":"shared","team":"shared"}`, `{"day":"2026-11-19","n":424242,"channel":"guess-channel","source":"canary"}`} {
		c.post(t, "/v1/invitations", invitation).want(t, http.StatusCreated)
	}
	c.send(t, "PUT", "/v1/invitations/policy", `{"rest_days":99,"rest_days_same_survey":424}`).want(t, http.StatusOK)
	c.send(t, "PUT", "/v1/retention", `{"days":424}`).want(t, http.StatusOK)
	c.send(t, "PUT", "/v1/kpis/guess-kpi", strings.ReplaceAll(sales, "Sales", "canary")).want(t, http.StatusCreated)
	c.send(t, "PUT", "/v1/kpis/guess-kpi/targets", `{"period":"month","level":"team","key":"guess-team","value":66,"from":"2026-01-01","owner":"canary"}`).want(t, http.StatusCreated)
	for _, more := range []string{`,"team":"guess-team"`, `,"team":"shared"`, `,"team":"canary"`, `,"person":"guess-person"`} {
		c.post(t, "/v1/kpis/guess-kpi/observations", observed(424242, more)).want(t, http.StatusCreated)
	}
	c.putMetric(t, "guess-metric", strings.ReplaceAll(friendliness, "friend", "canary")).want(t, http.StatusCreated)
	c.post(t, "/v1/keys", `{"name":"canary key","scopes":["admin"]}`).want(t, http.StatusCreated)
	c.post(t, "/v1/webhooks", toldOf("https://canary.example/hook", "response.created", "person.erased", "response.erased")).want(t, http.StatusCreated)
	var lines strings.Builder
	for i := range 12 {
		fmt.Fprintf(&lines, `{"submission_id":"guess-%d","survey":"guess-survey","touchpoint":"guess-touchpoint","channel":"guess-channel","segment":"guess-segment",
			"team":"guess-team","person":"guess-person","language":"fi","tags":["canary"],"properties":{"canary":"canary"},
			"answers":[{"metric":"nps","score":%d,"comment":"canary"},{"metric":"pulse","score":4},{"metric":"guess-metric","score":7},{"touchpoint":"shared","metric":"csat","score":5}]},`, i, i%11)
	}
	lines.WriteString(`{"submission_id":"guess-other","channel":"guess-other","metric":"nps","score":0,"comment":"canary"},`)
	for _, o := range c.post(t, "/v1/responses/bulk", "["+strings.TrimSuffix(lines.String(), ",")+"]").outcomes(t) {
		if o.Status != http.StatusCreated {
			t.Fatalf("%+v", o)
		}
	}
}

// loot is what an attacker might have got hold of: ids, keys and a cursor of the victim.
type loot struct{ responses, keys, cursors, webhooks, deliveries []string }

func steal(t *testing.T, c caller) loot {
	t.Helper()
	var l loot
	p := c.list(t, "?limit=3")
	for _, r := range p.Responses {
		l.responses = append(l.responses, r.ID)
	}
	l.cursors = []string{p.NextCursor}
	for _, k := range read[struct{ Keys []key }](t, c.get(t, "/v1/keys")).Keys {
		l.keys = append(l.keys, k.ID)
	}
	for _, w := range read[webhooks](t, c.get(t, "/v1/webhooks")).Webhooks {
		l.webhooks = append(l.webhooks, w.ID)
		for _, d := range c.deliveries(t, w.ID, "?limit=2") {
			l.deliveries = append(l.deliveries, d.ID)
		}
	}
	return l
}

// values are what the attacker tries for a parameter. A parameter that is not here fails the test: nothing is forgotten.
func (l loot) values(t *testing.T, parameter string) []string {
	t.Helper()
	levels := []string{"company", "survey", "touchpoint", "channel", "segment", "team", "journey"}
	values, known := map[string][]string{
		"survey": {"guess-survey"}, "touchpoint": {"guess-touchpoint", "shared"}, "channel": {"guess-channel"}, "segment": {"guess-segment"}, "team": {"guess-team", "shared"},
		"metric": {"guess-metric", "nps", "csat"}, "person": {"guess-person"}, "submission_id": {"guess-1"}, "cursor": l.cursors, "limit": {"1", "1000"},
		"since": {"2026-11-01"}, "until": {"2026-12-01"}, "window": {"today", "365d"}, "interval": {"month"}, "group_by": levels, "dry_run": {"true"}, "pooled": {"true"}, "audience": {"customer", "employee"},
		"metrics": {"guess-metric", "nps,csat"}, "kpis": {"guess-kpi,mine", ""}, "period": {"month", "year"}, "shape": {"wide"},
		"kpi": {"guess-kpi", "mine"}, "answer": {"last"},
		"as_of": {"2026-11-20T08:04:00Z"}, "with_persons": {"true"}, "as": {"id", "sha256"}, "scores": {"keep", "delete"}, "act": {"person.read", "key.created"}, "state": {"pending", "dead"},
		"object": {"touchpoint/guess-touchpoint", "sha256:" + hashOf("guess-person")}, "key_id": l.keys,
	}[parameter]
	if !known {
		t.Errorf("say in this test what to try for the parameter %s", parameter)
	}
	return values
}

// attempt is one request of the attacker.
type attempt struct{ method, path, body, accept string }

// attempts are requests to every route with everything stolen or guessed in every place.
func attempts(t *testing.T, s *server, c caller, l loot) []attempt {
	t.Helper()
	var all []attempt
	for _, route := range s.routesOf() {
		method, pattern, _ := strings.Cut(route, " ")
		for _, path := range paths(pattern, l) {
			for _, body := range bodies(method, pattern) {
				all = append(all, attempt{method, path, body, ""})
			}
			if method != "GET" || !strings.HasPrefix(path, "/v1/") {
				continue
			}
			base := ""
			switch pattern {
			case "/v1/scores", "/v1/comments", "/v1/analysis/conversions":
				base = "metric=nps&"
			case "/v1/analysis/value":
				base = "metric=nps&kpi=mine&"
			case "/v1/invitations/eligibility":
				base = "person=mine&"
			case "/v1/kpis/:key/values":
				base = "period=month&"
			}
			for _, parameter := range parametersOf(t, c, path) {
				for _, value := range l.values(t, parameter) {
					query := base + parameter + "=" + url.QueryEscape(value)
					if strings.Contains(base, parameter+"=") {
						query = regexp.MustCompile(`\b`+parameter+`=[^&]*`).ReplaceAllString(strings.TrimSuffix(base, "&"), parameter+"="+value)
					} else if parameter == "until" {
						query += "&since=2026-01-01"
					}
					all = append(all, attempt{method, path + "?" + query, "", ""})
				}
			}
			if pattern == "/v1/responses" || pattern == "/v1/analysis/table" || pattern == "/v1/audit" || pattern == "/v1/kpis/:key/observations" || pattern == "/v1/scores" {
				path := path + "?" + strings.TrimSuffix(base, "&")
				all = append(all, attempt{method, path, "", ndjson}, attempt{method, path, "", "text/csv"})
			}
		}
	}
	// What only reads comes before what writes, and once more behind it.
	slices.SortStableFunc(all, func(a, b attempt) int { return writes(a) - writes(b) })
	reads := all[:slices.IndexFunc(all, func(a attempt) bool { return writes(a) > 0 })]
	return append(all, reads...)
}

func writes(a attempt) int {
	return map[string]int{"GET": 0, "DELETE": 1, "PATCH": 2, "PUT": 3, "POST": 4}[a.method]
}

func paths(pattern string, l loot) []string {
	switch {
	case strings.HasSuffix(pattern, "/*file"):
		return nil // the docs are the same for all
	case pattern == "/v1/invitations":
		return []string{pattern, pattern + "?enforce=true"}
	case strings.HasSuffix(pattern, "/:person"):
		return fill(pattern, ":person", []string{"guess-person", hashOf("guess-person")})
	case strings.HasPrefix(pattern, "/v1/webhooks/:id"):
		var all []string
		for _, path := range fill(pattern, ":id", append(l.webhooks, l.keys[0])) {
			all = append(all, fill(path, ":delivery", l.deliveries)...)
		}
		return slices.Compact(all)
	case pattern == "/v1/keys/:id":
		return fill(pattern, ":id", l.keys)
	case strings.HasSuffix(pattern, ":id"):
		return fill(pattern, ":id", append(l.responses, l.keys...))
	case pattern == "/v1/metrics/:key":
		return fill(pattern, ":key", []string{"guess-metric", "mine"})
	case strings.HasPrefix(pattern, "/v1/kpis/:key"):
		return fill(pattern, ":key", []string{"guess-kpi", "mine"})
	case strings.HasSuffix(pattern, ":key"):
		plural := strings.Split(pattern, "/")[2]
		return fill(pattern, ":key", []string{victimCatalogs[plural], "shared", "mine"})
	}
	return []string{pattern}
}

func fill(pattern, parameter string, values []string) []string {
	var filled []string
	for _, v := range values {
		filled = append(filled, strings.Replace(pattern, parameter, v, 1))
	}
	return filled
}

// bodies are what the attacker sends to the route.
func bodies(method, pattern string) []string {
	submission := `{"submission_id":"guess-1","team":"guess-team","channel":"guess-other","metric":"nps","score":1}`
	retry := `{"submission_id":"guess-0","metric":"nps","score":10}`
	switch {
	case method == "GET" || method == "DELETE":
		return []string{""}
	case pattern == "/v1/webhooks/:id":
		return []string{`{"paused":true}`, `{"url":"https://mine.example/hook"}`}
	case pattern == "/v1/webhooks":
		return []string{toldOf("https://mine.example/hook", "response.created", "score.dropped"), `{"url":"https://mine.example/hook","events":["response.low_score"],"rule":{"metric":"guess-metric"}}`}
	case strings.HasPrefix(pattern, "/v1/webhooks/"):
		return []string{`{}`}
	case method == "PATCH":
		return []string{`{"excluded":true}`, `{"tags":["taken"]}`}
	case pattern == "/v1/responses":
		return []string{submission, submission, retry, `{"metric":"guess-metric","score":7}`}
	case pattern == "/v1/responses/bulk":
		return []string{submission + "\n" + retry + "\n" + strings.Replace(submission, "guess-1", "guess-2", 1)}
	case pattern == "/v1/metrics/:key":
		return []string{friendliness, strings.Replace(friendliness, `"max":7`, `"max":9`, 1)}
	case pattern == "/v1/kpis/:key":
		return []string{sales, strings.Replace(sales, "EUR", "SEK", 1)}
	case pattern == "/v1/kpis/:key/targets":
		return []string{`{"period":"month","level":"team","key":"guess-team","value":6,"from":"2026-01-01","owner":"me"}`}
	case pattern == "/v1/kpis/:key/observations":
		return []string{observed(2, ""), "[" + observed(3, `,"team":"guess-team"`) + "," + observed(4, `,"person":"guess-person"`) + "]"}
	case pattern == "/v1/journeys/:key":
		return []string{`{"touchpoints":["guess-touchpoint"]}`, `{"name":"mine","touchpoints":["guess-touchpoint","mine"]}`}
	case pattern == "/v1/model":
		return []string{`{"metric":"nps","level":"segment","weights":{"guess-segment":1}}`, `{"metric":"guess-metric","level":"segment","weights":{"mine":1}}`}
	case pattern == "/v1/targets":
		return []string{`{"metric":"nps","level":"team","key":"guess-team","value":1,"from":"2026-01-01","owner":"me"}`}
	case pattern == "/v1/people/lookup", pattern == "/v1/people/erase":
		return []string{`{"person":"guess-person"}`, `{"sha256":"` + hashOf("guess-person") + `"}`}
	case pattern == "/v1/anonymity":
		return []string{`{"employees":6,"employee_comments":11,"customers":1}`}
	case pattern == "/v1/retention":
		return []string{`{"days":400}`, `{}`}
	case pattern == "/v1/invitations":
		return []string{`{"person":"guess-person","invitation_id":"guess-1","survey":"guess-survey"}`, `{"person":"guess-person"}`,
			`[{"day":"2026-11-19","n":5,"touchpoint":"shared","team":"shared"},{"day":"2026-11-19","n":5,"channel":"guess-channel","source":"mine"}]`}
	case pattern == "/v1/invitations/eligibility":
		return []string{`{"persons":["guess-person","mine"],"survey":"guess-survey"}`}
	case pattern == "/v1/invitations/policy":
		return []string{`{"rest_days":3,"rest_days_same_survey":4}`}
	case pattern == "/v1/keys":
		return []string{`{"name":"mine","scopes":["admin"]}`, `{"name":"mine","scopes":["admin"],"workspace":"other"}`}
	case pattern == "/v1/workspaces":
		return []string{`{"key":"other","time_zone":"UTC"}`, `{"key":"home","time_zone":"UTC"}`}
	}
	return []string{`{"name":"mine"}`, `{"name":"mine, too"}`} // created, replaced
}

// parametersOf are the query parameters that the route knows, told by itself.
func parametersOf(t *testing.T, c caller, path string) []string {
	t.Helper()
	for _, f := range read[problem](t, c.get(t, path+"?surely_unknown=1")).Errors {
		if _, list, found := strings.Cut(f.Message, "known are "); f.Field == "surely_unknown" && found {
			return strings.Split(list, ", ")
		}
	}
	return nil
}

// TestNoRequestTellsAnythingOfAnotherWorkspace sends the same requests to two
// servers that differ in one thing: on the second one the victim's workspace is
// empty. Whoever can't tell the two apart has learnt nothing.
func TestNoRequestTellsAnythingOfAnotherWorkspace(t *testing.T) {
	t.Parallel()
	for _, attacker := range []string{home, other} {
		t.Run(attacker+" on sqlite", func(t *testing.T) {
			t.Parallel()
			breakIn(t, attacker, func() string { return "" })
		})
		t.Run(attacker+" on postgres", func(t *testing.T) {
			t.Parallel()
			breakIn(t, attacker, func() string { return storetest.Postgres(t) })
		})
	}
}

func breakIn(t *testing.T, attacker string, database func() string) {
	t.Helper()
	victim := map[string]string{home: other, other: home}[attacker]
	fullIDs, emptyIDs := &ids{}, &ids{}
	full, empty := newServer(t, setup{database: database(), config: fullIDs.use}), newServer(t, setup{database: database(), config: emptyIDs.use})
	for _, s := range []*server{full, empty} {
		settle(t, s.as(t, attacker))
	}
	owner := full.as(t, victim)
	plant(t, owner)
	emptyIDs.n.Store(fullIDs.n.Load()) // time has passed on both
	stolen, before := steal(t, owner), everything(t, owner)
	a, b := full.as(t, attacker), empty.as(t, attacker)
	for _, try := range attempts(t, full, a, stolen) {
		headers := []string{}
		if try.accept != "" {
			headers = []string{"Accept: " + try.accept}
		}
		got, want := a.send(t, try.method, try.path, try.body, headers...), b.send(t, try.method, try.path, try.body, headers...)
		if strings.Contains(got.body, "canary") {
			t.Errorf("%+v gives away what is the victim's: %s", try, got.body)
		}
		if told, untold := full.anonymous(got), empty.anonymous(want); got.status != want.status || told != untold {
			t.Errorf("%+v tells that the victim's workspace is not empty: %d %s\nwant %d %s", try, got.status, told, want.status, untold)
		}
	}
	if after := everything(t, owner); after != before {
		t.Errorf("the attacker changed the victim's workspace: before\n%s\nafter\n%s", before, after)
	}
	for _, s := range []*server{full, empty} {
		if strings.Contains(s.logs.String(), "ERROR") {
			t.Errorf("something failed on the way:\n%s", s.logs)
		}
	}
}

// anonymous is what the reply says, but for ids and for the server's own address.
func (s *server) anonymous(r reply) string {
	return strings.ReplaceAll(string(masked([]byte(r.body))), strings.TrimPrefix(s.url, "http://"), "ADDRESS")
}

// everything is all that the owner of a workspace can see.
func everything(t *testing.T, owner caller) string {
	t.Helper()
	var all strings.Builder
	for _, path := range []string{"/v1/responses?limit=1000", "/v1/audit?act=person.erased", "/v1/people/guess-person", "/v1/scores?metric=nps&group_by=team", "/v1/scores?metric=csat&group_by=touchpoint", "/v1/scores?metric=nps", "/v1/model", "/v1/metrics", "/v1/keys",
		"/v1/response-rate", "/v1/response-rate?group_by=channel", "/v1/retention", "/v1/invitations/policy", "/v1/invitations/eligibility?person=guess-person",
		"/v1/kpis", "/v1/kpis/guess-kpi/targets", "/v1/kpis/guess-kpi/observations?with_persons=true", "/v1/kpis/guess-kpi/values?period=month&group_by=team"} {
		all.WriteString(owner.get(t, path).want(t, http.StatusOK).body)
	}
	for _, plural := range append([]string{"webhooks"}, plurals...) {
		all.WriteString(owner.get(t, "/v1/"+plural).want(t, http.StatusOK).body)
	}
	for _, w := range read[webhooks](t, owner.get(t, "/v1/webhooks")).Webhooks {
		all.WriteString(owner.get(t, "/v1/webhooks/"+w.ID+"/deliveries").want(t, http.StatusOK).body)
	}
	return all.String()
}

// ids makes responses' ids that are the same in every run.
type ids struct{ n atomic.Int64 }

func (i *ids) next() string { return fmt.Sprintf("01a20000-0000-7000-8000-%012d", i.n.Add(1)) }

func (i *ids) use(c *api.Config) { c.NewID = i.next }
