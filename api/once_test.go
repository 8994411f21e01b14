package api_test

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/mittari/mittari/api"
	"github.com/mittari/mittari/models"
	"github.com/mittari/mittari/models/store/storetest"
)

const once = "Idempotency-Key: "

// postOnce sends a body under an Idempotency-Key.
func (c caller) postOnce(t testing.TB, key, path, body string) reply {
	t.Helper()
	return c.send(t, "POST", path, body, once+key)
}

// again fails unless the reply is the earlier one's, told again.
func (r reply) again(t testing.TB, earlier reply) {
	t.Helper()
	if r.status != earlier.status || r.body != earlier.body || r.header.Get("Idempotent-Replayed") != "true" {
		t.Errorf("status %d, %v: %s\nwant what was answered before, %d: %s", r.status, r.header, r.body, earlier.status, earlier.body)
	}
	for _, name := range []string{"Content-Type", "Location"} {
		if r.header.Get(name) != earlier.header.Get(name) {
			t.Errorf("%s is %q, was %q", name, r.header.Get(name), earlier.header.Get(name))
		}
	}
}

// isFirst fails unless the reply comes of a request that was carried out.
func (r reply) isFirst(t testing.TB) reply {
	t.Helper()
	if r.header.Get("Idempotent-Replayed") != "" {
		t.Errorf("it was answered before: %s", r.body)
	}
	return r
}

// onceServers starts servers on both databases, each with another replica; with says how they differ from the usual ones.
func onceServers(t *testing.T, with func(*api.Config), test func(t *testing.T, s, replica *server)) {
	for name, database := range map[string]func(t *testing.T) string{
		"sqlite": func(*testing.T) string { return "" }, "postgres": func(t *testing.T) string { return storetest.Postgres(t) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var config api.Config
			s := newServer(t, setup{database: database(t), config: func(c *api.Config) {
				if with != nil {
					with(c)
				}
				config = *c
			}})
			replica := &server{store: s.store, writer: s.writer, clock: s.clock, logs: s.logs}
			replica.running.Do(func() {}) // the writer runs already
			replica.listen(t, handlerOf(t, config))
			test(t, s, replica)
		})
	}
}

// on is the same caller at another server.
func (c caller) on(s *server) caller {
	c.server = s
	return c
}

// TestEveryPostIsCarriedOutOnceUnderItsIdempotencyKey goes through the POST routes of the document.
func TestEveryPostIsCarriedOutOnceUnderItsIdempotencyKey(t *testing.T) {
	t.Parallel()
	onceServers(t, nil, func(t *testing.T, s, replica *server) {
		admin, second := s.as(t, home), s.as(t, home, append(models.Scopes(), models.Admin)...)
		admin.putKPI(t, "mine", sales).want(t, http.StatusCreated)
		hook := admin.hook(t, toldOf("https://crm.example/", "score.dropped")).ID
		sent := read[delivery](t, admin.post(t, "/v1/webhooks/"+hook+"/test", "").want(t, http.StatusAccepted)).ID
		sources := map[string]string{}
		for _, tool := range models.SourceKinds() {
			sources["/v1/sources/"+string(tool)] = admin.putSource(t, string(tool), `{"kind":"`+string(tool)+`","mapping":`+byScore+`}`).ID
		}
		mine := admin.putSource(t, "mine", `{"kind":"typeform"}`)
		admin.post(t, mine.Address, `{}`).want(t, http.StatusAccepted)
		kept := admin.unmapped(t, "mine")[0].ID
		posts := 0
		for route, operation := range documented(t) {
			method, path, _ := strings.Cut(route, " ")
			if method != "POST" || path == "/v1/people/lookup" { // it only reads, and what it tells is not kept
				continue
			}
			posts++
			key, path := fmt.Sprint("k", posts), strings.NewReplacer("{key}", "mine", "unmapped/{id}", "unmapped/"+kept, "{id}", hook, "{delivery}", sent).Replace(path)
			body := validBody(method, path)
			if toolPath(path) {
				path += "?source=" + sources[path]
			}
			first := admin.postOnce(t, key, path, body).isFirst(t)
			if first.status >= 300 {
				t.Fatalf("%s: %d %s", route, first.status, first.body)
			}
			for _, c := range []caller{admin, admin.on(replica)} {
				c.postOnce(t, key, path, body).again(t, first)
				others := []string{body + " ", body[:len(body)-1], "", strings.ToUpper(body)}
				if operation.RequestBody == nil { // it is not read
					others = nil
				}
				for _, other := range others {
					p := wantProblem(t, c.postOnce(t, key, path, other), http.StatusUnprocessableEntity, "invalid")
					if !strings.Contains(p.faultOf("Idempotency-Key"), "new key") {
						t.Errorf("%s: it is not told what to do: %+v", route, p)
					}
				}
				query := "?"
				if toolPath(strings.Split(path, "?")[0]) {
					query = "&"
				}
				wantProblem(t, c.postOnce(t, key, path+query+"dry_run=true", body), http.StatusUnprocessableEntity, "invalid")
			}
			if theirs := second.postOnce(t, key, path, body).isFirst(t); theirs.status >= 500 {
				t.Errorf("%s with another API key: %d %s", route, theirs.status, theirs.body)
			}
		}
		if posts < 7 {
			t.Errorf("%d routes were tried", posts)
		}
		if n := *admin.scores(t, "?metric=nps")[0].SampleSize; n != 4 { // one and in bulk, by two keys
			t.Errorf("%d answers are counted, want 4", n)
		}
	})
}

func TestOneIdempotencyKeyIsNotAnotherRoutesNorAnotherWorkspaces(t *testing.T) {
	t.Parallel()
	onceServers(t, nil, func(t *testing.T, s, _ *server) {
		admin := s.as(t, home)
		first := admin.postOnce(t, "k", "/v1/responses", goodLine).want(t, http.StatusCreated)
		wantProblem(t, admin.postOnce(t, "k", "/v1/responses/bulk", goodLine), http.StatusUnprocessableEntity, "invalid")
		theirs := s.as(t, other).postOnce(t, "k", "/v1/responses", goodLine).want(t, http.StatusCreated).isFirst(t)
		if theirs.body == first.body {
			t.Error("another workspace is told the same id")
		}
		admin.postOnce(t, "K", "/v1/responses", goodLine).want(t, http.StatusCreated).isFirst(t)
		if n := admin.counted(t, "nps"); n != 2 {
			t.Errorf("%d answers are counted, want 2", n)
		}
	})
}

func TestRefusalsAreToldAgainToo(t *testing.T) {
	t.Parallel()
	onceServers(t, nil, func(t *testing.T, s, replica *server) {
		admin := s.as(t, home)
		for name, sent := range map[string]struct {
			path, body string
			status     int
		}{
			"rule": {"/v1/responses", badLine, 422}, "json": {"/v1/responses", `{"metric"`, 400}, "empty": {"/v1/responses", "", 400}, "query": {"/v1/responses?x=1", goodLine, 400},
			"nowhere": {"/v1/kpis/none/observations", observed(1, ""), 404}, "exists": {"/v1/workspaces", `{"key":"home","time_zone":"UTC"}`, 409},
			"large": {"/v1/responses", strings.Repeat(" ", 2*megabyte) + goodLine, 413},
		} {
			first := admin.postOnce(t, name, sent.path, sent.body).want(t, sent.status).isFirst(t)
			admin.on(replica).postOnce(t, name, sent.path, sent.body).again(t, first)
			if body := "x" + sent.body; name != "query" && name != "nowhere" { // what was not read may differ
				wantProblem(t, admin.postOnce(t, name, sent.path, body), http.StatusUnprocessableEntity, "invalid")
			}
		}
	})
}

func TestReplyIsForgottenAfterADay(t *testing.T) {
	t.Parallel()
	onceServers(t, nil, func(t *testing.T, s, _ *server) {
		admin := s.as(t, home)
		first := admin.postOnce(t, "k", "/v1/responses", goodLine).want(t, http.StatusCreated)
		s.clock.pass(24*time.Hour - time.Second)
		admin.postOnce(t, "k", "/v1/responses", goodLine).again(t, first)
		s.clock.pass(time.Second)
		admin.postOnce(t, "k", "/v1/responses", goodLine).want(t, http.StatusCreated).isFirst(t)
	})
}

func TestIdempotencyKeyThatIsNoneIsRefused(t *testing.T) {
	t.Parallel()
	s := newServer(t, setup{})
	admin := s.as(t, home)
	for _, key := range []string{"", "two words", "tab\tbed", "käyttö", strings.Repeat("k", 201)} {
		p := wantProblem(t, admin.postOnce(t, key, "/v1/responses", goodLine), http.StatusBadRequest, "malformed")
		if p.faultOf("Idempotency-Key") == "" {
			t.Errorf("%q: the header is not named: %+v", key, p)
		}
	}
	twice := admin.raw(t, strings.Replace(admin.head(len(goodLine)), "\r\n\r\n", "\r\nIdempotency-Key: a\r\nIdempotency-Key: b\r\n\r\n", 1)+goodLine, false)
	wantProblem(t, twice, http.StatusBadRequest, "malformed")
	if n := len(admin.list(t, "").Responses); n != 0 {
		t.Errorf("%d were stored", n)
	}
	admin.postOnce(t, strings.Repeat("~", 200), "/v1/responses", goodLine).want(t, http.StatusCreated)
	wantProblem(t, caller{server: s}.postOnce(t, "a b", "/v1/responses", goodLine), http.StatusUnauthorized, "unauthorized")
}

func TestRequestUnderWayIsToBeSentAgain(t *testing.T) {
	t.Parallel()
	s := newServer(t, setup{stalled: true})
	admin := s.as(t, home)
	first := make(chan reply, 1)
	go func() { first <- admin.postOnce(t, "k", "/v1/responses", goodLine) }()
	waitFor(t, "that it waits", func() bool { return s.writer.Length() == 1 })
	early := admin.postOnce(t, "k", "/v1/responses", goodLine)
	wantProblem(t, early, http.StatusServiceUnavailable, "busy")
	if early.header.Get("Retry-After") != "1" {
		t.Errorf("Retry-After is %q", early.header.Get("Retry-After"))
	}
	s.runWriter()
	done := next(t, first).want(t, http.StatusCreated)
	admin.postOnce(t, "k", "/v1/responses", goodLine).again(t, done)
}

func TestTokenOfANewKeyIsToldAgainAndStoredNowhere(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "test.db")
	s := newServer(t, setup{database: "sqlite://" + path})
	admin := s.as(t, home)
	const sent = `{"name":"web shop","scopes":["scores:read"]}`
	first := admin.postOnce(t, "secret-of-the-sender", "/v1/keys", sent).want(t, http.StatusCreated)
	admin.postOnce(t, "secret-of-the-sender", "/v1/keys", sent).again(t, first)
	made := read[key](t, first)
	caller{server: s, token: made.Token}.scores(t, "?metric=nps")
	for _, file := range []string{path, path + "-wal"} {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, secret := range []string{made.Token, made.Token[4:], "secret-of-the-sender", admin.token} {
			if strings.Contains(string(text), secret) {
				t.Errorf("%s holds %s", file, secret)
			}
		}
	}
}
