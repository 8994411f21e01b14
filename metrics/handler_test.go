package metrics

import (
	"compress/gzip"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

func TestQueryIsJudged(t *testing.T) {
	e := newExporter(t, bank(t))
	refresh(t, e)
	for _, c := range []struct {
		method, path string
		status       int
		says         string
	}{
		{"GET", "/metrics/cx", 200, "cx_score{"},
		{"GET", "/metrics/cx?workspace=shop", 200, `workspace="shop"`},
		{"GET", "/metrics/cx?workspace=nobody", 404, `no workspace "nobody"`},
		{"GET", "/metrics/cx?workspace=", 404, `no workspace ""`},
		{"GET", "/metrics/cx?window=7d", 400, `unknown query parameter "window"; only workspace`},
		{"GET", "/metrics/cx?workspace=bank&workspace=shop", 400, "give one workspace"},
		{"GET", "/metrics/cx?workspace=%zz", 400, "can't be read"},
		{"POST", "/metrics/cx", 405, "Method Not Allowed"},
		{"GET", "/metrics", 200, "mittari_snapshot_series"},
		{"GET", "/", 200, "/metrics/cx"},
		{"GET", "/nothing", 404, "not found"},
	} {
		w := httptest.NewRecorder()
		e.Handler().ServeHTTP(w, httptest.NewRequest(c.method, c.path, nil))
		if w.Code != c.status || !strings.Contains(w.Body.String(), c.says) {
			t.Errorf("%s %s: %d %.200q, want %d and %q", c.method, c.path, w.Code, w.Body, c.status, c.says)
		}
		if c.status >= 400 && !strings.HasPrefix(w.Header().Get("Content-Type"), "text/plain") {
			t.Errorf("%s %s: an error of type %s", c.method, c.path, w.Header().Get("Content-Type"))
		}
	}
}

func TestNothingIsServedBeforeTheFirstRead(t *testing.T) {
	e := newExporter(t, bank(t))
	w := get(t, e, "/metrics/cx")
	if w.Code != 503 || w.Header().Get("Retry-After") == "" || e.Ready() {
		t.Errorf("before the first read: %d %q, ready %t", w.Code, w.Body, e.Ready())
	}
	refresh(t, e)
	if w := get(t, e, "/metrics/cx"); w.Code != 200 || !e.Ready() {
		t.Errorf("after it: %d, ready %t", w.Code, e.Ready())
	}
}

// serve starts a server on a free port of this machine.
func serve(t *testing.T, handler http.Handler) *httptest.Server {
	t.Helper()
	for port := 20000; port < 32768; port++ {
		listener, err := net.Listen("tcp", "127.0.0.1:"+strconv.Itoa(port))
		if err != nil {
			continue
		}
		server := &httptest.Server{Listener: listener, Config: &http.Server{Handler: handler}}
		server.Start()
		t.Cleanup(server.Close)
		return server
	}
	t.Fatal("no port from 20000 to 32767 is free")
	return nil
}

func TestCompressedPageIsTheSamePage(t *testing.T) {
	e := newExporter(t, bank(t))
	refresh(t, e)
	server := serve(t, e.Handler())
	client := &http.Client{Transport: &http.Transport{DisableCompression: true, DisableKeepAlives: true}}
	ask := func(accept string) (string, http.Header) {
		r, err := http.NewRequestWithContext(t.Context(), "GET", server.URL+"/metrics/cx", nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Accept-Encoding", accept)
		answer, err := client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		return body(t, answer.Body), answer.Header
	}
	plain, header := ask("identity")
	if got := header.Get("Content-Type"); got != "text/plain; version=0.0.4; charset=utf-8" {
		t.Errorf("the content type is %q", got)
	}
	packed, header := ask("gzip")
	unpacked, err := gzip.NewReader(strings.NewReader(packed))
	if err != nil {
		t.Fatal(err)
	}
	if body(t, unpacked) != plain || header.Get("Content-Encoding") != "gzip" || len(packed) >= len(plain) {
		t.Errorf("%d bytes plain, %d compressed", len(plain), len(packed))
	}
}

func TestCompressionOnlyWhereItIsAccepted(t *testing.T) {
	for header, want := range map[string]bool{
		"": false, "gzip": true, "GZIP": true, "deflate, gzip;q=0.5": true, "gzip;q=0": false, "gzip; q=0.0, *": false,
		"*": true, "*;q=0": false, "zstd, br": false, "identity, gzip;q=1.0": true, "xgzip": false,
	} {
		if got := acceptsGzip([]string{header}); got != want {
			t.Errorf("Accept-Encoding %q: gzip %t", header, got)
		}
	}
}

func TestScrapesPastTheBoundAreRefused(t *testing.T) {
	enter, leave := make(chan bool), make(chan bool)
	handler := bounded(2, http.HandlerFunc(func(http.ResponseWriter, *http.Request) { enter <- true; <-leave }))
	var answered sync.WaitGroup
	for range 2 {
		answered.Go(func() { handler.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/", nil)) })
		<-enter
	}
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, httptest.NewRequest("GET", "/", nil))
	if w.Code != 503 || w.Header().Get("Retry-After") == "" {
		t.Errorf("a third at once: %d %q", w.Code, w.Body)
	}
	close(leave)
	answered.Wait()
}

func TestScrapesDuringRefreshesSeeWholePages(t *testing.T) {
	s := bank(t)
	e := newExporter(t, s)
	refresh(t, e)
	done := make(chan bool)
	var scraping sync.WaitGroup
	for _, path := range []string{"/metrics/cx", "/metrics/cx?workspace=bank", "/metrics"} {
		scraping.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
				}
				if w := get(t, e, path); w.Code != 200 || !strings.HasSuffix(w.Body.String(), "\n") {
					t.Errorf("%s: %d", path, w.Code)
				}
			}
		})
	}
	for i := range 20 {
		s.answer(t, "bank", 1, nps("closing", i%11))
		s.pass(time.Hour)
		refresh(t, e)
	}
	close(done)
	scraping.Wait()
	wantLines(t, scores(t, e, "cx_score_sample_size", ownCompany, `metric="nps"`, `window="365d"`, `"bank"`),
		`cx_score_sample_size{workspace="bank",metric="nps",level="company",window="365d"} 25`)
}
