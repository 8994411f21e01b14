package api

import (
	"context"
	"net/http"

	"github.com/gin-gonic/gin"

	"github.com/mittari/mittari/models"
)

type invitationStore interface {
	CommitInvitations(ctx context.Context, workspace string, batch []models.AcceptedInvitation, enforce bool) ([]models.InvitationOutcome, error)
	FindLastInvited(ctx context.Context, workspace string, persons []string, remembered models.Period) (map[string]models.LastInvited, error)
	InvitationPolicyByWorkspace(ctx context.Context, workspace string) (models.InvitationPolicy, error)
	PutInvitationPolicy(ctx context.Context, workspace string, p models.InvitationPolicy, when ...models.Precondition[models.InvitationPolicy]) error
}

// recordedInvitation is the answer to an invitation that is stored.
type recordedInvitation struct {
	ID  string `json:"id,omitempty" format:"uuid" example:"01938f6e-7c1a-7d5e-b0a4-3f1de8a2c901"` // of a person's invitation
	New bool   `json:"new"`                                                                       // false: a retry, or another number in the place of one that was known
}

// createInvitations stores one invitation, or many as answerBulk says. Many are
// sent as NDJSON by that name, or as an array.
//
// @Summary		Record who was asked
// @Description	Says how many were asked on a day (`n`), or that one person was (`person`). Response rates are reckoned by it, and
// @Description	it keeps persons from being asked too often.
// @Description
// @Description	A number takes the place of the one before of the same day, keys, audience and source, so that
// @Description	everything can be sent again safely, all day long: send how many have been asked that day so far. A person's
// @Description	invitation is one more; with an `invitation_id` it can be sent again safely.
// @Description
// @Description	A person who was asked lately is stored all the same, since it has happened. With `enforce=true` it is a conflict, and
// @Description	nothing is stored: check and record in one step, before sending. Of two senders who ask the same person at once one gets the
// @Description	conflict. `GET /v1/invitations/eligibility` only looks.
// @Description
// @Description	A JSON object is one invitation. An array, or NDJSON sent as `Content-Type: application/x-ndjson`, is many, of
// @Description	any length: the answer is one outcome a line in the order sent, and one bad line harms no other.
// @Description
// @Description	Persons are remembered for as long as the policy asks for, 30 days at least, and then forgotten; the counts stay.
// @ID				createInvitations
// @Tags			invitations
// @Security		key[responses:write]
// @Accept			json,application/x-ndjson
// @Produce		json,application/x-ndjson
// @Param			enforce		query		bool							false	"true: a person who may not be asked yet is a conflict"	default(false)
// @Param			invitations	body		[]models.SubmittedInvitation	true	"An invitation, an array of them, or one a line"
// @Success		201			{object}	recordedInvitation				"One that is new"
// @Success		200			{object}	recordedInvitation				"One that was known, or many: an outcome a line"
// @Failure		409	"The person may not be asked yet (with enforce), or the invitation_id was used before for another invitation"
// @Failure		413
// @Failure		422
// @x-one-or-many	"BulkOutcome"
// @Router			/v1/invitations [post]
func (s *server) createInvitations(c *gin.Context) error {
	q := queryOf(c)
	enforce := q.flag("enforce")
	if err := q.err(); err != nil {
		return err
	}
	into, err := s.invitationIntake(c, enforce)
	if err != nil {
		return err
	}
	if sendsMany(c) {
		return answerBulk(s, c, into)
	}
	var sent models.SubmittedInvitation
	if err := readBody(c, &sent); err != nil {
		return err
	}
	accepted, err := into.check(sent)
	if err != nil {
		return err
	}
	outcomes, err := s.Store.CommitInvitations(c.Request.Context(), workspaceOf(c), []models.AcceptedInvitation{accepted}, enforce)
	if err != nil {
		return err
	}
	if err := outcomes[0].Err; err != nil {
		return err
	}
	c.JSON(createdStatus(outcomes[0].New), recordedInvitation{outcomes[0].ID, outcomes[0].New})
	return nil
}

// invitationIntake is what becomes of invitations.
func (s *server) invitationIntake(c *gin.Context, enforce bool) (intake[models.SubmittedInvitation, models.AcceptedInvitation], error) {
	var into intake[models.SubmittedInvitation, models.AcceptedInvitation]
	rules, err := s.rulesOf(c)
	if err != nil {
		return into, err
	}
	policy, err := s.Store.InvitationPolicyByWorkspace(c.Request.Context(), workspaceOf(c))
	if err != nil {
		return into, err
	}
	check := models.InvitationRules{Zone: rules.zone, Now: s.Clock(), Policy: policy, NewID: s.newIDs(c), Persons: s.Persons}
	into.check = func(sent models.SubmittedInvitation) (models.AcceptedInvitation, error) { return sent.Check(check) }
	into.store = inTurn(func(batch []models.AcceptedInvitation) ([]settled, error) {
		outcomes, err := s.Store.CommitInvitations(c.Request.Context(), workspaceOf(c), batch, enforce)
		all := make([]settled, len(outcomes))
		for i, o := range outcomes {
			all[i] = settled{status: createdStatus(o.New), id: o.ID, err: o.Err}
		}
		return all, err
	})
	return into, nil
}

// @Summary		Read for how long people are left alone
// @ID				findInvitationPolicy
// @Tags			invitations
// @Security		key
// @Success		200	{object}	models.InvitationPolicy
// @Router			/v1/invitations/policy [get]
func (s *server) findInvitationPolicy(c *gin.Context) error {
	if err := noQuery(c); err != nil {
		return err
	}
	policy, err := s.Store.InvitationPolicyByWorkspace(c.Request.Context(), workspaceOf(c))
	if err != nil {
		return err
	}
	return tell(c, http.StatusOK, policy)
}

// @Summary		Set for how long people are left alone
// @Description	Calendar days after an invitation: after any, 30 unless set, and after one to the same survey (without a
// @Description	survey, to the same touchpoint), 90 unless set. 0: no rest. It holds from the next invitation on. Who was asked is
// @Description	remembered for the longer of the two, 30 days at least: what was asked before a longer rest was set may be
// @Description	forgotten already.
// @ID				putInvitationPolicy
// @Tags			invitations
// @Security		key[catalog:write]
// @Param			policy	body		models.InvitationPolicy	true	"Both"
// @Success		200		{object}	models.InvitationPolicy	"What holds now"
// @Router			/v1/invitations/policy [put]
func (s *server) putInvitationPolicy(c *gin.Context) error {
	var body models.InvitationPolicy
	when, err := preconditions(c, itself[models.InvitationPolicy])
	if err := firstError(noQuery(c), readBody(c, &body), body.Check(), err); err != nil {
		return err
	}
	if err := s.Store.PutInvitationPolicy(acting(c), workspaceOf(c), body, when...); err != nil {
		return err
	}
	return tell(c, http.StatusOK, body)
}
