package api_test

import (
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/mittari/mittari/api"
	"github.com/mittari/mittari/api/issuer"
	"github.com/mittari/mittari/api/issuer/issuertest"
)

// trusting is a setup whose server takes the issuer's tokens.
func trusting(t *testing.T, of *issuertest.Issuer, more ...func(*api.Config)) setup {
	t.Helper()
	return setup{config: func(c *api.Config) {
		transport := &http.Transport{}
		t.Cleanup(transport.CloseIdleConnections)
		c.Issuer = issuer.New(issuer.Config{URL: of.URL, Audience: issuertest.Audience, Claims: issuer.Claims{WorkspaceClaim: "mittari_workspace", ScopesClaim: "scope"},
			Client: &http.Client{Transport: transport, Timeout: time.Minute}, Now: c.Clock, Log: slog.New(slog.DiscardHandler)})
		for _, change := range more {
			change(c)
		}
	}}
}

// bearing is a caller with a new token of the subject, which ends in five minutes.
func (s *server) bearing(t *testing.T, of *issuertest.Issuer, workspace, subject, scopes string) caller {
	t.Helper()
	claims := map[string]any{"mittari_workspace": workspace, "sub": subject, "scope": scopes, "jti": fmt.Sprint(time.Now().UnixNano())}
	return caller{server: s, token: of.Token(t, of.Claims(s.clock.now(), claims))}
}

func onEachDatabaseTrusting(t *testing.T, test func(t *testing.T, s *server, of *issuertest.Issuer)) {
	t.Helper()
	of := issuertest.New(t, "")
	onEachDatabaseWith(t, trusting(t, of).config, func(t *testing.T, s *server) { test(t, s, of) })
}

func TestTokenOfTheIssuerLetsInAsAKeyDoesUntilItExpires(t *testing.T) {
	t.Parallel()
	g := goldenFile(t, "jwt")
	onEachDatabaseTrusting(t, func(t *testing.T, s *server, of *issuertest.Issuer) {
		shop := s.bearing(t, of, home, "shop", "openid responses:write scores:read")
		shop.record(t, `{"metric":"nps","score":9}`)
		if n := shop.counted(t, "nps"); n != 1 {
			t.Errorf("%d answers are counted, want 1", n)
		}
		for name, c := range map[string]caller{
			"scope that lacks":  s.bearing(t, of, home, "shop", "responses:write"),
			"no such workspace": s.bearing(t, of, "nowhere", "shop", "admin"),
			"no workspace":      s.bearing(t, of, "", "shop", "admin"),
			"no scope":          s.bearing(t, of, home, "shop", "openid"),
		} {
			r := c.get(t, "/v1/scores?metric=nps")
			wantProblem(t, r, http.StatusForbidden, "forbidden")
			g.check(t, name, r)
		}
		if n := s.bearing(t, of, other, "shop", "scores:read").counted(t, "nps"); n != 0 {
			t.Errorf("in another workspace %d answers are counted", n)
		}
		s.clock.pass(5*time.Minute - time.Nanosecond)
		shop.scores(t, "?metric=nps")
		s.clock.pass(time.Nanosecond)
		r := shop.get(t, "/v1/scores?metric=nps")
		wantProblem(t, r, http.StatusUnauthorized, "unauthorized")
		g.check(t, "expired", r)
		s.as(t, home).scores(t, "?metric=nps") // with a key
		if s.bearing(t, of, home, "boss", "admin").get(t, "/v1/workspaces").want(t, http.StatusOK); strings.Contains(s.logs.String(), shop.token) {
			t.Error("the token is in the log")
		}
	})
}

func TestTokenNobodyShouldTakeIsRefused(t *testing.T) {
	t.Parallel()
	of, stranger := issuertest.New(t, ""), issuertest.New(t, "")
	s := newServer(t, trusting(t, of))
	claims := of.Claims(s.clock.now(), map[string]any{"mittari_workspace": home, "scope": "admin"})
	for name, token := range map[string]string{
		"unsigned": issuertest.Unsigned(t, claims), "signed with the public key": of.Forged(t, claims), "a stranger's": stranger.Token(t, claims),
		"for others": of.Token(t, of.Claims(s.clock.now(), map[string]any{"mittari_workspace": home, "scope": "admin", "aud": "shop"})), "no token": "ey.ey.ey",
	} {
		r := caller{server: s, token: token}.get(t, "/v1/keys")
		if wantProblem(t, r, http.StatusUnauthorized, "unauthorized"); strings.Contains(r.body, token) {
			t.Errorf("%s: the answer holds the token", name)
		}
	}
	unasked := newServer(t, setup{}) // which knows no issuer
	wantProblem(t, caller{server: unasked, token: of.Token(t, claims)}.get(t, "/v1/keys"), http.StatusUnauthorized, "unauthorized")
}

func TestKeysWorkWhileTheIssuerIsDown(t *testing.T) {
	t.Parallel()
	of := issuertest.New(t, "")
	s := newServer(t, trusting(t, of))
	of.Stop()
	r := s.bearing(t, of, home, "shop", "scores:read").get(t, "/v1/scores?metric=nps")
	if wantProblem(t, r, http.StatusServiceUnavailable, "busy"); r.header.Get("Retry-After") == "" {
		t.Error("it is not told when to try again")
	}
	s.as(t, home).scores(t, "?metric=nps")
	caller{server: s}.get(t, "/readyz").want(t, http.StatusOK)
}

func TestLimitIsOfASubjectWhicheverTokenItSends(t *testing.T) {
	t.Parallel()
	of := issuertest.New(t, "")
	s := newServer(t, trusting(t, of, func(c *api.Config) { c.KeyLimit = api.Limit{Rate: 1, Burst: 2} }))
	for range 2 {
		s.bearing(t, of, home, "shop", "scores:read").scores(t, "?metric=nps")
	}
	wantProblem(t, s.bearing(t, of, home, "shop", "scores:read").get(t, "/v1/scores?metric=nps"), http.StatusTooManyRequests, "too_many_requests")
	s.bearing(t, of, home, "web", "scores:read").scores(t, "?metric=nps")
}

func TestWhoMakesTokensUpIsEndedAndNobodyWhoseTokenIsKnown(t *testing.T) {
	t.Parallel()
	of, stranger := issuertest.New(t, ""), issuertest.New(t, "")
	s := newServer(t, trusting(t, of, func(c *api.Config) { c.AddressLimit = api.Limit{Rate: 0.1, Burst: 3} }))
	honest := s.bearing(t, of, home, "shop", "scores:read")
	honest.scores(t, "?metric=nps")
	for range 3 {
		wantProblem(t, s.bearing(t, stranger, home, "shop", "scores:read").get(t, "/v1/metrics"), http.StatusUnauthorized, "unauthorized")
	}
	wantProblem(t, s.bearing(t, stranger, home, "shop", "scores:read").get(t, "/v1/metrics"), http.StatusTooManyRequests, "too_many_requests")
	honest.scores(t, "?metric=nps")
	if asked := of.Asked.Load(); asked != 1 {
		t.Errorf("the issuer was asked %d times for its keys, by whoever makes some up", asked)
	}
}

func TestSubjectIsOneSenderWhicheverTokenItSends(t *testing.T) {
	t.Parallel()
	onEachDatabaseTrusting(t, func(t *testing.T, s *server, of *issuertest.Issuer) {
		boss := func() caller { return s.bearing(t, of, home, "boss", "admin") }
		again := []string{"Idempotency-Key: once"}
		made := boss().send(t, "POST", "/v1/keys", `{"name":"shop","scopes":["admin"]}`, again...).want(t, http.StatusCreated)
		replay := boss().send(t, "POST", "/v1/keys", `{"name":"shop","scopes":["admin"]}`, again...).want(t, http.StatusCreated)
		if replay.body != made.body || replay.header.Get("Idempotent-Replayed") != "true" {
			t.Errorf("with another token of the subject it was carried out again: %s", replay.body)
		}
		if others := s.bearing(t, of, home, "clerk", "admin").send(t, "POST", "/v1/keys", `{"name":"shop","scopes":["admin"]}`, again...); others.body == made.body {
			t.Error("another subject is told what it was answered")
		}
		entry := read[struct {
			Audit []map[string]any `json:"audit"`
		}](t, boss().get(t, "/v1/audit?act=key.created")).Audit
		if len(entry) != 2 || entry[1]["name"] != "oidc:boss" || entry[0]["name"] != "oidc:clerk" || entry[0]["key_id"] == entry[1]["key_id"] {
			t.Errorf("the audit log tells %v", entry)
		}
		for i := range 10 { // a lot of five is of one sender
			s.bearing(t, of, home, "survey-tool", "responses:write").record(t, fmt.Sprintf(`{"submission_id":"e-%d","team":"a","metric":"pulse","score":4}`, i))
		}
		if n := boss().counted(t, "pulse"); n != 10 {
			t.Errorf("%d answers of employees are counted, want all that the subject sent", n)
		}
	})
}
