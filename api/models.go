package api

import (
	"context"
	"net/http"

	"github.com/gin-gonic/gin"

	"github.com/mittari/mittari/models"
)

type modelStore interface {
	FindModels(ctx context.Context, workspace string) ([]models.CompanyModel, error)
	PutModel(ctx context.Context, workspace string, m models.CompanyModel, when ...models.Precondition[[]models.CompanyModel]) (stored models.CompanyModel, created bool, err error)
	DeleteModel(ctx context.Context, workspace, metric string, when ...models.Precondition[[]models.CompanyModel]) error
}

// modelBody is what a client says of a company model.
type modelBody struct {
	Metric  string             `json:"metric" example:"nps"`
	Level   models.Level       `json:"level" enums:"survey,touchpoint,channel,segment,team" example:"segment"`
	Weights map[string]float64 `json:"weights" example:"families:0.45,students:0.2,companies:0.35"` // by the group's key: shares of the population, or importance, in any unit
}

// modelList is the workspace's company models.
type modelList struct {
	Models []models.CompanyModel `json:"models"`
}

// @Summary		List company models
// @ID				findModels
// @Tags			catalog
// @Security		key
// @Success		200	{object}	modelList	"The models by metric"
// @Router			/v1/model [get]
func (s *server) findModels(c *gin.Context) error {
	if err := noQuery(c); err != nil {
		return err
	}
	found, err := s.Store.FindModels(c.Request.Context(), workspaceOf(c))
	if err != nil {
		return err
	}
	return tell(c, http.StatusOK, modelListOf(found))
}

func modelListOf(found []models.CompanyModel) any { return modelList{found} }

// @Summary		Say what a company score is calculated from
// @Description	Without a model, the company's score is that of all answers together, and moves when one segment
// @Description	answers more often than before. With one it is calculated from the scores of segments, touchpoints
// @Description	or another level's groups, by their weights: shares of the population or importance, in any unit.
// @Description	It then moves only when a group's score does, here, in the series, and in what counts as a drop.
// @Description
// @Description	Answers of groups that are not named, or of none, are left out. A group without answers (or with
// @Description	those of fewer employees than may be shown) is left out too, and `coverage` tells the share of the weight
// @Description	that is there; below 0.5 no score is told. A metric has one model; this replaces it, and repeating
// @Description	it changes nothing.
// @ID				putModel
// @Tags			catalog
// @Security		key[catalog:write]
// @Param			model	body		modelBody			true	"The model"
// @Success		201		{object}	models.CompanyModel	"Created"
// @Success		200		{object}	models.CompanyModel	"Replaced"
// @Router			/v1/model [put]
func (s *server) putModel(c *gin.Context) error {
	var body modelBody
	if err := firstError(noQuery(c), readBody(c, &body)); err != nil {
		return err
	}
	rules, err := s.rulesOf(c)
	if err != nil {
		return err
	}
	model := models.CompanyModel{Metric: body.Metric, Level: body.Level, Weights: body.Weights}
	when, err := preconditions(c, modelListOf)
	if err := firstError(model.Check(rules.metrics), err); err != nil {
		return err
	}
	stored, created, err := s.Store.PutModel(acting(c), workspaceOf(c), model, when...)
	if err != nil {
		return err
	}
	c.JSON(createdStatus(created), stored)
	return nil
}

// @Summary		Take a company model away
// @Description	The metric's company score is that of all answers together again.
// @ID				deleteModel
// @Tags			catalog
// @Security		key[catalog:write]
// @Param			metric	query	string	true	"The metric"
// @Success		204		"Taken away"
// @Failure		404
// @Router			/v1/model [delete]
func (s *server) deleteModel(c *gin.Context) error {
	q := queryOf(c)
	metric := q.text("metric")
	if metric == "" {
		q.faults.Add("metric", "must be given: whose model is to be taken away")
	}
	when, err := preconditions(c, modelListOf)
	if err := firstError(q.err(), err); err != nil {
		return err
	}
	if err := s.Store.DeleteModel(acting(c), workspaceOf(c), metric, when...); err != nil {
		return err
	}
	c.Status(http.StatusNoContent)
	return nil
}
