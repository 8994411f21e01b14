package api

import (
	"context"
	"net/http"

	"github.com/gin-gonic/gin"

	"github.com/mittari/mittari/models"
)

type anonymityStore interface {
	AnonymityByWorkspace(ctx context.Context, workspace string) (models.Anonymity, error)
	PutAnonymity(ctx context.Context, workspace string, a models.Anonymity, when ...models.Precondition[models.Anonymity]) error
}

// @Summary		Read the anonymity thresholds
// @ID				findAnonymity
// @Tags			access
// @Security		key
// @Success		200	{object}	models.Anonymity
// @Router			/v1/anonymity [get]
func (s *server) findAnonymity(c *gin.Context) error {
	if err := noQuery(c); err != nil {
		return err
	}
	thresholds, err := s.Store.AnonymityByWorkspace(c.Request.Context(), workspaceOf(c))
	if err != nil {
		return err
	}
	return tell(c, http.StatusOK, thresholds)
}

// @Summary		Raise the anonymity thresholds
// @Description	How many answers a group must have at least before anything is told of it: 5 of employees, 10 comments
// @Description	of employees, and of customers any number, unless these are raised. They are never lowered.
// @Description
// @Description	Answers to a metric with a threshold are counted in lots: a lot is at least as many answers of the same
// @Description	survey, touchpoint, channel, segment and team, sent with the same key, as the threshold asks for, counted together on the day of
// @Description	the last. Nothing is told of an answer before its lot is full; after 14 days what is left is put
// @Description	together for the team, the survey, or the company as a whole. Every figure is a sum of whole lots, and so is the
// @Description	difference of any two: what fewer people said can't be found by subtracting one figure from another.
// @Description	A lot that loses an answer, because it is erased or excluded, is taken apart; what is left of
// @Description	it comes back with a threshold of new answers. Raising a threshold puts small lots together.
// @ID				putAnonymity
// @Tags			access
// @Security		key[admin]
// @Param			thresholds	body		models.Anonymity	true	"All three"
// @Success		200			{object}	models.Anonymity	"What holds now"
// @Router			/v1/anonymity [put]
func (s *server) putAnonymity(c *gin.Context) error {
	var body models.Anonymity
	when, err := preconditions(c, itself[models.Anonymity])
	if err := firstError(noQuery(c), readBody(c, &body), err); err != nil {
		return err
	}
	if err := s.Store.PutAnonymity(acting(c), workspaceOf(c), body, when...); err != nil {
		return err
	}
	s.workspaces.clear()
	return tell(c, http.StatusOK, body)
}
