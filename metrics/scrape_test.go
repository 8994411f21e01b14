package metrics

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"github.com/mittari/mittari/models"
)

// chain is a shelf whose exposition has about 10,000 series.
func chain(t testing.TB) *shelf {
	s := newShelf("2026-11-20T12:00:00Z")
	s.open("chain", "Europe/Helsinki")
	random := rand.New(rand.NewPCG(1, 2))
	for range 4200 {
		then := s.clock().AddDate(0, 0, -random.IntN(365))
		sub := models.Submission{Touchpoint: fmt.Sprint("touchpoint-", random.IntN(10)), Segment: fmt.Sprint("segment-", random.IntN(3)),
			Channel: fmt.Sprint("channel-", random.IntN(4)), Team: fmt.Sprint("team-", random.IntN(6)), CollectedAt: &then,
			Metric: []string{"nps", "csat"}[random.IntN(2)], Score: value(1 + random.IntN(5))}
		s.answer(t, "chain", 20, sub)
	}
	return s
}

// constCollector gives metrics that are ready.
type constCollector []prometheus.Metric

func (c constCollector) Describe(chan<- *prometheus.Desc) {}

func (c constCollector) Collect(ch chan<- prometheus.Metric) {
	for _, m := range c {
		ch <- m
	}
}

// baseline serves the series of the text by client_golang from ready const metrics.
func baseline(t testing.TB, text string) http.Handler {
	parser := expfmt.NewTextParser(model.LegacyValidation)
	parsed, err := parser.TextToMetricFamilies(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	var ready constCollector
	for name, f := range parsed {
		for _, m := range f.GetMetric() {
			labels := prometheus.Labels{}
			for _, l := range m.GetLabel() {
				labels[l.GetName()] = l.GetValue()
			}
			kind, v := prometheus.GaugeValue, m.GetGauge().GetValue()
			if f.GetType() == dto.MetricType_COUNTER {
				kind, v = prometheus.CounterValue, m.GetCounter().GetValue()
			}
			ready = append(ready, prometheus.MustNewConstMetric(prometheus.NewDesc(name, f.GetHelp(), nil, labels), kind, v))
		}
	}
	registry := prometheus.NewRegistry()
	registry.MustRegister(ready)
	return promhttp.HandlerFor(registry, promhttp.HandlerOpts{})
}

// reader is a client that wants a page and lets it go.
type reader struct {
	header http.Header
	bytes  int
}

func (r *reader) Header() http.Header { return r.header }
func (r *reader) WriteHeader(int)     {}
func (r *reader) Write(b []byte) (int, error) {
	r.bytes += len(b)
	return len(b), nil
}

func scrape(t testing.TB, handler http.Handler, encoding string) int {
	request := httptest.NewRequest("GET", "/metrics/cx", nil)
	request.Header.Set("Accept-Encoding", encoding)
	r := &reader{header: http.Header{}}
	handler.ServeHTTP(r, request)
	if r.bytes == 0 {
		t.Fatal("nothing was served")
	}
	return r.bytes
}

// touch answers at every touchpoint, in every segment, channel and team, so that every group changes.
func touch(t testing.TB, s *shelf, i int) {
	for k := range 10 {
		s.answer(t, "chain", 1, models.Submission{Touchpoint: fmt.Sprint("touchpoint-", k), Segment: fmt.Sprint("segment-", k%3),
			Channel: fmt.Sprint("channel-", k%4), Team: fmt.Sprint("team-", k%6), Metric: []string{"nps", "csat"}[(k+i)%2], Score: value(1 + (k+i)%5)})
	}
}

func BenchmarkScrape(b *testing.B) {
	s := chain(b)
	e := newExporter(b, s)
	refresh(b, e)
	published := e.snapshot.published.Load()
	b.Logf("%d series, %d bytes, %d compressed", published.series, len(published.all.plain), len(published.all.gzip))
	library := baseline(b, string(published.all.plain))
	for _, encoding := range []string{"identity", "gzip"} {
		b.Run("client_golang/"+encoding, func(b *testing.B) {
			for b.Loop() {
				scrape(b, library, encoding)
			}
		})
		b.Run("unchanged/"+encoding, func(b *testing.B) {
			for b.Loop() {
				scrape(b, e.Handler(), encoding)
			}
		})
	}
	b.Run("changed/both", func(b *testing.B) { // one refresh makes both pages
		for i := 0; b.Loop(); i++ {
			b.StopTimer()
			touch(b, s, i)
			s.pass(time.Second)
			b.StartTimer()
			refresh(b, e)
			scrape(b, e.Handler(), "identity")
		}
	})
}
