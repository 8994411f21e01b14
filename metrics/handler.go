package metrics

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus/promhttp"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/exporter-toolkit/web"
)

// Bounds of what the listener does at once.
const (
	maxScrapes    = 16
	scrapeTimeout = 10 * time.Second
)

func (e *Exporter) newHandler(version string) (http.Handler, error) {
	landing, err := web.NewLandingPage(web.LandingConfig{
		Name: "Mittari", Description: "Customer, employee and business scores as Prometheus series",
		Version: version, Profiling: "false",
		Links: []web.LandingLinks{
			{Address: "/metrics/cx", Text: "Scores", Description: "the same from every replica: scrape one; ?workspace= for a single workspace"},
			{Address: "/metrics", Text: "This process", Description: "scrape every replica"},
		},
	})
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	mux.Handle("GET /", landing)
	mux.Handle("GET /metrics", promhttp.InstrumentMetricHandler(e.registry, promhttp.HandlerFor(e.registry, promhttp.HandlerOpts{
		Registry: e.registry, ErrorHandling: promhttp.ContinueOnError, ErrorLog: slog.NewLogLogger(e.log.Handler(), slog.LevelError),
		MaxRequestsInFlight: maxScrapes, Timeout: scrapeTimeout,
	})))
	mux.Handle("GET /metrics/cx", bounded(maxScrapes, http.HandlerFunc(e.serveScores)))
	return mux, nil
}

// bounded refuses requests past a number at once: a slow reader holds the page it reads in memory.
func bounded(most int, next http.Handler) http.Handler {
	room := make(chan struct{}, most)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		select {
		case room <- struct{}{}:
			defer func() { <-room }()
			next.ServeHTTP(w, r)
		default:
			unavailable(w, fmt.Sprintf("%d requests are being answered already; scrape less often or from fewer places", most))
		}
	})
}

func unavailable(w http.ResponseWriter, message string) {
	w.Header().Set("Retry-After", "5")
	http.Error(w, message, http.StatusServiceUnavailable)
}

// serveScores answers with the bytes that are ready.
func (e *Exporter) serveScores(w http.ResponseWriter, r *http.Request) {
	workspace, given, err := workspaceOf(r.URL.RawQuery)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	published := e.snapshot.published.Load()
	if published == nil {
		unavailable(w, "the scores are still being read from the database for the first time; try again in a moment, and see mittari_snapshot_refresh_failures_total at /metrics")
		return
	}
	p := published.all
	if given {
		compose, known := published.workspaces[workspace]
		if !known {
			http.Error(w, fmt.Sprintf("there is no workspace %q; the label workspace at /metrics/cx names those there are", workspace), http.StatusNotFound)
			return
		}
		if p, err = compose(); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
	}
	p.write(w, r)
}

// workspaceOf reads the query, where workspace is all that may be given.
func workspaceOf(query string) (workspace string, given bool, err error) {
	values, err := url.ParseQuery(query)
	if err != nil {
		return "", false, fmt.Errorf("the query can't be read: %w", err)
	}
	for name := range values {
		if name != "workspace" {
			return "", false, fmt.Errorf("unknown query parameter %q; only workspace may be given", name)
		}
	}
	if len(values["workspace"]) > 1 {
		return "", false, errors.New("give one workspace at most; without any you get all of them")
	}
	return values.Get("workspace"), values.Has("workspace"), nil
}

func (p page) write(w http.ResponseWriter, r *http.Request) {
	body, header := p.plain, w.Header()
	header.Set("Content-Type", string(expfmt.NewFormat(expfmt.TypeTextPlain)))
	header.Set("Vary", "Accept-Encoding")
	if acceptsGzip(r.Header.Values("Accept-Encoding")) {
		header.Set("Content-Encoding", "gzip")
		body = p.gzip
	}
	header.Set("Content-Length", strconv.Itoa(len(body)))
	// Errors are a reader that has gone, or a server that knows no deadlines.
	connection := http.NewResponseController(w)
	_ = connection.SetWriteDeadline(time.Now().Add(scrapeTimeout))
	_, _ = w.Write(body)
	_ = connection.Flush()
	_ = connection.SetWriteDeadline(time.Time{})
}

// acceptsGzip reports whether a request's Accept-Encoding allows gzip (RFC 9110, 12.5.3).
func acceptsGzip(headers []string) bool {
	accepted := false
	for offer := range strings.SplitSeq(strings.Join(headers, ","), ",") {
		coding, parameter, _ := strings.Cut(offer, ";")
		coding = strings.ToLower(strings.TrimSpace(coding))
		if coding != "gzip" && coding != "*" {
			continue
		}
		weight, weighted := strings.CutPrefix(strings.ReplaceAll(parameter, " ", ""), "q=")
		q, err := strconv.ParseFloat(weight, 64)
		accepted = !weighted || err == nil && q > 0
		if coding == "gzip" {
			return accepted
		}
	}
	return accepted
}
