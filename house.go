package main

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/mittari/mittari/metrics"
	"github.com/mittari/mittari/models/store"
)

// keepHouse starts what is done beside the requests until the context ends.
func (c *serveCommand) keepHouse(ctx context.Context, workers *sync.WaitGroup, db *store.Store, instruments *metrics.Instruments, log *slog.Logger) {
	workers.Go(func() { tidy(ctx, db, log) })
	workers.Go(func() { watch(ctx, db.NextKeyEnd, instruments.ShowKeyEnd, "when the next key expires", log) })
	workers.Go(func() {
		watch(ctx, db.CountUnmapped, instruments.ShowUnmapped, "how many payloads of sources could not be mapped", log)
	})
	workers.Go(func() { expire(ctx, db, c.kept(), instruments.CountExpired, log) })
}

// watch shows what is read of the database, at once and then every minute.
func watch[T any](ctx context.Context, read func(context.Context) (T, error), show func(T), what string, log *slog.Logger) {
	every(ctx, time.Minute, func() {
		if now, err := read(ctx); err == nil {
			show(now)
		} else if ctx.Err() == nil {
			log.Warn("what is shown could not be read; the next try is in a minute", "what", what, "error", err)
		}
	})
}

// every does something at once, and then again and again until the context ends.
func every(ctx context.Context, pause time.Duration, do func()) {
	ticks := time.NewTicker(pause)
	defer ticks.Stop()
	for {
		do()
		select {
		case <-ctx.Done():
			return
		case <-ticks.C:
		}
	}
}

// tidy deletes what nobody needs any more, who was asked long ago and what was done long ago too, and counts the anonymous answers that
// have waited for others long enough, at once and then every minute.
func tidy(ctx context.Context, db *store.Store, log *slog.Logger) {
	every(ctx, time.Minute, func() {
		if err := db.DeleteOldRevisions(ctx); err != nil && ctx.Err() == nil {
			log.Warn("old revisions were not deleted; the next try is in a minute", "error", err)
		}
		if err := db.ForgetInvited(ctx); err != nil && ctx.Err() == nil {
			log.Warn("who was asked long ago is not forgotten yet; the next try is in a minute", "error", err)
		}
		if err := db.ForgetAttempts(ctx); err != nil && ctx.Err() == nil {
			log.Warn("requests sent with an Idempotency-Key a day ago are not forgotten yet; the next try is in a minute", "error", err)
		}
		if err := db.ForgetDeliveries(ctx); err != nil && ctx.Err() == nil {
			log.Warn("old deliveries to webhooks were not deleted; the next try is in a minute", "error", err)
		}
		if err := db.DeleteOldAudit(ctx); err != nil && ctx.Err() == nil {
			log.Warn("old entries of the audit log were not deleted; the next try is in a minute", "error", err)
		}
		if err := db.FormLots(ctx); err != nil && ctx.Err() == nil {
			log.Warn("anonymous answers that waited were not counted; the next try is in a minute", "error", err)
		}
	})
}
