package api

import (
	"context"
	"crypto/sha256"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/mittari/mittari/models"
)

// idempotencyKey is the header that makes a POST one that can be sent again
// (https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/), and
// replayed the one that says of an answer that it is an earlier one's.
const (
	idempotencyKey = "Idempotency-Key"
	replayed       = "Idempotent-Replayed"
)

// maxIdempotencyKey is the greatest length of an Idempotency-Key.
const maxIdempotencyKey = 200

type attemptStore interface {
	BeginAttempt(ctx context.Context, workspace string, a models.Attempt) (first string, reply []byte, err error)
	RenewAttempt(ctx context.Context, workspace string, a models.Attempt) error
	EndAttempt(ctx context.Context, workspace string, a models.Attempt, reply []byte) error
}

// once carries a request with an Idempotency-Key out once and keeps what was
// answered. Sent again as it was, it is answered the same without being carried
// out; with other content it is Invalid, and while it is under way Busy.
//
// What the server was at fault for, or what broke off, is not kept: sent again,
// it is carried out again. So it is when the process died before the reply was
// kept, or when that is too large to be. What was stored the first time is not
// stored once more then: responses and invitations get the ids that they had.
func (s *server) once(h handler) handler {
	return func(c *gin.Context) error {
		given := c.Request.Header.Values(idempotencyKey)
		if len(given) == 0 {
			return h(c)
		}
		if err := checkIdempotencyKey(given); err != nil {
			return err
		}
		a := &attempt{Attempt: models.Attempt{ID: s.NewID(), PostedBy: requestKey(c).ID, Key: sha256.Sum256([]byte(given[0]))}}
		first, sealed, err := s.begin(c, a.Attempt)
		if err != nil {
			return err
		}
		a.first, a.seal, a.body = first, newSeal(c, given[0], first), newHashedBody(c.Request)
		if sealed != nil {
			return a.replay(c, sealed)
		}
		s.carryOut(c, a, h)
		return nil
	}
}

// maxBeginning is how many requests with an Idempotency-Key may wait for the database to begin.
const maxBeginning = 500

// begin tells the database of the attempt. Under too great a load it is Busy at once: whatever
// else keeps requests from piling up comes after it.
func (s *server) begin(c *gin.Context, a models.Attempt) (first string, reply []byte, err error) {
	select {
	case s.beginning <- struct{}{}:
		defer func() { <-s.beginning }()
		return s.Store.BeginAttempt(c.Request.Context(), workspaceOf(c), a)
	default:
		return "", nil, models.Errorf(models.Busy, "more requests with an Idempotency-Key arrive than can be begun; nothing was done, try again")
	}
}

func checkIdempotencyKey(given []string) error {
	var faults models.Faults
	key := given[0]
	visible := strings.IndexFunc(key, func(r rune) bool { return r <= ' ' || r > '~' }) < 0
	if len(given) > 1 {
		faults.Add(idempotencyKey, "is given %d times; give it once", len(given))
	} else if key == "" || len(key) > maxIdempotencyKey || !visible {
		faults.Add(idempotencyKey, "must be 1 to %d visible characters of ASCII, such as a UUID", maxIdempotencyKey)
	}
	if len(faults) == 0 {
		return nil
	}
	return &models.Error{Code: malformed, Message: "the header " + idempotencyKey + " can't be used", Faults: faults}
}

// carryOut runs the handler, answers what comes of it, an error too, and keeps that.
func (s *server) carryOut(c *gin.Context, a *attempt, h handler) {
	to := c.Writer
	said := &transcript{ResponseWriter: to}
	c.Writer, c.Request.Body = said, a.body
	c.Set(attemptOfRequest, a)
	stop := s.renew(c, a)
	var reply []byte
	defer func() { // also when the handler panics
		c.Writer = to
		stop()
		s.end(c, a, reply)
	}()
	if err := h(c); err != nil {
		s.refuse(c, err)
	}
	if a.settled(said) {
		reply = a.reply(said)
	}
}

// settled reports whether what was said is to be said again.
func (a *attempt) settled(said *transcript) bool {
	status := said.Status()
	return !a.open && !a.body.broken && !said.tooLong && status < http.StatusInternalServerError && status != http.StatusTooManyRequests
}

// renew says from time to time that the attempt is under way still, until it is stopped.
func (s *server) renew(c *gin.Context, a *attempt) (stop func()) {
	ctx, cancel := context.WithCancel(context.WithoutCancel(c.Request.Context()))
	workspace, route := workspaceOf(c), c.FullPath()
	var renewing sync.WaitGroup
	renewing.Go(func() {
		ticks := time.NewTicker(models.AttemptLife / 3)
		defer ticks.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-ticks.C:
				if err := s.Store.RenewAttempt(ctx, workspace, a.Attempt); err != nil && ctx.Err() == nil {
					s.Logger.Warn("it could not be noted that a request is still under way", "route", route, "error", err)
				}
			}
		}
	})
	return func() { cancel(); renewing.Wait() }
}

// endWithin is how long it may take to keep a reply. The client waits for its last bytes meanwhile.
const endWithin = 10 * time.Second

func (s *server) end(c *gin.Context, a *attempt, reply []byte) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(c.Request.Context()), endWithin)
	defer cancel()
	if err := s.Store.EndAttempt(ctx, workspaceOf(c), a.Attempt, reply); err != nil {
		s.Logger.Warn("what a request was answered could not be kept; sent again under its Idempotency-Key, it is carried out again",
			"route", c.FullPath(), "error", err)
	}
}
