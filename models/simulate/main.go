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
	"sync"
	"text/tabwriter"
	"time"
)

func main() {
	seed := flag.Uint64("seed", 1, "of the random numbers: the same seed gives the same table")
	years := flag.Int("years", 100, "series-years without a change, for each row of the table")
	drops := flag.Int("drops", 100, "planted drops of each size, for each row of the table")
	flag.Parse()
	started := time.Now()
	if err := report(os.Stdout, *seed, *years, *drops); err != nil {
		fmt.Fprintln(os.Stderr, "simulate:", err)
		os.Exit(1)
	}
	fmt.Printf("\n%d series-years and %d drops of each size a row, seed %d, in %s.\n", *years, *drops, *seed, time.Since(started).Round(time.Second))
}

// report plays every world and prints the two tables.
func report(w io.Writer, seed uint64, years, drops int) error {
	worlds := worlds()
	outcomes := make([]outcome, len(worlds))
	work := make(chan int)
	var workers sync.WaitGroup
	for range runtime.NumCPU() {
		workers.Go(func() {
			for i := range work {
				outcomes[i] = play(worlds[i], seed+uint64(i)<<32, years, drops)
			}
		})
	}
	for i := range worlds {
		work <- i
	}
	close(work)
	workers.Wait()

	fmt.Fprintln(w, "False alarms a year and series, of scores that never change (NPS 30):")
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	header := "answers a day\tworld\t"
	for _, r := range rules() {
		header += r.name + "\t"
	}
	fmt.Fprintln(table, header)
	for i, o := range outcomes {
		fmt.Fprintf(table, "%d\t%s\t", worlds[i].rate, worlds[i].name)
		for _, alarms := range o.falseAlarms {
			fmt.Fprintf(table, "%.2f\t", alarms)
		}
		fmt.Fprintln(table)
	}
	if err := table.Flush(); err != nil {
		return err
	}

	fmt.Fprintln(w, "\nMedian days until the first of our alerts finds a drop (share found within 60 days), and each by itself for 20 points:")
	table = tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	header = "answers a day\tworld\t5 points\t10 points\t20 points\t"
	for _, r := range rules() {
		header += r.name + "\t"
	}
	fmt.Fprintln(table, header)
	for i, o := range outcomes {
		fmt.Fprintf(table, "%d\t%s\t", worlds[i].rate, worlds[i].name)
		for _, d := range o.first {
			fmt.Fprint(table, d, "\t")
		}
		for _, d := range o.each {
			fmt.Fprint(table, d, "\t")
		}
		fmt.Fprintln(table)
	}
	return table.Flush()
}
