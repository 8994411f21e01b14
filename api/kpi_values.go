package api

import (
	"context"
	"net/http"
	"slices"

	"github.com/gin-gonic/gin"

	"github.com/mittari/mittari/models"
)

type kpiPartStore interface {
	EachKPIPart(ctx context.Context, workspace, kpi string, starts models.Period, do func(models.KPIPart) error) error
}

// kpiValueList is the answer to a question for a KPI's figures.
type kpiValueList struct {
	Values []kpiValueRow `json:"values"`
}

// kpiValueRow is a KPI's figure for a group and a period.
type kpiValueRow struct {
	Level      models.Level        `json:"level" example:"segment"`
	Key        string              `json:"key,omitempty" example:"home-loan"` // of the group; absent for the company
	Period     models.PeriodLength `json:"period" example:"month"`
	Start      string              `json:"start" format:"date" example:"2026-10-01"` // the first day of the period
	Value      *float64            `json:"value,omitempty" example:"184200.5"`       // in the KPI's unit; absent when suppressed
	Size       *float64            `json:"size,omitempty" example:"412"`             // of a mean that is not of employees: what it is weighted by, added up
	Target     *float64            `json:"target,omitempty" example:"200000"`        // the one that held when the period began
	Suppressed bool                `json:"suppressed,omitempty"`                     // of too few employees to be shown, or telling of too few beside the others
}

// @Summary		Read a KPI's figures
// @Description	The figures as they are told: added up over groups and time as the KPI's definition says, never by
// @Description	averaging averages. A figure of a longer period than what was observed is told once all its parts are
// @Description	there (for `last`, the last one); a company's is what was recorded of it as a whole, or else its groups together.
// @Description
// @Description	Of employees no figure tells of fewer than the workspace's threshold (PUT /v1/anonymity), also not by
// @Description	subtracting figures: where a team is too small, the next smallest is suppressed with it, and so are
// @Description	longer periods that either is part of. No size is told.
// @ID				findKPIValues
// @Tags			kpis
// @Security		key[scores:read]
// @Param			key			path		string			true	"The KPI's key"
// @Param			period		query		string			true	"How long the periods are"	Enums(day, week, month, quarter, year)
// @Param			group_by	query		string			false	"The level; company unless given"	Enums(company, touchpoint, channel, segment, team)
// @Param			since		query		string			false	"Only periods that begin on or after this date"
// @Param			until		query		string			false	"Only periods that begin before this date. Needs since"
// @Success		200			{object}	kpiValueList	"By key, then by time"
// @Failure		404
// @Router			/v1/kpis/{key}/values [get]
func (s *server) findKPIValues(c *gin.Context) error {
	q, err := s.kpiQueryOf(c)
	if err != nil {
		return err
	}
	rollup, err := s.kpiRollup(c, q.kpi, q.told)
	if err != nil {
		return err
	}
	targets, err := s.targetsOfKPI(c, q.kpi)
	if err != nil {
		return err
	}
	list := kpiValueList{Values: []kpiValueRow{}}
	for _, v := range rollup.Values(q.level, q.period) {
		if v.Start >= q.told.Since && v.Start < q.told.Until {
			list.Values = append(list.Values, kpiRowOf(v, targets))
		}
	}
	if n := len(list.Values); n > maxScores {
		return models.Errorf(malformed, "these are %d figures, more than %d: take longer periods, or since and until", n, maxScores)
	}
	c.JSON(http.StatusOK, list)
	return nil
}

// kpiQuery is a question for figures, checked.
type kpiQuery struct {
	kpi    models.KPI
	level  models.Level
	period models.PeriodLength
	told   models.Period // in which the periods begin
}

func (s *server) kpiQueryOf(c *gin.Context) (kpiQuery, error) {
	rules, err := s.rulesOf(c)
	if err != nil {
		return kpiQuery{}, err
	}
	q := queryOf(c)
	kq := kpiQuery{level: models.CompanyLevel, period: models.PeriodLength(q.text("period"))}
	if !slices.Contains(models.PeriodLengths(), kq.period) {
		q.faults.Add("period", "must be one of %v", models.PeriodLengths())
	}
	if level := models.Level(q.text("group_by")); level != "" {
		kq.level = level
		if !slices.Contains(models.KPILevels(), level) {
			q.faults.Add("group_by", "must be one of %v", models.KPILevels())
		}
	}
	kq.told = q.starts(rules)
	if kq.told.Until == 0 {
		kq.told.Until = models.DayOf(s.Clock(), rules.zone) + 2 // nothing is observed of what has not begun
	}
	if err := q.err(); err != nil {
		return kpiQuery{}, err
	}
	kq.kpi, err = s.kpiOf(c)
	return kq, err
}

// kpiRollup adds up all observations that what is told of a run of days depends on.
func (s *server) kpiRollup(c *gin.Context, kpi models.KPI, told models.Period) (*models.KPIRollup, error) {
	thresholds, err := s.Store.AnonymityByWorkspace(c.Request.Context(), workspaceOf(c))
	if err != nil {
		return nil, err
	}
	rollup := models.NewKPIRollup(kpi, thresholds)
	err = s.Store.EachKPIPart(c.Request.Context(), workspaceOf(c), kpi.Key, models.KPIStarts(told), func(p models.KPIPart) error {
		rollup.Add(p)
		return nil
	})
	return rollup, err
}

func kpiRowOf(v models.KPIValue, targets []models.KPITarget) kpiValueRow {
	row := kpiValueRow{Level: v.Level, Key: v.Key, Period: v.Period, Start: v.Start.String(), Suppressed: v.Suppressed}
	if !v.Suppressed {
		row.Value = &v.Value
	}
	if v.Size != 0 {
		row.Size = &v.Size
	}
	for _, t := range models.CurrentKPITargets(targets, v.Start) {
		if t.Period == v.Period && t.Level == v.Level && t.Key == v.Key {
			row.Target = &t.Value
		}
	}
	return row
}
