package api

import (
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/mittari/mittari/models"
	"github.com/mittari/mittari/models/score"
)

// conversionList is the answer to a question for conversions.
type conversionList struct {
	Metric      string          `json:"metric" example:"nps"`
	Conversions []conversionRow `json:"conversions"`
}

// conversionRow is how people's answers changed in a period. Of a period with too few of them only that is told.
type conversionRow struct {
	Since      time.Time        `json:"since" format:"date-time" example:"2026-10-01T00:00:00+03:00"` // the first moment of the period of the later answer
	Until      time.Time        `json:"until" format:"date-time" example:"2026-11-01T00:00:00+02:00"` // the first moment behind it
	Pairs      *int64           `json:"pairs,omitempty" example:"310"`                                // of consecutive answers of one person
	Net        *int64           `json:"net,omitempty" example:"4"`                                    // from the bottom to the top category, less those the other way
	Matrix     []conversionCell `json:"matrix,omitempty"`                                             // by the earlier category, then by the later one
	Suppressed bool             `json:"suppressed,omitempty"`
}

// conversionCell is how many went from one category to another, or stayed.
type conversionCell struct {
	From  string   `json:"from" example:"detractor"`
	To    string   `json:"to" example:"promoter"`
	N     int64    `json:"n" example:"21"`
	Share *float64 `json:"share,omitempty" example:"0.18"` // of those who were in the earlier category, 0 to 1
}

// @Summary		Read how people's minds changed
// @Description	How many detractors became promoters, and back: each person's answer to a metric against the same person's answer
// @Description	before it, at the same touchpoint (or at none), however long ago that was; by the day of the later one.
// @Description	A person who answers three times is two pairs; one who answers once is none. Filters are of both answers.
// @Description
// @Description	Who is asked after a bad answer is far from the mean and would come nearer to it by itself: of many detractors
// @Description	some always become passives, as some promoters do. What is worth celebrating is `net`, and how the shares change.
// @Description
// @Description	Refused (403) where the metric is anonymous, as employees' always are and customers' once their threshold is raised.
// @Description	A key of scope `admin` may ask; periods with fewer pairs than the threshold are `suppressed`.
// @ID				findConversions
// @Tags			analysis
// @Security		key[scores:read]
// @Param			metric		query		string			true	"The metric's key, such as nps; GET /v1/metrics lists all"
// @Param			window		query		string			false	"Whole days up to now, today included: 28d unless since is given; not together with since"
// @Param			since		query		string			false	"The first day: a date such as 2026-11-01, or its first moment in the workspace's time zone"
// @Param			until		query		string			false	"The day behind the last one; tomorrow unless given. Needs since"
// @Param			interval	query		models.Interval	false	"Cut the period into calendar days, weeks from Monday, or months"
// @Param			{dimension}	query		string			false	"Only answers of this {dimension}"
// @Success		200			{object}	conversionList	"By time"
// @Failure		403			"The metric is anonymous"
// @Router			/v1/analysis/conversions [get]
func (s *server) findConversions(c *gin.Context) error {
	rules, err := s.rulesOf(c)
	if err != nil {
		return err
	}
	q := queryOf(c)
	cq := models.ConversionQuery{Metric: q.metric(rules.metrics), Filter: q.dimensions()}
	parts := s.partsOf(q, rules.zone)
	if err := q.err(); err != nil {
		return err
	}
	if err := notByPerson(c, cq.Metric, nil); err != nil {
		return err
	}
	if len(parts) > maxScores {
		return models.Errorf(malformed, "these are %d periods, more than %d: take a shorter period or a longer interval", len(parts), maxScores)
	}
	cq.Period = models.Period{Since: parts[0].Since, Until: parts[len(parts)-1].Until}
	conversions := make([]models.Conversions, len(parts))
	err = s.Store.EachConversion(c.Request.Context(), workspaceOf(c), cq, func(n models.ConversionCount) error {
		conversions[partOf(parts, n.Day)].Add(cq.Metric, n)
		return nil
	})
	if err != nil {
		return err
	}
	list := conversionList{Metric: cq.Metric.Key, Conversions: make([]conversionRow, len(parts))}
	for i, part := range parts {
		list.Conversions[i] = conversionRowOf(cq.Metric, part, conversions[i], rules.zone)
	}
	c.JSON(http.StatusOK, list)
	return nil
}

func conversionRowOf(m models.Metric, part models.Period, n models.Conversions, zone *time.Location) conversionRow {
	row := conversionRow{Since: part.Since.Start(zone), Until: part.Until.Start(zone)}
	pairs, net := n.Pairs(), n.Net()
	if m.Suppressed(pairs) {
		row.Suppressed = true
		return row
	}
	row.Pairs, row.Net = &pairs, &net
	names := m.CategoryNames()
	for from, name := range names {
		before := n.From(score.Category(from))
		for to := range names {
			cell := conversionCell{From: name, To: names[to], N: n[from][to]}
			if before > 0 {
				share := float64(cell.N) / float64(before)
				cell.Share = &share
			}
			row.Matrix = append(row.Matrix, cell)
		}
	}
	return row
}
