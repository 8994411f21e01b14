package store

import (
	"context"
	"testing"
	"time"

	"github.com/mittari/mittari/models"
	"github.com/mittari/mittari/models/store/storetest"
)

// BenchmarkPersonIsSoughtAmongMany tells the time that looking through all responses
// of 100,000 persons takes, for one by the id and for one by the hash.
func BenchmarkPersonIsSoughtAmongMany(b *testing.B) {
	for name, url := range map[string]func(*testing.B) string{
		"sqlite":   func(b *testing.B) string { b.Helper(); return "sqlite://" + b.TempDir() + "/bench.db" },
		"postgres": func(b *testing.B) string { b.Helper(); return storetest.Postgres(b) },
	} {
		h := house{url: url(b), now: &testClock{at: time.Date(2026, 11, 20, 8, 0, 0, 0, time.UTC)}}
		s, err := Open(b.Context(), h.config())
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(s.Close)
		h.Store = s
		h.crowd(b)
		for how, seek := range map[string]func(context.Context) error{
			"by id": func(ctx context.Context) error {
				_, err := h.responsesOf(ctx, "bank", "nobody", "")
				return err
			},
			"told by id": func(ctx context.Context) error {
				_, err := h.FindResponses(ctx, "bank", models.ResponseFilter{Person: "nobody", Limit: 100})
				return err
			},
			"by hash": func(ctx context.Context) error {
				if _, err := h.PersonByHash(ctx, "bank", [32]byte{}); models.ErrorCode(err) != models.NotFound {
					return err
				}
				return nil
			},
		} {
			b.Run(name+"/"+how, func(b *testing.B) {
				for b.Loop() {
					if err := seek(b.Context()); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(float64(b.Elapsed().Microseconds())/1000/float64(b.N), "ms/100,000persons")
			})
		}
	}
}
