package api

import (
	"encoding/csv"
	"slices"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/mittari/mittari/models"
)

// observationDocument is an observation as clients see it.
type observationDocument struct {
	ID         string              `json:"id" format:"uuid" example:"01938f6e-7c1a-7d5e-b0a4-3f1de8a2c901"`
	KPI        string              `json:"kpi" example:"revenue"`
	Period     models.PeriodLength `json:"period" example:"month"`
	Start      string              `json:"start" format:"date" example:"2026-10-01"` // the first day of the period
	Touchpoint string              `json:"touchpoint,omitempty" example:"meeting"`
	Channel    string              `json:"channel,omitempty" example:"web"`
	Segment    string              `json:"segment,omitempty" example:"home-loan"`
	Team       string              `json:"team,omitempty" example:"helsinki-3"`
	Person     string              `json:"person,omitempty" example:"c-1029"`
	Value      float64             `json:"value" example:"184200.5"` // 1 or 0 of a person and a yes/no KPI
	Size       *float64            `json:"size,omitempty" example:"412"`
	Unit       string              `json:"unit" example:"EUR"`
	RecordedAt time.Time           `json:"recorded_at" format:"date-time" example:"2026-11-02T08:04:00Z"`
	ReplacedAt *time.Time          `json:"replaced_at,omitempty" format:"date-time" example:"2026-11-20T08:04:00Z"` // absent while it holds
}

// observationPage is one page of a list of observations, the latest recorded first.
type observationPage struct {
	Observations []observationDocument `json:"observations"`
	NextCursor   string                `json:"next_cursor,omitempty"` // absent on the last page
}

// @Summary		List or export observations
// @Description	What was sent, as it holds now, or with `as_of` as it was known then; the latest recorded come first. As JSON
// @Description	it is one page; `next_cursor` leads to the next one and is absent on the last. As NDJSON (an observation a
// @Description	line) or CSV it is everything that the filters select, streamed; a connection that is cut says that something
// @Description	is missing. What they add up to is told by GET /v1/kpis/{key}/values.
// @Description
// @Description	Observations of employees' KPIs may be of small teams: they are shown to keys of scope admin only.
// @ID				findObservations
// @Tags			kpis
// @Security		key[observations:read]
// @Produce		json,application/x-ndjson,text/csv
// @Param			key				path		string			true	"The KPI's key"
// @Param			period			query		string			false	"Only of periods of this length"	Enums(day, week, month, quarter, year)
// @Param			since			query		string			false	"Only of periods that begin on or after this date"
// @Param			until			query		string			false	"Only of periods that begin before this date. Needs since"
// @Param			touchpoint		query		string			false	"Only of this touchpoint"
// @Param			channel			query		string			false	"Only of this channel"
// @Param			segment			query		string			false	"Only of this segment"
// @Param			team			query		string			false	"Only of this team"
// @Param			person			query		string			false	"Only of this person"
// @Param			with_persons	query		boolean			false	"true: those of persons, too"	default(false)
// @Param			as_of			query		string			false	"What was known at this time, such as 2026-11-01T08:00:00Z"
// @Param			cursor			query		string			false	"The `next_cursor` of the page before"
// @Param			limit			query		integer			false	"How many at most; as JSON 100 unless given, as NDJSON or CSV all"	minimum(1)	maximum(1000)
// @Success		200				{object}	observationPage	"A page, or a stream"
// @Failure		404
// @Failure		406
// @Router			/v1/kpis/{key}/observations [get]
func (s *server) findObservations(c *gin.Context) error {
	filter, err := s.observationFilterOf(c)
	if err != nil {
		return err
	}
	k, err := s.kpiOf(c)
	if err != nil {
		return err
	}
	if !seesObservations(c, k) {
		return models.Errorf(models.Forbidden,
			"observations of employees may be of small teams: GET /v1/kpis/%s/values tells what they add up to; one by one they are shown to keys of scope admin only", k.Key)
	}
	csv := observationCSV{csv.NewWriter(c.Writer)}
	return listing[observationDocument]{
		plural: "observations", before: filter.Before, limit: filter.Limit,
		find: func(before string, limit int) ([]observationDocument, error) {
			filter.Before, filter.Limit = before, limit
			return s.observations(c, k, filter)
		},
		id:     func(o observationDocument) string { return o.ID },
		page:   func(rows []observationDocument, next string) any { return observationPage{rows, next} },
		header: csv.header, write: csv.write,
	}.answer(c)
}

func (s *server) observationFilterOf(c *gin.Context) (models.ObservationFilter, error) {
	rules, err := s.rulesOf(c)
	if err != nil {
		return models.ObservationFilter{}, err
	}
	q := queryOf(c)
	filter := models.ObservationFilter{
		Period: models.PeriodLength(q.text("period")), Starts: q.starts(rules), Person: s.Persons.Stored(q.text("person")), WithPersons: q.flag("with_persons"),
		AsOf: q.moment("as_of", rules.zone), Before: q.cursor(), Limit: q.number("limit", 0, maxLimit),
	}
	for _, d := range models.KPIDimensions() {
		filter.Keys[d] = q.text(d.String())
	}
	if filter.Period != "" && !slices.Contains(models.PeriodLengths(), filter.Period) {
		q.faults.Add("period", "must be one of %v", models.PeriodLengths())
	}
	return filter, q.err()
}

func (s *server) observations(c *gin.Context, k models.KPI, f models.ObservationFilter) ([]observationDocument, error) {
	found, err := s.Store.FindObservations(c.Request.Context(), workspaceOf(c), k.Key, f)
	if err != nil {
		return nil, err
	}
	documents := make([]observationDocument, len(found))
	for i, o := range found {
		documents[i] = observationDocumentOf(o, k.Unit)
	}
	return documents, nil
}

func observationDocumentOf(o models.Observation, unit string) observationDocument {
	return observationDocument{
		ID: o.ID, KPI: o.KPI, Period: o.Period, Start: o.Start.String(), Touchpoint: o.Keys[models.Touchpoint], Channel: o.Keys[models.Channel],
		Segment: o.Keys[models.Segment], Team: o.Keys[models.Team], Person: o.Person, Value: o.Value, Size: o.Size, Unit: unit,
		RecordedAt: o.RecordedAt, ReplacedAt: o.ReplacedAt,
	}
}

// observationCSV writes observations as CSV.
type observationCSV struct{ w *csv.Writer }

func (o observationCSV) header() error {
	return o.w.Write([]string{"id", "kpi", "period", "start", "touchpoint", "channel", "segment", "team", "person", "value", "size", "unit",
		"recorded_at", "replaced_at"})
}

func (o observationCSV) write(page []observationDocument) error {
	for _, d := range page {
		size, replaced := "", ""
		if d.Size != nil {
			size = figure(*d.Size)
		}
		if d.ReplacedAt != nil {
			replaced = d.ReplacedAt.Format(time.RFC3339Nano)
		}
		err := writeLine(o.w, d.ID, d.KPI, string(d.Period), d.Start, d.Touchpoint, d.Channel, d.Segment, d.Team, d.Person, figure(d.Value), size, d.Unit,
			d.RecordedAt.Format(time.RFC3339Nano), replaced)
		if err != nil {
			return err
		}
	}
	o.w.Flush()
	return o.w.Error()
}

// figure is a number in full, without an exponent.
func figure(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }
