package metrics

import (
	"runtime"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// namespace is the first part of the names of this process's series.
const namespace = "mittari"

func buildInfo(version string) prometheus.Collector {
	return prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Namespace: namespace, Name: "build_info", Help: "The version of this program, as labels; always 1.",
		ConstLabels: prometheus.Labels{"version": version, "goversion": runtime.Version()},
	}, func() float64 { return 1 })
}

// observeSnapshot registers what is told of the snapshot.
func (e *Exporter) observeSnapshot(now func() time.Time) {
	begun := now()
	opts := func(name, help string) prometheus.Opts {
		return prometheus.Opts{Namespace: namespace, Subsystem: "snapshot", Name: name, Help: help}
	}
	e.duration = prometheus.NewHistogram(prometheus.HistogramOpts{
		Namespace: namespace, Subsystem: "snapshot", Name: "refresh_duration_seconds",
		Help:    "How long it took to look for changes and to publish them.",
		Buckets: []float64{.001, .005, .01, .05, .1, .5, 1, 5, 10, 60},
	})
	e.failures = prometheus.NewCounter(prometheus.CounterOpts(opts("refresh_failures_total",
		"Refreshes that failed; the series stayed as they were.")))
	age := prometheus.NewGaugeFunc(prometheus.GaugeOpts(opts("age_seconds",
		"Time since the series were last known to be up to date; before that, since the start.")), func() float64 {
		if state := e.snapshot.state.Load(); state != nil {
			return now().Sub(state.refreshed).Seconds()
		}
		return now().Sub(begun).Seconds()
	})
	series := prometheus.NewGaugeFunc(prometheus.GaugeOpts(opts("series", "Number of series at /metrics/cx.")), func() float64 {
		if published := e.snapshot.published.Load(); published != nil {
			return float64(published.series)
		}
		return 0
	})
	e.registry.MustRegister(e.duration, e.failures, age, series, foldedCollector{e.snapshot, prometheus.NewDesc(
		namespace+"_snapshot_folded_label_values",
		"Distinct values told as other since everything was last read, an estimate past 1024: keys beyond their catalog's bound, and combinations of keys beyond theirs.",
		[]string{"workspace", "dimension"}, nil)})
}

// foldedCollector tells how many label values were folded.
type foldedCollector struct {
	snapshot *snapshot
	desc     *prometheus.Desc
}

// Describe sends the one description there is.
func (c foldedCollector) Describe(ch chan<- *prometheus.Desc) { ch <- c.desc }

// Collect sends a gauge for each workspace and dimension.
func (c foldedCollector) Collect(ch chan<- prometheus.Metric) {
	state := c.snapshot.state.Load()
	if state == nil {
		return
	}
	for _, f := range state.folded {
		ch <- prometheus.MustNewConstMetric(c.desc, prometheus.GaugeValue, f.count, f.workspace, f.dimension)
	}
}
