package main

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
)

// table is printed as Markdown, its columns in line.
type table struct {
	head []string
	rows [][]string
}

func (t table) print(w io.Writer) error {
	lines := tabwriter.NewWriter(w, 0, 0, 1, ' ', 0)
	rule := make([]string, len(t.head))
	for i, name := range t.head {
		if rule[i] = "---:"; name == "metric" || name == "world" {
			rule[i] = "---"
		}
	}
	for _, row := range slices.Concat([][]string{t.head, rule}, t.rows) {
		if _, err := fmt.Fprintln(lines, "| "+strings.Join(row, "\t| ")+"\t|"); err != nil {
			return err
		}
	}
	return lines.Flush()
}

func (d delay) String() string {
	switch {
	case d.days > patient:
		return fmt.Sprintf("– (%.0f %%)", 100*d.found)
	case d.found < 0.985:
		return fmt.Sprintf("%d (%.0f %%)", d.days, 100*d.found)
	}
	return fmt.Sprint(d.days)
}

// thousands writes a number of answers.
func thousands(n int) string {
	if n < 1000 {
		return fmt.Sprint(n)
	}
	return fmt.Sprintf("%d,%03d", n/1000, n%1000)
}

// short is the rule's name, without what it shares with others.
func (r rule) short() string {
	return strings.TrimPrefix(strings.TrimPrefix(r.name, "CXScore"), "CXResponses")
}

// table has a row for each cell.
func (c *chapter) table(columns []string, row func(o outcome) []string) table {
	t := table{head: append([]string{"metric", "answers a day", "world"}, columns...)}
	for i, cell := range c.cells {
		t.rows = append(t.rows, append([]string{cell.Key, thousands(cell.rate), cell.name}, row(c.outcomes[i])...))
	}
	return t
}

// alarms is the table of false alarms.
func (c *chapter) alarms() table {
	var columns []string
	for _, r := range c.rules {
		columns = append(columns, r.short())
	}
	return c.table(columns, func(o outcome) []string {
		var row []string
		for _, alarms := range o.falseAlarms {
			row = append(row, fmt.Sprintf("%.2f", alarms))
		}
		return row
	})
}

// delays is the table of the time until changes are found: by the first alert
// that looks for one, and the last of the changes by each alert.
func (c *chapter) delays() table {
	var columns []string
	for _, change := range c.changes {
		columns = append(columns, change.name)
	}
	last := len(c.changes) - 1
	for _, r := range c.rules {
		if c.timed(r) {
			columns = append(columns, r.short()+", "+c.changes[last].name)
		}
	}
	return c.table(columns, func(o outcome) []string {
		var row []string
		for _, d := range o.delays {
			row = append(row, d.first.String())
		}
		for i, d := range o.delays[last].each {
			if c.timed(c.rules[i]) {
				row = append(row, d.String())
			}
		}
		return row
	})
}

// worst is a table of the most false alarms of each alert, by answers a day, and where.
func (c *chapter) worst() table {
	t := table{head: []string{"answers a day"}}
	for _, rule := range c.rules[:c.ours] {
		t.head = append(t.head, rule.short())
	}
	for _, rate := range rates() {
		row := []string{thousands(rate)}
		for r := range c.rules[:c.ours] {
			if at, found := c.worstCell(rate, func(o outcome) float64 { return o.falseAlarms[r] }); found {
				row = append(row, atWorst(fmt.Sprintf("%.2f", c.outcomes[at].falseAlarms[r]), "0.00", c.cells[at]))
			}
		}
		t.add(row)
	}
	return t
}

// atWorst says where a figure comes from, unless it is the same everywhere.
func atWorst(figure, everywhere string, c cell) string {
	if figure == everywhere {
		return figure
	}
	return figure + " (" + c.Key + ", " + c.name + ")"
}

// add adds a row, if it has figures.
func (t *table) add(row []string) {
	if len(row) > 1 {
		t.rows = append(t.rows, row)
	}
}

// slowest is a table of the longest time until a change is found, by answers a day, and where.
func (c *chapter) slowest() table {
	t := table{head: []string{"answers a day"}}
	for _, change := range c.changes {
		t.head = append(t.head, change.name)
	}
	for _, rate := range rates() {
		row := []string{thousands(rate)}
		for n := range c.changes {
			at, found := c.worstCell(rate, func(o outcome) float64 { return float64(o.delays[n].first.days) - o.delays[n].first.found })
			if found {
				row = append(row, atWorst(c.outcomes[at].delays[n].first.String(), "1", c.cells[at]))
			}
		}
		t.add(row)
	}
	return t
}

// worstCell is the one of that rate of which a figure is greatest.
func (c *chapter) worstCell(rate int, of func(outcome) float64) (int, bool) {
	var at []int
	for i, cell := range c.cells {
		if cell.rate == rate && cell.closed == 0 { // days on which nobody is there are told, and are no false alarms
			at = append(at, i)
		}
	}
	if len(at) == 0 {
		return 0, false
	}
	return slices.MaxFunc(at, func(a, b int) int { return cmp.Compare(of(c.outcomes[a]), of(c.outcomes[b])) }), true
}

// The bar: what every alert has to keep in every cell.
const mostFalseAlarms = 1.0 // a year and series

// soon is within how many days half of the lasting drops of 20 points have to be found.
func soon() map[int]int {
	return map[int]int{5: 25, 20: 8, 100: 5, 1000: 4, 10_000: 2, mostRate: 2}
}

// broken are the cells that don't keep the bar.
func (c *chapter) broken() []string {
	var broken []string
	for i, cell := range c.cells {
		for r, rule := range c.rules[:c.ours] {
			if alarms := c.outcomes[i].falseAlarms[r]; alarms > mostFalseAlarms && cell.closed == 0 {
				broken = append(broken, fmt.Sprintf("%s: %.2f false alarms a year of %s", cell, alarms, rule.name))
			}
		}
		for n, change := range c.changes {
			if d := c.outcomes[i].delays[n].first; change.points == -20 && d.days > soon()[cell.rate] {
				broken = append(broken, fmt.Sprintf("%s: 20 points are found in %s days", cell, d))
			}
		}
	}
	return broken
}
