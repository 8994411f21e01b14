package api

import (
	"slices"

	"github.com/gin-gonic/gin"

	"github.com/mittari/mittari/models"
)

// responsePage is one page of a list of responses, the latest arrived first.
type responsePage struct {
	Responses  []models.Response `json:"responses"`
	NextCursor string            `json:"next_cursor,omitempty"` // absent on the last page
}

// findResponses lists a page as JSON, or streams everything that the filters
// select as NDJSON (a response a line), CSV or Parquet (an answer a row).
//
// @Summary		List or export responses
// @Description	The latest arrived come first. As JSON it is one page; `next_cursor` leads to the next one and
// @Description	is absent on the last. As NDJSON (a response a line), CSV or Parquet (an answer a row, with its response's
// @Description	columns, named as the fields) it is everything that the filters select, streamed; a connection that is cut says that something is missing.
// @Description
// @Description	What there was when the first page or the stream began is told once each, however much arrives meanwhile, and that is not told. Streams
// @Description	are limited in number, and recorded in the audit log; how CSV is kept from being run as formulas is told under Exports.
// @Description
// @Description	Answers to anonymous metrics, those of employees among them, are shown to keys of scope admin only.
// @ID				findResponses
// @Tags			responses
// @Security		key[responses:read]
// @Produce		json,application/x-ndjson,text/csv,application/vnd.apache.parquet
// @Param			metric			query		string			false	"Only responses with an answer to this metric"
// @Param			{dimension}		query		string			false	"Only responses of this {dimension}"
// @Param			person			query		string			false	"Only responses of this person"
// @Param			submission_id	query		string			false	"Only the response sent under this id"
// @Param			since			query		string			false	"Collected at or after this time, such as 2026-11-01T08:00:00Z, or on or after this date, such as 2026-11-01"
// @Param			until			query		string			false	"Collected before this time, or before this date"
// @Param			cursor			query		string			false	"The `next_cursor` of the page before"
// @Param			limit			query		integer			false	"How many at most; as JSON 100 unless given, otherwise all"	minimum(1)	maximum(1000)
// @Success		200				{object}	responsePage	"A page, or a stream"
// @Failure		406
// @Router			/v1/responses [get]
func (s *server) findResponses(c *gin.Context) error {
	filter, err := s.filterOf(c)
	if err != nil {
		return err
	}
	return listing[models.Response]{
		plural: "responses", before: filter.Before, limit: filter.Limit,
		find: func(before string, limit int) ([]models.Response, error) {
			filter.Before, filter.Limit = before, limit
			return s.Store.FindResponses(c.Request.Context(), workspaceOf(c), filter)
		},
		id:    func(r models.Response) string { return r.ID },
		page:  func(rows []models.Response, next string) any { return responsePage{rows, next} },
		sheet: responseSheet,
		begin: func(form string) error {
			return s.Store.RecordAct(acting(c), workspaceOf(c), models.AuditEntry{Act: models.ResponsesExported, Object: form})
		},
	}.answer(c, s)
}

func (s *server) filterOf(c *gin.Context) (models.ResponseFilter, error) {
	rules, err := s.rulesOf(c)
	if err != nil {
		return models.ResponseFilter{}, err
	}
	q := queryOf(c)
	filter := models.ResponseFilter{
		Keys: q.dimensions(), Metric: q.text("metric"), Person: s.Persons.Stored(q.text("person")), SubmissionID: q.text("submission_id"),
		Since: q.moment("since", rules.zone), Until: q.moment("until", rules.zone),
		Before: q.cursor(), Limit: q.number("limit", 0, maxLimit),
	}
	filter.Hidden = hiddenFrom(c, rules)
	if _, known := rules.metrics[filter.Metric]; filter.Metric != "" && !known {
		q.faults.Add("metric", "is unknown; GET /v1/metrics lists those that are known")
	}
	if !filter.Until.IsZero() && !filter.Since.Before(filter.Until) {
		q.faults.Add("until", "must be later than since")
	}
	if slices.Contains(filter.Hidden, filter.Metric) {
		return filter, firstError(q.err(), models.Errorf(models.Forbidden,
			"answers to %s are anonymous: they are told in groups, by GET /v1/scores and GET /v1/comments, and one by one with a key of scope admin only", filter.Metric))
	}
	return filter, q.err()
}

// hiddenFrom are the metrics whose answers the request's key may see in groups only.
func hiddenFrom(c *gin.Context, rules workspaceRules) []string {
	if requestKey(c).Allows(models.Admin) {
		return nil
	}
	return rules.metrics.Anonymous()
}
