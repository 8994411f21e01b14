package metrics

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"github.com/mittari/mittari/models"
)

// Defaults of a Config.
const (
	DefaultInterval        = 2 * time.Second
	DefaultMaxCombinations = 20_000
)

// Config is what an Exporter is made of. Source and Log must be given.
type Config struct {
	Source   Source
	Log      *slog.Logger
	Now      func() time.Time // nil: time.Now
	Version  string           // of this program
	Interval time.Duration    // from one look for changes to the next; 0: DefaultInterval

	// MaxCombinations is how many combinations of touchpoint, segment, channel
	// and team a metric may have in cx_window_responses; 0: DefaultMaxCombinations.
	// Later ones are told as other in all four; which those are may differ from
	// one replica to the next.
	MaxCombinations int

	Watch models.WatchSettings // no arms: models.DefaultWatch
}

// Exporter follows the rollups and serves them as Prometheus series, beside
// those of this process.
type Exporter struct {
	snapshot    *snapshot
	registry    *prometheus.Registry
	instruments *Instruments
	handler     http.Handler
	interval    time.Duration
	log         *slog.Logger
	duration    prometheus.Histogram
	failures    prometheus.Counter
}

// New makes an exporter. It reads nothing before Run or Refresh is called.
func New(c Config) (*Exporter, error) {
	if c.Source == nil || c.Log == nil {
		return nil, errors.New("metrics: Source and Log must be given")
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Interval <= 0 {
		c.Interval = DefaultInterval
	}
	if len(c.Watch.Arms) == 0 {
		c.Watch = models.DefaultWatch()
	}
	if c.MaxCombinations <= 0 {
		c.MaxCombinations = DefaultMaxCombinations
	}
	e := &Exporter{
		snapshot: &snapshot{source: c.Source, now: c.Now, log: c.Log, bounds: bounds{c.MaxCombinations, c.Watch}},
		registry: prometheus.NewRegistry(), interval: c.Interval, log: c.Log,
	}
	e.registry.MustRegister(collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}), buildInfo(c.Version))
	e.instruments = newInstruments(e.registry)
	e.observeSnapshot(c.Now)
	var err error
	e.handler, err = e.newHandler(c.Version)
	return e, err
}

// Registry takes further collectors for /metrics.
func (e *Exporter) Registry() prometheus.Registerer { return e.registry }

// Instruments are for the other parts of the program to report to; /metrics shows them.
func (e *Exporter) Instruments() *Instruments { return e.instruments }

// Handler serves /metrics (this process), /metrics/cx (the scores) and a page
// with links to them. The server's own timeouts bound how slowly a request may come in.
func (e *Exporter) Handler() http.Handler { return e.handler }

// Ready reports whether the scores were read once.
func (e *Exporter) Ready() bool { return e.snapshot.published.Load() != nil }

// Drops are, by workspace, the drops of published scores that alerts fire for, by closed days.
func (e *Exporter) Drops() map[string][]models.ScoreDrop {
	if state := e.snapshot.state.Load(); state != nil {
		return state.drops
	}
	return nil
}

// Refresh reads what changed since it was last called, at first everything, and
// publishes it. When it fails, what was published before stays.
func (e *Exporter) Refresh(ctx context.Context) error {
	begun := time.Now()
	err := e.snapshot.refresh(ctx)
	if ctx.Err() != nil {
		return ctx.Err() // asked to stop: not a failure
	}
	e.duration.Observe(time.Since(begun).Seconds())
	if err != nil {
		e.failures.Inc()
	}
	return err
}

// Run refreshes until the context ends: every interval, but never more than half
// of the time. Beside it, it reads the KPIs that take long, and asks what is
// linked with persons every few minutes.
func (e *Exporter) Run(ctx context.Context) {
	var beside sync.WaitGroup
	beside.Go(func() { e.runPersons(ctx) })
	beside.Go(func() { e.runKPIs(ctx) })
	defer beside.Wait()
	for {
		begun := time.Now()
		if err := e.Refresh(ctx); err != nil && ctx.Err() == nil {
			e.log.ErrorContext(ctx, "the scores could not be read; the series stay as they were", "err", err)
		}
		pause := time.NewTimer(max(e.interval, time.Since(begun)))
		select {
		case <-ctx.Done():
			pause.Stop()
			return
		case <-pause.C:
		}
	}
}
