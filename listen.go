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

	"github.com/mittari/mittari/metrics"
	"github.com/mittari/mittari/models"
	"github.com/mittari/mittari/models/ingest"
)

// servers are the two that listen: the API's and the metrics'.
type servers struct {
	api, metrics               *http.Server
	apiAddress, metricsAddress string
	failed                     chan error // what ended a server that was not asked to stop
}

// listen opens both listeners before either serves, so that a port in use ends the program at once.
func listen(ctx context.Context, s serveSettings, handler, series http.Handler, log *slog.Logger) (*servers, error) {
	var config net.ListenConfig
	apiListener, err := config.Listen(ctx, "tcp", s.Listen)
	if err != nil {
		return nil, fmt.Errorf("--listen: %w; another address may be free", err)
	}
	metricsListener, err := config.Listen(ctx, "tcp", s.MetricsListen)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("--metrics-listen: %w; another address may be free", err), apiListener.Close())
	}
	up := &servers{
		api: newServer(handler, log), metrics: newServer(series, log), failed: make(chan error, 2),
		apiAddress: apiListener.Addr().String(), metricsAddress: metricsListener.Addr().String(),
	}
	gated := newGate().through(up.api, apiListener)
	go func() { up.ended("API", up.api.Serve(gated)) }()
	go func() {
		config := s.MetricsWebConfig
		quiet := slog.New(slog.DiscardHandler) // the toolkit announces what welcome says
		up.ended("metrics", web.Serve(metricsListener, up.metrics, &web.FlagConfig{WebConfigFile: &config}, quiet))
	}()
	return up, nil
}

func newServer(handler http.Handler, log *slog.Logger) *http.Server {
	return &http.Server{
		Handler: handler, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 64 << 10,
		ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelDebug), // aborted connections and the like
	}
}

func (s *servers) ended(name string, err error) {
	if !errors.Is(err, http.ErrServerClosed) {
		s.failed <- fmt.Errorf("the %s server ended: %w", name, err)
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
		return errors.New("the database does not answer")
	}
	return nil
}

// counted is the writer, with what became of each response told to the instruments.
type counted struct {
	*ingest.Writer
	instruments *metrics.Instruments
}

// Enter lets a response in, or counts it as shed.
func (c counted) Enter() (leave func(), err error) {
	leave, err = c.Writer.Enter()
	if err != nil {
		c.instruments.CountShed()
	}
	return leave, err
}

// Record stores one response and counts what became of it.
func (c counted) Record(ctx context.Context, r models.Accepted) (models.Outcome, error) {
	outcome, err := c.Writer.Record(ctx, r)
	c.count(outcome, err)
	return outcome, err
}

// RecordAll stores some responses and counts what became of each.
func (c counted) RecordAll(ctx context.Context, rs []models.Accepted) ([]models.Outcome, error) {
	outcomes, err := c.Writer.RecordAll(ctx, rs)
	for i := range rs {
		if err != nil {
			c.count(models.Outcome{}, err)
		} else {
			c.count(outcomes[i], nil)
		}
	}
	return outcomes, err
}

func (c counted) count(o models.Outcome, err error) {
	switch {
	case err != nil || o.Err != nil:
		c.instruments.CountResponses(0, 0, 1)
	case o.New:
		c.instruments.CountResponses(1, 0, 0)
	default:
		c.instruments.CountResponses(0, 1, 0)
	}
}
