package main

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/mittari/mittari/api/issuer/issuertest"
)

func TestTokensAreTakenOnceTheIssuerIsUpAndTheServerDoesNotWaitForIt(t *testing.T) {
	onBothDatabases(t, func(t *testing.T, database string) {
		address := freeAddress(t)
		r := start(t, database, "--oidc-issuer", "http://"+address, "--oidc-audience", issuertest.Audience, "--oidc-workspace", homeWorkspace,
			"--oidc-scopes-claim", "groups", "--oidc-scopes", "analysts=scores:read;ops=admin")
		r.must(t, "POST", "/v1/responses", `{"metric":"nps","score":9}`) // with a key
		r.must(t, "GET", "/readyz", "")
		of := issuertest.New(t, address)
		bearing := func(groups ...string) string {
			return of.Token(t, of.Claims(time.Now(), map[string]any{"groups": groups}))
		}
		r.key = bearing("analysts", "cooks")
		eventually(t, time.Minute, "the issuer's tokens are taken", func() bool {
			status, _ := r.send("GET", "/v1/scores?metric=nps&window=today", "")
			return status == http.StatusOK
		})
		if status, body := r.send("GET", "/v1/keys", ""); status != http.StatusForbidden {
			t.Errorf("a group that may only read scores gets %d %s", status, body)
		}
		r.key = bearing("ops")
		r.must(t, "POST", "/v1/keys", `{"name":"a","scopes":["admin"]}`)
		if entries := r.must(t, "GET", "/v1/audit?act=key.created", ""); !strings.Contains(entries, `"name":"oidc:alice"`) {
			t.Errorf("the audit log does not tell whose token it was: %s", entries)
		}
		r.key = bearing("admin")
		if status, body := r.send("GET", "/v1/metrics", ""); status != http.StatusForbidden {
			t.Errorf("a group that happens to be called as a scope gets %d %s", status, body)
		}
		if log := r.log.String(); !strings.Contains(log, "does not tell its keys") || !strings.Contains(log, "tokens of the issuer are let in") {
			t.Errorf("the log does not tell how it went with the issuer:\n%s", log)
		}
	})
}

func TestWrongSettingsOfTokensAreAllNamedAtOnce(t *testing.T) {
	for issuer, want := range map[string][]string{
		"": {"--oidc-issuer must be given"}, "https://login.example/realms/acme": {"--oidc-audience", "--oidc-scopes"}, "http://127.0.0.1:8081": {"--oidc-audience"},
		"http://login.example": {"must be a URL", "--oidc-audience"}, "login.example": {"must be a URL"}, "https://me:secret@login.example": {"must be a URL"}, "https://login.example?a=b": {"must be a URL"},
	} {
		code, _, errs := call(t, envOf("MITTARI_OIDC_ISSUER", issuer, "MITTARI_OIDC_SCOPES", "analysts=everything"), "serve", "--oidc-workspace-claim", "")
		if code != 1 || strings.Contains(issuer, "127.0.0.1") && strings.Contains(errs, "must be a URL") {
			t.Errorf("%q gave %d: %s", issuer, code, errs)
		}
		for _, text := range want {
			if !strings.Contains(errs, text) {
				t.Errorf("%q: %s is not named in:\n%s", issuer, text, errs)
			}
		}
	}
}
