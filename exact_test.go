package main

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/mittari/mittari/models/store/storetest"
)

// play is many clients that write to replicas of one database at once, while
// replicas are killed, and what has to be there in the end.
type play struct {
	t        *testing.T
	database string
	replicas []*replica
	keys     map[string]string // an admin key, by workspace
	http     *http.Client
	today    time.Time
	journal

	faults, invited                   atomic.Int64 // invited: by the numbers that hold in the end
	requests, lines, busy, unanswered atomic.Int64
}

// roundsVariable says how many rounds are played, seedVariable repeats a play: what
// is sent, if not what meets.
const roundsVariable, seedVariable = "MITTARI_EXACT_ROUNDS", "MITTARI_EXACT_SEED"

func number(t *testing.T, variable string, otherwise uint64) uint64 {
	text := os.Getenv(variable)
	if text == "" {
		return otherwise
	}
	n, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		t.Fatalf("%s: %v", variable, err)
	}
	return n
}

// Writers of all kinds at two replicas, one of which is killed again and again: what was
// acknowledged is there once, and every figure equals it. On SQLite the replicas
// are two processes on one file, or one.
func TestEveryFigureStaysExactWhileReplicasAreWrittenToAndKilled(t *testing.T) {
	for _, c := range []struct {
		name     string
		database func(t *testing.T) string
		replicas int
	}{
		{"sqlite", func(t *testing.T) string { return sqliteURL(t) }, 1},
		{"sqlite, two processes", func(t *testing.T) string { return sqliteURL(t) }, 2},
		{"postgres", func(t *testing.T) string { return storetest.Postgres(t) }, 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel() // they wait for disks
			p := newPlay(t, c.database(t), c.replicas)
			seed := number(t, seedVariable, rand.Uint64())
			t.Logf("%s=%d repeats this play", seedVariable, seed)
			stop := p.watch()
			begun := time.Now()
			for round := range number(t, roundsVariable, 1) {
				p.round(rand.New(rand.NewPCG(seed, round)), int(round)) //nolint:gosec // a test is to be repeatable
				p.verify()
				if t.Failed() {
					break
				}
			}
			p.completeLots(rand.New(rand.NewPCG(seed, 1<<32))) //nolint:gosec // see above
			stop()
			p.check()
			t.Logf("in %.0f s %d requests, %d lines in bulk; %d submissions, %d stored; %d times busy, %d times unanswered",
				time.Since(begun).Seconds(), p.requests.Load(), p.lines.Load(), len(p.sent), len(p.kept), p.busy.Load(), p.unanswered.Load())
		})
	}
}

func newPlay(t *testing.T, database string, replicas int) *play {
	p := &play{t: t, database: database, keys: map[string]string{home: testKey}, today: time.Now().UTC().Truncate(24 * time.Hour),
		journal: journal{byID: map[string]*submission{}}, http: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}}}
	t.Cleanup(p.http.CloseIdleConnections)
	for range replicas {
		p.replicas = append(p.replicas, startReplica(t, database))
	}
	for _, workspace := range []string{bank, staffOnly} {
		p.command("workspaces", "create", workspace)
		p.keys[workspace] = strings.TrimSpace(p.command("keys", "create", "exact", "--workspace", workspace, "--scope", "admin"))
	}
	return p
}

// fault fails the test; of many faults the first ones are told.
func (p *play) fault(format string, args ...any) {
	p.t.Helper()
	const told = 20
	switch n := p.faults.Add(1); {
	case n < told:
		p.t.Errorf(format, args...)
	case n == told:
		p.t.Error("… and so on")
	}
}

func (p *play) command(args ...string) string {
	p.t.Helper()
	code, out, errs := call(p.t, envOf("MITTARI_DATABASE_URL", p.database), args...)
	if code != 0 {
		p.t.Fatalf("%v gave %d: %s%s", args, code, out, errs)
	}
	return out
}

// round has clients do the steps of both parts, in any order; in the middle of each a replica is killed and started again.
func (p *play) round(r *rand.Rand, round int) {
	stormy := storm()
	if round%10 == 0 {
		stormy = append(stormy, step{1, (*play).largeBulks})
	}
	for part, steps := range [][]step{calm(), stormy} {
		var todo []func()
		for _, s := range steps {
			for range s.times {
				of := rand.New(rand.NewPCG(r.Uint64(), 2)) //nolint:gosec // see above
				todo = append(todo, func() { s.do(p, of) })
			}
		}
		r.Shuffle(len(todo), func(i, j int) { todo[i], todo[j] = todo[j], todo[i] })
		p.perform(todo, p.replicas[(round+part)%len(p.replicas)])
	}
}

// perform has clients do everything, and in the middle kills a replica and starts it again.
func (p *play) perform(todo []func(), killed *replica) {
	const clients = 16
	var all sync.WaitGroup
	next := make(chan func())
	for range clients {
		all.Go(func() {
			for do := range next {
				do()
			}
		})
	}
	for i, do := range todo {
		if i == len(todo)/2 {
			all.Go(func() {
				killed.kill()
				killed.begin()
			})
		}
		next <- do
	}
	close(next)
	all.Wait()
}

// completeLots sends as many employees' answers together as make a lot, so that none is left to wait for others.
func (p *play) completeLots(r *rand.Rand) {
	last := make([]*submission, 5)
	for i := range last {
		last[i] = p.draw(r, staffOnly)
	}
	p.settle(p.bulk(0, last))
}

// verify runs the command, which recounts everything.
func (p *play) verify() {
	p.t.Helper()
	code, out, errs := call(p.t, envOf(), "verify", "--database-url", p.database)
	for workspace := range p.keys {
		if code != 0 || !strings.Contains(out, fmt.Sprintf("workspace %s: equal\n", workspace)) {
			p.fault("verify gave %d: %s%s", code, out, errs)
		}
	}
}
