// Simulate plays years of answers through the drop detection that the exporter
// publishes and prints how often each alert would have been wrong, and how soon
// right, beside the rules that other tools offer.
//
// go run ./models/simulate -help
package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync"
	"text/tabwriter"
	"time"

	"github.com/mittari/mittari/models"
)

func main() {
	seed := flag.Uint64("seed", 1, "of the random numbers: the same seed gives the same table")
	years := flag.Int("years", 100, "series-years without a change, for each row of the table")
	drops := flag.Int("drops", 100, "planted drops of each size, for each row of the table")
	var t thresholds
	flag.Float64Var(&t.day, "z-day", 3.3, "above which a day's drop is an alarm")
	flag.Float64Var(&t.longer, "z", 2.7, "above which a week's or a month's drop is an alarm")
	flag.Float64Var(&t.cusum, "cusum", models.DeclineThreshold, "above which a decline is an alarm")
	flag.Parse()
	started := time.Now()
	if err := report(os.Stdout, rules(t), *seed, *years, *drops); err != nil {
		fmt.Fprintln(os.Stderr, "simulate:", err)
		os.Exit(1)
	}
	fmt.Printf("\n%d series-years and %d drops of each size a row, seed %d, in %s.\n", *years, *drops, *seed, time.Since(started).Round(time.Second))
}

// report plays every world and prints the two tables.
func report(w io.Writer, rules []rule, seed uint64, years, drops int) error {
	worlds := worlds()
	outcomes := playAll(worlds, rules, seed, years, drops)
	fmt.Fprintln(w, "False alarms a year and series, of scores that never change (NPS 30):")
	err := printTable(w, rules, "", worlds, func(i int) []string {
		var cells []string
		for _, alarms := range outcomes[i].falseAlarms {
			cells = append(cells, fmt.Sprintf("%.2f", alarms))
		}
		return cells
	})
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "\nMedian days until the first of our alerts finds a drop (share found within %d days), and each by itself for 20 points:\n", patient)
	return printTable(w, rules, "5 points\t10 points\t20 points\t", worlds, func(i int) []string {
		var cells []string
		for _, d := range slices.Concat(outcomes[i].first, outcomes[i].each) {
			cells = append(cells, d.String())
		}
		return cells
	})
}

// playAll plays the worlds side by side.
func playAll(worlds []world, rules []rule, seed uint64, years, drops int) []outcome {
	outcomes := make([]outcome, len(worlds))
	work := make(chan int)
	var workers sync.WaitGroup
	for range runtime.NumCPU() {
		workers.Go(func() {
			for i := range work {
				outcomes[i] = play(worlds[i], rules, seed+uint64(i)<<32, years, drops)
			}
		})
	}
	for i := range worlds {
		work <- i
	}
	close(work)
	workers.Wait()
	return outcomes
}

// printTable prints a row for each world, with a column for each rule last.
func printTable(w io.Writer, rules []rule, columns string, worlds []world, cells func(i int) []string) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	for _, r := range rules {
		columns += r.name + "\t"
	}
	fmt.Fprintln(table, "answers a day\tworld\t"+columns)
	for i, world := range worlds {
		fmt.Fprintf(table, "%d\t%s\t%s\t\n", world.rate, world.name, strings.Join(cells(i), "\t"))
	}
	return table.Flush()
}
