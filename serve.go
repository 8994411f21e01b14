package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"

	"github.com/mittari/mittari/api"
	"github.com/mittari/mittari/metrics"
	"github.com/mittari/mittari/models/ingest"
	"github.com/mittari/mittari/models/payload"
	"github.com/mittari/mittari/models/store"
)

// serveCommand runs the server until it is asked to stop.
type serveCommand struct {
	databaseSettings
	serveSettings
	Sample bool `help:"Load the made-up bank when the database holds no responses."`
}

// Run starts everything, serves, and on SIGTERM or an interrupt stops accepting,
// answers every request under way and leaves.
func (c *serveCommand) Run(p *program) error {
	if err := c.check(); err != nil {
		return err
	}
	log := newLogger(p, c.LogLevel)
	db, err := openStore(p, c.databaseSettings, false, log)
	if err != nil {
		return err
	}
	defer db.Close()
	exporter, err := metrics.New(metrics.Config{Source: db, Log: log, Now: p.clock(), Version: version, Watch: c.watch()})
	if err != nil {
		return err
	}
	instruments := exporter.Instruments()
	writer := ingest.New(db, ingest.Options{Queue: c.Queue, Wait: c.QueueWait, Observe: instruments.ObserveCommit})
	instruments.Queue(writer.Length, writer.Capacity())
	instruments.Wait(writer.Wait, writer.MostWait())
	instruments.Database(db.Connections)

	background, stopBackground := context.WithCancel(context.WithoutCancel(p.ctx))
	var workers sync.WaitGroup
	workers.Go(writer.Run)
	defer workers.Wait()
	defer stopBackground()
	defer writer.Close()

	key, err := firstStart(p, c, db, writer, log)
	if err != nil {
		return err
	}
	workers.Go(func() { exporter.Run(background) })
	c.keepHouse(background, &workers, db, instruments, log)
	c.tellWebhooks(background, &workers, db, exporter, log)

	state := &readiness{database: db.Ping}
	handler, err := c.newHandler(background, p, &workers, db, counted{writer, instruments}, state.check, log)
	if err != nil {
		return err
	}
	series := exporter.Handler()
	if c.Pprof {
		series = withProfiles(series)
	}
	servers, err := listen(p.ctx, c.serveSettings, handler, series, log)
	if err != nil {
		return err
	}
	welcome(p.stdout, servers, key)
	return c.untilStopped(p.ctx, servers, state, log)
}

// newHandler is the API, and starts what it does beside the requests.
func (c *serveCommand) newHandler(ctx context.Context, p *program, workers *sync.WaitGroup, db *store.Store, recorder counted, ready func() error, log *slog.Logger) (*api.Handler, error) {
	config := api.Config{
		Store: db, Recorder: recorder, Clock: p.clock(), NewID: p.newID(), Logger: log, Operators: homeWorkspace, Persons: c.persons(), Reach: c.reach(), Kept: c.kept(),
		CompileMapping: payload.Compile,
		SeriesAddress:  c.MetricsListen, SeriesScheme: c.metricsScheme(), Ready: ready, Observe: recorder.instruments.ObserveRequest,
		KeyLimit: c.keyLimit(), AddressLimit: c.addressLimit(), Limited: recorder.instruments.CountLimited,
		TrustedProxies: c.TrustedProxies, CORSOrigins: c.CORSOrigins,
	}
	if tokens := c.issuer(log); tokens != nil {
		config.Issuer = tokens
		workers.Go(func() { tokens.Run(ctx) })
	}
	handler, err := api.New(config)
	if err == nil {
		workers.Go(func() { handler.Run(ctx) })
	}
	return handler, err
}

// untilStopped waits for the end, and then for the requests under way.
func (c *serveCommand) untilStopped(ctx context.Context, s *servers, state *readiness, log *slog.Logger) error {
	var err error
	select {
	case err = <-s.failed:
	case <-ctx.Done():
		log.Info("stopping: answering the requests under way")
	}
	state.stopping.Store(true)
	if err == nil {
		err = s.leave(c.StopDelay)
	}
	drain, cancel := context.WithTimeout(context.WithoutCancel(ctx), c.DrainTimeout)
	defer cancel()
	return errors.Join(err, s.shutdown(drain))
}

func newLogger(p *program, level string) *slog.Logger {
	var least slog.Level
	_ = least.UnmarshalText([]byte(level)) // the parser lets only valid ones through
	return slog.New(slog.NewTextHandler(p.stderr, &slog.HandlerOptions{Level: least}))
}

// openStore opens the database; with existing, one that there is.
func openStore(p *program, s databaseSettings, existing bool, log *slog.Logger) (*store.Store, error) {
	if s.MaxKeys < 1 {
		return nil, fmt.Errorf("--max-keys must be 1 at least")
	}
	return store.Open(p.ctx, store.Config{URL: s.DatabaseURL, Existing: existing, MaxKeys: s.MaxKeys, Clock: p.clock(), Logger: log})
}
