package api_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/mittari/mittari/api"
)

const shopPage = "https://shop.example"

func sharing(t *testing.T) *server {
	t.Helper()
	return newServer(t, setup{config: func(c *api.Config) { c.CORSOrigins = []string{shopPage, "http://localhost:5173"} }})
}

func TestPagesOfAllowedOriginsMayCallTheAPI(t *testing.T) {
	t.Parallel()
	s := sharing(t)
	for _, origin := range []string{shopPage, "http://localhost:5173"} {
		asked := caller{server: s}.hasty().send(t, "OPTIONS", "/v1/responses", "", "Origin: "+origin,
			"Access-Control-Request-Method: POST", "Access-Control-Request-Headers: authorization,content-type").want(t, http.StatusNoContent)
		if asked.header.Get("Access-Control-Allow-Origin") != origin || !strings.Contains(asked.header.Get("Access-Control-Allow-Methods"), "POST") ||
			!strings.Contains(asked.header.Get("Access-Control-Allow-Headers"), "Authorization") || asked.header.Get("Access-Control-Max-Age") == "" {
			t.Errorf("%s: the preflight is answered %v", origin, asked.header)
		}
		sent := s.as(t, home).send(t, "POST", "/v1/responses", goodLine, "Origin: "+origin)
		if sent.header.Get("Access-Control-Allow-Origin") != origin || !strings.Contains(sent.header.Get("Access-Control-Expose-Headers"), "Location") {
			t.Errorf("%s: the POST is answered %v", origin, sent.header)
		}
		refused := caller{server: s}.send(t, "GET", "/v1/scores?metric=nps", "", "Origin: "+origin).want(t, http.StatusUnauthorized)
		if refused.header.Get("Access-Control-Allow-Origin") != origin {
			t.Error("a page can't read why it was refused")
		}
	}
}

func TestPagesOfOtherOriginsMayNot(t *testing.T) {
	t.Parallel()
	s := sharing(t)
	for _, origin := range []string{"https://evil.example", "null", "*", "https://shop.example.evil.example", "http://shop.example", "https://shop.example:8443", "HTTPS://SHOP.EXAMPLE", ""} {
		preflight := caller{server: s}.send(t, "OPTIONS", "/v1/responses", "", "Origin: "+origin, "Access-Control-Request-Method: POST")
		wantProblem(t, preflight, http.StatusMethodNotAllowed, "method_not_allowed")
		for _, r := range []reply{preflight, s.as(t, home).send(t, "GET", "/v1/metrics", "", "Origin: "+origin)} {
			for name := range r.header {
				if strings.HasPrefix(name, "Access-Control-") {
					t.Errorf("%q is answered with %s", origin, name)
				}
			}
			if !slices.Contains(r.header.Values("Vary"), "Origin") {
				t.Errorf("%q: a cache would take the answer for one to every origin: Vary %v", origin, r.header.Values("Vary"))
			}
		}
	}
}

func TestCredentialsAndEveryOriginAreNeverAllowed(t *testing.T) {
	t.Parallel()
	s := sharing(t)
	for _, origin := range []string{shopPage, "https://evil.example"} {
		for _, method := range []string{"OPTIONS", "GET"} {
			h := s.as(t, home).hasty().send(t, method, "/v1/metrics", "", "Origin: "+origin, "Access-Control-Request-Method: GET").header
			if h.Get("Access-Control-Allow-Credentials") != "" || h.Get("Access-Control-Allow-Origin") == "*" {
				t.Errorf("%s of %s: %v", method, origin, h)
			}
		}
	}
}
