package main

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/mittari/mittari/deploy/running"
)

// overload offers the server half, the whole and twice what it can store, and
// makes a table for each database. It fails where an acknowledged response is not
// stored once, a refused one is stored, or a refusal does not say what to do.
func (b *bench) overload() error {
	return b.onEach(func(b *bench, name, database string) error {
		section, err := b.overloaded(name, database)
		b.sections = append(b.sections, section)
		return err
	})
}

// overloadTimes is how many times as long as others these measures last: a queue has to fill, and memory to grow.
const overloadTimes = 5

// overloaded measures on one database.
func (b *bench) overloaded(name, database string) (string, error) {
	ours, err := b.serve(database)
	if err != nil {
		return "", err
	}
	var next atomic.Int64
	sustained, err := load{ours.Address, 256, &next}.run(b.ctx, b.warmUp(), b.time)
	if err != nil {
		return "", err
	}
	b.say("%s: %s are stored when 256 connections wait for each answer", name, perSecond(sustained.perSecond))
	senders, err := load{ours.Address, b.clients, &next}.connect(b.ctx)
	defer closeAll(senders)
	if err != nil {
		return "", fmt.Errorf("%w; -clients says how many connections there are", err)
	}
	var table strings.Builder
	fmt.Fprintf(&table, "%s, where 256 connections that wait for each answer store %s; %d connections\n\n", name, perSecond(sustained.perSecond), b.clients)
	fmt.Fprint(&table, "| offered | accepted | shed | found no connection | p50 | p99 of accepted | p50 | p99 of refusals | memory before | peak | at the end |\n|---|---|---|---|---|---|---|---|---|---|---|\n")
	var all []arrived
	for _, times := range []float64{0.5, 1, 2} {
		f, err := b.flood(ours, arrivals{senders, &next, times * sustained.perSecond}, b.time*overloadTimes)
		if err != nil {
			return "", err
		}
		all = append(all, f.arrived...)
		fmt.Fprintf(&table, "| %.1f×: %s |%s\n", times, perSecond(times*sustained.perSecond), f)
		b.say("%s, %.1f×: %s; sent late p99 %s", name, times, f, seconds(f.lateness().Seconds()))
	}
	if err := b.verify(database); err != nil {
		return "", err
	}
	verdict, err := b.stand(database, all)
	b.say("%s: %s", name, verdict)
	return table.String() + "\n" + verdict + "\n", err
}

// flood is what came of arrivals at one rate.
type flood struct {
	arrived           []arrived
	unsent            int // requests that found no connection
	during            time.Duration
	before, peak, end float64 // resident memory of the server
}

// flood sends arrivals while the server's memory is watched.
func (b *bench) flood(ours *process, a arrivals, during time.Duration) (f flood, err error) {
	f.during = during
	if f.before, err = ours.memory(); err != nil {
		return f, err
	}
	ctx, stop := context.WithCancel(b.ctx)
	peak := make(chan float64)
	go func() { peak <- ours.peak(ctx) }()
	f.arrived, f.unsent, err = a.run(b.ctx, during)
	stop()
	f.peak = <-peak
	if err == nil {
		f.end, err = ours.memory()
	}
	return f, err
}

// peak is the most memory that the process has resident until the context ends.
func (p *process) peak(ctx context.Context) (most float64) {
	for tick := time.Tick(50 * time.Millisecond); ; {
		held, err := p.memory()
		if err == nil {
			most = max(most, held)
		}
		select {
		case <-ctx.Done():
			return most
		case <-tick:
		}
	}
}

// of are how long the requests with the status took, sorted.
func (f flood) of(status int) []time.Duration {
	var took []time.Duration
	for _, a := range f.arrived {
		if a.status == status {
			took = append(took, a.took)
		}
	}
	slices.Sort(took)
	return took
}

// lateness is the p99 of how late requests were sent: that of the generator.
func (f flood) lateness() time.Duration {
	var late []time.Duration
	for _, a := range f.arrived {
		late = append(late, a.late)
	}
	slices.Sort(late)
	return late[len(late)*99/100]
}

// String are the cells of the table behind the rate.
func (f flood) String() string {
	accepted, shed := f.of(http.StatusCreated), f.of(http.StatusServiceUnavailable)
	cells := []string{perSecond(float64(len(accepted)) / f.during.Seconds()), perSecond(float64(len(shed)) / f.during.Seconds()), fmt.Sprint(f.unsent)}
	for _, took := range [][]time.Duration{accepted, shed} {
		for _, part := range []int{50, 99} {
			cell := "–"
			if len(took) > 0 {
				cell = seconds(took[len(took)*part/100].Seconds())
			}
			cells = append(cells, cell)
		}
	}
	return " " + strings.Join(append(cells, megabytes(f.before), megabytes(f.peak), megabytes(f.end)), " | ") + " |"
}

// stand compares what was answered with what is stored.
func (b *bench) stand(database string, all []arrived) (verdict string, err error) {
	stored, err := b.submissions(database)
	if err != nil {
		return "", err
	}
	var acknowledged, lost, doubled, shed, kept, silent, other int
	for _, a := range all {
		switch n := stored[a.submission]; a.status {
		case http.StatusCreated:
			acknowledged++
			if n == 0 {
				lost++
			} else if n > 1 {
				doubled++
			}
		case http.StatusServiceUnavailable:
			shed++
			kept += n
			if !a.told {
				silent++
			}
		default:
			other++
		}
	}
	verdict = fmt.Sprintf("Of %d acknowledged responses %d are not stored and %d twice; of %d that were refused %d are stored, and %d were not told when to try again; "+
		"%d were answered otherwise. `mittari verify`: equal.", acknowledged, lost, doubled, shed, kept, silent, other)
	if lost+doubled+kept+silent+other > 0 {
		err = fmt.Errorf("a promise is broken: %s", verdict)
	}
	return verdict, err
}

// submissions are how often each submission that the generator numbered is stored.
func (b *bench) submissions(database string) (map[int64]int, error) {
	db, err := running.Connect(database)
	if err != nil {
		return nil, err
	}
	defer db.Close()
	rows, err := db.QueryContext(b.ctx, "SELECT submission_id FROM responses")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	stored := map[int64]int{}
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		n, err := strconv.ParseInt(strings.TrimPrefix(id, "bench-"), 10, 64)
		if err != nil {
			return nil, err
		}
		stored[n]++
	}
	return stored, rows.Err()
}
