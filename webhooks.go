package main

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/mittari/mittari/metrics"
	"github.com/mittari/mittari/models"
	"github.com/mittari/mittari/models/deliver"
	"github.com/mittari/mittari/models/store"
)

// tellWebhooks starts what tells webhooks of events until the context ends.
func (c *serveCommand) tellWebhooks(ctx context.Context, workers *sync.WaitGroup, db *store.Store, exporter *metrics.Exporter, log *slog.Logger) {
	instruments := exporter.Instruments()
	d := deliver.New(db, deliver.Options{Reach: c.reach(), Persons: c.persons(), Log: log, Agent: "Mittari/" + version, Count: instruments.CountDelivery})
	instruments.Webhooks(d.Waiting)
	workers.Go(func() { d.Run(ctx) })
	workers.Go(func() { announceDrops(ctx, exporter.Drops, db, log) })
}

const (
	// betweenAnnouncements is how often it is looked for scores that have dropped.
	betweenAnnouncements = time.Minute
	// dropsHold is for how long a drop must be there before anybody is told: an import or a
	// correction under way is none. It is that of the alerts.
	dropsHold = 15 * time.Minute
)

// announceDrops tells webhooks of drops, each once it has held.
func announceDrops(ctx context.Context, drops func() map[string][]models.ScoreDrop, db *store.Store, log *slog.Logger) {
	held := heldDrops{}
	every(ctx, betweenAnnouncements, func() {
		for workspace, ripe := range held.see(drops(), time.Now()) {
			told, err := db.AnnounceDrops(ctx, workspace, ripe)
			if err != nil && ctx.Err() == nil {
				log.Warn("webhooks could not be told of drops; the next try is in a minute", "workspace", workspace, "error", err)
			}
			held.settle(workspace, ripe, told && err == nil)
		}
	})
}

// dropKey tells drops apart: those of another day are others.
type dropKey struct {
	workspace, metric string
	level             models.Level
	key, arm          string
	until             models.Day
}

func keyOfDrop(workspace string, d models.ScoreDrop) dropKey {
	return dropKey{workspace, d.Metric, d.Level, d.Key, d.Arm, d.Until}
}

// heldDrop is since when a drop is there, and whether webhooks were told.
type heldDrop struct {
	since time.Time
	told  bool
}

type heldDrops map[dropKey]heldDrop

// see takes the drops that there are, and gives those that have been there for long enough and nobody was told of.
func (h heldDrops) see(drops map[string][]models.ScoreDrop, now time.Time) map[string][]models.ScoreDrop {
	there := map[dropKey]bool{}
	ripe := map[string][]models.ScoreDrop{}
	for workspace, found := range drops {
		for _, d := range found {
			key := keyOfDrop(workspace, d)
			there[key] = true
			if _, known := h[key]; !known {
				h[key] = heldDrop{since: now}
			}
			if held := h[key]; !held.told && now.Sub(held.since) >= dropsHold {
				ripe[workspace] = append(ripe[workspace], d)
			}
		}
	}
	for key := range h {
		if !there[key] {
			delete(h, key)
		}
	}
	return ripe
}

// settle remembers that webhooks were told.
func (h heldDrops) settle(workspace string, drops []models.ScoreDrop, told bool) {
	for _, d := range drops {
		held := h[keyOfDrop(workspace, d)]
		held.told = told
		h[keyOfDrop(workspace, d)] = held
	}
}
