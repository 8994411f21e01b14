package main

import (
	"context"
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"sync/atomic"

	"github.com/mittari/mittari/deploy/running"
)

// retention measures what single POSTs on PostgreSQL are stored at while old
// responses are deleted, against the same server and database without a retention.
func (b *bench) retention() error {
	database, err := b.onPostgres()
	if err != nil {
		return err
	}
	if err := b.fill(database, b.many); err != nil {
		return err
	}
	var table strings.Builder
	fmt.Fprintf(&table, "PostgreSQL with %d responses of a year, those older than 30 days being deleted\n\n", b.many)
	fmt.Fprint(&table, "| connections | without | p99 | beside it | p99 | ratio | spread | deleted |\n|---|---|---|---|---|---|---|---|\n")
	var next atomic.Int64
	for _, connections := range b.connections {
		row, err := b.besideDeleting(database, connections, &next)
		if err != nil {
			return err
		}
		table.WriteString(row)
	}
	b.sections = append(b.sections, table.String())
	return b.verify(database)
}

// besideDeleting measures both in turn and gives a row of the table.
func (b *bench) besideDeleting(database string, connections int, next *atomic.Int64) (string, error) {
	var p pairs
	var calm, busy, deleted []float64
	for range b.rounds {
		without, none, err := b.storedMeanwhile(database, connections, next)
		if err != nil {
			return "", err
		}
		beside, rate, err := b.storedMeanwhile(database, connections, next, "--retention", "30d")
		if err != nil {
			return "", err
		}
		if none > 0 || rate == 0 {
			return "", fmt.Errorf("%.0f/s are deleted without a retention, %.0f/s with one; -many says how many there are", none, rate)
		}
		p.add(without.perSecond, beside.perSecond)
		calm, busy, deleted = append(calm, without.p99.Seconds()), append(busy, beside.p99.Seconds()), append(deleted, rate)
		b.say("%d connections: %s, beside deleting %s %s", connections, perSecond(without.perSecond), perSecond(rate), perSecond(beside.perSecond))
	}
	least, most := p.spread()
	return fmt.Sprintf("| %d | %s | %s | %s | %s | %.2f× | %.2f× – %.2f× | %s |\n", connections, perSecond(middle(p.base)), seconds(middle(calm)),
		perSecond(middle(p.ours)), seconds(middle(busy)), p.ratio(), least, most, perSecond(middle(deleted))), nil
}

// storedMeanwhile is what a server that was started anew stores, and deletes a second meanwhile.
func (b *bench) storedMeanwhile(database string, connections int, next *atomic.Int64, flags ...string) (got pace, deleted float64, err error) {
	err = b.within(func(b *bench) error {
		if err := execute(b.ctx, database, "CHECKPOINT"); err != nil {
			return err
		}
		ours, err := b.serve(database, flags...)
		if err != nil {
			return err
		}
		before, err := ours.expired(b.ctx)
		if err != nil {
			return err
		}
		if got, err = (load{ours.Address, connections, next}).run(b.ctx, b.warmUp(), b.time); err != nil {
			return err
		}
		after, err := ours.expired(b.ctx)
		deleted = (after - before) / (b.warmUp() + b.time).Seconds()
		return err
	})
	return got, deleted, err
}

// expired is how many responses the server has deleted as older than they are kept.
func (p *process) expired(ctx context.Context) (float64, error) {
	page, err := running.Fetch(ctx, http.DefaultClient, "http://"+p.Metrics+"/metrics")
	if err != nil {
		return 0, err
	}
	found := regexp.MustCompile(`\nmittari_expired_responses_total (\S+)`).FindSubmatch(page)
	if found == nil {
		return 0, fmt.Errorf("the server does not tell how many responses it deleted")
	}
	return strconv.ParseFloat(string(found[1]), 64)
}
