package main

import (
	"context"
	"log/slog"
	"time"

	"github.com/mittari/mittari/models/store"
)

// watchKeys shows when the next key expires, at once and then every minute.
func watchKeys(ctx context.Context, db *store.Store, show func(*time.Time), log *slog.Logger) {
	ticks := time.NewTicker(time.Minute)
	defer ticks.Stop()
	for {
		if next, err := db.NextKeyEnd(ctx); err == nil {
			show(next)
		} else if ctx.Err() == nil {
			log.Warn("when the next key expires could not be read; the next try is in a minute", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-ticks.C:
		}
	}
}
