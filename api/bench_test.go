package api_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/mittari/mittari/api"
	"github.com/mittari/mittari/models"
)

// immediate has stored everything before it is asked: what is left is the time of the API itself.
type immediate struct{ api.Recorder }

func (immediate) Enter() (func(), error) { return func() {}, nil }

func (immediate) Record(_ context.Context, r models.Accepted) (models.Outcome, error) {
	return models.Outcome{ID: someID, New: true}, nil
}

// discarding is an answer that nobody reads.
type discarding struct {
	header http.Header
	status int
}

func (d *discarding) Header() http.Header         { return d.header }
func (d *discarding) Write(p []byte) (int, error) { return len(p), nil }
func (d *discarding) WriteHeader(status int)      { d.status = status }

// BenchmarkStoreOneResponse tells what the API takes of a POST /v1/responses, without what the database does.
func BenchmarkStoreOneResponse(b *testing.B) {
	const body = `{"submission_id":"ord-8412","touchpoint":"meeting","channel":"sms","segment":"home-loan","team":"helsinki-3","person":"c-1029",` +
		`"collected_at":"2026-11-20T08:04:00Z","language":"fi","answers":[{"metric":"csat","score":4,"comment":"Quick and friendly."},{"metric":"fcr","score":true}]}`
	for name, c := range map[string]struct {
		config  func(*api.Config)
		headers []string
	}{
		"plain":          {},
		"accepting gzip": {headers: []string{"Accept-Encoding", "gzip"}},
		"all limits": {headers: []string{"Accept-Encoding", "gzip", "Origin", shopPage}, config: func(c *api.Config) {
			c.KeyLimit, c.CORSOrigins = api.Limit{Rate: 1e9, Burst: 1e9}, []string{shopPage}
		}},
	} {
		b.Run(name, func(b *testing.B) {
			s := newServer(b, setup{config: func(config *api.Config) {
				config.Recorder = immediate{config.Recorder}
				if c.config != nil {
					c.config(config)
				}
			}})
			request := httptest.NewRequestWithContext(b.Context(), "POST", "/v1/responses", nil)
			request.Header.Set("Authorization", "Bearer "+s.as(b, home).token)
			for i := 0; i < len(c.headers); i += 2 {
				request.Header.Set(c.headers[i], c.headers[i+1])
			}
			b.ReportAllocs()
			for b.Loop() {
				request.Body = http.NoBody
				r := *request
				r.Body = readCloser{strings.NewReader(body)}
				answer := &discarding{header: http.Header{}}
				s.handler.ServeHTTP(answer, &r)
				if answer.status != http.StatusCreated {
					b.Fatal(answer.status)
				}
			}
		})
	}
}

type readCloser struct{ *strings.Reader }

func (readCloser) Close() error { return nil }
