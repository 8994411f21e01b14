package api

import (
	"net/http"
	"slices"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"github.com/mittari/mittari/models"
)

// deliveryPage is one page of a webhook's deliveries, the latest first.
type deliveryPage struct {
	Deliveries []models.Delivery `json:"deliveries"`
	NextCursor string            `json:"next_cursor,omitempty"` // absent on the last page
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
// @Success		202	{object}	models.Delivery	"It is on its way"
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
		plural: "deliveries", before: filter.Before, limit: filter.Limit,
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
// @Success		200			{object}	models.Delivery
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
// @Success		202			{object}	models.Delivery	"It is on its way"
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
	id, invalid := uuid.Parse(c.Param("delivery"))
	if err == nil && (invalid != nil || len(c.Param("delivery")) != 36) {
		err = models.Errorf(models.NotFound, "there is no delivery with the id %q", c.Param("delivery"))
	}
	return webhook, id.String(), err
}
