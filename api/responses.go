package api

import (
	"context"
	"net/http"

	"github.com/gin-gonic/gin"

	"github.com/mittari/mittari/models"
)

// Recorder stores responses that passed every check, and returns when that is settled.
type Recorder interface {
	// Enter comes before a response is read that Record is to store. It is Busy when more arrive than can be stored.
	Enter() (leave func(), err error)
	Record(ctx context.Context, r models.Accepted) (models.Outcome, error)
	// Prepare makes some ready while others are stored; what it gives stores them, each with its own outcome.
	Prepare(rs []models.Accepted) models.Storing
}

type responseStore interface {
	FindResponses(ctx context.Context, workspace string, f models.ResponseFilter) ([]models.Response, error)
	ResponseByID(ctx context.Context, workspace, id string) (models.Response, error)
	UpdateResponse(ctx context.Context, workspace, id string, p models.Patch) (models.Response, error)
	EraseResponse(ctx context.Context, workspace, id string) error
}

// recorded is the answer to a response that is stored.
type recorded struct {
	ID  string `json:"id" format:"uuid" example:"01938f6e-7c1a-7d5e-b0a4-3f1de8a2c901"`
	New bool   `json:"new"` // false: the same submission was stored before, under this id
}

// createResponse stores one response and answers when that is committed.
//
// @Summary		Store a response
// @Description	Stores one response and answers when it is committed. Give `answers`, or for a single answer
// @Description	the short form `metric`, `score` and `comment`.
// @Description
// @Description	With a `submission_id` of your own a retry is safe: the same content again stores nothing and
// @Description	answers 200 with the id that is stored; other content under the same id is a conflict. Survey,
// @Description	touchpoint, channel, segment and team keys that are new are added to their catalogs.
// @ID				createResponse
// @Tags			responses
// @Security		key[responses:write]
// @Param			response	body		models.Submission	true	"The response"
// @Success		201			{object}	recorded			"Stored"
// @Success		200			{object}	recorded			"A retry: the same submission was stored before"
// @Header			200,201		{string}	Location			"The path of the stored response"
// @Failure		409			"The submission_id was used before, for other content"
// @Router			/v1/responses [post]
func (s *server) createResponse(c *gin.Context) error {
	leave, err := s.Recorder.Enter()
	if err != nil {
		return err
	}
	defer leave()
	var submission models.Submission
	if err := firstError(noQuery(c), readBody(c, &submission)); err != nil {
		return err
	}
	accepted, err := s.check(c, submission)
	if err != nil {
		return err
	}
	outcome, err := s.Recorder.Record(c.Request.Context(), accepted)
	if err := firstError(err, outcome.Err); err != nil {
		return err
	}
	c.Header("Location", "/v1/responses/"+outcome.ID)
	c.JSON(statusOf(outcome), recorded{ID: outcome.ID, New: outcome.New})
	return nil
}

func statusOf(o models.Outcome) int {
	if o.New {
		return http.StatusCreated
	}
	return http.StatusOK
}

func (s *server) check(c *gin.Context, submission models.Submission) (models.Accepted, error) {
	rules, err := s.rulesOf(c)
	if err != nil {
		return models.Accepted{}, err
	}
	return submission.Check(models.Rules{
		Workspace: workspaceOf(c), Metrics: rules.metrics, Zone: rules.zone, Now: s.Clock(), NewID: s.newIDs(c),
		PostedBy: requestKey(c).ID, Persons: s.Persons,
	})
}

// @Summary		Read a response
// @Description	Answers to anonymous metrics, those of employees among them, are shown to keys of scope admin only.
// @ID				responseByID
// @Tags			responses
// @Security		key[responses:read]
// @Param			id	path		string	true	"The response's id"	format(uuid)
// @Success		200	{object}	models.Response
// @Failure		404
// @Router			/v1/responses/{id} [get]
func (s *server) responseByID(c *gin.Context) error {
	id, err := pathID(c)
	if err := firstError(noQuery(c), err); err != nil {
		return err
	}
	rules, err := s.rulesOf(c)
	if err != nil {
		return err
	}
	response, err := s.Store.ResponseByID(c.Request.Context(), workspaceOf(c), id)
	if err != nil {
		return err
	}
	shown, any := response.Without(hiddenFrom(c, rules))
	if !any {
		return models.Errorf(models.NotFound, "there is no response %s whose answers may be shown one by one", id)
	}
	c.JSON(http.StatusOK, shown)
	return nil
}

// @Summary		Exclude a response, or change its tags or properties
// @Description	An excluded response is kept but counted nowhere: every score that it was part of is corrected
// @Description	at once. What was answered can't be changed.
// @ID				patchResponse
// @Tags			responses
// @Security		key[responses:write, responses:read]
// @Param			id		path		string			true	"The response's id"	format(uuid)
// @Param			patch	body		models.Patch	true	"What to change"
// @Success		200		{object}	models.Response	"The response as it is now"
// @Failure		404
// @Router			/v1/responses/{id} [patch]
func (s *server) patchResponse(c *gin.Context) error {
	var patch models.Patch
	id, err := pathID(c)
	if err := firstError(noQuery(c), err, readBody(c, &patch), patch.Check()); err != nil {
		return err
	}
	rules, err := s.rulesOf(c)
	if err != nil {
		return err
	}
	response, err := s.Store.UpdateResponse(acting(c), workspaceOf(c), id, patch)
	if err != nil {
		return err
	}
	shown, _ := response.Without(hiddenFrom(c, rules))
	c.JSON(http.StatusOK, shown)
	return nil
}

// @Summary		Erase a response
// @Description	Erases the response with its comments for good; every score that it was part of is corrected at
// @Description	once. One that the server has deleted as older than responses are kept can't be erased any more: it stays counted.
// @ID				eraseResponse
// @Tags			responses
// @Security		key[responses:write, responses:read]
// @Param			id	path	string	true	"The response's id"	format(uuid)
// @Success		204	"Erased"
// @Failure		404
// @Router			/v1/responses/{id} [delete]
func (s *server) eraseResponse(c *gin.Context) error {
	id, err := pathID(c)
	if err := firstError(noQuery(c), err); err != nil {
		return err
	}
	if err := s.Store.EraseResponse(acting(c), workspaceOf(c), id); err != nil {
		return err
	}
	c.Status(http.StatusNoContent)
	return nil
}

func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
