package api

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/mittari/mittari/models"
)

type unmappedStore interface {
	KeepUnmapped(ctx context.Context, workspace, source, digest string, size int, u models.Unmapped) error
	FindUnmapped(ctx context.Context, workspace, source, before string, limit int) ([]models.Unmapped, error)
	FindUnmappedAfter(ctx context.Context, workspace, source, after string, limit int) ([]models.Unmapped, error)
	UnmappedByID(ctx context.Context, workspace, source, id string) (models.Unmapped, error)
	SettleUnmapped(ctx context.Context, workspace, id string, faults []byte) error
	DeleteUnmapped(ctx context.Context, workspace string, of models.Source, id string) (int64, error)
	EachUnmapped(ctx context.Context, workspace string, do func(source string, u models.Unmapped) error) error
	EraseUnmapped(ctx context.Context, workspace string, ids []string, alias string) (int64, error)
}

// unmappedDocument is a payload that no response could be made of.
type unmappedDocument struct {
	ID         string          `json:"id" format:"uuid" example:"01938f6e-7c1a-7d5e-b0a4-3f1de8a2c901"`
	ReceivedAt time.Time       `json:"received_at" format:"date-time" example:"2026-11-20T08:04:00Z"`
	Payload    json.RawMessage `json:"payload,omitempty" swaggertype:"object" extensions:"x-payload"` // as it came; absent where it is no JSON object
	Text       string          `json:"text,omitempty"`                                                // as it came, where it is none
	Errors     []models.Fault  `json:"errors"`                                                        // why, field by field, when it came or was last retried
}

// unmappedPage is one page of them, the latest first.
type unmappedPage struct {
	Unmapped   []unmappedDocument `json:"unmapped"`
	NextCursor string             `json:"next_cursor,omitempty"` // absent on the last page
}

// Pages of payloads are small, since each may be large.
const (
	defaultPayloads = 20
	maxPayloads     = 100
)

// @Summary		List payloads that could not be mapped
// @Description	The latest first, as they came, each with what is in the way, field by field. They hold what persons answered. Up to 1,000 are kept of a source (further
// @Description	ones are answered 503, so that the tool sends them again), for 90 days or as long as responses are, if that is shorter; whoever is erased is erased here, too.
// @ID				findUnmapped
// @Tags			sources
// @Security		key[admin]
// @Param			key		path		string	true	"The source's key"
// @Param			cursor	query		string	false	"The `next_cursor` of the page before"
// @Param			limit	query		integer	false	"How many at most"	minimum(1)	maximum(100)	default(20)
// @Success		200		{object}	unmappedPage
// @Failure		404
// @Router			/v1/sources/{key}/unmapped [get]
func (s *server) findUnmapped(c *gin.Context) error {
	q := queryOf(c)
	before, limit := q.cursor(), q.number("limit", defaultPayloads, maxPayloads)
	if err := q.err(); err != nil {
		return err
	}
	source, err := s.sourceInPath(c)
	if err != nil {
		return err
	}
	return listing[models.Unmapped]{
		before: before, limit: limit,
		find: func(before string, limit int) ([]models.Unmapped, error) {
			return s.Store.FindUnmapped(c.Request.Context(), workspaceOf(c), source.ID, before, limit)
		},
		id: func(u models.Unmapped) string { return u.ID },
		page: func(rows []models.Unmapped, next string) any {
			page := unmappedPage{make([]unmappedDocument, len(rows)), next}
			for i, u := range rows {
				page.Unmapped[i] = s.unmappedDocumentOf(source.ID, u)
			}
			return page
		},
	}.answerPage(c)
}

// unmappedDocumentOf opens what is kept; what can't be opened is told as such.
func (s *server) unmappedDocumentOf(source string, u models.Unmapped) unmappedDocument {
	d := unmappedDocument{ID: u.ID, ReceivedAt: u.ReceivedAt, Errors: []models.Fault{}}
	payload, err := s.Persons.Open(u.Payload, models.UnmappedOf(source))
	faults, faulty := s.Persons.Open(u.Faults, models.UnmappedOf(source))
	if err := firstError(err, faulty); err != nil {
		d.Errors = append(d.Errors, models.Fault{Field: "(payload)", Message: err.Error()})
		return d
	}
	_ = json.Unmarshal(faults, &d.Errors) // it was written by sealFaults
	var object map[string]json.RawMessage
	if json.Unmarshal(payload, &object) == nil && object != nil {
		d.Payload = payload
	} else {
		d.Text = string(payload)
	}
	return d
}

// retried is how many payloads met which fate.
type retried struct {
	Stored   int64 `json:"stored" example:"41"`
	Replaced int64 `json:"replaced" example:"3"`
	Known    int64 `json:"known" example:"0"`
	Ignored  int64 `json:"ignored" example:"1"`
	Unmapped int64 `json:"unmapped" example:"2"` // still: they stay, with what is in the way now
}

func (r *retried) count(fate models.Fate) {
	n := map[models.Fate]*int64{models.Stored: &r.Stored, models.Replaced: &r.Replaced, models.Known: &r.Known, models.Ignored: &r.Ignored, models.Unread: &r.Unmapped}[fate]
	*n++
}

// @Summary		Retry all payloads that could not be mapped
// @Description	Reads those that are kept of the source by the mapping that it has now, the first that came first. What becomes a response, or
// @Description	is not to be stored, is kept no longer; the rest stays. After an error, such as a 503, ask again: it goes on from there.
// @ID				retryAllUnmapped
// @Tags			sources
// @Security		key[admin]
// @Param			key	path		string	true	"The source's key"
// @Success		200	{object}	retried	"How many met which fate"
// @Failure		404
// @Router			/v1/sources/{key}/unmapped/retry [post]
func (s *server) retryAllUnmapped(c *gin.Context) error {
	from, leave, err := s.toRetry(c)
	if err != nil {
		return err
	}
	defer leave()
	kept, err := s.Store.FindUnmappedCounts(c.Request.Context(), from.Workspace)
	if err == nil && kept[from.ID] > 0 {
		err = s.beginRetry(c, from, kept[from.ID])
	}
	if err != nil {
		return err
	}
	var done retried
	for after, more := "", true; more; {
		page, err := s.Store.FindUnmappedAfter(c.Request.Context(), from.Workspace, from.ID, after, defaultPayloads)
		if err != nil {
			return err
		}
		for i, u := range page {
			after = u.ID
			what, err := s.retry(c, from, u, i)
			if err != nil {
				return err
			}
			done.count(what.Fate)
		}
		more = len(page) == defaultPayloads
	}
	c.JSON(http.StatusOK, done)
	return nil
}

// beginRetry records that so many payloads are retried, before any of them is.
func (s *server) beginRetry(c *gin.Context, from readySource, n int64) error {
	return s.Store.RecordAct(acting(c), from.Workspace, models.AuditEntry{Act: models.UnmappedRetried, Object: from.Key, Counts: map[string]int64{"unmapped": n}})
}

// @Summary		Retry a payload that could not be mapped
// @Description	As all of them are retried. Where it still can't be mapped, `errors` says why.
// @ID				retryUnmapped
// @Tags			sources
// @Security		key[admin]
// @Param			key	path		string	true	"The source's key"
// @Param			id	path		string	true	"The payload's id"	format(uuid)
// @Success		200	{object}	taken	"What became of it"
// @Failure		404
// @Router			/v1/sources/{key}/unmapped/{id}/retry [post]
func (s *server) retryUnmapped(c *gin.Context) error {
	id, err := pathID(c)
	if err != nil {
		return err
	}
	from, leave, err := s.toRetry(c)
	if err != nil {
		return err
	}
	defer leave()
	u, err := s.Store.UnmappedByID(c.Request.Context(), from.Workspace, from.ID, id)
	if err != nil {
		return err
	}
	if err := s.beginRetry(c, from, 1); err != nil {
		return err
	}
	what, err := s.retry(c, from, u, 0)
	if err == nil {
		c.JSON(http.StatusOK, what)
	}
	return err
}

// toRetry is the source in the path, as it is now.
func (s *server) toRetry(c *gin.Context) (from readySource, leave func(), err error) {
	if err := firstError(noQuery(c), readNothing(c)); err != nil {
		return from, nil, err
	}
	source, err := s.sourceInPath(c)
	if err == nil {
		from, err = s.ready(source)
	}
	if err != nil {
		return from, nil, err
	}
	leave, err = s.Recorder.Enter()
	return from, leave, err
}

// retry reads a payload again, and ends its keeping unless it still can't be mapped.
func (s *server) retry(c *gin.Context, from readySource, u models.Unmapped, line int) (taken, error) {
	payload, err := s.Persons.Open(u.Payload, models.UnmappedOf(from.ID))
	if err != nil {
		return taken{}, err
	}
	noteDocument(c, line, payload)
	what, err := s.record(c, from, payload)
	var faults []byte
	if unreadable(err) {
		what = taken{Fate: models.Unread, Reason: "it still can't be mapped", Errors: faultsOfPayload(err)}
		faults, err = s.sealFaults(from.Source, err)
	}
	if err != nil {
		return what, err
	}
	return what, s.Store.SettleUnmapped(c.Request.Context(), from.Workspace, u.ID, faults)
}

// @Summary		Delete a payload that could not be mapped
// @ID				deleteUnmapped
// @Tags			sources
// @Security		key[admin]
// @Param			key	path	string	true	"The source's key"
// @Param			id	path	string	true	"The payload's id"	format(uuid)
// @Success		204	"Deleted"
// @Failure		404
// @Router			/v1/sources/{key}/unmapped/{id} [delete]
func (s *server) deleteUnmapped(c *gin.Context) error {
	id, err := pathID(c)
	if err != nil {
		return err
	}
	return s.dropUnmapped(c, id)
}

// @Summary		Delete all payloads that could not be mapped
// @ID				deleteAllUnmapped
// @Tags			sources
// @Security		key[admin]
// @Param			key	path	string	true	"The source's key"
// @Success		204	"Deleted"
// @Failure		404
// @Router			/v1/sources/{key}/unmapped [delete]
func (s *server) deleteAllUnmapped(c *gin.Context) error { return s.dropUnmapped(c, "") }

func (s *server) dropUnmapped(c *gin.Context, id string) error {
	if err := noQuery(c); err != nil {
		return err
	}
	source, err := s.sourceInPath(c)
	if err != nil {
		return err
	}
	if _, err := s.Store.DeleteUnmapped(acting(c), workspaceOf(c), source, id); err != nil {
		return err
	}
	c.Status(http.StatusNoContent)
	return nil
}
