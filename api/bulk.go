package api

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"

	"github.com/gin-gonic/gin"

	"github.com/mittari/mittari/models"
)

// A chunk is what is stored of one request at a time. While one is being stored the
// next one is made ready, and the one after that is read, so that three of them are held in memory, and
// the slower the database, the more go into one transaction.
const (
	leastChunk = 500     // documents that are stored once nothing else of the request is under way
	mostChunk  = 5000    // and in any case
	mostBytes  = 2 << 20 // about
	underWay   = 2       // chunks that are stored or made ready
)

// bulkOutcome tells what became of one line, or of one element of an array.
type bulkOutcome struct {
	Line    int      `json:"line" example:"1"`           // from 1: the line, or the element of the array
	Status  int      `json:"status" example:"201"`       // as a single POST would have answered
	ID      string   `json:"id,omitempty" format:"uuid"` // of a response
	Problem *problem `json:"problem,omitempty"`
}

// createResponses stores many responses, as answerBulk says.
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
	return answerBulk(s, c, intake[models.Submission, models.Accepted]{
		check: func(submission models.Submission) (models.Accepted, error) { return s.check(c, submission) },
		store: func(accepted []models.Accepted) storing {
			record := checked(accepted)
			if !dry {
				record = s.Recorder.Prepare(accepted)
			}
			return func() func() ([]settled, error) {
				end := record(c.Request.Context())
				return func() ([]settled, error) { return settledBy(end()) }
			}
		},
	})
}

// checked stores nothing.
func checked(accepted []models.Accepted) models.Storing {
	return func(context.Context) func() ([]models.Outcome, error) {
		return models.Ended(make([]models.Outcome, len(accepted)), nil)
	}
}

func settledBy(outcomes []models.Outcome, err error) ([]settled, error) {
	all := make([]settled, len(outcomes))
	for i, o := range outcomes {
		all[i] = settled{statusOf(o), o.ID, o.Err}
	}
	return all, err
}

// intake is what becomes of the documents of a bulk request: S as sent, A when they have passed every check.
type intake[S, A any] struct {
	check func(S) (A, error)
	store func([]A) storing // makes them ready while others may be stored
}

// storing begins to store the documents of a chunk, behind those for which it was called before; what it gives ends
// that, and tells the outcomes in order. An error says that none was stored.
type storing = func() (end func() ([]settled, error))

// inTurn is the store of an intake where nothing can be done before the others are stored.
func inTurn[A any](store func([]A) ([]settled, error)) func([]A) storing {
	return func(accepted []A) storing {
		return func() func() ([]settled, error) {
			all, err := store(accepted)
			return func() ([]settled, error) { return all, err }
		}
	}
}

// settled is what became of one document that passed every check.
type settled struct {
	status int
	id     string
	err    error
}

// answerBulk stores many documents: NDJSON or a JSON array, read as it
// arrives. One bad line harms no other. The outcomes are answered as NDJSON once
// the body has been read, so that a client may send all before it reads; they
// wait in a temporary file. What was stored when a body breaks off stays stored.
func answerBulk[S, A any](s *server, c *gin.Context, into intake[S, A]) error {
	spool, err := newSpool()
	if err != nil {
		return err
	}
	defer spool.close()
	out := bufio.NewWriter(spool)
	b := &bulk[S, A]{server: s, intake: into, c: c, out: json.NewEncoder(out)}
	if err := firstError(b.read(newElements(c.Request.Body)), b.settle(0), out.Flush()); err != nil { // also after a fault, what is under way is waited for
		return err
	}
	c.Header("Content-Type", formNDJSON)
	c.Status(http.StatusOK)
	return spool.sendTo(c.Writer)
}

// bulk is one bulk request under way.
type bulk[S, A any] struct {
	*server
	intake[S, A]
	c      *gin.Context
	out    *json.Encoder
	chunk  chunk[A]    // that is being read
	size   int         // of its documents, bytes
	count  int         // of the documents that were read, of all chunks
	stored []*chunk[A] // that are under way, in order
	logged string      // the error that was logged last
}

func (b *bulk[S, A]) read(elements *elements) error {
	for {
		raw, line, unread := elements.next()
		switch {
		case errors.Is(unread, io.EOF):
			return b.flush()
		case unread != nil && line == 0: // it is the body's fault, not a line's
			return unread
		}
		if b.count++; b.count%linesOfARequest == 0 {
			if err := b.spendLines(b.c); err != nil {
				return err
			}
		}
		if err := b.add(raw, line, unread); err != nil {
			return err
		}
		if models.ErrorCode(unread) == malformed { // what was before it stands
			return b.flush()
		}
		if n := len(b.chunk.outcomes); n >= mostChunk || b.size >= mostBytes || n >= leastChunk && b.idle() {
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
func (b *bulk[S, A]) add(raw []byte, line int, unread error) error {
	var sent S
	var accepted A
	err := unread
	if err == nil {
		noteDocument(b.c, line, raw)
		err = decodeJSON(raw, &sent)
	}
	if err == nil {
		accepted, err = b.intake.check(sent)
	}
	b.size += len(raw)
	switch {
	case err == nil:
		b.chunk.accepted = append(b.chunk.accepted, accepted)
		b.chunk.outcomes = append(b.chunk.outcomes, bulkOutcome{Line: line})
	case models.ErrorCode(err) == "":
		return err
	default:
		b.chunk.outcomes = append(b.chunk.outcomes, refusedLine(line, err))
	}
	return nil
}

// tell writes the outcomes of a chunk. One that can't be stored is told line by
// line; the lines before it stand.
func (b *bulk[S, A]) tell(done chunk[A]) error {
	if clientGone(b.c, done.err) {
		return done.err // there is nobody to tell
	}
	if done.err != nil {
		done.settled = failed(len(done.accepted), done.err)
	}
	for _, o := range done.outcomes {
		if o.Status == 0 {
			o = b.outcome(o.Line, done.settled[0])
			done.settled = done.settled[1:]
		}
		if err := b.out.Encode(o); err != nil {
			return err
		}
	}
	return nil
}

func failed(n int, err error) []settled {
	outcomes := make([]settled, n)
	for i := range outcomes {
		outcomes[i].err = err
	}
	return outcomes
}

func (b *bulk[S, A]) outcome(line int, o settled) bulkOutcome {
	if o.err != nil {
		refused := refusedLine(line, o.err)
		if refused.Status >= http.StatusInternalServerError {
			leaveOpen(b.c)
		}
		if cause := o.err.Error(); cause != b.logged { // once, not for each line of a chunk
			b.logged = cause
			b.logError(b.c, *refused.Problem, o.err)
		}
		return refused
	}
	return bulkOutcome{Line: line, Status: o.status, ID: o.id}
}
