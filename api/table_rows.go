package api

import (
	"github.com/gin-gonic/gin"

	"github.com/mittari/mittari/models"
)

// maxTableRows is the greatest number of rows of a table in its long shape.
const maxTableRows = 100_000

// tableCells are what the question asks for, in the table's order: a few
// queries for each series, however many groups and periods there are.
func (s *server) tableCells(c *gin.Context, q tableQuery) ([]models.TableCell, error) {
	var cells []models.TableCell
	for _, m := range q.metrics {
		more, err := s.scoreCells(c, q, m, len(cells))
		if err != nil {
			return nil, err
		}
		if !q.all || models.SaysSomething(more) {
			cells = append(cells, more...)
		}
	}
	for _, k := range q.kpis {
		more, err := s.kpiCells(c, q, k)
		if err != nil {
			return nil, err
		}
		if cells = append(cells, more...); len(cells) > maxTableRows {
			return nil, tooManyRows()
		}
	}
	models.SortTable(cells)
	return cells, nil
}

// scoreCells are those of a metric's scores; before is how many cells there are already.
func (s *server) scoreCells(c *gin.Context, q tableQuery, m models.Metric, before int) ([]models.TableCell, error) {
	groups, err := s.scoreGroups(c, scoreQuery{metric: m, level: q.level, parts: q.periods})
	if err != nil {
		return nil, err
	}
	if before+len(groups)*len(q.periods) > maxTableRows {
		return nil, tooManyRows()
	}
	var cells []models.TableCell
	for _, score := range groups {
		for part := range q.periods {
			cells = append(cells, score(part).TableCell())
		}
	}
	return cells, nil
}

func (s *server) kpiCells(c *gin.Context, q tableQuery, k models.KPI) ([]models.TableCell, error) {
	whole := models.Period{Since: q.periods[0].Since, Until: q.periods[len(q.periods)-1].Until}
	rollup, err := s.kpiRollup(c, k, whole)
	if err != nil {
		return nil, err
	}
	return k.TableCells(rollup.Values(q.level, q.length), q.periods), nil
}

func tooManyRows() error {
	return models.Errorf(malformed, "these are more than %d rows: take a shorter time, longer periods, or fewer metrics and kpis", maxTableRows)
}

// table is what is written of the rows, in the shape that was asked for.
type table struct {
	columns []string // of values by name, in the wide shape
	wide    bool
	rows    []tableRow
}

func newTable(q tableQuery, cells []models.TableCell) table {
	t := table{wide: q.wide, rows: []tableRow{}}
	row := func(start models.Day, group string) tableRow {
		return tableRow{Period: q.length, Start: start.String(), Complete: q.length.Next(start) <= q.today, Level: q.level, Key: group}
	}
	if q.wide {
		var all []models.WideRow
		all, t.columns = models.WideTable(cells, q.asked)
		for _, w := range all {
			r := row(w.Start, w.Group)
			r.Values = w.Values
			t.rows = append(t.rows, r)
		}
		return t
	}
	for _, f := range cells {
		r := row(f.Start, f.Group)
		r.Kind, r.Series, r.Unit = f.Series.Kind, f.Series.Key, f.Series.Unit
		r.Value, r.StdErr, r.Lower, r.Upper, r.N, r.Suppressed = f.Value, f.StdErr, f.Lower, f.Upper, f.N, f.Suppressed
		t.rows = append(t.rows, r)
	}
	return t
}
