package main

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"github.com/mittari/mittari/deploy/running"
)

// rebuild has the rollups, all of them deleted, made anew from the answers.
func (g *growing) rebuild() (float64, error) {
	if err := execute(g.ctx, g.database, "DELETE FROM rollups"); err != nil {
		return 0, err
	}
	took, err := g.timedCall("--repair")
	if err != nil {
		return 0, err
	}
	return took, g.calm()
}

// recount also proves that the rebuild was right: it fails where anything differs.
func (g *growing) recount() (float64, error) { return g.timedCall() }

func (g *growing) timedCall(flags ...string) (float64, error) {
	begun := time.Now()
	err := g.call(g.database, append([]string{"verify"}, flags...)...)
	return time.Since(begun).Seconds(), err
}

// calm leaves the database as it is a while after it was written to.
func (g *growing) calm() error {
	if strings.HasPrefix(g.database, "sqlite:") {
		return execute(g.ctx, g.database, "ANALYZE")
	}
	return execute(g.ctx, g.database, "VACUUM ANALYZE rollups", "CHECKPOINT")
}

// start is that of a server that ran on the database before.
func (g *growing) start() (float64, error) {
	return g.begin(func(_ *bench, p *process) (float64, error) { return p.Took.Seconds(), nil })
}

func (g *growing) startToPage() (float64, error) {
	return g.begin(func(b *bench, p *process) (float64, error) {
		ready := time.Now()
		err := p.Await(b.ctx, "http://"+p.Metrics+"/metrics/cx")
		return p.Took.Seconds() + time.Since(ready).Seconds(), err
	})
}

// begin starts servers one after the other and gives the median of what is looked at in each but the first.
func (g *growing) begin(look func(*bench, *process) (float64, error)) (float64, error) {
	var all []float64
	for range 1 + g.fewRounds() {
		err := g.within(func(b *bench) error {
			p, err := b.serve(g.database)
			if err != nil {
				return err
			}
			took, err := look(b, p)
			all = append(all, took)
			return err
		})
		if err != nil {
			return 0, err
		}
	}
	return middle(all[1:]), nil
}

// serving is the server that the rest is asked of.
func (g *growing) serving() (*process, error) {
	if g.server != nil {
		return g.server, nil
	}
	var err error
	if g.server, err = g.serve(g.database); err == nil {
		_, err = g.server.series(g.bench)
	}
	return g.server, err
}

func (g *growing) scrape() (float64, error) {
	p, err := g.serving()
	if err != nil {
		return 0, err
	}
	return g.timed("http://"+p.Metrics+"/metrics/cx", g.time/2)
}

func (g *growing) query() (float64, error) {
	p, err := g.serving()
	if err != nil {
		return 0, err
	}
	return g.timed("http://"+p.Address+growthQuery, g.time/2)
}

// growthBulk is how many responses are sent in bulk: few, so that the size stays about what it is.
const growthBulk = 10_000

func (g *growing) bulk() (float64, error) {
	p, err := g.serving()
	if err != nil {
		return 0, err
	}
	files, err := g.bulkFiles(growthBulk)
	if err != nil {
		return 0, err
	}
	rate, err := g.sendAll(p, "growth-bulk", files, growthBulk)
	return 1 / rate, err
}

func (g *growing) single() (float64, error) {
	p, err := g.serving()
	if err != nil {
		return 0, err
	}
	var next atomic.Int64
	next.Store(growthBulk)
	got, err := load{p.Address, 64, &next}.run(g.ctx, g.warmUp(), g.time)
	return 1 / got.perSecond, err
}

func (g *growing) resident() (float64, error) {
	p, err := g.serving()
	if err != nil {
		return 0, err
	}
	for _, url := range []string{"http://" + p.Metrics + "/metrics/cx", "http://" + p.Address + growthQuery} {
		if _, err := running.Fetch(g.ctx, http.DefaultClient, url); err != nil {
			return 0, err
		}
	}
	return p.memory()
}

// count is how many rows a table has.
func count(ctx context.Context, database, table string) (n int, err error) {
	db, err := running.Connect(database)
	if err != nil {
		return 0, err
	}
	defer db.Close()
	err = db.QueryRowContext(ctx, fmt.Sprintf("SELECT COUNT(*) FROM %s", table)).Scan(&n)
	return n, err
}
