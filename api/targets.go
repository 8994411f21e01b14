package api

import (
	"context"
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/mittari/mittari/models"
)

type targetStore interface {
	FindTargets(ctx context.Context, workspace string) ([]models.Target, error)
	PutTarget(ctx context.Context, workspace string, t models.Target, when ...models.Precondition[[]models.Target]) (created bool, err error)
	DeleteTarget(ctx context.Context, workspace string, t models.Target, when ...models.Precondition[[]models.Target]) error
}

// targetDocument is a target as clients say and see it.
type targetDocument struct {
	Metric string       `json:"metric" example:"nps"`
	Level  models.Level `json:"level" enums:"company,survey,touchpoint,channel,segment,team,journey" example:"touchpoint"`
	Key    string       `json:"key,omitempty" example:"checkout"`                // of the group; absent for the company
	Value  *float64     `json:"value" example:"45"`                              // points
	From   string       `json:"from" format:"date" example:"2026-01-01"`         // the first day it holds
	Owner  string       `json:"owner" maxLength:"100" example:"head-of-service"` // who answers for it: a team or a role, which becomes a label
}

// targetList is the workspace's targets, past and to come too.
type targetList struct {
	Targets []targetDocument `json:"targets"`
}

// @Summary		List targets
// @Description	Past ones and those to come too. Of each group the latest that has begun holds.
// @ID				findTargets
// @Tags			catalog
// @Security		key
// @Success		200	{object}	targetList	"The targets"
// @Router			/v1/targets [get]
func (s *server) findTargets(c *gin.Context) error {
	if err := noQuery(c); err != nil {
		return err
	}
	targets, err := s.Store.FindTargets(c.Request.Context(), workspaceOf(c))
	if err != nil {
		return err
	}
	return tell(c, http.StatusOK, targetListOf(targets))
}

func targetListOf(targets []models.Target) any {
	list := targetList{Targets: make([]targetDocument, len(targets))}
	for i, t := range targets {
		list.Targets[i] = targetDocument{Metric: t.Metric, Level: t.Level, Key: t.Key, Value: &t.Value, From: t.From.String(), Owner: t.Owner}
	}
	return list
}

// @Summary		Set a target
// @Description	Creates the target of a metric's group from a day on, or replaces the one from that day; repeating
// @Description	it changes nothing. It is published as cx_score_target.
// @ID				putTarget
// @Tags			catalog
// @Security		key[catalog:write]
// @Param			target	body		targetDocument	true	"The target"
// @Success		201		{object}	targetDocument	"Created"
// @Success		200		{object}	targetDocument	"Replaced"
// @Router			/v1/targets [put]
func (s *server) putTarget(c *gin.Context) error {
	var body targetDocument
	if err := firstError(noQuery(c), readBody(c, &body)); err != nil {
		return err
	}
	target, err := s.targetOf(c, body)
	when, faulty := preconditions(c, targetListOf)
	if err := firstError(err, faulty); err != nil {
		return err
	}
	created, err := s.Store.PutTarget(acting(c), workspaceOf(c), target, when...)
	if err != nil {
		return err
	}
	c.JSON(createdStatus(created), body)
	return nil
}

// targetOf is the target that a document describes; every fault is named at once.
func (s *server) targetOf(c *gin.Context, d targetDocument) (models.Target, error) {
	rules, err := s.rulesOf(c)
	if err != nil {
		return models.Target{}, err
	}
	var faults models.Faults
	metric, known := rules.metrics[d.Metric]
	if !known {
		faults.Add("metric", "must be one of %s", strings.Join(rules.metrics.Keys(), ", "))
	}
	from, err := models.ParseDay(d.From)
	if err != nil {
		faults.Add("from", "must be a date such as 2026-01-31: the first day that the target holds")
	}
	target := models.Target{Metric: d.Metric, Level: d.Level, Key: d.Key, From: from, Owner: d.Owner}
	if d.Value == nil {
		faults.Add("value", "is missing: how many points are to be reached")
	} else {
		target.Value = *d.Value
	}
	return target, faults.With(target.Check(metric)).Err("the target can't be used as it is")
}

// @Summary		Take a target away
// @Description	The one before it holds again.
// @ID				deleteTarget
// @Tags			catalog
// @Security		key[catalog:write]
// @Param			metric	query	string	true	"The metric"
// @Param			level	query	string	true	"The level"	Enums(company, survey, touchpoint, channel, segment, team, journey)
// @Param			key		query	string	false	"The group's key; none for the company"
// @Param			from	query	string	true	"The first day it holds"	Format(date)
// @Success		204	"Taken away"
// @Failure		404
// @Router			/v1/targets [delete]
func (s *server) deleteTarget(c *gin.Context) error {
	q := queryOf(c)
	target := models.Target{Metric: q.text("metric"), Level: models.Level(q.text("level")), Key: q.text("key")}
	from, err := models.ParseDay(q.text("from"))
	if err != nil {
		q.faults.Add("from", "must be the date that the target holds from, such as 2026-01-31")
	}
	when, err := preconditions(c, targetListOf)
	if err := firstError(q.err(), err); err != nil {
		return err
	}
	target.From = from
	if err := s.Store.DeleteTarget(acting(c), workspaceOf(c), target, when...); err != nil {
		return err
	}
	c.Status(http.StatusNoContent)
	return nil
}
