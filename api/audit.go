package api

import (
	"context"
	"io"

	"github.com/gin-gonic/gin"
	"github.com/parquet-go/parquet-go"

	"github.com/mittari/mittari/models"
)

type auditStore interface {
	FindAudit(ctx context.Context, workspace string, f models.AuditFilter) ([]models.AuditEntry, error)
	RecordAct(ctx context.Context, workspace string, e models.AuditEntry) error
}

// acting is the request's context, and tells the audit log who does what is done in it.
func acting(c *gin.Context) context.Context {
	key := requestKey(c)
	return models.WithActor(c.Request.Context(), models.Actor{Workspace: key.Workspace, KeyID: key.ID, Name: key.Name, Route: c.Request.Method + " " + c.FullPath()})
}

// auditPage is one page of the audit log, the latest first.
type auditPage struct {
	Audit      []models.AuditEntry `json:"audit"`
	NextCursor string              `json:"next_cursor,omitempty"` // absent on the last page
}

// @Summary		Read who did what
// @Description	What was administered in the workspace, and what was read or erased of persons: keys and workspaces made and revoked, thresholds,
// @Description	catalogs, metrics, KPIs, targets, models and the invitation policy set or deleted, responses changed, excluded or erased one by one, persons read or erased, responses and persons' observations exported as files, sources of webhooks put and deleted and what is kept of them, rollups
// @Description	repaired, responses deleted with time. The latest come first. Each entry is written in the transaction of what it tells, that
// @Description	a person is read before anything is told, and what was deleted with time behind it; what is refused or fails leaves none, and neither does what changes nothing. Nothing of what was answered stands in it, and persons only as hashes.
// @Description
// @Description	As JSON it is one page; `next_cursor` leads to the next one. As NDJSON (an entry a line), CSV or Parquet it is everything that the filters select.
// @Description	Entries are deleted after two years.
// @ID				findAudit
// @Tags			access
// @Security		key[admin]
// @Produce		json,application/x-ndjson,text/csv,application/vnd.apache.parquet
// @Param			act		query		string		false	"Only of this act, such as person.erased"
// @Param			object	query		string		false	"Only what was done to this, as the entries name it, such as touchpoint/checkout"
// @Param			key_id	query		string		false	"Only what was done with this key"	format(uuid)
// @Param			since	query		string		false	"Done at or after this time, such as 2026-11-01T08:00:00Z, or on or after this date, such as 2026-11-01"
// @Param			until	query		string		false	"Done before this time, or before this date"
// @Param			cursor	query		string		false	"The `next_cursor` of the page before"
// @Param			limit	query		integer		false	"How many at most; as JSON 100 unless given, otherwise all"	minimum(1)	maximum(1000)
// @Success		200		{object}	auditPage	"A page, or a stream"
// @Failure		406
// @Router			/v1/audit [get]
func (s *server) findAudit(c *gin.Context) error {
	rules, err := s.rulesOf(c)
	if err != nil {
		return err
	}
	q := queryOf(c)
	filter := models.AuditFilter{Act: models.Act(q.text("act")), Object: q.text("object"), KeyID: q.text("key_id"), Since: q.moment("since", rules.zone), Until: q.moment("until", rules.zone),
		Before: q.cursor(), Limit: q.number("limit", 0, maxLimit)}
	if filter.Act != "" && !filter.Act.Known() {
		q.faults.Add("act", "must be one of %v", models.Acts())
	}
	if err := q.err(); err != nil {
		return err
	}
	return listing[models.AuditEntry]{
		plural: "audit", before: filter.Before, limit: filter.Limit,
		find: func(before string, limit int) ([]models.AuditEntry, error) {
			filter.Before, filter.Limit = before, limit
			return s.Store.FindAudit(c.Request.Context(), workspaceOf(c), filter)
		},
		id:   func(e models.AuditEntry) string { return e.ID },
		page: func(rows []models.AuditEntry, next string) any { return auditPage{rows, next} },
		sheet: func(form string, out io.Writer) sheet[models.AuditEntry] {
			return newSheet(form, out, "audit", auditColumns())
		},
	}.answer(c, s)
}

func auditColumns() []column[models.AuditEntry] {
	return []column[models.AuditEntry]{
		{"id", textColumn(), func(e models.AuditEntry) any { return e.ID }},
		{"at", timeColumn(), func(e models.AuditEntry) any { return e.At }},
		{"act", keyColumn(), func(e models.AuditEntry) any { return string(e.Act) }},
		textOf("object", func(e models.AuditEntry) string { return e.Object }),
		textOf("key_id", func(e models.AuditEntry) string { return e.KeyID }),
		textOf("name", func(e models.AuditEntry) string { return e.Name }),
		textOf("route", func(e models.AuditEntry) string { return e.Route }),
		{"counts", parquet.Optional(jsonColumn()), func(e models.AuditEntry) any { return jsonCell(e.Counts, len(e.Counts)) }},
	}
}
