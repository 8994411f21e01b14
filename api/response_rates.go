package api

import (
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/mittari/mittari/models"
	"github.com/mittari/mittari/models/score"
)

// responseRateList is the answer to a question for response rates.
type responseRateList struct {
	ResponseRates []responseRateRow `json:"response_rates"`
}

// responseRateRow is one response rate. Nothing but audience, level, key and the
// period is told where it is suppressed.
type responseRateRow struct {
	Audience   models.Audience `json:"audience" example:"customer"`
	Level      models.Level    `json:"level" example:"channel"`
	Key        string          `json:"key,omitempty" example:"sms"`                                  // absent for the company
	Since      time.Time       `json:"since" format:"date-time" example:"2026-10-24T00:00:00+03:00"` // the first moment of the period
	Until      time.Time       `json:"until" format:"date-time" example:"2026-11-21T00:00:00+02:00"` // the first moment behind it
	Invited    *int64          `json:"invited,omitempty" example:"1730"`                             // how many were asked in the period
	Responses  *int64          `json:"responses,omitempty" example:"412"`                            // those of the period that were asked for, or may have been
	Unasked    *int64          `json:"unasked_responses,omitempty" example:"9"`                      // those that were given unasked
	Rate       *float64        `json:"rate,omitempty" example:"0.238"`                               // responses ÷ invited, 0 to 1
	Lower      *float64        `json:"lower,omitempty" example:"0.219"`                              // of the 95 % interval
	Upper      *float64        `json:"upper,omitempty" example:"0.259"`                              // of the 95 % interval
	Suppressed bool            `json:"suppressed,omitempty"`                                         // too few employees were asked or answered to show anything
}

// @Summary		Read response rates
// @Description	How many of those who were asked answered, for the company or for each key of a level (`group_by`), over a
// @Description	window that ends today, or from `since` to before `until`; with `interval` one rate for each day, week or month of
// @Description	it. With the 95 % interval (Wilson), which says how much chance there is in it, not whether those who answer are like those who don't.
// @Description
// @Description	`responses` counts the responses collected in the period but for those that were given unasked (`solicited`
// @Description	false), by their own keys; `invited` what POST /v1/invitations said of the period. Answers come later than the asking: the
// @Description	shorter the period, the less its answers belong to its invitations. There is no `rate` where nobody was asked, and none where more answered
// @Description	than were asked: it is not cut off at 1, which would hide that not all invitations are recorded. So send
// @Description	`solicited: false` with what comes unasked, and record invitations of all that is asked, or filter by what is recorded.
// @Description
// @Description	Customers and employees are never mixed: a response belongs to employees when it answers their metrics only.
// @Description	Employees' responses are counted in lots of five or more, on the day of the last, as their answers are. A team's rate is thus never
// @Description	above what it was, until the few who are left over are counted for the survey or the company. Where fewer
// @Description	answered or were asked than may be shown there is `suppressed` and no number at all.
// @ID				findResponseRates
// @Tags			scores
// @Security		key[scores:read]
// @Param			audience	query		models.Audience	false	"Whose responses"	default(customer)
// @Param			group_by	query		string			false	"The level to tell rates apart by"	default(company)
// @Param			window		query		string			false	"Whole days up to now, today included: 28d unless since is given; not together with since"
// @Param			since		query		string			false	"The first day: a date such as 2026-11-01, or its first moment in the workspace's time zone"
// @Param			until		query		string			false	"The day behind the last one; tomorrow unless given. Needs since"
// @Param			interval	query		models.Interval	false	"Cut the period into calendar days, weeks from Monday, or months"
// @Param			{dimension}	query		string			false	"Only invitations and responses of this {dimension}"
// @Success		200			{object}	responseRateList	"Rates by key, then by time"
// @Router			/v1/response-rate [get]
func (s *server) findResponseRates(c *gin.Context) error {
	q, err := s.rateQueryOf(c)
	if err != nil {
		return err
	}
	groups, err := s.rateGroups(c, q)
	if err != nil {
		return err
	}
	if n := len(groups) * len(q.parts); n > maxScores {
		return models.Errorf(malformed, "these are %d rates, more than %d: take a shorter period, a longer interval or a filter", n, maxScores)
	}
	rows := make([]responseRateRow, 0, len(groups)*len(q.parts))
	for _, key := range sortedNames(groups) {
		for part, period := range q.parts {
			rows = append(rows, rateRowOf(models.NewResponseRate(q.metric, q.level, key, period, groups[key][part]), q.zone))
		}
	}
	c.JSON(http.StatusOK, responseRateList{rows})
	return nil
}

// rateQueryOf reads the question; its metric is the audience's participation.
func (s *server) rateQueryOf(c *gin.Context) (scoreQuery, error) {
	rules, err := s.rulesOf(c)
	if err != nil {
		return scoreQuery{}, err
	}
	q := queryOf(c)
	audience := models.Audience(q.text("audience"))
	switch audience {
	case "":
		audience = models.Customer
	case models.Customer, models.Employee:
	default:
		q.faults.Add("audience", "must be one of %v", models.Audiences())
	}
	sq := s.groupQueryOf(q, rules)
	sq.metric = rules.metrics.Participation(audience)
	return sq, q.err()
}

// rateGroups are the level's groups with anybody who took part, and the company always.
func (s *server) rateGroups(c *gin.Context, q scoreQuery) (countedGroups, error) {
	if q.level != models.JourneyLevel {
		return s.counted(c, q, q.level, nil)
	}
	journeys, counted, err := s.journeys(c, q)
	groups := countedGroups{}
	for _, journey := range journeys {
		groups[journey.Key] = make([]score.Histogram, len(q.parts))
		for part := range q.parts {
			pooled := q.metric.NewHistogram()
			for _, touchpoint := range journey.Touchpoints {
				pooled.Merge(counted.in(part)(touchpoint))
			}
			groups[journey.Key][part] = pooled
		}
	}
	return groups, err
}

func rateRowOf(r models.ResponseRate, zone *time.Location) responseRateRow {
	row := responseRateRow{Audience: r.Audience, Level: r.Level, Key: r.Key, Suppressed: r.Suppressed,
		Since: r.Period.Since.Start(zone), Until: r.Period.Until.Start(zone)}
	if !r.Suppressed {
		row.Invited, row.Responses, row.Unasked = &r.Invited, &r.Answered, &r.Unasked
	}
	if r.Interval != nil {
		row.Rate, row.Lower, row.Upper = &r.Rate, &r.Interval.Lower, &r.Interval.Upper
	}
	return row
}
