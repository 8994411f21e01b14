package api_test

import (
	"cmp"
	"encoding/json"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
)

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
		"source": append(l.sources, "guess-source"), "object": {"touchpoint/guess-touchpoint", "sha256:" + hashOf("guess-person")}, "key_id": l.keys,
		"level": {"team", "company"}, "group": {"guess-team"}, "key": {"guess-team"}, "from": {"2026-01-01"}, "enforce": {"true"},
	}[parameter]
	if !known {
		t.Errorf("say in this test what to try for the parameter %s", parameter)
	}
	return values
}

// attempt is one request of the attacker.
type attempt struct{ method, path, body, header string }

// attempts are requests to every route with everything stolen or guessed in every place: paths, bodies,
// parameters, forms, tags and Idempotency-Keys.
func attempts(t *testing.T, s *server, c caller, l loot) []attempt {
	t.Helper()
	var all []attempt
	for _, route := range s.routesOf() {
		method, pattern, _ := strings.Cut(route, " ")
		sent := bodies(t, method, pattern)
		for _, path := range paths(t, pattern, l) {
			try := func(query, body, header string) { all = append(all, attempt{method, path + query, body, header}) }
			query := "?" + required(method, pattern)
			for _, body := range sent {
				try(query, body, "")
			}
			if !strings.HasPrefix(path, "/v1/") {
				continue
			}
			for _, form := range formsOf(t, method, pattern) {
				try(query, sent[0], "Accept: "+form)
			}
			if method == "POST" {
				try(query, sent[0], guessed(path))
				try(query, cmp.Or(retried[path], sent[0]), guessed(path))
			} else {
				try(query, sent[0], "If-None-Match: "+strings.Join(l.tags, ", "))
				try(query, sent[0], "If-Match: "+strings.Join(l.tags, ", "))
			}
			for _, parameter := range parametersOf(t, c, method, path) {
				for _, value := range l.values(t, parameter) {
					try("?"+with(required(method, pattern), parameter, value), sent[0], "")
				}
			}
		}
	}
	// What only reads comes before what writes, and once more behind it.
	slices.SortStableFunc(all, func(a, b attempt) int { return writes(a) - writes(b) })
	reads := all[:slices.IndexFunc(all, func(a attempt) bool { return writes(a) > 0 })]
	return append(all, reads...)
}

// required is the query that the route can't do without.
func required(method, pattern string) string {
	return map[string]string{
		"GET /v1/scores": "metric=nps", "GET /v1/comments": "metric=nps", "GET /v1/analysis/conversions": "metric=nps", "GET /v1/analysis/value": "metric=nps&kpi=mine",
		"GET /v1/invitations/eligibility": "person=mine", "GET /v1/kpis/:key/values": "period=month",
		"DELETE /v1/model": "metric=nps", "DELETE /v1/targets": "metric=nps&level=team&key=guess-team&from=2026-01-01",
		"DELETE /v1/kpis/:key/targets": "period=month&level=team&group=guess-team&from=2026-01-01",
	}[method+" "+pattern]
}

// with is the query with a value for the parameter, in the place of the one it has.
func with(query, parameter, value string) string {
	values, _ := url.ParseQuery(query) // it is this test's own
	values.Set(parameter, value)
	if parameter == "until" {
		values.Set("since", "2026-01-01")
	}
	return values.Encode()
}

// formsOf are the forms, other than JSON, in which the document says that the route answers.
func formsOf(t *testing.T, method, pattern string) []string {
	t.Helper()
	c, err := theContract()
	if err != nil {
		t.Fatal(err)
	}
	item := c.doc.Paths.Find(regexp.MustCompile(`:(\w+)`).ReplaceAllString(pattern, "{$1}"))
	if item == nil || item.GetOperation(method) == nil {
		t.Fatalf("the document has no %s %s", method, pattern)
	}
	var forms []string
	for status, answer := range item.GetOperation(method).Responses.Map() {
		for form := range answer.Value.Content {
			if strings.HasPrefix(status, "2") && form != "application/json" {
				forms = append(forms, form)
			}
		}
	}
	slices.Sort(forms)
	return forms
}

func writes(a attempt) int {
	return map[string]int{"GET": 0, "DELETE": 1, "PATCH": 2, "PUT": 3, "POST": 4}[a.method]
}

// paths are the route's with everything in the place of its parameters that may be the victim's. A parameter that
// is not known here fails the test.
func paths(t *testing.T, pattern string, l loot) []string {
	t.Helper()
	switch {
	case strings.HasSuffix(pattern, "/*file"):
		return nil // the docs are the same for all
	case strings.HasSuffix(pattern, "/:person"):
		return fill(pattern, ":person", []string{"guess-person", hashOf("guess-person")})
	case strings.HasPrefix(pattern, "/v1/webhooks/:id"):
		var all []string
		for _, path := range fill(pattern, ":id", append(l.webhooks, l.keys[0])) {
			all = append(all, fill(path, ":delivery", l.deliveries)...)
		}
		return slices.Compact(all)
	case strings.HasPrefix(pattern, "/v1/sources/:key"):
		var all []string
		for _, id := range append(l.unmapped, l.sources...) {
			all = append(all, fill(strings.Replace(pattern, ":id", id, 1), ":key", []string{"guess-source", "mine"})...)
		}
		slices.Sort(all)
		return slices.Compact(all)
	case pattern == "/v1/keys/:id":
		return fill(pattern, ":id", l.keys)
	case pattern == "/v1/responses/:id":
		return fill(pattern, ":id", append(l.responses, l.keys...))
	case pattern == "/v1/metrics/:key":
		return fill(pattern, ":key", []string{"guess-metric", "mine"})
	case strings.HasPrefix(pattern, "/v1/kpis/:key"):
		return fill(pattern, ":key", []string{"guess-kpi", "mine"})
	case isCatalog(pattern):
		return fill(pattern, ":key", []string{victimCatalogs[strings.Split(pattern, "/")[2]], "shared", "mine"})
	case strings.Contains(pattern, ":"):
		t.Errorf("say in this test what to try in %s", pattern)
	}
	return []string{pattern}
}

// isCatalog reports whether the route is of an entry of a catalog that all kinds have.
func isCatalog(pattern string) bool {
	return strings.HasSuffix(pattern, "/:key") && victimCatalogs[strings.Split(pattern, "/")[2]] != ""
}

func fill(pattern, parameter string, values []string) []string {
	var filled []string
	for _, v := range values {
		filled = append(filled, strings.Replace(pattern, parameter, v, 1))
	}
	return filled
}

// bodies are what the attacker sends to the route. One that is not known here fails the test.
func bodies(t *testing.T, method, pattern string) []string {
	t.Helper()
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
	case toolPath(pattern):
		return []string{`{"event_type":"form_response","event":"responseFinished"}`, `{"event":"testEndpoint"}`}
	case pattern == "/v1/sources/:key":
		return []string{`{"kind":"typeform","name":"mine"}`, `{"kind":"typeform","secret":"another-secret-of-mine"}`}
	case pattern == "/v1/sources/:key/unmapped/retry", pattern == "/v1/sources/:key/unmapped/:id/retry":
		return []string{"{}", ""}
	case pattern == "/v1/responses/:id":
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
	case isCatalog(pattern):
		return []string{`{"name":"mine"}`, `{"name":"mine, too"}`} // created, replaced
	}
	t.Errorf("say in this test what to send to %s %s", method, pattern)
	return []string{`{}`}
}

// parametersOf are the query parameters that the route knows, told by itself.
func parametersOf(t *testing.T, c caller, method, path string) []string {
	t.Helper()
	var told problem
	if err := json.Unmarshal([]byte(c.send(t, method, path+"?surely_unknown=1", "").body), &told); err != nil {
		return nil // what tells of it takes none
	}
	for _, f := range told.Errors {
		if _, list, found := strings.Cut(f.Message, "known are "); f.Field == "surely_unknown" && found {
			return strings.Split(list, ", ")
		}
	}
	return nil
}
