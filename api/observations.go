package api

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"mime"

	"github.com/gin-gonic/gin"

	"github.com/mittari/mittari/models"
)

type observationStore interface {
	CommitObservations(ctx context.Context, workspace, kpi string, batch []models.AcceptedObservation, mode models.BatchMode) ([]models.ObservationOutcome, error)
	FindObservations(ctx context.Context, workspace, kpi string, f models.ObservationFilter) ([]models.Observation, error)
}

// recordedObservation is the answer to an observation that is stored.
type recordedObservation struct {
	New      bool `json:"new"`                // nothing was known of that period and those keys before
	Replaced bool `json:"replaced,omitempty"` // another figure was known; it is kept, see as_of. Neither: the same was known, or it is of employees and not told
}

// createObservations stores one observation, or many as answerBulk says. Many
// are sent as NDJSON by that name, or as an array.
//
// @Summary		Record what a KPI was
// @Description	A JSON object is one observation, answered when it is committed. An array, or NDJSON sent as
// @Description	`Content-Type: application/x-ndjson`, is many, of any length: the answer is one outcome a line in the order sent,
// @Description	and one bad line harms no other; a line's `status` is what it would have got alone.
// @Description
// @Description	Of a period, with the same keys or the same person, there is one figure. Sent again it replaces the one before, which
// @Description	is kept: `as_of` shows it. So everything can be sent again safely. What a KPI is of the company, of teams and so
// @Description	on is recorded by periods of one length each; others would overlap, and are a conflict.
// @Description
// @Description	Figures of employees are recorded of a team or of the company, with how many employees they are of as
// @Description	their `size`; where the figure is itself a number of employees, it says so.
// @ID				createObservations
// @Tags			kpis
// @Security		key[observations:write]
// @Accept			json,application/x-ndjson
// @Produce		json,application/x-ndjson
// @Param			key				path		string							true	"The KPI's key"
// @Param			dry_run			query		boolean							false	"true: check everything and store nothing"	default(false)
// @Param			observations	body		[]models.SubmittedObservation	true	"An observation, an array of them, or one a line"
// @Success		201				{object}	recordedObservation				"One, of which nothing was known before"
// @Success		200				{object}	recordedObservation				"One that was known, or many: an outcome a line"
// @Failure		404
// @Failure		409	"Of another length of period than those that are recorded, which it would overlap"
// @Failure		413
// @Failure		422
// @x-one-or-many	"BulkOutcome"
// @Router			/v1/kpis/{key}/observations [post]
func (s *server) createObservations(c *gin.Context) error {
	q := queryOf(c)
	mode := models.EachByItself
	if q.flag("dry_run") {
		mode = models.CheckOnly
	}
	if err := q.err(); err != nil {
		return err
	}
	into, err := s.observationIntake(c, mode)
	if err != nil {
		return err
	}
	if sendsMany(c) {
		return answerBulk(s, c, into)
	}
	var sent models.SubmittedObservation
	if err := readBody(c, &sent); err != nil {
		return err
	}
	accepted, err := into.check(sent)
	if err != nil {
		return err
	}
	outcomes, err := s.Store.CommitObservations(c.Request.Context(), workspaceOf(c), accepted.KPI().Key, []models.AcceptedObservation{accepted}, mode)
	if err != nil {
		return err
	}
	if err := outcomes[0].Err; err != nil {
		return err
	}
	recorded := recordedObservation{New: outcomes[0].New, Replaced: outcomes[0].Replaced && seesObservations(c, accepted.KPI())}
	c.JSON(createdStatus(recorded.New), recorded)
	return nil
}

// seesObservations reports whether the request's key may see the KPI's
// observations one by one, if it has the scope. Whoever may not is not told
// either whether what is sent is what was known: that would let guesses be tried.
func seesObservations(c *gin.Context, k models.KPI) bool {
	return k.Kind != models.EmployeeKPI || requestKey(c).Allows(models.Admin)
}

// observationIntake is what becomes of observations of the KPI in the path.
func (s *server) observationIntake(c *gin.Context, mode models.BatchMode) (intake[models.SubmittedObservation, models.AcceptedObservation], error) {
	var into intake[models.SubmittedObservation, models.AcceptedObservation]
	rules, err := s.rulesOf(c)
	if err != nil {
		return into, err
	}
	k, err := s.kpiOf(c)
	if err != nil {
		return into, err
	}
	check := models.ObservationRules{KPI: k, Today: models.DayOf(s.Clock(), rules.zone), NewID: s.NewID, Persons: s.Persons}
	into.check = func(sent models.SubmittedObservation) (models.AcceptedObservation, error) { return sent.Check(check) }
	into.store = inTurn(func(batch []models.AcceptedObservation) ([]settled, error) {
		outcomes, err := s.Store.CommitObservations(c.Request.Context(), workspaceOf(c), k.Key, batch, mode)
		all := make([]settled, len(outcomes))
		for i, o := range outcomes {
			all[i] = settled{status: createdStatus(o.New), err: o.Err}
		}
		return all, err
	})
	return into, nil
}

// sendsMany reports whether the body is NDJSON, by its name, or an array, by its first character.
func sendsMany(c *gin.Context) bool {
	if form, _, _ := mime.ParseMediaType(c.GetHeader("Content-Type")); form == formNDJSON {
		return true
	}
	body := bufio.NewReader(c.Request.Body)
	c.Request.Body = struct {
		io.Reader
		io.Closer
	}{body, c.Request.Body}
	for {
		b, err := body.Peek(1)
		if err != nil || len(bytes.TrimSpace(b)) > 0 {
			return err == nil && b[0] == '['
		}
		_, _ = body.Discard(1)
	}
}
