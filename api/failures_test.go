package api_test

import (
	"context"
	"errors"
	"net/http"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/mittari/mittari/api"
	"github.com/mittari/mittari/models"
)

// waitFor lets others run until it is so.
func waitFor(t *testing.T, what string, isSo func() bool) {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); !isSo(); runtime.Gosched() {
		if time.Now().After(deadline) {
			t.Fatalf("%s did not happen in 30 seconds", what)
		}
	}
}

func TestFullQueueIsToldAtOnceWithWhenToTryAgain(t *testing.T) {
	t.Parallel()
	g := goldenFile(t, "busy")
	s := newServer(t, setup{queue: 2, stalled: true})
	admin := s.as(t, home)
	waiting := make(chan reply, 2)
	for range 2 {
		go func() { waiting <- admin.post(t, "/v1/responses", goodLine) }()
	}
	waitFor(t, "that two wait", func() bool { return s.writer.Length() == 2 })
	refused := admin.post(t, "/v1/responses", `{"submission_id":"r","metric":"nps","score":0}`)
	g.check(t, "queue full", refused)
	wantProblem(t, refused, http.StatusServiceUnavailable, "busy")
	if n, err := strconv.Atoi(refused.header.Get("Retry-After")); err != nil || n < 1 {
		t.Errorf("Retry-After %q, want seconds", refused.header.Get("Retry-After"))
	}
	s.runWriter()
	for range 2 {
		next(t, waiting).want(t, http.StatusCreated)
	}
	if n := admin.counted(t, "nps"); n != 2 {
		t.Errorf("%d answers are counted, want 2: the one that was refused is not stored", n)
	}
	admin.record(t, `{"submission_id":"r","metric":"nps","score":0}`)
}

func TestServerThatShutsDownStoresNothingMoreAndSaysSo(t *testing.T) {
	t.Parallel()
	g := goldenFile(t, "shutdown")
	s := newServer(t, setup{})
	admin := s.as(t, home)
	s.writer.Close()
	g.check(t, "one", admin.post(t, "/v1/responses", goodLine))
	g.check(t, "bulk", admin.post(t, "/v1/responses/bulk", goodLine+"\n"+badLine))
	if n := admin.counted(t, "nps"); n != 0 {
		t.Errorf("%d answers are counted", n)
	}
}

// TestDatabaseThatFailsIsLoggedAndTheSenderIsToldToTryAgain closes the database under every route.
func TestDatabaseThatFailsIsLoggedAndTheSenderIsToldToTryAgain(t *testing.T) {
	t.Parallel()
	for _, known := range []bool{true, false} { // whether the key was seen before
		s := newServer(t, setup{})
		admin := s.as(t, home)
		if known {
			admin.scores(t, "?metric=nps")
		}
		s.store.Close()
		for _, route := range s.routesOf() {
			method, path, _ := strings.Cut(route, " ")
			if !strings.HasPrefix(path, "/v1/") {
				continue
			}
			path = strings.NewReplacer(":id", someID, ":key", "mine", ":person", "p", ":delivery", someID).Replace(path)
			switch {
			case path == "/v1/scores", path == "/v1/comments", strings.HasPrefix(path, "/v1/analysis/value"), path == "/v1/analysis/conversions", path == "/v1/model" && method == "DELETE":
				path += "?metric=nps"
			case path == "/v1/targets" && method == "DELETE":
				path += "?metric=nps&level=company&from=2026-01-01"
			case path == "/v1/invitations/eligibility" && method == "GET":
				path += "?person=p"
			case toolPath(path):
				path += "?source=" + someID
			case path == "/v1/kpis/examples" && known:
				continue // asks no database
			case path == "/v1/kpis/mine/targets" && method == "DELETE":
				path += "?period=month&level=company&from=2026-01-01"
			case path == "/v1/kpis/mine/values":
				path += "?period=month"
			}
			body := validBody(method, path)
			if path == "/v1/responses/bulk" && known {
				continue // tells it line by line; see below
			}
			before := strings.Count(s.logs.String(), "ERROR")
			r := admin.send(t, method, path, body)
			p := wantProblem(t, r, http.StatusServiceUnavailable, "busy")
			if !strings.Contains(p.Detail, "try again") || strings.Contains(r.body, "sql") || strings.Contains(r.body, "closed") || r.header.Get("Retry-After") == "" {
				t.Errorf("%s tells too much or not what to do: %s", route, r.body)
			}
			if logged := strings.Count(s.logs.String(), "ERROR") - before; logged != 1 {
				t.Errorf("%s was logged %d times, want once", route, logged)
			}
		}
		if !strings.Contains(s.logs.String(), "database is closed") {
			t.Errorf("the log does not say what failed:\n%s", s.logs)
		}
	}
}

// toolPath reports whether survey tools send to the path.
func toolPath(path string) bool {
	tool, is := strings.CutPrefix(path, "/v1/sources/")
	return is && slices.Contains(models.SourceKinds(), models.SourceKind(tool))
}

// validBody is what the route takes.
func validBody(method, path string) string {
	switch {
	case strings.HasPrefix(path, "/v1/webhooks/") && method == "PATCH":
		return `{"paused":true}`
	case strings.HasPrefix(path, "/v1/webhooks/") && strings.HasSuffix(path, "/secret"):
		return `{"end_others":false}`
	case path == "/v1/webhooks":
		return toldOf("https://crm.example/hook", "response.created")
	case method == "PATCH":
		return `{"excluded":true}`
	case strings.HasPrefix(path, "/v1/metrics"):
		return friendliness
	case strings.HasPrefix(path, "/v1/journeys"):
		return `{"touchpoints":["a"]}`
	case path == "/v1/responses" || path == "/v1/responses/bulk":
		return goodLine
	case strings.HasPrefix(path, "/v1/model"):
		return halves
	case strings.HasPrefix(path, "/v1/targets"):
		return `{"metric":"nps","level":"company","value":30,"from":"2026-01-01","owner":"board"}`
	case path == "/v1/invitations":
		return `{"person":"p"}`
	case path == "/v1/invitations/eligibility":
		return `{"persons":["p"]}`
	case path == "/v1/invitations/policy":
		return `{"rest_days":7,"rest_days_same_survey":7}`
	case path == "/v1/kpis/mine":
		return sales
	case path == "/v1/kpis/mine/targets":
		return `{"period":"month","level":"company","value":30,"from":"2026-01-01","owner":"board"}`
	case path == "/v1/kpis/mine/observations":
		return observed(1, "")
	case strings.HasPrefix(path, "/v1/people/") && method == "POST":
		return `{"person":"p"}`
	case strings.HasPrefix(path, "/v1/sources/") && method == "PUT":
		return `{"kind":"typeform"}`
	case toolPath(strings.Split(path, "?")[0]):
		return `{"event":"responseCreated","event_type":"form_response_partial"}`
	case path == "/v1/anonymity":
		return `{"employees":6,"employee_comments":12,"customers":2}`
	case path == "/v1/retention":
		return `{"days":400}`
	case path == "/v1/keys":
		return `{"name":"a","scopes":["admin"]}`
	case path == "/v1/workspaces":
		return `{"key":"a","time_zone":"UTC"}`
	}
	return `{}`
}

func TestBulkOnADatabaseThatFailsTellsEveryLineAndLogsOnce(t *testing.T) {
	t.Parallel()
	s := newServer(t, setup{})
	admin := s.as(t, home)
	admin.scores(t, "?metric=nps")
	s.store.Close()
	outcomes := admin.post(t, "/v1/responses/bulk", numberedLines(1, 700)+badLine).want(t, http.StatusOK).outcomes(t)
	if len(outcomes) != 701 {
		t.Fatalf("%d outcomes, want 701", len(outcomes))
	}
	for i, o := range outcomes[:700] {
		if o.Status != http.StatusServiceUnavailable || o.ID != "" || strings.Contains(o.Problem.Detail, "sql") {
			t.Fatalf("line %d: %+v", i+1, o)
		}
	}
	if outcomes[700].Status != http.StatusUnprocessableEntity {
		t.Errorf("the bad line: %+v", outcomes[700])
	}
	if n := strings.Count(s.logs.String(), "ERROR"); n != 1 {
		t.Errorf("logged %d times, want once:\n%s", n, s.logs)
	}
}

// brokenStore answers one question with a panic and another with an error that tells too much.
type brokenStore struct{ api.Store }

func (brokenStore) FindWorkspaces(context.Context) ([]models.Workspace, error) {
	panic("the roof falls")
}

func (brokenStore) FindMetrics(context.Context, string) (models.Metrics, error) {
	return nil, errors.New(`ERROR: relation "metrics" does not exist (SQLSTATE 42P01), host=10.0.0.1 password=canary`)
}

func TestPanicIsAnInternalErrorAndTheServerLivesOn(t *testing.T) {
	t.Parallel()
	g := goldenFile(t, "internal")
	s := newServer(t, setup{config: func(c *api.Config) { c.Store = brokenStore{c.Store} }})
	admin := s.as(t, home)
	for range 2 {
		g.check(t, "panic", admin.get(t, "/v1/workspaces"))
		g.check(t, "error", admin.get(t, "/v1/metrics"))
	}
	logs := s.logs.String()
	if !strings.Contains(logs, "the roof falls") || !strings.Contains(logs, "failures_test.go") || !strings.Contains(logs, "42P01") {
		t.Errorf("the log does not say what happened where:\n%s", logs)
	}
}

// TestNothingPersonalIsEverLogged sends comments, persons and the like down every road, the broken ones too.
func TestNothingPersonalIsEverLogged(t *testing.T) {
	t.Parallel()
	onEachDatabase(t, func(t *testing.T, s *server) {
		admin := s.as(t, home)
		full := `{"submission_id":"canary-1","person":"canary","tags":["canary"],"properties":{"canary":"canary"},"answers":[{"metric":"nps","score":9,"comment":"canary"}]}`
		faulty := strings.Replace(full, `:9`, `:99`, 1)
		form := admin.putSource(t, "form", `{"kind":"typeform","mapping":{"person":"{hidden.canary}","answers":[{"metric":"nps","score":"{answers.a}","comment":"{answers.a}"}]}}`)
		send := func() {
			for _, score := range []string{"9", `"canary"`} {
				payload := `{"event_type":"form_response","form_response":{"token":"canary-9","submitted_at":"2026-11-20T08:00:00Z","hidden":{"canary":"canary-8"},
					"answers":[{"type":"text","text":` + score + `,"field":{"ref":"a"}}]}}`
				admin.post(t, form.Address, payload)
				caller{server: s}.send(t, "POST", form.Address, payload, "Typeform-Signature: sha256=canary")
				caller{server: s}.send(t, "POST", form.Address+"canary", payload)
			}
			admin.get(t, "/v1/sources/form/unmapped")
			admin.post(t, "/v1/sources/form/unmapped/retry", "")
			admin.send(t, "PUT", "/v1/sources/form2", `{"kind":"typeform","secret":"canary-canary-canary","mapping":{"canary":1}}`)
			for _, body := range []string{full, strings.Replace(full, ":9", ":8", 1), faulty, full[:len(full)-9], full + "canary", `{"canary":"canary"}`, `{"metric":"canary","score":"canary"}`} {
				admin.post(t, "/v1/responses", body)
				admin.post(t, "/v1/responses/bulk", body+"\n"+body)
				admin.post(t, "/v1/responses/bulk", "["+body)
			}
			for _, path := range []string{
				"/v1/responses?person=canary&submission_id=canary-1", "/v1/responses?canary=canary", "/v1/responses/canary", "/canary?canary=canary",
				"/v1/invitations/eligibility?person=canary", "/v1/response-rate?team=canary", "/v1/teams/canary", "/v1/scores?metric=canary&team=canary", "/v1/responses?cursor=canary",
			} {
				admin.get(t, path)
			}
			admin.patch(t, someID, `{"tags":["canary"]}`)
			invitation := `{"person":"canary","invitation_id":"canary-2","survey":"canary"}`
			for _, body := range []string{invitation, strings.Replace(invitation, "canary", "canary-3", 1), "[" + invitation + `,{"person":"canary","n":7}]`} {
				admin.post(t, "/v1/invitations", body)
				admin.post(t, "/v1/invitations?enforce=true", body)
			}
			admin.post(t, "/v1/invitations/eligibility", `{"persons":["canary"]}`)
			caller{server: s, token: "canary-token"}.get(t, "/v1/responses")
		}
		send()
		stored := admin.list(t, "?person=canary").Responses
		if len(stored) != 1 {
			t.Fatalf("%d responses are stored, want 1", len(stored))
		}
		s.store.Close()
		send()
		if logs := s.logs.String(); strings.Contains(logs, "canary") || !strings.Contains(logs, "ERROR") {
			t.Errorf("the log holds what is personal, or nothing at all:\n%.4000s", logs)
		}
	})
}
