package models

import (
	"cmp"
	"maps"
	"slices"
	"strings"
)

// SeriesKind says what a series of a table is.
type SeriesKind string

// The kinds.
const (
	ScoreSeries SeriesKind = "score" // a metric's score, in points
	KPISeries   SeriesKind = "kpi"   // a KPI's figure, in its own unit
)

// PointsUnit is the unit of scores.
const PointsUnit = "points"

// TableSeries is one metric's score, or one KPI, of those that a table lines up.
type TableSeries struct {
	Kind SeriesKind
	Key  string // of the metric or the KPI
	Unit string
}

// Series is the metric's in a table.
func (m Metric) Series() TableSeries { return TableSeries{ScoreSeries, m.Key, PointsUnit} }

// Series is the KPI's in a table.
func (k KPI) Series() TableSeries { return TableSeries{KPISeries, k.Key, k.Unit} }

// TableCell is what one series was for a group in a period. What is nil is not
// told: there is none, or the group is Suppressed. It is never 0 for want of a figure.
type TableCell struct {
	Start  Day    // of the period
	Group  string // its key within the table's level; "" for the company
	Series TableSeries

	Value, StdErr, Lower, Upper *float64
	N                           *float64 // of a score its answers, of a KPI that is averaged what it is weighted by
	Suppressed                  bool     // too few employees to be shown
}

// TableCell is what a table tells of the score.
func (s Score) TableCell() TableCell {
	cell := TableCell{Start: s.Period.Since, Group: s.Key, Suppressed: s.Suppressed, Series: s.Metric.Series()}
	if s.Suppressed {
		return cell
	}
	n := float64(s.Histogram.N())
	cell.N = &n
	if r := s.Result; r != nil {
		cell.Value, cell.StdErr = &r.Score, r.StdErr
		if r.Interval != nil {
			cell.Lower, cell.Upper = &r.Interval.Lower, &r.Interval.Upper
		}
	}
	return cell
}

// TableCells are what a table tells of a KPI, from what is told of a level's groups: one for
// each period of each group of which anything is told at all, by group, then by time.
func (k KPI) TableCells(values []KPIValue, periods []Period) []TableCell {
	groups := map[string]map[Day]KPIValue{}
	for _, v := range values {
		if v.Start < periods[0].Since || v.Start >= periods[len(periods)-1].Until {
			continue
		}
		if groups[v.Key] == nil {
			groups[v.Key] = map[Day]KPIValue{}
		}
		groups[v.Key][v.Start] = v
	}
	var cells []TableCell
	for _, group := range sortedKeys(groups) {
		for _, p := range periods {
			cell := TableCell{Start: p.Since, Group: group, Series: k.Series()}
			v, told := groups[group][p.Since]
			switch {
			case v.Suppressed:
				cell.Suppressed = true
			case told:
				cell.Value = &v.Value
				if v.Size > 0 {
					cell.N = &v.Size
				}
			}
			cells = append(cells, cell)
		}
	}
	return cells
}

// SaysSomething reports whether anything but suppression is told in any of the cells.
func SaysSomething(cells []TableCell) bool {
	return slices.ContainsFunc(cells, func(c TableCell) bool { return c.Value != nil || c.N != nil && *c.N > 0 })
}

// SortTable puts cells in a table's order: by time, group, scores before KPIs, and the series' keys.
func SortTable(cells []TableCell) {
	slices.SortFunc(cells, func(a, b TableCell) int {
		return cmp.Or(cmp.Compare(a.Start, b.Start), strings.Compare(a.Group, b.Group), compareSeries(a.Series, b.Series))
	})
}

func compareSeries(a, b TableSeries) int {
	return cmp.Or(strings.Compare(string(b.Kind), string(a.Kind)), strings.Compare(a.Key, b.Key))
}

// WideRow is everything that is told of a group in a period, by column.
type WideRow struct {
	Start  Day
	Group  string
	Values map[string]float64
}

// Columns are those of the series in a wide table: its value, and of a score the
// number of its answers. No two series have a column in common, whatever their keys.
func (s TableSeries) Columns() []string {
	if s.Kind == KPISeries {
		return []string{"kpi_" + s.Key}
	}
	return []string{"score_" + s.Key, "n_" + s.Key}
}

// WideTable puts what sorted cells tell of a group in a period into one row, and
// gives the columns of all series, in order; those asked for are among them even
// if nothing is told of them.
func WideTable(cells []TableCell, asked []TableSeries) (wide []WideRow, columns []string) {
	series := map[TableSeries]bool{}
	for _, s := range asked {
		series[s] = true
	}
	for _, c := range cells {
		if last := len(wide) - 1; last < 0 || wide[last].Start != c.Start || wide[last].Group != c.Group {
			wide = append(wide, WideRow{c.Start, c.Group, map[string]float64{}})
		}
		series[c.Series] = true
		values := wide[len(wide)-1].Values
		for i, column := range c.Series.Columns() {
			if figure := [...]*float64{c.Value, c.N}[i]; figure != nil {
				values[column] = *figure
			}
		}
	}
	for _, s := range slices.SortedFunc(maps.Keys(series), compareSeries) {
		columns = append(columns, s.Columns()...)
	}
	return wide, columns
}

// LastPeriods are so many whole periods of the length, and the one that today lies in.
func (l PeriodLength) LastPeriods(today Day, whole int) Period {
	return Period{l.beside(today, -whole), l.Next(today)}
}

// Split divides a period of whole periods of a length into them.
func (p Period) Split(l PeriodLength) []Period {
	var parts []Period
	for d := p.Since; d < p.Until; d = l.Next(d) {
		parts = append(parts, Period{d, l.Next(d)})
	}
	return parts
}
