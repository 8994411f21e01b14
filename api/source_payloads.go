package api

import (
	"encoding/json"
	"errors"
	"net/http"

	"github.com/gin-gonic/gin"

	"github.com/mittari/mittari/models"
)

// taken is what became of a payload.
type taken struct {
	Fate   models.Fate    `json:"fate" example:"stored"`
	ID     string         `json:"id,omitempty" format:"uuid" example:"01938f6e-7c1a-7d5e-b0a4-3f1de8a2c901"` // of the response that is stored
	Reason string         `json:"reason,omitempty" example:"the response is not finished yet"`               // why nothing of it is
	Errors []models.Fault `json:"errors,omitempty"`                                                          // what is in the way, told to who retries
}

// @Summary		Take a webhook of Formbricks
// @Description	Takes events of Formbricks (https://formbricks.com/docs/xm-and-surveys/core-features/integrations/webhooks), signed as Standard
// @Description	Webhooks are: `webhook-id`, `webhook-timestamp` (5 minutes from now at most) and `webhook-signature`. Finished responses are
// @Description	stored, others ignored; Formbricks' test of the address is answered 200 without a signature.
// @Description
// @Description	A response is stored under the `submission_id` `formbricks:` and its id, once. Sent again as it was it is known; a later
// @Description	state of it takes the place of the one that is stored (but where answers are anonymous: the first stay), an earlier one is ignored. What can't be mapped
// @Description	is answered 202, so that the tool goes on, and kept: see GET /v1/sources/{key}/unmapped.
// @ID				receiveFormbricks
// @Tags			sources
// @Security		key[responses:write]
// @Param			source	query		string	true	"The source's id"	format(uuid)
// @Param			payload	body		object	true	"What the tool sends"
// @Success		201		{object}	taken	"Stored"
// @Success		202		{object}	taken	"Not mapped, and kept"
// @Success		200		{object}	taken	"Known, replaced or ignored"
// @Failure		404		"There is no such source of the key's workspace"
// @x-signed		true
// @Router			/v1/sources/formbricks [post]
func (s *server) receiveFormbricks(c *gin.Context) error {
	return s.receive(c, models.Formbricks, s.take)
}

// @Summary		Take a webhook of Typeform
// @Description	Takes `form_response` events of Typeform (https://www.typeform.com/developers/webhooks/example-payload/), signed by
// @Description	`Typeform-Signature`. Partial responses are ignored. It is stored under `typeform:` and its token; else as at /v1/sources/formbricks.
// @ID				receiveTypeform
// @Tags			sources
// @Security		key[responses:write]
// @Param			source	query		string	true	"The source's id"	format(uuid)
// @Param			payload	body		object	true	"What the tool sends"
// @Success		201		{object}	taken	"Stored"
// @Success		202		{object}	taken	"Not mapped, and kept"
// @Success		200		{object}	taken	"Known, replaced or ignored"
// @Failure		404		"There is no such source of the key's workspace"
// @x-signed		true
// @Router			/v1/sources/typeform [post]
func (s *server) receiveTypeform(c *gin.Context) error {
	return s.receive(c, models.Typeform, s.take)
}

// @Summary		Take a webhook of Delighted
// @Description	Takes `survey_response` events of Delighted (https://app.delighted.com/docs/api/webhooks), signed by
// @Description	`X-Delighted-Webhook-Signature` with the account's private API key. A comment comes in an update: it takes the place of
// @Description	what is stored. Other events are ignored. It is stored under `delighted:` and its id; else as at /v1/sources/formbricks.
// @ID				receiveDelighted
// @Tags			sources
// @Security		key[responses:write]
// @Param			source	query		string	true	"The source's id"	format(uuid)
// @Param			payload	body		object	true	"What the tool sends"
// @Success		201		{object}	taken	"Stored"
// @Success		202		{object}	taken	"Not mapped, and kept"
// @Success		200		{object}	taken	"Known, replaced or ignored"
// @Failure		404		"There is no such source of the key's workspace"
// @x-signed		true
// @Router			/v1/sources/delighted [post]
func (s *server) receiveDelighted(c *gin.Context) error {
	return s.receive(c, models.Delighted, s.take)
}

// take stores a payload, or keeps it where no response can be made of it. It answers when either is on disk.
func (s *server) take(c *gin.Context, from readySource, payload []byte) error {
	what, err := s.record(c, from, payload)
	if unreadable(err) {
		what = taken{Fate: models.Unread, Reason: "it could not be mapped, and is kept: GET /v1/sources/" + from.Key + "/unmapped tells why"}
		err = s.keepUnmapped(c, from, payload, err)
	}
	if err != nil {
		return err
	}
	c.JSON(what.status(), what)
	return nil
}

func (t taken) status() int {
	switch t.Fate {
	case models.Stored:
		return http.StatusCreated
	case models.Unread:
		return http.StatusAccepted
	}
	return http.StatusOK
}

// unreadable reports whether the error is the payload's or the mapping's.
func unreadable(err error) bool {
	code := models.ErrorCode(err)
	return code == models.Invalid || code == models.Conflict
}

// record makes a response of a payload and stores it. The error is Invalid where none can be made of it, and
// a Conflict where another is stored that stays.
func (s *server) record(c *gin.Context, from readySource, payload []byte) (taken, error) {
	if from.read == nil {
		var faults models.Faults
		faults.Add("mapping", "the source has none yet: give it one by PUT /v1/sources/%s, then retry", from.Key)
		return taken{}, faults.Err("the payload can't be mapped")
	}
	reading, err := from.read(payload)
	if err != nil || reading.Ignored != "" {
		return taken{Fate: models.Ignored, Reason: reading.Ignored}, err
	}
	rules, err := s.rulesOf(c)
	if err != nil {
		return taken{}, err
	}
	accepted, err := reading.Submission.Check(models.Rules{
		Workspace: from.Workspace, Metrics: rules.metrics, Zone: rules.zone, Now: s.Clock(), NewID: s.newIDs(c),
		PostedBy: from.ID, ChangedAt: reading.ChangedAt, Persons: s.Persons,
	})
	if err != nil {
		return taken{}, err
	}
	outcome, err := s.Recorder.Record(c.Request.Context(), accepted)
	switch err := firstError(err, outcome.Err); {
	case err != nil && models.ErrorCode(err) != models.Conflict:
		return taken{}, err
	case outcome.New:
		return taken{Fate: models.Stored, ID: outcome.ID}, nil
	}
	return s.replace(c, accepted) // also the same again, which may be of a later time
}

// replace puts a response in the place of the one that is stored under its submission_id.
func (s *server) replace(c *gin.Context, later models.Accepted) (taken, error) {
	id, fate, err := s.Store.ReplaceResponse(c.Request.Context(), later)
	what := taken{Fate: fate, ID: id}
	if fate == models.Ignored {
		what.Reason = "a later state of the response is stored"
	}
	return what, err
}

// keepUnmapped keeps a payload, and why no response could be made of it.
func (s *server) keepUnmapped(c *gin.Context, from readySource, payload []byte, why error) error {
	faults, err := s.sealFaults(from.Source, why)
	if err != nil {
		return err
	}
	return s.Store.KeepUnmapped(c.Request.Context(), from.Workspace, from.ID, models.PayloadDigest(payload), len(payload),
		models.Unmapped{Payload: s.Persons.Seal(payload, models.UnmappedOf(from.ID)), Faults: faults})
}

// faultsOfPayload are those that an error names, or the error as one.
func faultsOfPayload(why error) []models.Fault {
	var e *models.Error
	if !errors.As(why, &e) {
		return nil
	}
	if len(e.Faults) == 0 {
		return []models.Fault{{Field: "(payload)", Message: e.Message}}
	}
	return e.Faults[:min(len(e.Faults), maxFaults)]
}

func (s *server) sealFaults(of models.Source, why error) ([]byte, error) {
	text, err := json.Marshal(faultsOfPayload(why))
	return s.Persons.Seal(text, models.UnmappedOf(of.ID)), err
}
