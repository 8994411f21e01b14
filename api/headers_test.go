package api_test

import (
	"crypto/sha256"
	"crypto/tls"
	"encoding/base64"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
)

func TestEveryAnswerTellsBrowsersAndCachesToBeCareful(t *testing.T) {
	t.Parallel()
	s := newServer(t, setup{})
	paths := []string{"GET /nowhere", "GET /v1/nowhere", "BREW /v1/responses"}
	for _, by := range []caller{s.as(t, home), {server: s}} {
		for _, route := range append(paths, s.routesOf()...) {
			method, path, _ := strings.Cut(route, " ")
			path = strings.NewReplacer(":id", someID, ":key", "mine", "*file", "").Replace(path)
			h := by.hasty().send(t, method, path, "").header
			if h.Get("X-Content-Type-Options") != "nosniff" || h.Get("Referrer-Policy") != "no-referrer" {
				t.Errorf("%s: the headers are %v", route, h)
			}
			policy := h.Get("Content-Security-Policy")
			if !strings.HasPrefix(policy, "default-src 'none'; ") || !strings.Contains(policy, "frame-ancestors 'none'") {
				t.Errorf("%s: the policy is %q", route, policy)
			}
			if strings.HasPrefix(path, "/v1/") && h.Get("Cache-Control") != "no-store" {
				t.Errorf("%s: Cache-Control is %q", route, h.Get("Cache-Control"))
			}
			if h.Get("Strict-Transport-Security") != "" {
				t.Errorf("%s: asks for TLS, without any", route)
			}
			for name := range h {
				if strings.HasPrefix(name, "Access-Control-") {
					t.Errorf("%s: has %s, and no origin is allowed", route, name)
				}
			}
		}
	}
}

func TestUnderTLSBrowsersAreToldToStayThere(t *testing.T) {
	t.Parallel()
	request := httptest.NewRequestWithContext(t.Context(), "GET", "/healthz", nil)
	request.TLS = &tls.ConnectionState{}
	answer := httptest.NewRecorder()
	newServer(t, setup{}).handler.ServeHTTP(answer, request)
	if told := answer.Header().Get("Strict-Transport-Security"); told != "max-age=31536000" {
		t.Errorf("told %q", told)
	}
}

func TestPolicyOfTheLandingPageLetsItsOwnStylesIn(t *testing.T) {
	t.Parallel()
	page := caller{server: newServer(t, setup{})}.get(t, "/").want(t, http.StatusOK)
	styles := regexp.MustCompile(`(?s)<style>(.*?)</style>`).FindAllStringSubmatch(page.body, -1)
	if len(styles) != 1 {
		t.Fatalf("the page has %d style sheets", len(styles))
	}
	sum := sha256.Sum256([]byte(styles[0][1]))
	if policy := page.header.Get("Content-Security-Policy"); !strings.Contains(policy, "style-src 'sha256-"+base64.StdEncoding.EncodeToString(sum[:])+"'") {
		t.Errorf("the policy %q does not let the page's styles in", policy)
	}
	if regexp.MustCompile(`<script|style=|\son\w+=`).MatchString(page.body) {
		t.Error("the page has scripts or styles that its policy forbids")
	}
}
