package api

import (
	"context"
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/mittari/mittari/models"
)

type commentStore interface {
	FindComments(ctx context.Context, workspace string, m models.Metric, f models.CommentFilter) ([]models.Comment, error)
}

// commentList is the answer to a question for comments.
type commentList struct {
	Comments   []commentRow `json:"comments"`
	Suppressed bool         `json:"suppressed,omitempty"` // too few commented to show anything, or nobody did
}

// commentRow is what somebody said, without who it was. The keys are those of
// the response, and of an anonymous metric what the comment's lot has in common.
type commentRow struct {
	Comment    string `json:"comment" example:"Quick and friendly."`
	Score      *int   `json:"score,omitempty" example:"9"` // absent where the metric is anonymous
	Day        string `json:"day" format:"date" example:"2026-11-20"`
	Survey     string `json:"survey,omitempty" example:"relationship"`
	Touchpoint string `json:"touchpoint,omitempty" example:"meeting"`
	Channel    string `json:"channel,omitempty" example:"sms"`
	Segment    string `json:"segment,omitempty" example:"home-loan"`
	Team       string `json:"team,omitempty" example:"helsinki-3"`
}

// @Summary		Read comments
// @Description	What people said on one metric, of the latest days first, without who it was. Comments on an anonymous
// @Description	metric are shown without their score, in lots of at least the threshold of comments (10 of employees):
// @Description	`suppressed` says that there are too few, or none. Comments of a lot are deleted with time all together, with the oldest.
// @ID				findComments
// @Tags			responses
// @Security		key[responses:read]
// @Param			metric		query		string		true	"The metric's key, such as nps; GET /v1/metrics lists all"
// @Param			window		query		string		false	"Whole days up to now, today included: 28d unless since is given; not together with since"
// @Param			since		query		string		false	"The first day: a date such as 2026-11-01, or its first moment in the workspace's time zone"
// @Param			until		query		string		false	"The day behind the last one; tomorrow unless given. Needs since"
// @Param			limit		query		integer		false	"How many at most; 100 unless given"	minimum(1)	maximum(1000)
// @Param			{dimension}	query		string		false	"Only comments of this {dimension}"
// @Success		200			{object}	commentList	"Comments by day, then by their text"
// @Router			/v1/comments [get]
func (s *server) findComments(c *gin.Context) error {
	rules, err := s.rulesOf(c)
	if err != nil {
		return err
	}
	q := queryOf(c)
	metric, known := rules.metrics[q.text("metric")]
	if !known {
		q.faults.Add("metric", "must be one of %s", strings.Join(rules.metrics.Keys(), ", "))
	}
	filter := models.CommentFilter{Metric: metric.Key, Keys: q.dimensions(), Limit: q.number("limit", defaultLimit, maxLimit)}
	filter.Period = s.periodOf(q, rules.zone)
	if err := q.err(); err != nil {
		return err
	}
	found, err := s.Store.FindComments(c.Request.Context(), workspaceOf(c), metric, filter)
	if err != nil {
		return err
	}
	list := commentList{Comments: make([]commentRow, len(found)), Suppressed: metric.Anonymous() && len(found) == 0}
	for i, f := range found {
		list.Comments[i] = commentRow{f.Text, f.Score, f.Day.String(), f.Keys[models.Survey], f.Keys[models.Touchpoint],
			f.Keys[models.Channel], f.Keys[models.Segment], f.Keys[models.Team]}
	}
	c.JSON(http.StatusOK, list)
	return nil
}
