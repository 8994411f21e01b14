package api

import (
	"context"
	"net/http"

	"github.com/gin-gonic/gin"

	"github.com/mittari/mittari/models"
	"github.com/mittari/mittari/models/score"
)

type personStore interface {
	FindKPIs(ctx context.Context, workspace string) ([]models.KPI, error)
	FiguresOfPersons(ctx context.Context, workspace, kpi string, starts models.Period) (models.PersonFigures, error)
	EachPersonFigure(ctx context.Context, workspace string, q models.ValueQuery, do func(models.PersonFigure) error) error
	EachConversion(ctx context.Context, workspace string, q models.ConversionQuery, do func(models.ConversionCount) error) error
}

// valueAnswer is what people are worth by what they answered.
type valueAnswer struct {
	Metric        string              `json:"metric" example:"nps"`
	KPI           string              `json:"kpi" example:"revenue"`
	Unit          string              `json:"unit" example:"EUR"` // of mean, median, total and their ends
	AddsUp        models.AddsUp       `json:"adds_up" example:"sum"`
	Answer        models.AnswerChoice `json:"answer" example:"last_before"`
	Since         string              `json:"since" format:"date" example:"2025-01-01"` // the first day of the figures' periods
	Until         string              `json:"until" format:"date" example:"2026-01-01"` // the day behind the last of those that begin in it
	Categories    []categoryValue     `json:"categories"`
	Difference    *valueDifference    `json:"difference,omitempty"`         // absent where too few can be compared
	Persons       int64               `json:"persons" example:"8120"`       // with a figure and an answer
	WithoutAnswer int64               `json:"without_answer" example:"640"` // persons with a figure and no answer that counts
	WithoutFigure int64               `json:"without_figure" example:"215"` // persons with an answer that counts and no figure
}

// categoryValue is what the persons of a category are worth.
type categoryValue struct {
	Category     string   `json:"category" example:"promoter"`
	Persons      *int64   `json:"persons,omitempty" example:"3950"`
	Mean         *float64 `json:"mean,omitempty" example:"412.5"` // of a yes/no KPI the share, 0 to 1
	Lower        *float64 `json:"lower,omitempty" example:"398.2"`
	Upper        *float64 `json:"upper,omitempty" example:"426.8"`
	Median       *float64 `json:"median,omitempty" example:"260"`
	Total        *float64 `json:"total,omitempty" example:"1629375"`       // of a yes/no KPI how many; absent where figures are averaged
	ShareOfTotal *float64 `json:"share_of_total,omitempty" example:"0.62"` // 0 to 1
	Suppressed   bool     `json:"suppressed,omitempty"`                    // of too few persons to be shown
}

// valueDifference is how much more the top category is worth than the bottom one, a person.
type valueDifference struct {
	Mean      float64            `json:"mean" example:"103.4"`
	Lower     float64            `json:"lower" example:"71.9"` // of the 95 % interval: Welch's, of a yes/no KPI Newcombe's
	Upper     float64            `json:"upper" example:"134.9"`
	T         *float64           `json:"t,omitempty" example:"6.43"`    // Welch's
	DF        *float64           `json:"df,omitempty" example:"2214.6"` // degrees of freedom
	P         float64            `json:"p" example:"0.0004"`            // how often chance alone makes a difference as large
	Bootstrap *bootstrapInterval `json:"bootstrap,omitempty"`           // absent of a yes/no KPI and of fewer than 20 persons on either side
}

// bootstrapInterval is a 95 % interval that needs no even spread of the figures.
type bootstrapInterval struct {
	Lower     float64 `json:"lower" example:"73.1"`
	Upper     float64 `json:"upper" example:"136.7"`
	Resamples int     `json:"resamples" example:"1999"`
}

// @Summary		Read what promoters, passives and detractors are worth
// @Description	Links each person's answer to a metric with the person's figures of a KPI, and tells the persons, the mean with
// @Description	its 95 % interval (Student's t), the median, the total and its share by category; and how much more the top category is
// @Description	worth than the bottom one: Welch's test, and beside its interval one by bootstrap (BCa, always the same for the
// @Description	same question), which follows the few large figures that money has; with fewer than some hundred persons Welch's is the safer one. A yes/no KPI, such as retained, is told
// @Description	by shares with Wilson's interval, and their difference with Newcombe's.
// @Description
// @Description	It compares persons, not periods: first a person's figures are added up over all periods that begin from `since` to before
// @Description	`until`, as the KPI adds up (sum, mean by size, or the last period's; of a yes/no KPI the person's last figure counts).
// @Description	Unless given, they are those of the latest calendar year with figures from beginning to end, or all there are.
// @Description	Then `answer` says which answer tells the category: `last_before`, the person's last one before `since`; `last`
// @Description	or `first`, the last or first one before `until`; `mean`, the mean of all before `until`, at the nearest value of the
// @Description	scale. Only `last_before` is sure not to take what a person bought for the cause of what the person said; it is still
// @Description	no proof of the other way round. Of several answers given at once the least counts. Filters are of the answers.
// @Description
// @Description	Refused (403) where the metric is anonymous, as employees' always are and customers' once their threshold is raised,
// @Description	and for KPIs of employees: whoever may write figures could write those of one person, and see which category's mean
// @Description	moves. A key of scope `admin` may ask; categories of fewer persons than the threshold are `suppressed`.
// @ID				findValue
// @Tags			analysis
// @Security		key[scores:read]
// @Param			metric		query		string				true	"The metric's key, such as nps; GET /v1/metrics lists all"
// @Param			kpi			query		string				true	"The KPI's key, such as revenue"
// @Param			since		query		string				false	"The first day of the figures' periods: a date such as 2025-01-01"
// @Param			until		query		string				false	"The day behind them. Needs since"
// @Param			answer		query		models.AnswerChoice	false	"Which of a person's answers counts"	default(last_before)
// @Param			{dimension}	query		string				false	"Only answers of this {dimension}"
// @Success		200			{object}	valueAnswer			"By category, the top one first"
// @Failure		403			"The metric is anonymous, or the KPI of employees"
// @Failure		404			"The KPI has no figures of persons in that time"
// @Router			/v1/analysis/value [get]
func (s *server) findValue(c *gin.Context) error {
	q, err := s.valueQueryOf(c)
	if err != nil {
		return err
	}
	value := models.NewPersonValue(q)
	err = s.Store.EachPersonFigure(c.Request.Context(), workspaceOf(c), q, func(f models.PersonFigure) error {
		value.Add(f)
		return nil
	})
	if err != nil {
		return err
	}
	value.Evaluate()
	c.JSON(http.StatusOK, valueAnswerOf(value))
	return nil
}

func valueAnswerOf(v *models.PersonValue) valueAnswer {
	a := valueAnswer{Metric: v.Metric.Key, KPI: v.KPI.Key, Unit: v.KPI.Unit, AddsUp: v.KPI.AddsUp, Answer: v.Answer,
		Since: v.Period.Since.String(), Until: v.Period.Until.String(),
		Persons: v.Persons, WithoutAnswer: v.WithoutAnswer, WithoutFigure: v.WithoutFigure}
	names := v.Metric.CategoryNames()
	for _, category := range v.Categories {
		row := categoryValue{Category: names[category.Category], Mean: category.Mean, Median: category.Median, Total: category.Total,
			ShareOfTotal: category.ShareOfTotal, Suppressed: category.Suppressed}
		if !category.Suppressed {
			row.Persons = &category.Persons
		}
		if i := category.Interval; i != nil {
			row.Lower, row.Upper = &i.Lower, &i.Upper
		}
		a.Categories = append(a.Categories, row)
	}
	if d := v.Difference; d != nil {
		a.Difference = valueDifferenceOf(d)
	}
	return a
}

func valueDifferenceOf(d *models.ValueDifference) *valueDifference {
	row := &valueDifference{Mean: d.Value, Lower: d.Interval.Lower, Upper: d.Interval.Upper, P: d.P}
	if d.DF > 0 {
		row.T, row.DF = &d.Z, &d.DF
	}
	if i := d.Bootstrap; i != nil {
		row.Bootstrap = &bootstrapInterval{i.Lower, i.Upper, score.Resamples}
	}
	return row
}
