package api

import (
	"context"
	"net/http"

	"github.com/gin-gonic/gin"

	"github.com/mittari/mittari/models"
)

// Recorder stores responses that passed every check, and returns when that is settled.
type Recorder interface {
	Record(ctx context.Context, r models.Accepted) (models.Outcome, error)
	RecordAll(ctx context.Context, rs []models.Accepted) ([]models.Outcome, error)
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

func (s *server) createResponse(c *gin.Context) error {
	var submission models.Submission
	if err := firstError(noQuery(c), readBody(c, &submission)); err != nil {
		return err
	}
	accepted, err := s.check(c, submission)
	if err != nil {
		return err
	}
	outcome, err := s.Recorder.Record(c, accepted)
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
		Workspace: workspaceOf(c), Metrics: rules.metrics, Zone: rules.zone, Now: s.Clock(), NewID: s.NewID,
	})
}

func (s *server) responseByID(c *gin.Context) error {
	id, err := pathID(c)
	if err := firstError(noQuery(c), err); err != nil {
		return err
	}
	response, err := s.Store.ResponseByID(c, workspaceOf(c), id)
	if err != nil {
		return err
	}
	c.JSON(http.StatusOK, response)
	return nil
}

func (s *server) patchResponse(c *gin.Context) error {
	var patch models.Patch
	id, err := pathID(c)
	if err := firstError(noQuery(c), err, readBody(c, &patch), patch.Check()); err != nil {
		return err
	}
	response, err := s.Store.UpdateResponse(c, workspaceOf(c), id, patch)
	if err != nil {
		return err
	}
	c.JSON(http.StatusOK, response)
	return nil
}

func (s *server) eraseResponse(c *gin.Context) error {
	id, err := pathID(c)
	if err := firstError(noQuery(c), err); err != nil {
		return err
	}
	if err := s.Store.EraseResponse(c, workspaceOf(c), id); err != nil {
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
