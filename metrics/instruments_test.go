package metrics

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

func TestInstrumentsAreShown(t *testing.T) {
	e := newExporter(t, bank(t))
	refresh(t, e)
	i := e.Instruments()
	i.ObserveRequest("POST", "/v1/responses", 201, 3*time.Millisecond)
	i.ObserveRequest("BREW", "/v1/responses", 405, time.Millisecond)
	i.CountResponses(7, 2, 1)
	i.ObserveCommit(64, 4*time.Millisecond, nil)
	i.ObserveCommit(1, time.Second, errors.New("the disk is full"))
	i.CountExpired(500)
	i.Queue(func() int { return 3 }, 4096)
	i.Wait(func() time.Duration { return 250 * time.Millisecond }, 2*time.Second)
	i.CountShed()
	i.CountLimited("address")
	if text := get(t, e, "/metrics").Body.String(); strings.Contains(text, "mittari_key_expiry_timestamp_seconds") {
		t.Error("a key's end is shown, and there is none")
	}
	end := time.UnixMilli(1_800_000_000_500)
	i.ShowKeyEnd(&end)
	i.ShowUnmapped(3)
	i.Database(func() (int, int, int) { return 1, 2, 8 })
	e.Registry().MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "mittari_own", Help: "Of another part."}, func() float64 { return 1 }))
	text := get(t, e, "/metrics").Body.String()
	for _, want := range []string{
		`mittari_http_request_duration_seconds_count{method="POST",route="/v1/responses",status="201"} 1`,
		`mittari_http_request_duration_seconds_bucket{method="POST",route="/v1/responses",status="201",le="0.005"} 1`,
		`mittari_http_request_duration_seconds_count{method="other",route="/v1/responses",status="405"} 1`,
		`mittari_ingest_responses_total{outcome="stored"} 7`,
		`mittari_ingest_responses_total{outcome="retried"} 2`,
		`mittari_ingest_responses_total{outcome="refused"} 1`,
		`mittari_ingest_responses_total{outcome="shed"} 1`,
		`mittari_ingest_wait_seconds 0.25`,
		`mittari_ingest_wait_max_seconds 2`,
		`mittari_ingest_batch_responses_sum 65`,
		`mittari_ingest_commit_duration_seconds_count 2`,
		`mittari_ingest_commit_failures_total 1`,
		`mittari_expired_responses_total 500`,
		`mittari_http_limited_requests_total{limit="address"} 1`,
		`mittari_http_limited_requests_total{limit="key"} 0`,
		`mittari_ingest_queue_length 3`,
		`mittari_ingest_queue_capacity 4096`,
		`mittari_database_connections{state="in_use"} 1`,
		`mittari_database_connections{state="idle"} 2`,
		`mittari_database_connections_max 8`,
		`mittari_key_expiry_timestamp_seconds 1.8000000005e+09`,
		`mittari_source_unmapped_payloads 3`,
		`mittari_own 1`,
	} {
		if len(lines(text, want[:indexOfEither(want)], want)) != 1 {
			t.Errorf("%s is not shown in\n%s", want, text)
		}
	}
	lint(t, text)
	i.ShowKeyEnd(nil)
	if text := get(t, e, "/metrics").Body.String(); strings.Contains(text, "mittari_key_expiry_timestamp_seconds") {
		t.Error("a key's end is shown still")
	}
}

// indexOfEither is where a series' name ends.
func indexOfEither(line string) int {
	for i, c := range line {
		if c == '{' || c == ' ' {
			return i
		}
	}
	return len(line)
}

func TestExporterNeedsASource(t *testing.T) {
	if _, err := New(Config{}); err == nil {
		t.Error("an exporter without a source was made")
	}
}
