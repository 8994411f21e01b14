package metrics

import (
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Instruments are what the other parts of the program report to, in plain Go types.
// All methods may be called at any time from any goroutine.
type Instruments struct {
	registry  prometheus.Registerer
	requests  *prometheus.HistogramVec
	responses *prometheus.CounterVec
	stored    prometheus.Counter // of responses, as are the next three
	retried   prometheus.Counter
	refused   prometheus.Counter
	shed      prometheus.Counter
	batch     prometheus.Histogram
	commit    prometheus.Histogram
	failures  prometheus.Counter
	expired   prometheus.Counter
	limited   *prometheus.CounterVec
	keyEnd    *prometheus.GaugeVec
	unmapped  prometheus.Gauge
	delivered *prometheus.CounterVec
}

func newInstruments(registry prometheus.Registerer) *Instruments {
	i := &Instruments{
		registry: registry,
		requests: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Namespace: namespace, Subsystem: "http", Name: "request_duration_seconds", Help: "Time to answer a request of the API.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10},
		}, []string{"method", "route", "status"}),
		responses: prometheus.NewCounterVec(prometheus.CounterOpts{
			Namespace: namespace, Subsystem: "ingest", Name: "responses_total",
			Help: "Survey responses that were sent, by what became of them: stored, retried (stored before), refused, shed (more came than could be stored; told to try again).",
		}, []string{"outcome"}),
		batch: prometheus.NewHistogram(prometheus.HistogramOpts{
			Namespace: namespace, Subsystem: "ingest", Name: "batch_responses", Help: "Responses written by one transaction.",
			Buckets: prometheus.ExponentialBuckets(1, 2, 13),
		}),
		commit: prometheus.NewHistogram(prometheus.HistogramOpts{
			Namespace: namespace, Subsystem: "ingest", Name: "commit_duration_seconds", Help: "Time of one transaction, whether or not it failed.",
			Buckets: []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10},
		}),
		failures: prometheus.NewCounter(prometheus.CounterOpts{
			Namespace: namespace, Subsystem: "ingest", Name: "commit_failures_total", Help: "Transactions that failed.",
		}),
		expired: prometheus.NewCounter(prometheus.CounterOpts{
			Namespace: namespace, Name: "expired_responses_total",
			Help: "Responses that this process deleted because they are older than they are kept; they stay counted in every score.",
		}),
		limited: prometheus.NewCounterVec(prometheus.CounterOpts{
			Namespace: namespace, Subsystem: "http", Name: "limited_requests_total",
			Help: "Requests of the API that were told to come later, by the limit: key (it sends more than one may), address (too many unknown keys come from it).",
		}, []string{"limit"}),
		keyEnd: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Namespace: namespace, Name: "key_expiry_timestamp_seconds",
			Help: "When the next API key of any workspace expires, in seconds since 1970; absent while none will.",
		}, nil),
		unmapped: newUnmapped(),
	}
	i.delivered = prometheus.NewCounterVec(prometheus.CounterOpts{
		Namespace: namespace, Subsystem: "webhook", Name: "deliveries_total",
		Help: "Attempts of this process to deliver a message to a webhook, by what came of it: delivered, failed (it is tried again), dead (it is not).",
	}, []string{"outcome"})
	for _, outcome := range []string{"delivered", "failed", "dead"} {
		i.delivered.WithLabelValues(outcome)
	}
	for _, limit := range []string{"key", "address"} {
		i.limited.WithLabelValues(limit)
	}
	i.stored, i.retried = i.responses.WithLabelValues("stored"), i.responses.WithLabelValues("retried")
	i.refused, i.shed = i.responses.WithLabelValues("refused"), i.responses.WithLabelValues("shed")
	registry.MustRegister(i.requests, i.responses, i.batch, i.commit, i.failures, i.expired, i.limited, i.keyEnd, i.unmapped, i.delivered)
	return i
}

func newUnmapped() prometheus.Gauge {
	return prometheus.NewGauge(prometheus.GaugeOpts{
		Namespace: namespace, Subsystem: "source", Name: "unmapped_payloads",
		Help: "Payloads of survey tools' webhooks, of all workspaces, that could not be mapped and are kept; the same from every replica.",
	})
}

// ObserveRequest counts a request that was answered. The route is its pattern,
// never the path that was asked for: there must be a bounded number of them.
func (i *Instruments) ObserveRequest(method, route string, status int, took time.Duration) {
	i.requests.WithLabelValues(knownMethod(method), route, strconv.Itoa(status)).Observe(took.Seconds())
}

// knownMethod is the method, or other when a client made it up.
func knownMethod(method string) string {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions:
		return method
	}
	return "other"
}

// CountResponses counts what became of responses: stored, stored before, or not stored.
func (i *Instruments) CountResponses(stored, retried, refused int) {
	i.stored.Add(float64(stored))
	i.retried.Add(float64(retried))
	i.refused.Add(float64(refused))
}

// CountShed counts a response that was told to try again before it was read.
func (i *Instruments) CountShed() { i.shed.Inc() }

// ObserveCommit counts a transaction of so many responses.
func (i *Instruments) ObserveCommit(responses int, took time.Duration, err error) {
	i.batch.Observe(float64(responses))
	i.commit.Observe(took.Seconds())
	if err != nil {
		i.failures.Inc()
	}
}

// CountExpired counts responses that were deleted as older than they are kept.
func (i *Instruments) CountExpired(responses int) { i.expired.Add(float64(responses)) }

// CountLimited counts a request that a limit refused: key or address.
func (i *Instruments) CountLimited(limit string) { i.limited.WithLabelValues(limit).Inc() }

// ShowKeyEnd shows when the next key expires; nil: none will.
func (i *Instruments) ShowKeyEnd(at *time.Time) {
	if at == nil {
		i.keyEnd.Reset()
		return
	}
	i.keyEnd.WithLabelValues().Set(float64(at.UnixMilli()) / 1000)
}

// ShowUnmapped shows how many payloads of sources are kept that could not be mapped.
func (i *Instruments) ShowUnmapped(payloads int64) { i.unmapped.Set(float64(payloads)) }

// CountDelivery counts an attempt to deliver a message to a webhook: delivered, failed or dead.
func (i *Instruments) CountDelivery(outcome string) { i.delivered.WithLabelValues(outcome).Inc() }

// Webhooks shows what waits to be delivered, and since when; it is asked at each scrape. To be called once.
func (i *Instruments) Webhooks(waiting func() (messages int64, oldest time.Duration)) {
	opts := func(name, help string) prometheus.GaugeOpts {
		return prometheus.GaugeOpts{Namespace: namespace, Subsystem: "webhook", Name: name, Help: help}
	}
	i.registry.MustRegister(
		prometheus.NewGaugeFunc(opts("pending", "Messages of all processes that wait to be delivered, or to be tried again, to webhooks that are not paused; read every 15 seconds."),
			func() float64 { n, _ := waiting(); return float64(n) }),
		prometheus.NewGaugeFunc(opts("oldest_pending_seconds", "For how long the oldest of them has waited; 0 where none does."),
			func() float64 { _, oldest := waiting(); return oldest.Seconds() }))
}

// Queue shows the ingest queue; length is asked at each scrape. To be called once.
func (i *Instruments) Queue(length func() int, capacity int) {
	opts := func(name, help string) prometheus.GaugeOpts {
		return prometheus.GaugeOpts{Namespace: namespace, Subsystem: "ingest", Name: name, Help: help}
	}
	i.registry.MustRegister(
		prometheus.NewGaugeFunc(opts("queue_length", "Responses that wait to be written."), func() float64 { return float64(length()) }),
		prometheus.NewGaugeFunc(opts("queue_capacity", "Responses that may wait; more are refused as busy."), func() float64 { return float64(capacity) }))
}

// Wait shows how long a response that comes now will wait to be stored; it is asked at each scrape. To be called once.
func (i *Instruments) Wait(wait func() time.Duration, most time.Duration) {
	opts := func(name, help string) prometheus.GaugeOpts {
		return prometheus.GaugeOpts{Namespace: namespace, Subsystem: "ingest", Name: name, Help: help}
	}
	i.registry.MustRegister(
		prometheus.NewGaugeFunc(opts("wait_seconds", "How long a response that comes now will wait to be stored, as far as is known."), func() float64 { return wait().Seconds() }),
		prometheus.NewGaugeFunc(opts("wait_max_seconds", "How long that may be; beyond it responses are told to try again."), most.Seconds))
}
