package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/prometheus/exporter-toolkit/web"
)

// servers are the two that listen: the API's and the metrics'.
type servers struct {
	api, metrics       *http.Server
	apiURL, metricsURL string
	failed             chan error  // what ended a server that was not asked to stop
	leaving            atomic.Bool // it was asked to stop, and goes on for a moment
}

// listen opens both listeners before either serves, so that a port in use ends the program at once.
func listen(ctx context.Context, s serveSettings, handler, series http.Handler, log *slog.Logger) (*servers, error) {
	up := &servers{metrics: newServer(series, s.guardSettings, log), failed: make(chan error, 2)}
	up.api = newServer(up.closing(handler), s.guardSettings, log)
	serve, scheme := up.api.Serve, "http://"
	if s.TLSCertFile != "" {
		certificate, err := openCertificate(s.TLSCertFile, s.TLSKeyFile, log)
		if err != nil {
			return nil, err
		}
		up.api.TLSConfig = certificate.config()
		serve, scheme = func(l net.Listener) error { return up.api.ServeTLS(l, "", "") }, "https://"
	}
	var config net.ListenConfig
	apiListener, err := config.Listen(ctx, "tcp", s.Listen)
	if err != nil {
		return nil, fmt.Errorf("--listen: %w; another address may be free", err)
	}
	metricsListener, err := config.Listen(ctx, "tcp", s.MetricsListen)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("--metrics-listen: %w; another address may be free", err), apiListener.Close())
	}
	up.apiURL, up.metricsURL = scheme+apiListener.Addr().String(), s.metricsScheme()+"://"+metricsListener.Addr().String()
	gated := newGate().through(up.api, bounded(apiListener, s.MaxConnections))
	go func() { up.ended("API", serve(gated)) }()
	go func() {
		config := s.MetricsWebConfig
		quiet := slog.New(slog.DiscardHandler) // the toolkit announces what welcome says
		up.ended("metrics", web.Serve(bounded(metricsListener, s.MaxConnections), up.metrics, &web.FlagConfig{WebConfigFile: &config}, quiet))
	}()
	return up, nil
}

// headerTimeout is how long a request's header, or a TLS handshake, may take.
const headerTimeout = 10 * time.Second

func newServer(handler http.Handler, s guardSettings, log *slog.Logger) *http.Server {
	return &http.Server{
		Handler: paced(handler, s.StallTimeout), ReadHeaderTimeout: min(headerTimeout, s.StallTimeout), ReadTimeout: s.StallTimeout, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 64 << 10,
		ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelDebug), // aborted connections and the like
	}
}

func (s *servers) ended(name string, err error) {
	if !errors.Is(err, http.ErrServerClosed) {
		s.failed <- fmt.Errorf("the %s server ended: %w", name, err)
	}
}

// closing has each answer end its connection once the server is about to leave: a client that is in the middle of
// sending on one that is closed while it is idle can't know whether it was heard.
func (s *servers) closing(handler http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if s.leaving.Load() {
			w.Header().Set("Connection", "close")
		}
		handler.ServeHTTP(w, r)
	})
}

// leave goes on for so long, while those who come are sent elsewhere.
func (s *servers) leave(delay time.Duration) error {
	s.leaving.Store(true)
	select {
	case <-time.After(delay):
		return nil
	case err := <-s.failed:
		return err
	}
}

// shutdown stops accepting and waits for the requests under way.
func (s *servers) shutdown(ctx context.Context) error {
	return errors.Join(s.api.Shutdown(ctx), s.metrics.Shutdown(ctx))
}

// readiness says whether the server may be sent requests.
type readiness struct {
	database func(context.Context) error
	stopping atomic.Bool
}

func (r *readiness) check() error {
	if r.stopping.Load() {
		return errors.New("the server is stopping")
	}
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	if r.database(ctx) != nil {
		return errors.New("the database does not answer, or takes nothing")
	}
	return nil
}
