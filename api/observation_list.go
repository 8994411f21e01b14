package api

import (
	"io"
	"slices"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/parquet-go/parquet-go"

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
// @Description	line), CSV or Parquet (a row) it is everything that the filters select, streamed; a connection that is cut says that something
// @Description	is missing. What they add up to is told by GET /v1/kpis/{key}/values.
// @Description
// @Description	The pages, and a stream, tell what held when the first page was read, each once: what is recorded meanwhile is not told, and what is
// @Description	replaced meanwhile has its `replaced_at`. Streams that may tell of persons are recorded in the audit log.
// @Description
// @Description	Observations of employees' KPIs may be of small teams: they are shown to keys of scope admin only.
// @ID				findObservations
// @Tags			kpis
// @Security		key[observations:read]
// @Produce		json,application/x-ndjson,text/csv,application/vnd.apache.parquet
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
// @Param			limit			query		integer			false	"How many at most; as JSON 100 unless given, otherwise all"	minimum(1)	maximum(1000)
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
	begun := s.Clock()
	if !filter.Begun.IsZero() {
		begun = filter.Begun // with the first page
	}
	return listing[observationDocument]{
		plural: "observations", before: filter.Before, limit: filter.Limit, begun: begun,
		find: func(before string, limit int) ([]observationDocument, error) {
			filter.Before, filter.Limit = before, limit
			if before != "" {
				filter.Begun = begun
			}
			return s.observations(c, k, filter)
		},
		id:   func(o observationDocument) string { return o.ID },
		page: func(rows []observationDocument, next string) any { return observationPage{rows, next} },
		sheet: func(form string, out io.Writer) sheet[observationDocument] {
			return newSheet(form, out, "observations", observationColumns())
		},
		begin: func(form string) error { return s.recordExport(c, k, filter, form) },
	}.answer(c, s)
}

func (s *server) observationFilterOf(c *gin.Context) (models.ObservationFilter, error) {
	rules, err := s.rulesOf(c)
	if err != nil {
		return models.ObservationFilter{}, err
	}
	q := queryOf(c)
	filter := models.ObservationFilter{
		Period: models.PeriodLength(q.text("period")), Starts: q.starts(rules), Person: s.Persons.Stored(q.text("person")), WithPersons: q.flag("with_persons"),
		AsOf: q.moment("as_of", rules.zone), Limit: q.number("limit", 0, maxLimit),
	}
	filter.Before, filter.Begun = q.timedCursor()
	for _, d := range models.KPIDimensions() {
		filter.Keys[d] = q.text(d.String())
	}
	if filter.Period != "" && !slices.Contains(models.PeriodLengths(), filter.Period) {
		q.faults.Add("period", "must be one of %v", models.PeriodLengths())
	}
	return filter, q.err()
}

// recordExport records that observations are exported, where there may be some of persons.
func (s *server) recordExport(c *gin.Context, k models.KPI, f models.ObservationFilter, form string) error {
	if f.Person == "" && !f.WithPersons {
		return nil
	}
	return s.Store.RecordAct(acting(c), workspaceOf(c), models.AuditEntry{Act: models.FiguresExported, Object: k.Key + " " + form})
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

func observationColumns() []column[observationDocument] {
	return []column[observationDocument]{
		{"id", textColumn(), func(o observationDocument) any { return o.ID }},
		{"kpi", keyColumn(), func(o observationDocument) any { return o.KPI }},
		{"period", keyColumn(), func(o observationDocument) any { return string(o.Period) }},
		{"start", parquet.Date(), func(o observationDocument) any { return o.Start }},
		keyOf("touchpoint", func(o observationDocument) string { return o.Touchpoint }),
		keyOf("channel", func(o observationDocument) string { return o.Channel }),
		keyOf("segment", func(o observationDocument) string { return o.Segment }),
		keyOf("team", func(o observationDocument) string { return o.Team }),
		textOf("person", func(o observationDocument) string { return o.Person }),
		{"value", realColumn(), func(o observationDocument) any { return o.Value }},
		figureOf("size", func(o observationDocument) *float64 { return o.Size }),
		{"unit", keyColumn(), func(o observationDocument) any { return o.Unit }},
		{"recorded_at", timeColumn(), func(o observationDocument) any { return o.RecordedAt }},
		{"replaced_at", parquet.Optional(timeColumn()), func(o observationDocument) any { return ifGiven(o.ReplacedAt) }},
	}
}
