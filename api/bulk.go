package api

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os"

	"github.com/gin-gonic/gin"

	"github.com/mittari/mittari/models"
)

// bulkChunk is how many responses of one request are stored at a time.
const bulkChunk = 500

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
}

func (b *bulk) read(elements *elements) error {
	for {
		raw, line, err := elements.next()
		if errors.Is(err, io.EOF) {
			return b.flush()
		}
		if models.ErrorCode(err) == malformed { // nothing behind it can be read, but what was before it stands
			b.outcomes = append(b.outcomes, refusedLine(line, err))
			return b.flush()
		}
		if err != nil {
			return err
		}
		if err := b.add(raw, line); err != nil {
			return err
		}
		if len(b.outcomes) >= bulkChunk {
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

func (b *bulk) add(raw []byte, line int) error {
	var submission models.Submission
	err := decodeJSON(raw, &submission)
	var accepted models.Accepted
	if err == nil {
		accepted, err = b.check(b.c, submission)
	}
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
		if stored, err = b.Recorder.RecordAll(b.c, b.accepted); err != nil {
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
	b.accepted, b.outcomes = b.accepted[:0], b.outcomes[:0]
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
		b.logError(b.c, *refused.Problem, o.Err)
		return refused
	}
	return bulkOutcome{Line: line, Status: statusOf(o), ID: o.ID}
}

// elements reads the JSON documents of a body one at a time: lines of NDJSON
// (empty ones are passed over), or the elements of an array.
type elements struct {
	in    *bufio.Reader
	array *json.Decoder
	begun bool
	line  int
}

func newElements(r io.Reader) *elements { return &elements{in: bufio.NewReaderSize(r, 64<<10)} }

// next gives a document and its line, or its place in the array, from 1. A
// malformed error means that nothing behind it can be read.
func (e *elements) next() ([]byte, int, error) {
	if !e.begun {
		e.begun = true
		if err := e.begin(); err != nil {
			return nil, 1, err
		}
	}
	if e.array != nil {
		return e.nextOfArray()
	}
	for {
		line, err := e.readLine()
		e.line++
		if err != nil || len(bytes.TrimSpace(line)) > 0 {
			return line, e.line, err
		}
	}
}

func (e *elements) begin() error {
	for {
		b, err := e.in.Peek(1)
		switch {
		case errors.Is(err, io.EOF):
			return models.Errorf(malformed, "the body is empty; send a response a line, or an array of them")
		case err != nil:
			return models.Errorf(malformed, "the body broke off: %v", err)
		case b[0] == '[':
			e.array = json.NewDecoder(e.in)
			_, err = e.array.Token()
			return err
		case b[0] != ' ' && b[0] != '\t' && b[0] != '\r':
			return nil
		}
		_, _ = e.in.Discard(1)
	}
}

func (e *elements) nextOfArray() ([]byte, int, error) {
	e.line++
	if !e.array.More() {
		if _, err := e.array.Token(); err != nil {
			return nil, e.line, models.Errorf(malformed, "the array is not closed, or is not JSON: %v", err)
		}
		return nil, e.line, io.EOF
	}
	var raw json.RawMessage
	if err := e.array.Decode(&raw); err != nil {
		return nil, e.line, models.Errorf(malformed, "the array is not JSON here: %v; nothing behind it was read", err)
	}
	return raw, e.line, nil
}

func (e *elements) readLine() ([]byte, error) {
	var line []byte
	for {
		part, err := e.in.ReadSlice('\n')
		line = append(line, part...)
		switch {
		case len(line) > maxBody:
			return nil, models.Errorf(malformed, "a line may have %d bytes at most; nothing behind it was read", maxBody)
		case err == nil, errors.Is(err, io.EOF) && len(line) > 0:
			return line, nil
		case errors.Is(err, bufio.ErrBufferFull):
		case errors.Is(err, io.EOF):
			return nil, io.EOF
		default:
			return nil, models.Errorf(malformed, "the body broke off: %v; nothing behind it was read", err)
		}
	}
}
