package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
)

// bound is what a ratio is to reach.
type bound struct {
	value   float64
	atMost  bool // else at least
	percent bool
}

func atLeast(v float64) bound        { return bound{value: v} }
func atMost(v float64) bound         { return bound{value: v, atMost: true} }
func atLeastPercent(v float64) bound { return bound{value: v / 100, percent: true} }

func (b bound) reached(ratio float64) bool {
	if b.atMost {
		return ratio <= b.value
	}
	return ratio >= b.value
}

func (b bound) String() string {
	if b.atMost {
		return "≤ " + b.show(b.value)
	}
	return "≥ " + b.show(b.value)
}

// show tells a ratio in the unit of the bound.
func (b bound) show(ratio float64) string {
	switch {
	case b.percent:
		return fmt.Sprintf("%.0f %%", 100*ratio)
	case ratio >= 100:
		return fmt.Sprintf("%.0f×", ratio)
	case ratio >= 10:
		return fmt.Sprintf("%.1f×", ratio)
	}
	return fmt.Sprintf("%.2f×", ratio)
}

// result is one row of the table.
type result struct {
	row            int
	what, baseline string
	base, ours     string // medians, with their units
	ratio          float64
	least, most    float64 // of the single ratios
	reach          bound
	also           string // what else is to hold, and whether it does; "" where nothing is
	alsoFailed     bool
}

// tell makes a row of what was measured.
func (b *bench) tell(row int, what, baseline string, p pairs, unit func(float64) string, reach bound) *result {
	return b.add(result{row: row, what: what, baseline: baseline, base: unit(middle(p.base)), ours: unit(middle(p.ours)), reach: reach}, p)
}

// tellFaster makes a row of times, whose ratio is how many times faster ours is.
func (b *bench) tellFaster(row int, what, baseline string, p pairs, reach bound) {
	b.add(result{row: row, what: what, baseline: baseline, base: seconds(middle(p.base)), ours: seconds(middle(p.ours)), reach: reach}, p.inverse())
}

// add adds the row with the ratios of the pairs.
func (b *bench) add(r result, p pairs) *result {
	r.ratio = p.ratio()
	r.least, r.most = p.spread()
	b.results = append(b.results, r)
	b.say("row %d, %s: %s, baseline %s: %s (%s to %s), to reach %s", r.row, r.what, r.ours, r.base,
		r.reach.show(r.ratio), r.reach.show(r.least), r.reach.show(r.most), r.reach)
	return &b.results[len(b.results)-1]
}

func (r result) reached() bool { return r.reach.reached(r.ratio) && !r.alsoFailed }

func allReached(results []result) bool {
	for _, r := range results {
		if !r.reached() {
			return false
		}
	}
	return true
}

// report prints the machine, the table of the rows, what was measured beside them, and how the baselines work, as Markdown.
func (b *bench) report(w io.Writer, m machine) {
	fmt.Fprintf(w, "%s\n\n", m)
	if len(b.results) > 0 {
		fmt.Fprintf(w, "%s\n\n", b.sizesTold())
		b.rowTable(w)
		fmt.Fprintf(w, "\n%s\n\n", baselines)
	}
	for _, section := range b.sections {
		fmt.Fprintf(w, "%s\n", section)
	}
	fmt.Fprintf(w, "Measured in %s.\n", time.Since(b.begun).Round(time.Second))
}

func (b *bench) rowTable(w io.Writer) {
	fmt.Fprintln(w, "| | what | baseline | its figure | ours | ratio | spread | reach | reached |")
	fmt.Fprintln(w, "|---|---|---|---|---|---|---|---|---|")
	for _, r := range slices.SortedStableFunc(slices.Values(b.results), func(a, b result) int { return a.row - b.row }) {
		verdict := "**missed**"
		if r.reached() {
			verdict = "yes"
		}
		reach := r.reach.String()
		if r.also != "" {
			reach += "; " + r.also
		}
		cells := []string{fmt.Sprint(r.row), r.what, r.baseline, r.base, r.ours, r.reach.show(r.ratio),
			r.reach.show(r.least) + " – " + r.reach.show(r.most), reach, verdict}
		fmt.Fprintf(w, "| %s |\n", strings.Join(cells, " | "))
	}
}

// sizesTold tells what the run took, so that a quick one is never mistaken for a full one.
func (o options) sizesTold() string {
	kind := "Sizes"
	if o.quick {
		kind = "A quick run, not at full size"
	}
	return fmt.Sprintf("%s: %s a measure, %d rounds in turn with the baseline, medians; %d responses in bulk (a quarter of them on SQLite) by %d requests at a time, "+
		"%d stored against %d. Spread: the least and the greatest ratio of a round.", kind, o.time, o.rounds, o.bulk, o.senders, o.many, o.few)
}
