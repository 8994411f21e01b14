package store

import (
	"context"
	"sync"
	"testing"

	"github.com/mittari/mittari/models/store/storetest"
)

// databases are PostgreSQL databases that tests hand on to one another, since
// making and dropping one takes longer than most tests.
type databases struct {
	mu   sync.Mutex
	free []string // their URLs
	drop []func()
}

// lasting is a test whose databases outlive it.
type lasting struct {
	testing.TB
	made *databases
}

func (l lasting) Context() context.Context { return context.Background() }

func (l lasting) Cleanup(drop func()) {
	l.made.mu.Lock()
	defer l.made.mu.Unlock()
	l.made.drop = append(l.made.drop, drop)
}

// take gives the URL of a database that is the test's alone until its end. It
// may hold what another test has left; see empty.
func (d *databases) take(t *testing.T) string {
	t.Helper()
	d.mu.Lock()
	url := ""
	if n := len(d.free); n > 0 {
		url, d.free = d.free[n-1], d.free[:n-1]
	}
	d.mu.Unlock()
	if url == "" {
		url = storetest.Postgres(lasting{t, d})
	}
	t.Cleanup(func() {
		d.mu.Lock()
		defer d.mu.Unlock()
		d.free = append(d.free, url)
	})
	return url
}

// dropAll is called once all tests have ended.
func (d *databases) dropAll() {
	for _, drop := range d.drop {
		drop()
	}
}

// empty deletes all rows.
func (h house) empty(t *testing.T) {
	t.Helper()
	for _, table := range []string{"attempts", "audit", "unmapped", "sources", "deliveries", "webhooks", "score_drops", "person_pepper", "held", "expired", "thresholds", "invitations", "invited", "invitation_arrivals", "invitation_policies", "answers", "responses", "rollups", "arrivals", "revisions", "targets", "company_models", "kpi_targets", "observations", "kpi_grains", "kpis", "entries", "metrics", "keys", "workspaces"} {
		h.sql(t, "DELETE FROM "+table)
	}
}
