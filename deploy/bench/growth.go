package main

import (
	"fmt"
	"math"
	"strings"
)

// leastStored is the first size of the growth tables; each further one is ten times that before it.
const leastStored = 10_000

// growing is a database of one size. What adds to it is measured last.
type growing struct {
	*bench
	database  string
	responses int
	server    *process // once something was measured that needs one
}

// work is a row of a growth table.
type work struct {
	name    string
	unit    func(float64) string
	measure func(*growing) (float64, error) // of one: what is told as a rate is measured as a time
}

// works are the rows, in the order in which they are measured.
func works() []work {
	return []work{
		{"rebuild: `mittari verify --repair`, every rollup deleted", seconds, (*growing).rebuild},
		{"verify: `mittari verify`", seconds, (*growing).recount},
		{"start to the first 200 of /readyz", seconds, (*growing).start},
		{"start to the first page of /metrics/cx", seconds, (*growing).startToPage},
		{"scrape of /metrics/cx", seconds, (*growing).scrape},
		{"query: GET " + growthQuery, seconds, (*growing).query},
		{"ingest: bulk NDJSON", rateOf, (*growing).bulk},
		{"ingest: single POST, 64 connections", rateOf, (*growing).single},
		{"resident memory of the server after all that", megabytes, (*growing).resident},
	}
}

const growthQuery = "/v1/scores?metric=csat&window=28d"

// rateOf tells the time of one as how many a second that is.
func rateOf(each float64) string { return perSecond(1 / each) }

// growth measures how each work grows with the responses stored, and makes a table
// for each database. Each size has a database of its own: there is not room for all.
func (b *bench) growth() error {
	for _, k := range b.kinds() {
		t := growthTable{database: k.name}
		for n := leastStored; n <= b.many; n *= 10 {
			err := b.within(func(b *bench) error {
				database, err := k.open(b)
				if err == nil {
					err = b.fill(database, n)
				}
				if err == nil {
					err = b.grow(&t, database, n)
				}
				return err
			})
			if err != nil {
				return fmt.Errorf("%s with %d responses: %w", k.name, n, err)
			}
		}
		b.sections = append(b.sections, t.String())
	}
	return nil
}

// grow measures every work at one size.
func (b *bench) grow(t *growthTable, database string, n int) error {
	g := &growing{bench: b, database: database, responses: n}
	t.add(n)
	for i, w := range works() {
		took, err := w.measure(g)
		if err != nil {
			return fmt.Errorf("%s: %w", w.name, err)
		}
		t.took[i] = append(t.took[i], took)
		b.say("%s, %s responses, %s: %s", t.database, short(n), w.name, w.unit(took))
	}
	var err error
	t.rollups[len(t.rollups)-1], err = count(b.ctx, database, "rollups")
	return err
}

// growthTable is what was measured on one database.
type growthTable struct {
	database       string
	sizes, rollups []int
	took           [][]float64 // by work, then by size
}

func (t *growthTable) add(n int) {
	t.sizes, t.rollups = append(t.sizes, n), append(t.rollups, 0)
	if t.took == nil {
		t.took = make([][]float64, len(works()))
	}
}

// String is the table in Markdown: each cell with how many times the one before it that is.
func (t *growthTable) String() string {
	var s strings.Builder
	fmt.Fprintf(&s, "| %s, responses stored |", t.database)
	for _, n := range t.sizes {
		fmt.Fprintf(&s, " %s |", short(n))
	}
	fmt.Fprintf(&s, " the last ten-fold |\n|---|%s\n| rows of rollups at the end |", strings.Repeat("---|", len(t.sizes)+1))
	for _, n := range t.rollups {
		fmt.Fprintf(&s, " %d |", n)
	}
	s.WriteString(" |\n")
	for i, w := range works() {
		fmt.Fprintf(&s, "| %s |", w.name)
		last := math.NaN()
		for at, took := range t.took[i] {
			fmt.Fprintf(&s, " %s", w.unit(took))
			if at > 0 {
				last = took / t.took[i][at-1]
				fmt.Fprintf(&s, " (%.2f×)", last)
			}
			s.WriteString(" |")
		}
		fmt.Fprintf(&s, " %s |\n", pattern(last))
	}
	return s.String()
}

// pattern names how a work grows that takes so many times as long for ten times the rows.
func pattern(times float64) string {
	switch {
	case math.IsNaN(times):
		return ""
	case times <= 1.5:
		return "constant"
	case times < 7:
		return "less than linear"
	case times <= 12:
		return "linear"
	}
	return "**more than linear**"
}

// short is a number of responses as 10k or 1M.
func short(n int) string {
	switch {
	case n%1_000_000 == 0:
		return fmt.Sprintf("%dM", n/1_000_000)
	case n%1000 == 0:
		return fmt.Sprintf("%dk", n/1000)
	}
	return fmt.Sprint(n)
}
