package api

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os"

	"github.com/gin-gonic/gin"

	"github.com/mittari/mittari/models"
)

// A chunk is what is stored of one request at a time, and what of it is held in memory.
const (
	bulkChunk = 500     // responses at most
	bulkBytes = 2 << 20 // and about so many bytes
)

// bulkOutcome tells what became of one line, or of one element of an array.
type bulkOutcome struct {
	Line    int      `json:"line" example:"1"`     // from 1: the line, or the element of the array
	Status  int      `json:"status" example:"201"` // as a single POST would have answered
	ID      string   `json:"id,omitempty" format:"uuid"`
	Problem *problem `json:"problem,omitempty"`
}

// createResponses stores many responses: NDJSON or a JSON array, read as it
// arrives. One bad line harms no other. The outcomes are answered as NDJSON once
// the body has been read, so that a client may send all before it reads; they
// wait in a temporary file. What was stored when a body breaks off stays stored.
//
// @Summary		Store many responses
// @Description	Takes a response a line (NDJSON) or a JSON array, of any length, and answers one outcome a line
// @Description	in the order sent. One bad line harms no other; a line's `status` is what POST /v1/responses
// @Description	would have answered. Lines with a `submission_id` can be sent again safely.
// @Description
// @Description	The answer is 200 also when lines were refused: read the outcomes. Where the body stops being
// @Description	JSON, the last outcome says so, and what stood before it stays stored.
// @ID				createResponses
// @Tags			responses
// @Security		key[responses:write]
// @Accept			application/x-ndjson,json
// @Produce		application/x-ndjson
// @Param			dry_run		query	boolean				false	"true: check every line and store nothing"	default(false)
// @Param			responses	body	[]models.Submission	true	"A response a line, or an array of them"
// @Success		200			{array}	bulkOutcome			"One outcome a line"
// @Router			/v1/responses/bulk [post]
func (s *server) createResponses(c *gin.Context) error {
	q := queryOf(c)
	dry := q.flag("dry_run")
	if err := q.err(); err != nil {
		return err
	}
	spool, err := os.CreateTemp("", "mittari-outcomes-*")
	if err != nil {
		return err
	}
	defer func() {
		_ = spool.Close()
		_ = os.Remove(spool.Name())
	}()
	b := &bulk{server: s, c: c, dry: dry, out: json.NewEncoder(spool)}
	if err := b.read(newElements(c.Request.Body)); err != nil {
		return err
	}
	if _, err := spool.Seek(0, io.SeekStart); err != nil {
		return err
	}
	c.Header("Content-Type", formNDJSON)
	c.Status(http.StatusOK)
	_, err = io.Copy(c.Writer, spool)
	return err
}

// bulk is one bulk request under way.
type bulk struct {
	*server
	c        *gin.Context
	dry      bool
	out      *json.Encoder
	accepted []models.Accepted
	outcomes []bulkOutcome // of the current chunk, in order; those of accepted have no status yet
	size     int           // of the current chunk's documents, bytes
	logged   string        // the error that was logged last
}

func (b *bulk) read(elements *elements) error {
	for {
		raw, line, unread := elements.next()
		switch {
		case errors.Is(unread, io.EOF):
			return b.flush()
		case unread != nil && line == 0: // it is the body's fault, not a line's
			return unread
		}
		if err := b.add(raw, line, unread); err != nil {
			return err
		}
		if models.ErrorCode(unread) == malformed { // what was before it stands
			return b.flush()
		}
		if len(b.outcomes) >= bulkChunk || b.size >= bulkBytes {
			if err := b.flush(); err != nil {
				return err
			}
		}
	}
}

func refusedLine(line int, err error) bulkOutcome {
	p := problemOf(err)
	return bulkOutcome{Line: line, Status: p.Status, Problem: &p}
}

// add takes a document into the chunk when it passes every check. unread says why it could not even be read.
func (b *bulk) add(raw []byte, line int, unread error) error {
	var submission models.Submission
	var accepted models.Accepted
	err := unread
	if err == nil {
		err = decodeJSON(raw, &submission)
	}
	if err == nil {
		accepted, err = b.check(b.c, submission)
	}
	b.size += len(raw)
	switch {
	case err == nil:
		b.accepted = append(b.accepted, accepted)
		b.outcomes = append(b.outcomes, bulkOutcome{Line: line})
	case models.ErrorCode(err) == "":
		return err
	default:
		b.outcomes = append(b.outcomes, refusedLine(line, err))
	}
	return nil
}

// flush stores the chunk and writes its outcomes. A chunk that can't be stored
// is told line by line; the lines before it stand.
func (b *bulk) flush() error {
	var stored []models.Outcome
	if b.dry {
		stored = make([]models.Outcome, len(b.accepted))
	} else {
		var err error
		stored, err = b.Recorder.RecordAll(b.c.Request.Context(), b.accepted)
		if clientGone(b.c, err) {
			return err // there is nobody to tell
		}
		if err != nil {
			stored = failed(len(b.accepted), err)
		}
	}
	for i := range b.outcomes {
		if b.outcomes[i].Status == 0 {
			b.outcomes[i] = b.settled(b.outcomes[i].Line, stored[0])
			stored = stored[1:]
		}
		if err := b.out.Encode(b.outcomes[i]); err != nil {
			return err
		}
	}
	b.accepted, b.outcomes, b.size = b.accepted[:0], b.outcomes[:0], 0
	return nil
}

func failed(n int, err error) []models.Outcome {
	outcomes := make([]models.Outcome, n)
	for i := range outcomes {
		outcomes[i].Err = err
	}
	return outcomes
}

func (b *bulk) settled(line int, o models.Outcome) bulkOutcome {
	if o.Err != nil {
		refused := refusedLine(line, o.Err)
		if cause := o.Err.Error(); cause != b.logged { // once, not for each line of a chunk
			b.logged = cause
			b.logError(b.c, *refused.Problem, o.Err)
		}
		return refused
	}
	return bulkOutcome{Line: line, Status: statusOf(o), ID: o.ID}
}
