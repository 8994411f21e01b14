package main

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/mittari/mittari/models"
	"github.com/mittari/mittari/models/store"
)

// restRatio is for how many times as long as a batch took the deleting of old answers
// rests after it, so that it takes little from what is stored meanwhile.
const restRatio = 2

// betweenExpiries is how often it is looked for answers that have become too old.
const betweenExpiries = 10 * time.Minute

// expire deletes answers that are older than they are kept, by the workspace's own retention or else
// by the server's, at once and then every ten minutes; count is told how many responses each batch was of.
func expire(ctx context.Context, db *store.Store, kept models.Retention, count func(int), log *slog.Logger) {
	every(ctx, betweenExpiries, func() {
		if err := expireAll(ctx, db, kept, count, log); err != nil && ctx.Err() == nil {
			log.Warn("old answers were not all deleted; the next try is in ten minutes", "error", err)
		}
	})
}

// expireAll deletes them in all workspaces once, and payloads of sources that could not be mapped.
func expireAll(ctx context.Context, db *store.Store, kept models.Retention, count func(int), log *slog.Logger) error {
	workspaces, err := db.FindWorkspaces(ctx)
	if err != nil {
		return err
	}
	all := 0
	for _, w := range workspaces {
		own, err := db.RetentionByWorkspace(ctx, w.Key)
		if err != nil {
			return err
		}
		holds := kept.Unless(own)
		if err := db.DeleteOldUnmapped(ctx, w.Key, holds.UnmappedBefore(time.Now())); err != nil {
			return err
		}
		if holds == 0 {
			continue
		}
		began, deleted := time.Now(), 0
		err = db.ExpireResponses(ctx, w.Key, holds, func(responses int) error {
			count(responses)
			deleted += responses
			err := sleepUnlessDone(ctx, restRatio*time.Since(began))
			began = time.Now()
			return err
		})
		if all += deleted; deleted > 0 { // also when the rest failed
			recorded := models.WithActor(context.WithoutCancel(ctx), models.Actor{Route: "mittari serve"})
			err = errors.Join(err, db.RecordAct(recorded, w.Key, models.AuditEntry{Act: models.ResponsesExpired, Counts: map[string]int64{"responses": int64(deleted)}}))
		}
		if err != nil {
			return err
		}
	}
	if all > 0 {
		log.Info("answers older than they are kept were deleted; they stay counted", "responses", all)
	}
	return nil
}
