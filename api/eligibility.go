package api

import (
	"net/http"
	"strconv"

	"github.com/gin-gonic/gin"

	"github.com/mittari/mittari/models"
)

// maxAskedAbout is how many persons can be asked about at once.
const maxAskedAbout = 1000

// eligibility tells whether a person may be asked.
type eligibility struct {
	Person   string `json:"person" example:"c-1029"`
	Eligible bool   `json:"eligible"`
	Next     string `json:"next" format:"date" example:"2026-12-11"` // the first day on which the person may be asked; today when that is now
	Reason   string `json:"reason" example:"asked on 2026-11-11; any invitation leaves a person alone for 30 days"`
}

// eligibilityList is of several persons, in the order they were asked about.
type eligibilityList struct {
	Eligibility []eligibility `json:"eligibility"`
}

// eligibilityBody asks about several persons.
type eligibilityBody struct {
	Persons    []string `json:"persons" maxLength:"200" example:"c-1029"` // 1000 at most
	Survey     string   `json:"survey,omitempty" example:"relationship"`
	Touchpoint string   `json:"touchpoint,omitempty" example:"meeting"`
}

// @Summary		May this person be asked now?
// @Description	By the workspace's policy and what it remembers of who was asked. It only looks, so that another sender may ask
// @Description	in between: POST /v1/invitations?enforce=true checks and records in one step. In a POST persons stay out of
// @Description	the logs of proxies on the way.
// @ID				findEligibility
// @Tags			invitations
// @Security		key[responses:write]
// @Param			person		query		string		true	"The person's external id"
// @Param			survey		query		string		false	"What the person is to be asked for"
// @Param			touchpoint	query		string		false	"What the person is to be asked about, where there is no survey"
// @Success		200			{object}	eligibility
// @Router			/v1/invitations/eligibility [get]
func (s *server) findEligibility(c *gin.Context) error {
	q := queryOf(c)
	body := eligibilityBody{Persons: []string{q.text("person")}, Survey: q.text("survey"), Touchpoint: q.text("touchpoint")}
	if body.Persons[0] == "" && len(q.faults) == 0 {
		q.faults.Add("person", "is missing: the external id of who is to be asked")
	}
	if err := q.err(); err != nil {
		return err
	}
	list, err := s.eligibilityOf(c, body)
	if err != nil {
		return err
	}
	c.JSON(http.StatusOK, list[0])
	return nil
}

// @Summary		Which of these persons may be asked now?
// @Description	As GET /v1/invitations/eligibility, of 1 to 1000 persons at once. Nothing is stored.
// @ID				checkEligibility
// @Tags			invitations
// @Security		key[responses:write]
// @Param			persons	body		eligibilityBody	true	"Whom to ask, and what for"
// @Success		200		{object}	eligibilityList	"In the order asked about"
// @Router			/v1/invitations/eligibility [post]
func (s *server) checkEligibility(c *gin.Context) error {
	var body eligibilityBody
	if err := firstError(noQuery(c), readBody(c, &body), body.check()); err != nil {
		return err
	}
	list, err := s.eligibilityOf(c, body)
	if err != nil {
		return err
	}
	c.JSON(http.StatusOK, eligibilityList{list})
	return nil
}

func (b eligibilityBody) check() error {
	var faults models.Faults
	if n := len(b.Persons); n < 1 || n > maxAskedAbout {
		faults.Add("persons", "must be 1 to %d, are %d", maxAskedAbout, n)
	}
	for i, person := range b.Persons {
		if person == "" || !holdable(person) {
			faults.Add("persons["+strconv.Itoa(i)+"]", "must not be empty, nor hold the NUL character")
		}
	}
	for name, key := range map[string]string{"survey": b.Survey, "touchpoint": b.Touchpoint} {
		if !holdable(key) {
			faults.Add(name, "must not hold the NUL character")
		}
	}
	return faults.Err("nothing can be told")
}

func (s *server) eligibilityOf(c *gin.Context, asked eligibilityBody) ([]eligibility, error) {
	rules, err := s.rulesOf(c)
	if err != nil {
		return nil, err
	}
	var policy models.InvitationPolicy
	var last map[string]models.LastInvited
	today := models.DayOf(s.Clock(), rules.zone)
	if policy, err = s.Store.InvitationPolicyByWorkspace(c.Request.Context(), workspaceOf(c)); err == nil {
		last, err = s.Store.FindLastInvited(c.Request.Context(), workspaceOf(c), s.storedAs(asked.Persons), policy.Remembered(today))
	}
	if err != nil {
		return nil, err
	}
	occasion := models.OccasionOf(models.Keys{models.Survey: asked.Survey, models.Touchpoint: asked.Touchpoint})
	list := make([]eligibility, len(asked.Persons))
	for i, person := range asked.Persons {
		e := policy.Eligible(last[s.Persons.Stored(person)], occasion, today)
		list[i] = eligibility{person, e.Eligible, e.Next.String(), e.Reason}
	}
	return list, nil
}

// storedAs are the names that persons are stored under.
func (s *server) storedAs(persons []string) []string {
	names := make([]string, len(persons))
	for i, person := range persons {
		names[i] = s.Persons.Stored(person)
	}
	return names
}
