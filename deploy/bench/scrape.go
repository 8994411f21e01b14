package main

import (
	"bytes"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/mittari/mittari/deploy/running"
	"github.com/mittari/mittari/models/store/storetest"
)

// scrapes measures row 6.
func (b *bench) scrapes() error {
	server, err := b.postgres()
	if err != nil {
		return err
	}
	database, err := b.stored(server, b.few)
	if err != nil {
		return err
	}
	ours, err := b.serve(database)
	if err != nil {
		return err
	}
	page, err := ours.series(b)
	if err != nil {
		return err
	}
	file := filepath.Join(b.dir, "page.txt")
	if err := os.WriteFile(file, page, 0o600); err != nil {
		return err
	}
	library, err := b.baseline("const-metrics", file)
	if err != nil {
		return err
	}
	theirs, err := running.Fetch(b.ctx, http.DefaultClient, "http://"+library.Address+"/metrics/cx")
	if err != nil {
		return err
	}
	if len(theirs) != len(page) {
		return fmt.Errorf("the library's page has %d bytes, ours %d", len(theirs), len(page))
	}
	what := fmt.Sprintf("scrape of /metrics/cx, %d series, %d bytes", countSeries(page), len(page))
	p, err := b.alternate("http://"+library.Address+"/metrics/cx", "http://"+ours.Metrics+"/metrics/cx")
	if err != nil {
		return err
	}
	const baseline = "client_golang, ready const metrics, same bytes"
	b.tellFaster(6, what+", unchanged", baseline, p, atLeast(5))
	changed, err := b.afterChanges(ours, library)
	if err != nil {
		return err
	}
	b.tell(6, what+", every group changed: the refresh and the scrape after it", baseline, changed, seconds, atMost(1.3))
	return nil
}

// stored is a database on the server with n responses.
func (b *bench) stored(server *storetest.Server, n int) (string, error) {
	database, err := b.database(server)
	if err != nil {
		return "", err
	}
	if err := b.fill(database, n); err != nil {
		return "", err
	}
	return database, execute(b.ctx, database, "CHECKPOINT")
}

// fill makes n responses in an empty database.
func (b *bench) fill(database string, n int) error {
	if err := b.migrate(database); err != nil {
		return err
	}
	begun := time.Now()
	if err := fill(b.ctx, database, n, b.begun); err != nil {
		return err
	}
	b.say("%d responses were made in %s", n, time.Since(begun).Round(100*time.Millisecond))
	return nil
}

// series is the server's page, once there is one.
func (p *process) series(b *bench) ([]byte, error) {
	url := "http://" + p.Metrics + "/metrics/cx"
	if err := p.Await(b.ctx, url); err != nil {
		return nil, err
	}
	return running.Fetch(b.ctx, http.DefaultClient, url)
}

func countSeries(page []byte) int {
	n := 0
	for line := range bytes.Lines(page) {
		if line[0] != '#' {
			n++
		}
	}
	return n
}

// alternate gets one URL and the other in turn, and pairs the medians of how long that took, in seconds.
func (b *bench) alternate(base, ours string) (pairs, error) {
	var p pairs
	for range b.rounds {
		theirs, err := b.timed(base, b.time/2)
		if err != nil {
			return p, err
		}
		own, err := b.timed(ours, b.time/2)
		if err != nil {
			return p, err
		}
		p.add(theirs, own)
	}
	return p, nil
}

// timed is the median of how long it takes to get the URL on one connection, over and over for a time, in seconds.
func (b *bench) timed(url string, during time.Duration) (float64, error) {
	client := &http.Client{Transport: &http.Transport{}}
	defer client.CloseIdleConnections()
	var took []float64
	for end := time.Now().Add(during); time.Now().Before(end) || len(took) < 4; {
		begun := time.Now()
		if _, err := running.Fetch(b.ctx, client, url); err != nil {
			return 0, err
		}
		took = append(took, time.Since(begun).Seconds())
	}
	return middle(took[1:]), nil // the first one connects
}
