package api_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/mittari/mittari/api"
	"github.com/mittari/mittari/models"
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
	c.putSource(t, "mine", `{"kind":"typeform","secret":"a-secret-of-my-own-1"}`)
	c.keep(t, "mine")
	c.record(t, `{"submission_id":"guess-0","metric":"nps","score":10}`) // the victim will use the same id
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
	theirs := c.putSource(t, "guess-source", `{"kind":"typeform","name":"canary","secret":"canary-canary-canary","mapping":`+strings.Replace(byScore, "{score}", "{canary}", 1)+`}`)
	for _, kept := range []string{"guess-person", "canary"} {
		c.post(t, theirs.Address, `{"event_type":"form_response","canary":"`+kept+`"}`).want(t, http.StatusAccepted)
	}
	defer func() {
		for _, path := range slices.Sorted(maps.Keys(retried)) {
			c.send(t, "POST", path, retried[path], guessed(path))
		}
	}()
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

// retried are what the victim has sent with Idempotency-Keys that an attacker may guess, by the path, which the key is made of.
var retried = map[string]string{
	"/v1/responses":     `{"submission_id":"guess-once","metric":"nps","score":1}`,
	"/v1/keys":          `{"name":"guess key","scopes":["admin"]}`,
	"/v1/people/lookup": `{"person":"guess-person"}`,
	"/v1/invitations":   `{"person":"guess-person","survey":"guess-once"}`,
	"/v1/webhooks":      toldOf("https://guess.example/hook", "response.created"),
}

// guessed is the Idempotency-Key of the path.
func guessed(path string) string { return "Idempotency-Key: guess:" + path }

// loot is what an attacker might have got hold of: ids, keys, cursors and tags of the victim.
type loot struct{ responses, keys, cursors, tags, webhooks, deliveries, sources, unmapped []string }

func steal(t *testing.T, c caller) loot {
	t.Helper()
	var l loot
	for _, r := range c.list(t, "?limit=3").Responses {
		l.responses = append(l.responses, r.ID)
	}
	for _, s := range read[struct{ Sources []source }](t, c.get(t, "/v1/sources")).Sources {
		l.sources = append(l.sources, s.ID)
	}
	l.unmapped = []string{c.unmapped(t, "guess-source")[0].ID}
	for _, k := range read[struct{ Keys []key }](t, c.get(t, "/v1/keys")).Keys {
		l.keys = append(l.keys, k.ID)
	}
	for _, w := range read[webhooks](t, c.get(t, "/v1/webhooks")).Webhooks {
		l.webhooks = append(l.webhooks, w.ID)
		for _, d := range c.deliveries(t, w.ID, "?limit=2") {
			l.deliveries = append(l.deliveries, d.ID)
		}
	}
	for _, path := range everyGET(t, c.server, l) {
		l.tags = append(l.tags, c.get(t, path).header.Values("ETag")...)
		path, query, _ := strings.Cut(path, "?")
		if !slices.Contains(parametersOf(t, c, "GET", path), "cursor") {
			continue
		}
		var page struct {
			NextCursor string `json:"next_cursor"`
		}
		if err := json.Unmarshal([]byte(c.get(t, path+"?limit=1&"+query).body), &page); err == nil && page.NextCursor != "" {
			l.cursors = append(l.cursors, page.NextCursor)
		}
	}
	if len(l.cursors) < 4 || len(l.tags) < 20 {
		t.Fatalf("only %d cursors and %d tags are stolen", len(l.cursors), len(l.tags))
	}
	return l
}

// everyGET are the paths of all routes that read, with what the victim has in the place of parameters.
func everyGET(t *testing.T, s *server, l loot) []string {
	t.Helper()
	var all []string
	for _, route := range s.routesOf() {
		method, pattern, _ := strings.Cut(route, " ")
		if method != "GET" || !strings.HasPrefix(pattern, "/v1/") {
			continue
		}
		for _, path := range paths(t, pattern, l) {
			all = append(all, path+"?"+required(method, pattern))
		}
	}
	return all
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
	stolen := steal(t, owner)
	before := everything(t, owner, stolen)
	a, b := full.as(t, attacker), empty.as(t, attacker)
	for _, try := range attempts(t, full, a, stolen) {
		var headers []string
		if try.header != "" {
			headers = []string{try.header}
		}
		got, want := a.send(t, try.method, try.path, try.body, headers...).readable(t), b.send(t, try.method, try.path, try.body, headers...).readable(t)
		if strings.Contains(got.body, "canary") {
			t.Errorf("%+v gives away what is the victim's: %s", try, got.body)
		}
		if told, untold := full.anonymous(got), empty.anonymous(want); got.status != want.status || told != untold {
			t.Errorf("%+v tells that the victim's workspace is not empty: %d %s\nwant %d %s", try, got.status, told, want.status, untold)
		}
	}
	if after := everything(t, owner, stolen); after != before {
		t.Errorf("the attacker changed the victim's workspace: before\n%s\nafter\n%s", before, after)
	}
	for _, s := range []*server{full, empty} {
		if strings.Contains(s.logs.String(), "ERROR") {
			t.Errorf("something failed on the way:\n%s", s.logs)
		}
	}
}

// readable is the reply with its file, if it is one that is packed, as text.
func (r reply) readable(t *testing.T) reply {
	t.Helper()
	if r.header.Get("Content-Type") == parquetFile {
		r.body = asJSON(t, parquetRows(t, r.body, time.UTC))
	}
	return r
}

// anonymous is what the reply says, but for ids and for the server's own address.
func (s *server) anonymous(r reply) string {
	return strings.ReplaceAll(string(masked([]byte(r.body))), strings.TrimPrefix(s.url, "http://"), "ADDRESS")
}

// everything is all that the owner of a workspace can see: what every route tells. That it is
// looked at stands in the audit log, of which only the rest is told.
func everything(t *testing.T, owner caller, l loot) string {
	t.Helper()
	var all strings.Builder
	for _, path := range everyGET(t, owner.server, l) {
		tries := []string{path}
		if strings.HasPrefix(path, "/v1/audit?") {
			tries = nil
			for _, act := range models.Acts() {
				if act != models.PersonRead {
					tries = append(tries, path+"act="+string(act))
				}
			}
		}
		for _, try := range tries {
			r := owner.get(t, try)
			fmt.Fprintf(&all, "%s: %d %s\n", try, r.status, r.body)
		}
	}
	return all.String()
}

// ids makes responses' ids that are the same in every run.
type ids struct{ n atomic.Int64 }

func (i *ids) next() string { return fmt.Sprintf("01a20000-0000-7000-8000-%012d", i.n.Add(1)) }

func (i *ids) use(c *api.Config) { c.NewID = i.next }
