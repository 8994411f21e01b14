package main

import (
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/mittari/mittari/deploy/running"
)

// afterChanges pairs scrapes of the library with the server's refresh after a change
// of every group, as /metrics tells its duration, and the scrape after it.
func (b *bench) afterChanges(ours, library *process) (pairs, error) {
	var p pairs
	var lines strings.Builder
	for i := range cells {
		fmt.Fprintln(&lines, bodyOf(i, fmt.Sprintf("%s%06d", "change", i), ""))
	}
	for round := range b.rounds {
		theirs, err := b.timed("http://"+library.Address+"/metrics/cx", b.time/4)
		if err != nil {
			return p, err
		}
		file := filepath.Join(b.dir, "change.ndjson")
		body := strings.ReplaceAll(lines.String(), "bench-change", fmt.Sprintf("bench-change-%d-", round))
		if err := os.WriteFile(file, []byte(body), 0o600); err != nil {
			return p, err
		}
		took, err := b.refreshAfter(ours, func() error {
			stored, err := post(b.ctx, ours, file)
			if err == nil && stored != cells {
				err = fmt.Errorf("%d of %d responses were stored", stored, cells)
			}
			return err
		})
		if err != nil {
			return p, err
		}
		begun := time.Now()
		if _, err := running.Fetch(b.ctx, http.DefaultClient, "http://"+ours.Metrics+"/metrics/cx"); err != nil {
			return p, err
		}
		p.add(theirs, took+time.Since(begun).Seconds())
	}
	return p, nil
}

// refreshAfter makes a change and gives how long the refresh took that read it: the
// longest of those that followed until the next one changed nothing.
func (b *bench) refreshAfter(ours *process, change func() error) (longest float64, err error) {
	count, sum, err := b.refreshes(ours)
	if err == nil {
		err = change()
	}
	for seen := 0.0; err == nil && seen < 3; {
		select {
		case <-b.ctx.Done():
			return 0, b.ctx.Err()
		case <-time.After(20 * time.Millisecond):
		}
		var newCount, newSum float64
		if newCount, newSum, err = b.refreshes(ours); err == nil && newCount > count {
			longest = max(longest, (newSum-sum)/(newCount-count))
			seen += newCount - count
			count, sum = newCount, newSum
		}
	}
	return longest, err
}

// refreshes are how many times the server looked for changes and how long that took in all, in seconds.
func (b *bench) refreshes(ours *process) (count, sum float64, err error) {
	page, err := running.Fetch(b.ctx, http.DefaultClient, "http://"+ours.Metrics+"/metrics")
	if err != nil {
		return 0, 0, err
	}
	count, countErr := valueOf(page, "mittari_snapshot_refresh_duration_seconds_count")
	sum, sumErr := valueOf(page, "mittari_snapshot_refresh_duration_seconds_sum")
	return count, sum, errors.Join(countErr, sumErr)
}

// valueOf reads a series without labels from a page.
func valueOf(page []byte, name string) (float64, error) {
	_, after, found := strings.Cut(string(page), "\n"+name+" ")
	if !found {
		return 0, fmt.Errorf("there is no series %s", name)
	}
	value, _, _ := strings.Cut(after, "\n")
	return strconv.ParseFloat(value, 64)
}
