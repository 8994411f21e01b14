package api

import (
	"context"
	"net/http"

	"github.com/gin-gonic/gin"

	"github.com/mittari/mittari/models"
)

type retentionStore interface {
	RetentionByWorkspace(ctx context.Context, workspace string) (*models.Retention, error)
	PutRetention(ctx context.Context, workspace string, days *models.Retention, when ...models.Precondition[*models.Retention]) error
}

// retentionBody is for how long a workspace wants its responses kept.
type retentionBody struct {
	Days *models.Retention `json:"days,omitempty" swaggertype:"integer" minimum:"0" maximum:"36500" example:"400"` // days after they were given, 30 at least, or 0: for ever; absent: as the server is set
}

// retention is for how long responses are kept.
type retention struct {
	retentionBody
	ServerDays models.Retention `json:"server_days" swaggertype:"integer" minimum:"0" example:"730"` // what the server is set to; 0: for ever
	HoldsDays  models.Retention `json:"holds_days" swaggertype:"integer" minimum:"0" example:"400"`  // what holds of the two; 0: for ever
}

// retentionOf is what is answered of a workspace's own.
func (s *server) retentionOf(days *models.Retention) any {
	return retention{retentionBody{days}, s.Kept, s.Kept.Unless(days)}
}

// @Summary		Read for how long responses are kept
// @ID				findRetention
// @Tags			access
// @Security		key[admin]
// @Success		200	{object}	retention
// @Router			/v1/retention [get]
func (s *server) findRetention(c *gin.Context) error {
	if err := noQuery(c); err != nil {
		return err
	}
	days, err := s.Store.RetentionByWorkspace(c.Request.Context(), workspaceOf(c))
	if err != nil {
		return err
	}
	return tell(c, http.StatusOK, s.retentionOf(days))
}

// @Summary		Set for how long responses are kept
// @Description	So many days after they were given, the workspace's responses are deleted for good, with their answers and comments;
// @Description	scores stay. It goes before what the server is set to, shorter or longer, and holds within ten minutes: what is too old
// @Description	then is gone, and setting it back brings nothing back. Without `days`, what the server is set to holds again.
// @ID				putRetention
// @Tags			access
// @Security		key[admin]
// @Param			retention	body		retentionBody	true	"For how many days"
// @Success		200			{object}	retention		"What holds now"
// @Router			/v1/retention [put]
func (s *server) putRetention(c *gin.Context) error {
	var body retentionBody
	when, err := preconditions(c, s.retentionOf)
	if err := firstError(noQuery(c), readBody(c, &body), err); err != nil {
		return err
	}
	if body.Days != nil {
		if err := body.Days.Check(); err != nil {
			return err
		}
	}
	if err := s.Store.PutRetention(acting(c), workspaceOf(c), body.Days, when...); err != nil {
		return err
	}
	return tell(c, http.StatusOK, s.retentionOf(body.Days))
}
