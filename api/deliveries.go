package api

import (
	"net/http"
	"slices"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/mittari/mittari/models"
)

// deliveryPage is one page of a webhook's deliveries, the latest first.
type deliveryPage struct {
	Deliveries []models.Delivery `json:"deliveries"`
	NextCursor string            `json:"next_cursor,omitempty"` // absent on the last page
}

// deliveryDocument is a delivery with what is sent.
type deliveryDocument struct { //nolint:unused // for the OpenAPI document, as are notice and noticeData: what is sent is told as it is
	models.Delivery
	Payload notice `json:"payload"`
}

// notice is the body of every request that a webhook is sent.
type notice struct { //nolint:unused // see deliveryDocument
	Type      models.Event `json:"type" example:"response.low_score"`
	Timestamp time.Time    `json:"timestamp" format:"date-time" example:"2026-11-20T08:04:01Z"` // when it happened
	Data      noticeData   `json:"data"`
}

// noticeData is what happened: which members there are is a matter of the event.
type noticeData struct { //nolint:unused // see deliveryDocument
	ID           string                `json:"id,omitempty" format:"uuid" example:"01938f6e-7c1a-7d5e-b0a4-3f1de8a2c901"` // of response.created and response.low_score, as all up to answers: the response's
	SubmissionID string                `json:"submission_id,omitempty" example:"ord-8412"`
	Survey       string                `json:"survey,omitempty" example:"relationship"`
	Touchpoint   string                `json:"touchpoint,omitempty" example:"meeting"`
	Channel      string                `json:"channel,omitempty" example:"sms"`
	Segment      string                `json:"segment,omitempty" example:"home-loan"`
	Team         string                `json:"team,omitempty" example:"helsinki-3"`
	CollectedAt  time.Time             `json:"collected_at,omitempty" format:"date-time" example:"2026-11-20T08:04:00Z"`
	Answers      []models.AnswerNotice `json:"answers,omitempty"`                                                  // of response.low_score those that are low
	Responses    []string              `json:"responses,omitempty" example:"01938f6e-7c1a-7d5e-b0a4-3f1de8a2c901"` // of response.erased and person.erased: the ids of responses that are to be forgotten
	Metric       string                `json:"metric,omitempty" example:"nps"`                                     // of score.dropped, as all that follow
	Level        models.Level          `json:"level,omitempty" example:"segment"`
	Key          string                `json:"key,omitempty" example:"home-loan"` // the group's; none of the company
	Arm          string                `json:"arm,omitempty" enums:"day,week,month" example:"week"`
	Since        string                `json:"since,omitempty" format:"date" example:"2026-11-13"`                             // of the time that it fell in
	Until        string                `json:"until,omitempty" format:"date" example:"2026-11-20"`                             // not included
	Score        float64               `json:"score,omitempty" example:"31.5"`                                                 // points
	Baseline     float64               `json:"baseline,omitempty" example:"44"`                                                // the score of the 90 days before
	Points       float64               `json:"points,omitempty" example:"12.5"`                                                // by how many it fell
	Z            float64               `json:"z,omitempty" example:"4.1"`                                                      // how surely: in standard errors, the usual movement counted in
	SampleSize   int64                 `json:"sample_size,omitempty" example:"812"`                                            // answers in that time
	BaselineSize int64                 `json:"baseline_size,omitempty" example:"10231"`                                        // answers before it
	Webhook      string                `json:"webhook,omitempty" format:"uuid" example:"01938f6e-7c1a-7d5e-b0a4-3f1de8a2c901"` // of webhook.test: its own id
}

// redelivered is how many deliveries are tried again.
type redelivered struct {
	Redelivered int64 `json:"redelivered" example:"12"`
}

// @Summary		Try a webhook
// @Description	Sends it a message of the type `webhook.test`, signed as all are. What came of it is told at GET …/deliveries/{delivery} a moment later.
// @ID				tryWebhook
// @Tags			webhooks
// @Security		key[admin]
// @Param			id	path		string			true	"The webhook's id"	format(uuid)
// @Success		202	{object}	deliveryDocument	"It is on its way"
// @Failure		404
// @Failure		409	"It is paused"
// @Router			/v1/webhooks/{id}/test [post]
func (s *server) tryWebhook(c *gin.Context) error {
	id, err := pathID(c)
	if err := firstError(noQuery(c), err); err != nil {
		return err
	}
	delivery, err := s.Store.TryWebhook(acting(c), workspaceOf(c), id)
	if err != nil {
		return err
	}
	c.JSON(http.StatusAccepted, delivery)
	return nil
}

// @Summary		List a webhook's deliveries
// @Description	The latest come first, without what is sent. `state=dead` is the list of dead letters: messages that nobody has taken. Dead ones are kept for
// @Description	30 days, 10,000 of a webhook at most, and delivered ones for three days, 1,000 at most.
// @ID				findDeliveries
// @Tags			webhooks
// @Security		key[admin]
// @Param			id		path		string	true	"The webhook's id"	format(uuid)
// @Param			state	query		string	false	"Only those in this state"	Enums(pending, delivered, dead)
// @Param			cursor	query		string	false	"The `next_cursor` of the page before"
// @Param			limit	query		integer	false	"How many at most; 100 unless given"	minimum(1)	maximum(1000)
// @Success		200		{object}	deliveryPage
// @Failure		404
// @Router			/v1/webhooks/{id}/deliveries [get]
func (s *server) findDeliveries(c *gin.Context) error {
	id, err := pathID(c)
	q := queryOf(c)
	filter := models.DeliveryFilter{State: models.DeliveryState(q.text("state")), Before: q.cursor(), Limit: q.number("limit", 0, maxLimit)}
	if filter.State != "" && !slices.Contains(models.DeliveryStates(), filter.State) {
		q.faults.Add("state", "must be one of %v", models.DeliveryStates())
	}
	if err := firstError(q.err(), err); err != nil {
		return err
	}
	return listing[models.Delivery]{
		before: filter.Before, limit: filter.Limit,
		find: func(before string, limit int) ([]models.Delivery, error) {
			filter.Before, filter.Limit = before, limit
			return s.Store.FindDeliveries(c.Request.Context(), workspaceOf(c), id, filter)
		},
		id:   func(d models.Delivery) string { return d.ID },
		page: func(rows []models.Delivery, next string) any { return deliveryPage{rows, next} },
	}.answerPage(c)
}

// @Summary		Read a delivery
// @Description	With `payload`, which is what is sent; the request's body is that, byte by byte, but for spaces.
// @ID				deliveryByID
// @Tags			webhooks
// @Security		key[admin]
// @Param			id			path		string	true	"The webhook's id"	format(uuid)
// @Param			delivery	path		string	true	"The delivery's id, which is the webhook-id of its requests"	format(uuid)
// @Success		200			{object}	deliveryDocument
// @Failure		404
// @Router			/v1/webhooks/{id}/deliveries/{delivery} [get]
func (s *server) deliveryByID(c *gin.Context) error {
	id, delivery, err := pathDelivery(c)
	if err := firstError(noQuery(c), err); err != nil {
		return err
	}
	found, err := s.Store.DeliveryByID(c.Request.Context(), workspaceOf(c), id, delivery)
	if err != nil {
		return err
	}
	c.JSON(http.StatusOK, found)
	return nil
}

// @Summary		Deliver again
// @Description	Sends a message again at once, under the same `webhook-id`, whatever has become of it, and with all its attempts before it.
// @ID				redeliver
// @Tags			webhooks
// @Security		key[admin]
// @Param			id			path		string			true	"The webhook's id"	format(uuid)
// @Param			delivery	path		string			true	"The delivery's id"	format(uuid)
// @Success		202			{object}	deliveryDocument	"It is on its way"
// @Failure		404
// @Router			/v1/webhooks/{id}/deliveries/{delivery}/redeliver [post]
func (s *server) redeliver(c *gin.Context) error {
	id, delivery, err := pathDelivery(c)
	if err := firstError(noQuery(c), err); err != nil {
		return err
	}
	found, err := s.Store.Redeliver(acting(c), workspaceOf(c), id, delivery)
	if err != nil {
		return err
	}
	c.JSON(http.StatusAccepted, found)
	return nil
}

// @Summary		Deliver all dead messages again
// @Description	Sends every dead message of the webhook again, for when its receiver is well again.
// @ID				redeliverDead
// @Tags			webhooks
// @Security		key[admin]
// @Param			id	path		string		true	"The webhook's id"	format(uuid)
// @Success		202	{object}	redelivered	"They are on their way"
// @Failure		404
// @Router			/v1/webhooks/{id}/redeliver [post]
func (s *server) redeliverDead(c *gin.Context) error {
	id, err := pathID(c)
	if err := firstError(noQuery(c), err); err != nil {
		return err
	}
	n, err := s.Store.RedeliverDead(acting(c), workspaceOf(c), id)
	if err != nil {
		return err
	}
	c.JSON(http.StatusAccepted, redelivered{n})
	return nil
}

// pathDelivery are the ids of a webhook and its delivery in the path.
func pathDelivery(c *gin.Context) (webhook, delivery string, err error) {
	webhook, err = pathID(c)
	delivery, is := parseID(c.Param("delivery"))
	if err == nil && !is {
		err = models.Errorf(models.NotFound, "there is no delivery with the id %q", c.Param("delivery"))
	}
	return webhook, delivery, err
}
