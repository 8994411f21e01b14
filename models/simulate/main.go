// Simulate plays years of answers through the watch that the exporter publishes,
// judges its figures by the file of alerting rules, and prints how often each
// alert would have been wrong, and how soon right, beside rules that other tools offer.
//
// go run ./models/simulate -help
package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"regexp"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// options are the flags.
type options struct {
	seed         uint64
	years, drops int
	rules, only  string
}

func main() {
	var o options
	flag.Uint64Var(&o.seed, "seed", 1, "of the random numbers: the same `number` gives the same tables")
	flag.IntVar(&o.years, "years", 50, "`series-years` without a change, for each row of the tables; of volumes twice as many")
	flag.IntVar(&o.drops, "drops", 50, "how many `times` each change is planted, for each row of the tables")
	flag.StringVar(&o.rules, "rules", "deploy/prometheus/rules/scores.yml", "the `file` of alerting rules to be tried: try your own thresholds in a copy")
	flag.StringVar(&o.only, "only", "", "play the rows whose name matches this `expression`, such as '^nps, 20 a day' or 'model'")
	flag.Usage = usage
	flag.Parse()
	held, err := run(o, os.Stdout)
	if err != nil {
		fmt.Fprintln(os.Stderr, "simulate:", err)
		os.Exit(2)
	}
	if !held {
		os.Exit(1)
	}
}

func usage() {
	fmt.Fprint(flag.CommandLine.Output(), `Plays years of answers through the drop detection and prints false alarms a year
and the days until changes are found, as Markdown. The exit status is 1 when an
alert is wrong more than once a year and series, or finds 20 points too late.

Flags:
`)
	flag.PrintDefaults()
}

// run prints the report and tells whether the bar is held.
func run(o options, w io.Writer) (held bool, err error) {
	started := time.Now()
	rules, err := readRules(o.rules)
	if err != nil {
		return false, err
	}
	only, err := regexp.Compile(o.only)
	if err != nil {
		return false, fmt.Errorf("-only: %w", err)
	}
	ofScores, ofVolumes := scores(rules, only, o.years, o.drops), volumes(rules, only, o.years, o.drops)
	jobs := append(ofVolumes.jobs(o.seed), ofScores.jobs(o.seed)...)
	bar := progressbar.NewOptions(len(jobs), progressbar.OptionSetWriter(os.Stderr), progressbar.OptionSetDescription("playing"),
		progressbar.OptionSetVisibility(term.IsTerminal(int(os.Stderr.Fd()))), progressbar.OptionClearOnFinish())
	do(jobs, func() { _ = bar.Add(1) }) // a bar that can't be drawn is no reason to stop
	if err := report(w, ofScores, ofVolumes); err != nil {
		return false, err
	}
	broken := append(ofScores.broken(), ofVolumes.broken()...)
	for _, b := range broken {
		fmt.Fprintln(w, "Not held:", b)
	}
	fmt.Fprintf(w, "\n%d series-years and %d changes of each kind a row, seed %d, in %s.\n", o.years, o.drops, o.seed, time.Since(started).Round(time.Second))
	return len(broken) == 0, nil
}

const legend = `restless: the true score moves by 4 points (SD) from day to day, one day like the last (0.5).
weekends: they bring 40 % of a weekday's answers and, of scores, 4 points less. first year: judged from its first answer on.
by a model: four segments, two of them with 70 % of the weight, whose mix of answers wanders.
restless days, restless weeks, very restless weeks: their numbers differ by 30, 20 and 40 % (SD).
season: 20 % more and less in a year. Each true score is its target, too.`

// report prints the tables, those that sum up last.
func report(w io.Writer, ofScores, ofVolumes chapter) error {
	fmt.Fprintln(w, legend)
	for _, part := range []struct {
		title string
		table table
	}{
		{"False alarms a year and series, of scores that never change", ofScores.alarms()},
		{fmt.Sprintf("Median days until a lasting drop is found (share found within %d days): by the first alert, and by each", patient), ofScores.delays()},
		{"False alarms a year and series, of answers that come as they always did", ofVolumes.alarms()},
		{"Median days until missing answers are found", ofVolumes.delays()},
		{"The worst of each alert", ofScores.worst()},
		{"The worst of each alert on missing answers", ofVolumes.worst()},
		{"The slowest", ofScores.slowest()},
	} {
		if len(part.table.rows) == 0 {
			continue
		}
		fmt.Fprintf(w, "\n%s:\n\n", part.title)
		if err := part.table.print(w); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintln(w)
	return err
}
