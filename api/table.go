package api

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"github.com/mittari/mittari/models"
)

// tableList is the answer to a question for the table.
type tableList struct {
	Rows []tableRow `json:"rows"`
}

// tableRow is a row of the table: in its long shape what one series was for a
// group in a period, in its wide one the values of all series. What is not told is absent.
type tableRow struct {
	Period     models.PeriodLength `json:"period" example:"month"`
	Start      string              `json:"start" format:"date" example:"2026-10-01"` // the period's first day
	Complete   bool                `json:"complete"`                                 // the period is over
	Level      models.Level        `json:"level" example:"team"`
	Key        string              `json:"key,omitempty" example:"helsinki-3"` // of the group; absent for the company
	Kind       models.SeriesKind   `json:"kind,omitempty" example:"score"`
	Series     string              `json:"series,omitempty" example:"nps"`  // the key of the metric or of the KPI
	Unit       string              `json:"unit,omitempty" example:"points"` // of the value
	Value      *float64            `json:"value,omitempty" example:"42.3"`
	StdErr     *float64            `json:"stderr,omitempty" example:"3.1"` // of scores
	Lower      *float64            `json:"lower,omitempty" example:"36.1"` // of scores: the 95 % interval
	Upper      *float64            `json:"upper,omitempty" example:"48.2"` // of scores: the 95 % interval
	N          *float64            `json:"n,omitempty" example:"412"`      // of a score its answers, of a KPI that is averaged what it is weighted by
	Suppressed bool                `json:"suppressed,omitempty"`           // too few employees to be shown
	Values     map[string]float64  `json:"values,omitempty"`               // in the wide shape: score_… and n_… by the metric, kpi_… by the KPI
}

// @Summary		Line up scores and KPIs by period
// @Description	One tidy table of scores and KPIs: for each period, and for the company or each key of a level
// @Description	(`group_by`), what every series was. `shape=long` has a row for each series, with its unit, and of
// @Description	scores the standard error, the 95 % interval and the number of answers; `shape=wide` has one row with a column for each:
// @Description	`score_` and `n_` with the metric's key behind it, and `kpi_` with the KPI's.
// @Description
// @Description	The figures are those of `GET /v1/scores`, the company's by its model where there is one, and of `GET /v1/kpis/{key}/values`. Where
// @Description	there is no figure there is none (absent in JSON, an empty cell in CSV, null in Parquet), never 0. Rows
// @Description	come by time, then by key, scores before KPIs. `complete` is false for the period that is not over yet.
// @Description
// @Description	The Accept header says in which form: JSON, NDJSON (a row a line), CSV or Parquet.
// @ID				findTable
// @Tags			analysis
// @Security		key[scores:read]
// @Produce		json,application/x-ndjson,text/csv,application/vnd.apache.parquet
// @Param			metrics		query		[]string			false	"Keys of metrics, repeated or between commas; unless given all that have answers. Empty: none"	collectionFormat(multi)
// @Param			kpis		query		[]string			false	"Keys of KPIs, repeated or between commas; unless given all that have figures. Empty: none"	collectionFormat(multi)
// @Param			group_by	query		models.Level		false	"The level to tell figures apart by; surveys and journeys have scores only"	default(company)
// @Param			period		query		models.PeriodLength	false	"The length of the periods"	default(month)
// @Param			since		query		string				false	"The first day of the first period; unless given, 12 periods before the current one"
// @Param			until		query		string				false	"The first day of the period behind the last one; unless given, of the one that begins next. Needs since"
// @Param			shape		query		string				false	"A row for each series, or a column"	default(long)	enums(long,wide)
// @Success		200			{object}	tableList			"Rows by time, then by key, then by series"
// @Failure		406
// @Router			/v1/analysis/table [get]
func (s *server) findTable(c *gin.Context) error {
	q, err := s.tableQueryOf(c)
	if err != nil {
		return err
	}
	form, err := formOf(c, "the table")
	if err != nil {
		return err
	}
	cells, err := s.tableCells(c, q)
	if err != nil {
		return err
	}
	t := newTable(q, cells)
	if form == formJSON {
		c.JSON(http.StatusOK, tableList{t.rows})
		return nil
	}
	headSheet(c, form, "table")
	out := newSheet(form, c.Writer, "table", t.cells())
	for _, row := range t.rows {
		if err := out.write(row); err != nil {
			return err
		}
	}
	return out.close()
}
