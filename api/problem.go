package api

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net"
	"net/http"
	"strconv"

	"github.com/gin-gonic/gin"

	"github.com/mittari/mittari/models"
)

// Faults of the protocol rather than of the domain.
const (
	malformed        models.Code = "malformed" // not JSON, not UTF-8, a bad query
	methodNotAllowed models.Code = "method_not_allowed"
	notAcceptable    models.Code = "not_acceptable"
	unsupported      models.Code = "unsupported_encoding" // of the body
	tooMany          models.Code = "too_many_requests"
	internal         models.Code = "internal"

	preconditionFailed models.Code = "precondition_failed" // of If-Match or If-None-Match
)

// problem is an RFC 9457 problem document.
type problem struct {
	Type   string         `json:"type" example:"urn:mittari:problem:invalid"`
	Title  string         `json:"title" example:"The content breaks a rule"`
	Status int            `json:"status" example:"422"`
	Detail string         `json:"detail" example:"the response was not stored"`
	Code   models.Code    `json:"code" example:"invalid"`
	Errors []models.Fault `json:"errors,omitempty"`
}

type problemKind struct {
	status int
	title  string
}

// problemKinds gives each code its status and title.
func problemKinds() map[models.Code]problemKind {
	return map[models.Code]problemKind{
		malformed:           {http.StatusBadRequest, "The request can't be read"},
		models.Unauthorized: {http.StatusUnauthorized, "A valid key is needed"},
		models.Forbidden:    {http.StatusForbidden, "The key does not allow this"},
		models.NotFound:     {http.StatusNotFound, "Not found"},
		methodNotAllowed:    {http.StatusMethodNotAllowed, "Wrong method"},
		notAcceptable:       {http.StatusNotAcceptable, "The form asked for can't be given"},
		models.Conflict:     {http.StatusConflict, "Contradicts what is stored"},
		preconditionFailed:  {http.StatusPreconditionFailed, "Not as the writer expects"},
		models.TooLarge:     {http.StatusRequestEntityTooLarge, "The request is too large"},
		unsupported:         {http.StatusUnsupportedMediaType, "The body's encoding is not known"},
		models.Invalid:      {http.StatusUnprocessableEntity, "The content breaks a rule"},
		tooMany:             {http.StatusTooManyRequests, "Too many requests"},
		models.Busy:         {http.StatusServiceUnavailable, "Try again"},
		internal:            {http.StatusInternalServerError, "Internal error"},
	}
}

// problemOf describes an error to the one who sent the request. What is not the
// domain's own error is told as an internal error only.
func problemOf(err error) problem {
	var e *models.Error
	if !errors.As(err, &e) {
		e = &models.Error{Code: internal, Message: "internal error; it is in the server's log"}
	}
	kind, known := problemKinds()[e.Code]
	if !known {
		kind = problemKinds()[internal]
	}
	p := problem{
		Type: "urn:mittari:problem:" + string(e.Code), Title: kind.title, Status: kind.status,
		Detail: e.Message, Code: e.Code, Errors: e.Faults,
	}
	if n := len(p.Errors); n > maxFaults {
		p.Errors = p.Errors[:maxFaults]
		p.Detail += fmt.Sprintf(" (the first %d of %d faults are told)", maxFaults, n)
	}
	return p
}

// maxFaults is how many faults of one request are told: a small request must not have a huge answer.
const maxFaults = 200

type handler func(c *gin.Context) error

// handle checks the key for the scope, runs the handler and turns its error into a problem document.
func (s *server) handle(scope models.Scope, h handler) gin.HandlerFunc {
	return func(c *gin.Context) {
		err := s.authorize(c, scope)
		if err == nil {
			err = unpack(c)
		}
		if err == nil {
			err = h(c)
		}
		if err != nil {
			s.refuse(c, err)
		}
	}
}

func (s *server) refuse(c *gin.Context, err error) {
	p := problemOf(err)
	s.logError(c, p, err)
	if c.Writer.Written() { // the status is out already; a cut connection tells the reader that something is missing
		panic(http.ErrAbortHandler)
	}
	if wait, tell := retryAfter(err); tell {
		c.Header("Retry-After", wait)
	}
	switch p.Status {
	case http.StatusUnauthorized:
		c.Header("WWW-Authenticate", `Bearer realm="mittari"`)
	case http.StatusUnsupportedMediaType:
		c.Header("Accept-Encoding", "gzip, zstd")
	}
	c.Writer.Header().Del("Content-Disposition") // of the file that this isn't
	c.Header("Content-Type", "application/problem+json")
	c.AbortWithStatusJSON(p.Status, p)
}

// retryAfter is in how many seconds it is worth trying again: as the error says, 1 at
// least. Of what will not pass by itself nothing is told.
func retryAfter(err error) (seconds string, tell bool) {
	var e *models.Error
	if !errors.As(err, &e) || e.Code != models.Busy && e.RetryAfter == 0 {
		return "", false
	}
	return strconv.Itoa(max(1, int(math.Ceil(e.RetryAfter.Seconds())))), true
}

// logError logs what the server is at fault for, whole; what the sender is at
// fault for is only answered, since it may hold personal data. That a client
// has gone is nobody's fault.
func (s *server) logError(c *gin.Context, p problem, err error) {
	if p.Status >= http.StatusInternalServerError && saysMore(err, p) && !clientGone(c, err) {
		s.Logger.Error("request failed", "method", c.Request.Method, "route", c.FullPath(), "error", err)
	}
}

// saysMore reports whether the error knows more than is answered, such as what the database said.
func saysMore(err error, p problem) bool { return err.Error() != p.Detail }

// clientGone reports whether the error comes of the client's having left.
func clientGone(c *gin.Context, err error) bool {
	var network *net.OpError
	return c.Request.Context().Err() != nil && (errors.Is(err, context.Canceled) || errors.As(err, &network))
}

// recover answers a panic as an internal error and logs where it happened.
func (s *server) recover(c *gin.Context) {
	defer func() {
		if cause := recover(); cause != nil {
			if cause == http.ErrAbortHandler { //nolint:errorlint // net/http compares it so, too
				panic(cause)
			}
			s.refuse(c, fmt.Errorf("panic: %v\n%s", cause, stack()))
		}
	}()
	c.Next()
}
