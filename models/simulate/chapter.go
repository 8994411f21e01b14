package main

import (
	"fmt"
	"hash/fnv"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"

	"github.com/mittari/mittari/models"
)

// chapter is one part of the report: rules that are tried on the same cells.
type chapter struct {
	rules   []rule
	ours    int             // how many of the rules, the first ones, are those of the file
	looks   func(rule) bool // for the changes
	timed   func(rule) bool // whose delays are shown
	changes []change
	cells   []cell
	years   int
	times   int // that each change is planted in a cell

	outcomes []outcome // by cell
}

// outcome is what came of a cell.
type outcome struct {
	falseAlarms []float64 // a year, by rule
	delays      []delays  // by change
}

// rates are the numbers of answers a day.
func rates() []int { return []int{5, 20, 100, 1000, 10_000, 100_000} }

const mostRate = 100_000 // played for one metric: beyond 10,000 a day nothing is left to chance

// scores is the chapter of scores, of those cells whose name matches.
func scores(rules []rule, only *regexp.Regexp, years, times int) chapter {
	c := chapter{rules: append(slices.Clone(rules), naive()...), ours: len(rules), changes: drops(), years: years, times: times,
		looks: func(r rule) bool { return strings.HasPrefix(r.name, "CXScoreDrop") || r.name == "CXScoreDecline" },
		timed: func(r rule) bool { return !strings.HasPrefix(r.name, "CXResponses") }}
	add := func(cell cell) {
		if cell.window = models.WatchDays; only.MatchString(cell.String()) {
			c.cells = append(c.cells, cell)
		}
	}
	for _, u := range played() {
		for _, rate := range rates() {
			for _, w := range scoreWorlds() {
				if rate < mostRate || u.metric == "nps" {
					add(cell{asked: ask(u), world: w, rate: rate})
				}
			}
		}
	}
	nps := ask(played()[0])
	for _, rate := range rates()[:5] {
		add(cell{asked: nps, world: world{name: "restless, first year", daily: 4, young: true}, rate: rate})
		for _, w := range companyWorlds() {
			add(cell{asked: nps, world: w, rate: rate, parts: parts()})
		}
	}
	return c
}

// volumes is the chapter of the numbers of answers.
func volumes(rules []rule, only *regexp.Regexp, years, times int) chapter {
	ours := slices.DeleteFunc(slices.Clone(rules), func(r rule) bool { return !strings.HasPrefix(r.name, "CXResponses") })
	any := func(rule) bool { return true }
	c := chapter{rules: ours, ours: len(ours), changes: losses(), years: 2 * years, times: times, looks: any, timed: any}
	for _, rate := range rates() {
		for _, w := range volumeWorlds() {
			cell := cell{asked: ask(played()[0]), world: w, rate: rate, window: 7 * (models.VolumeWeeks + 1)}
			if only.MatchString(cell.String()) {
				c.cells = append(c.cells, cell)
			}
		}
	}
	return c
}

func (c cell) String() string { return fmt.Sprintf("%s, %d a day, %s", c.Key, c.rate, c.name) }

// seed is a cell's own, whatever else is played.
func (c cell) seed(seed uint64) uint64 {
	h := fnv.New64a()
	_, _ = fmt.Fprint(h, seed, c)
	return h.Sum64()
}

// jobs are the pieces of the chapter's work, which may be done side by side, in any order.
func (c *chapter) jobs(seed uint64) []func() {
	c.outcomes = make([]outcome, len(c.cells))
	var jobs []func()
	for i, cell := range c.cells {
		o := &c.outcomes[i]
		o.delays = make([]delays, len(c.changes))
		jobs = append(jobs, func() { o.falseAlarms = falseAlarms(cell, c.rules, cell.seed(seed), c.years) })
		for n, change := range c.changes {
			jobs = append(jobs, func() { o.delays[n] = delaysOf(cell, c.rules, c.looks, change, cell.seed(seed), c.times) })
		}
	}
	return jobs
}

// do does the jobs, the last first, and says when each is done.
func do(jobs []func(), done func()) {
	work := make(chan func())
	var workers sync.WaitGroup
	for range runtime.NumCPU() {
		workers.Go(func() {
			for job := range work {
				job()
				done()
			}
		})
	}
	for _, job := range slices.Backward(jobs) {
		work <- job
	}
	close(work)
	workers.Wait()
}
