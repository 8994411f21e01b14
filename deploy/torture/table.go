package main

import (
	"fmt"
	"io"
	"runtime"
	"strings"
	"time"
)

// row is what became of one fault on one database.
type row struct {
	fault, database string
	cells           []any
	kept            bool
}

// row is that of the trial; err is what ended it, or what was broken.
func (t *trial) row(err error) row {
	r := row{t.fault.name, string(t.kind), nil, err == nil}
	var notReady time.Duration
	for _, s := range t.servers {
		notReady = max(notReady, s.longest)
	}
	verdict := map[bool]string{true: "equal", false: "**not equal**"}
	r.cells = []any{t.strikes, t.requests.Load(), t.acknowledged(), t.again.Load(), t.busy.Load(), t.limited.Load(), t.unreached.Load(), t.unanswered.Load(), t.silent.Load(),
		t.lost, t.doubled, t.wrongs.Load(), verdict[t.verified], t.countersDown.Load(), fmt.Sprintf("%.1f s", notReady.Seconds())}
	return r
}

func header() []string {
	return []string{"fault", "database", "strikes", "requests", "acknowledged", "sent twice", "503", "429", "nobody there", "unanswered", "stored untold",
		"lost", "doubled", "other faults", "verify", "counters down", "not ready at most", "kept"}
}

func (r row) String() string {
	cells := []string{r.fault, r.database}
	for _, c := range r.cells {
		cells = append(cells, fmt.Sprint(c))
	}
	return "| " + strings.Join(append(cells, map[bool]string{true: "yes", false: "**no**"}[r.kept]), " | ") + " |"
}

// report prints the table of what was tried.
func (t *torture) report(w io.Writer) {
	fmt.Fprintf(w, "%d cores, %s %s/%s; -seed %d -seconds %d -kills %d.\n\n", runtime.NumCPU(), runtime.Version(), runtime.GOOS, runtime.GOARCH, t.seed, t.seconds, t.kills)
	fmt.Fprintf(w, "| %s |\n|%s\n", strings.Join(header(), " | "), strings.Repeat("---|", len(header())))
	for _, r := range t.rows {
		fmt.Fprintln(w, r)
	}
	for _, s := range t.skipped {
		fmt.Fprintf(w, "\nLeft out: %s.\n", s)
	}
	fmt.Fprintf(w, "\nIn %s.\n", time.Since(t.begun).Round(time.Second))
}
