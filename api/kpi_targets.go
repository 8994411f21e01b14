package api

import (
	"context"
	"net/http"

	"github.com/gin-gonic/gin"

	"github.com/mittari/mittari/models"
)

type kpiTargetStore interface {
	FindKPITargets(ctx context.Context, workspace string) ([]models.KPITarget, error)
	PutKPITarget(ctx context.Context, workspace string, t models.KPITarget, when ...models.Precondition[[]models.KPITarget]) (created bool, err error)
	DeleteKPITarget(ctx context.Context, workspace string, t models.KPITarget, when ...models.Precondition[[]models.KPITarget]) error
}

// kpiTargetDocument is a KPI's target as clients say and see it.
type kpiTargetDocument struct {
	Period models.PeriodLength `json:"period" example:"month"` // of the figures that are to reach it
	Level  models.Level        `json:"level" enums:"company,touchpoint,channel,segment,team" example:"segment"`
	Key    string              `json:"key,omitempty" example:"home-loan"`             // of the group; absent for the company
	Value  *float64            `json:"value" example:"200000"`                        // in the KPI's unit
	From   string              `json:"from" format:"date" example:"2026-01-01"`       // the first day it holds: for periods that begin on it or later
	Owner  string              `json:"owner" maxLength:"100" example:"head-of-sales"` // who answers for it: a team or a role, which becomes a label
}

// kpiTargetList is a KPI's targets, past and to come too.
type kpiTargetList struct {
	Targets []kpiTargetDocument `json:"targets"`
}

// @Summary		List a KPI's targets
// @Description	Past ones and those to come too. Of each group and length of period the latest that has begun holds.
// @ID				findKPITargets
// @Tags			kpis
// @Security		key
// @Param			key	path		string	true	"The KPI's key"
// @Success		200	{object}	kpiTargetList
// @Failure		404
// @Router			/v1/kpis/{key}/targets [get]
func (s *server) findKPITargets(c *gin.Context) error {
	if err := noQuery(c); err != nil {
		return err
	}
	k, err := s.kpiOf(c)
	if err != nil {
		return err
	}
	targets, err := s.targetsOfKPI(c, k)
	if err != nil {
		return err
	}
	return tell(c, http.StatusOK, kpiTargetListOf(targets))
}

func kpiTargetListOf(targets []models.KPITarget) any {
	list := kpiTargetList{Targets: make([]kpiTargetDocument, len(targets))}
	for i, t := range targets {
		list.Targets[i] = kpiTargetDocument{t.Period, t.Level, t.Key, &t.Value, t.From.String(), t.Owner}
	}
	return list
}

func (s *server) targetsOfKPI(c *gin.Context, k models.KPI) ([]models.KPITarget, error) {
	all, err := s.Store.FindKPITargets(c.Request.Context(), workspaceOf(c))
	var targets []models.KPITarget
	for _, t := range all {
		if t.KPI == k.Key {
			targets = append(targets, t)
		}
	}
	return targets, err
}

// @Summary		Set a KPI's target
// @Description	Creates the target of a group's figures from a day on, or replaces the one from that day; repeating it
// @Description	changes nothing.
// @ID				putKPITarget
// @Tags			kpis
// @Security		key[catalog:write]
// @Param			key		path		string				true	"The KPI's key"
// @Param			target	body		kpiTargetDocument	true	"The target"
// @Success		201		{object}	kpiTargetDocument	"Created"
// @Success		200		{object}	kpiTargetDocument	"Replaced"
// @Failure		404
// @Router			/v1/kpis/{key}/targets [put]
func (s *server) putKPITarget(c *gin.Context) error {
	var body kpiTargetDocument
	key, err := pathKey(c)
	if err := firstError(noQuery(c), err, readBody(c, &body)); err != nil {
		return err
	}
	target, err := body.target(key)
	when, faulty := preconditions(c, kpiTargetListOf)
	if err := firstError(err, faulty); err != nil {
		return err
	}
	created, err := s.Store.PutKPITarget(acting(c), workspaceOf(c), target, when...)
	if err != nil {
		return err
	}
	c.JSON(createdStatus(created), body)
	return nil
}

// target is the target that the document describes; every fault is named at once.
func (d kpiTargetDocument) target(kpi string) (models.KPITarget, error) {
	var faults models.Faults
	from, err := models.ParseDay(d.From)
	if err != nil {
		faults.Add("from", "must be a date such as 2026-01-31: the first day that the target holds")
	}
	target := models.KPITarget{KPI: kpi, Period: d.Period, Level: d.Level, Key: d.Key, From: from, Owner: d.Owner}
	if d.Value == nil {
		faults.Add("value", "is missing: what is to be reached, in the KPI's unit")
	} else {
		target.Value = *d.Value
	}
	return target, faults.With(target.Check()).Err("the target can't be used as it is")
}

// @Summary		Take a KPI's target away
// @Description	The one before it holds again.
// @ID				deleteKPITarget
// @Tags			kpis
// @Security		key[catalog:write]
// @Param			key		path	string	true	"The KPI's key"
// @Param			period	query	string	true	"The length of its periods"	Enums(day, week, month, quarter, year)
// @Param			level	query	string	true	"The level"					Enums(company, touchpoint, channel, segment, team)
// @Param			group	query	string	false	"The group's key; none for the company"
// @Param			from	query	string	true	"The first day it holds"	Format(date)
// @Success		204		"Taken away"
// @Failure		404
// @Router			/v1/kpis/{key}/targets [delete]
func (s *server) deleteKPITarget(c *gin.Context) error {
	q := queryOf(c)
	target := models.KPITarget{Period: models.PeriodLength(q.text("period")), Level: models.Level(q.text("level")), Key: q.text("group")}
	var err error
	if target.From, err = models.ParseDay(q.text("from")); err != nil {
		q.faults.Add("from", "must be the date that the target holds from, such as 2026-01-31")
	}
	target.KPI, err = pathKey(c)
	when, faulty := preconditions(c, kpiTargetListOf)
	if err := firstError(q.err(), err, faulty); err != nil {
		return err
	}
	if err := s.Store.DeleteKPITarget(acting(c), workspaceOf(c), target, when...); err != nil {
		return err
	}
	c.Status(http.StatusNoContent)
	return nil
}
