package api

import (
	"context"
	"net/http"

	"github.com/gin-gonic/gin"

	"github.com/mittari/mittari/models"
)

type webhookStore interface {
	FindWebhooks(ctx context.Context, workspace string) ([]models.Webhook, error)
	WebhookByID(ctx context.Context, workspace, id string) (models.Webhook, error)
	CreateWebhook(ctx context.Context, w models.Webhook) (models.Webhook, error)
	ChangeWebhook(ctx context.Context, workspace, id string, act models.Act, change func(*models.Webhook) error) (models.Webhook, error)
	DeleteWebhook(ctx context.Context, workspace, id string) error
	TryWebhook(ctx context.Context, workspace, id string) (models.Delivery, error)
	FindDeliveries(ctx context.Context, workspace, webhook string, f models.DeliveryFilter) ([]models.Delivery, error)
	DeliveryByID(ctx context.Context, workspace, webhook, id string) (models.Delivery, error)
	Redeliver(ctx context.Context, workspace, webhook, id string) (models.Delivery, error)
	RedeliverDead(ctx context.Context, workspace, webhook string) (int64, error)
}

// webhookBody is what a client says of a new webhook.
type webhookBody struct {
	URL         string           `json:"url" maxLength:"2000" example:"https://crm.example/hooks/mittari"`
	Description string           `json:"description,omitempty" maxLength:"200" example:"the CRM"`
	Events      []models.Event   `json:"events" example:"response.low_score"`
	Rule        *models.LowScore `json:"rule,omitempty"` // with response.low_score only
	Paused      bool             `json:"paused,omitempty"`
}

// newWebhook is a webhook with its secret, which is told this once only.
type newWebhook struct {
	models.Webhook
	Secret string `json:"secret" example:"whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"`
}

// webhookList is a workspace's webhooks, without their secrets.
type webhookList struct {
	Webhooks []models.Webhook `json:"webhooks"`
}

// @Summary		List webhooks
// @Description	The webhooks of the workspace, the oldest first; never their secrets.
// @ID				findWebhooks
// @Tags			webhooks
// @Security		key[admin]
// @Success		200	{object}	webhookList
// @Router			/v1/webhooks [get]
func (s *server) findWebhooks(c *gin.Context) error {
	if err := noQuery(c); err != nil {
		return err
	}
	hooks, err := s.Store.FindWebhooks(c.Request.Context(), workspaceOf(c))
	if err != nil {
		return err
	}
	c.JSON(http.StatusOK, webhookList{hooks})
	return nil
}

// @Summary		Make a webhook
// @Description	From now on the URL is told of events by POST requests. Each is stored in the transaction of what it tells of, and sent within a second or two of it; one
// @Description	that is not answered by 2xx within 10 seconds is sent again after about 5 and 30 seconds, 5 and 30 minutes, 2, 5, 10 and 24 hours (later if `Retry-After` asks for
// @Description	that), and then it is dead: see GET …/deliveries. A receiver that fails is left alone for up to 30 seconds between attempts, whatever waits for it.
// @Description	410 pauses the webhook. Messages may come more than once, and in another order than they arose: `webhook-id` is the same each time. Redirects are not followed.
// @Description
// @Description	| event | when |
// @Description	|---|---|
// @Description	| `response.created` | a response is stored, with an answer at least that may be told one by one |
// @Description	| `response.low_score` | one of its answers is what the rule is about, such as a detractor's |
// @Description	| `score.dropped` | a score of the company or a group fell in the last closed day, week or month, as surely as alerts ask for; once, and not again while it goes on |
// @Description	| `response.erased` | a response was erased by its id: forget it, too |
// @Description	| `person.erased` | a person was erased, and these responses with the person |
// @Description
// @Description	The body is `{"type","timestamp","data"}`; GET …/deliveries/{delivery} has an example of each. It holds nothing of a person, no comment, no properties; answers to anonymous metrics,
// @Description	those of employees among them, are never sent, whatever the events. Fetch the rest by the response's id, with a key that may. What waits and tells of a response goes when the response is erased.
// @Description
// @Description	Requests are signed as [Standard Webhooks](https://www.standardwebhooks.com) says, so that its libraries verify them: `webhook-signature` holds, one after the other, `v1,` and the base64 of the
// @Description	HMAC-SHA256 of `webhook-id`, `webhook-timestamp` and the body, with dots between, by each secret that is valid. The answer has the secret, this once only. It is stored, since it signs: sealed by a key made of `MITTARI_PERSON_PEPPER`, or without that as it is.
// @Description
// @Description	Nothing is sent to private or local addresses, by whatever name or redirect, unless `MITTARI_WEBHOOK_ALLOW` allows them; plain http goes to such addresses only. On other replicas responses are told of
// @Description	within 30 seconds after the webhook was made or changed. What is imported is told of, too: make the webhook later, or pause it meanwhile. A workspace may have 20.
// @ID				createWebhook
// @Tags			webhooks
// @Security		key[admin]
// @Param			webhook	body		webhookBody	true	"The webhook"
// @Success		201		{object}	newWebhook	"Made"
// @Failure		409		"There are 20 already"
// @Router			/v1/webhooks [post]
func (s *server) createWebhook(c *gin.Context) error {
	var body webhookBody
	if err := firstError(noQuery(c), readBody(c, &body)); err != nil {
		return err
	}
	rules, err := s.rulesOf(c)
	if err != nil {
		return err
	}
	hook := models.Webhook{Workspace: workspaceOf(c), URL: body.URL, Description: body.Description, Events: body.Events, Rule: body.Rule, Paused: body.Paused}
	secret, err := models.NewSecret(nil)
	if err := firstError(hook.Check(rules.metrics, s.Reach), err); err != nil {
		return err
	}
	hook.Secrets = []models.SecretUse{models.KeepSecret(s.Persons, hook.Workspace, secret)}
	stored, err := s.Store.CreateWebhook(acting(c), hook)
	if err != nil {
		return err
	}
	c.JSON(http.StatusCreated, newWebhook{stored, string(secret)})
	return nil
}

// @Summary		Read a webhook
// @ID				webhookByID
// @Tags			webhooks
// @Security		key[admin]
// @Param			id	path		string	true	"The webhook's id"	format(uuid)
// @Success		200	{object}	models.Webhook
// @Failure		404
// @Router			/v1/webhooks/{id} [get]
func (s *server) webhookByID(c *gin.Context) error {
	id, err := pathID(c)
	if err := firstError(noQuery(c), err); err != nil {
		return err
	}
	hook, err := s.Store.WebhookByID(c.Request.Context(), workspaceOf(c), id)
	if err != nil {
		return err
	}
	c.JSON(http.StatusOK, hook)
	return nil
}

// @Summary		Change a webhook
// @Description	What is left out stays as it is. While it is paused nothing is sent, what waits stays for up to three days, and what happens is not kept for it.
// @ID				changeWebhook
// @Tags			webhooks
// @Security		key[admin]
// @Param			id		path		string				true	"The webhook's id"	format(uuid)
// @Param			change	body		models.WebhookPatch	true	"The change"
// @Success		200		{object}	models.Webhook		"As it is now"
// @Failure		404
// @Router			/v1/webhooks/{id} [patch]
func (s *server) changeWebhook(c *gin.Context) error {
	id, err := pathID(c)
	var patch models.WebhookPatch
	if err := firstError(noQuery(c), err, readBody(c, &patch), patch.Check()); err != nil {
		return err
	}
	rules, err := s.rulesOf(c)
	if err != nil {
		return err
	}
	changed, err := s.Store.ChangeWebhook(acting(c), workspaceOf(c), id, models.WebhookChanged, func(w *models.Webhook) error {
		patch.Apply(w)
		return w.Check(rules.metrics, s.Reach)
	})
	if err != nil {
		return err
	}
	c.JSON(http.StatusOK, changed)
	return nil
}

// @Summary		Delete a webhook
// @Description	Deletes the webhook with all its deliveries; what waits is not sent any more.
// @ID				deleteWebhook
// @Tags			webhooks
// @Security		key[admin]
// @Param			id	path	string	true	"The webhook's id"	format(uuid)
// @Success		204	"Deleted"
// @Failure		404
// @Router			/v1/webhooks/{id} [delete]
func (s *server) deleteWebhook(c *gin.Context) error {
	id, err := pathID(c)
	if err := firstError(noQuery(c), err); err != nil {
		return err
	}
	if err := s.Store.DeleteWebhook(acting(c), workspaceOf(c), id); err != nil {
		return err
	}
	c.Status(http.StatusNoContent)
	return nil
}

// rotationBody says what becomes of the secrets before.
type rotationBody struct {
	EndOthers bool `json:"end_others,omitempty"` // at once, since somebody else knows them; otherwise they go on for 24 hours
}

// @Summary		Rotate a webhook's secret
// @Description	Makes a new secret, which the answer has, this once only. For 24 hours the ones before sign beside it, so that receivers can take the new one
// @Description	whenever they like in that time: `webhook-signature` holds a signature by each. With `end_others` they end at once.
// @ID				rotateSecret
// @Tags			webhooks
// @Security		key[admin]
// @Param			id			path		string			true	"The webhook's id"	format(uuid)
// @Param			rotation	body		rotationBody	true	"What becomes of the others: {} for 24 hours more"
// @Success		201			{object}	newWebhook		"The webhook with its new secret"
// @Failure		404
// @Failure		409	"Five secrets sign already"
// @Router			/v1/webhooks/{id}/secret [post]
func (s *server) rotateSecret(c *gin.Context) error {
	id, err := pathID(c)
	var body rotationBody
	if err := firstError(noQuery(c), err, readBody(c, &body)); err != nil {
		return err
	}
	secret, err := models.NewSecret(nil)
	if err != nil {
		return err
	}
	changed, err := s.Store.ChangeWebhook(acting(c), workspaceOf(c), id, models.SecretRotated, func(w *models.Webhook) error {
		rotated, err := models.Rotate(w.Secrets, models.KeepSecret(s.Persons, w.Workspace, secret), body.EndOthers, s.Clock())
		w.Secrets = rotated
		return err
	})
	if err != nil {
		return err
	}
	c.JSON(http.StatusCreated, newWebhook{changed, string(secret)})
	return nil
}
