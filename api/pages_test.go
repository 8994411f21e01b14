package api_test

import (
	"errors"
	"html"
	"net/http"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/mittari/mittari/api"
	"github.com/mittari/mittari/openapi"
)

func TestHealthAndReadinessAreAnsweredWithoutAKey(t *testing.T) {
	t.Parallel()
	g := goldenFile(t, "health")
	var stopping atomic.Bool
	s := newServer(t, setup{config: func(c *api.Config) {
		c.Ready = func() error {
			if stopping.Load() {
				return errors.New("the server is stopping")
			}
			return nil
		}
	}})
	nobody := caller{server: s}
	g.check(t, "healthz", nobody.get(t, "/healthz"))
	g.check(t, "ready", nobody.get(t, "/readyz"))
	stopping.Store(true)
	g.check(t, "not ready", nobody.get(t, "/readyz"))
	g.check(t, "healthz", nobody.get(t, "/healthz")) // alive it is
	s.store.Close()
	g.check(t, "healthz", nobody.get(t, "/healthz"))
}

func TestLandingPageLeadsToEverything(t *testing.T) {
	t.Parallel()
	s := newServer(t, setup{config: func(c *api.Config) { c.SeriesAddress = ":9464" }})
	nobody := caller{server: s}
	page := nobody.get(t, "/").want(t, http.StatusOK)
	if form := page.header.Get("Content-Type"); form != "text/html; charset=utf-8" {
		t.Errorf("Content-Type %q", form)
	}
	links := map[string]bool{}
	for _, link := range regexp.MustCompile(`href="([^"]*)"`).FindAllStringSubmatch(page.body, -1) {
		links[link[1]] = true
		if strings.HasPrefix(link[1], "/") {
			nobody.get(t, link[1]).want(t, http.StatusOK)
		}
	}
	for _, wanted := range []string{"/docs/", "/openapi.json", "/readyz", "/healthz", "http://127.0.0.1:9464/metrics/cx", "http://127.0.0.1:9464/metrics"} {
		if !links[wanted] {
			t.Errorf("there is no link to %s", wanted)
		}
	}
	if regexp.MustCompile(`(src|<link[^>]* href)="?(https?:)?//`).MatchString(page.body) {
		t.Error("the page loads something of another host")
	}
}

func TestCommandsOfTheLandingPageWork(t *testing.T) {
	t.Parallel()
	s := newServer(t, setup{})
	admin := s.as(t, home)
	text := html.UnescapeString(admin.get(t, "/").body)
	body := regexp.MustCompile(`-d '([^']+)'`).FindStringSubmatch(text)
	path := regexp.MustCompile(`http://127\.0\.0\.1:\d+(/v1/scores[^"\s]*)`).FindStringSubmatch(text)
	if body == nil || path == nil {
		t.Fatalf("the page shows no commands:\n%s", text)
	}
	admin.record(t, body[1])
	if r := admin.get(t, path[1]).want(t, http.StatusOK); !strings.Contains(r.body, `"sample_size":1`) {
		t.Errorf("%s answers %s, want the score of the one response", path[1], r.body)
	}
}

func TestDocumentIsServedAsItIsInTheRepository(t *testing.T) {
	t.Parallel()
	r := caller{server: newServer(t, setup{})}.get(t, "/openapi.json").want(t, http.StatusOK)
	if r.body != string(openapi.Document()) || r.header.Get("Content-Type") != "application/json" {
		t.Errorf("%d bytes of %q, want the %d of the document", len(r.body), r.header.Get("Content-Type"), len(openapi.Document()))
	}
}
