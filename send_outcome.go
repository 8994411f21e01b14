package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/mittari/mittari/models"
)

// rowOutcome is what became of one row. Status 0: nobody knows.
type rowOutcome struct {
	Line    int        `json:"line"`
	Status  int        `json:"status"`
	ID      string     `json:"id"` // of a response
	Problem rowProblem `json:"problem"`
}

// rowProblem is why the server refused a row, or a whole request (RFC 9457).
type rowProblem struct {
	Title  string         `json:"title"`
	Detail string         `json:"detail"`
	Errors []models.Fault `json:"errors"`
}

func (p rowProblem) text(status int) string {
	return cmp.Or(p.Detail, p.Title, fmt.Sprintf("the server answered %d", status))
}

// tryAgain is a failure that may pass.
type tryAgain struct {
	err    error
	after  time.Duration // that the server asked for; 0 when it didn't
	unsure bool          // the rows may have been stored all the same
}

func (e *tryAgain) Error() string { return e.err.Error() }
func (e *tryAgain) Unwrap() error { return e.err }

// reason says in one line why the server refused a row.
func (o rowOutcome) reason(s models.Submission) string { return strings.Join(o.reasons(s), "; ") }

// reasons says why the server refused a row, with the metric and touchpoint of each answer it speaks of.
func (o rowOutcome) reasons(s models.Submission) []string {
	if len(o.Problem.Errors) == 0 {
		return []string{o.Problem.text(o.Status)}
	}
	parts := make([]string, len(o.Problem.Errors))
	for i, f := range o.Problem.Errors {
		var n int
		if _, err := fmt.Sscanf(f.Field, "answers[%d]", &n); err == nil && n >= 0 && n < len(s.Answers) {
			f.Field += " (" + strings.TrimSpace(s.Answers[n].Touchpoint+" "+s.Answers[n].Metric) + ")"
		}
		parts[i] = f.Field + ": " + f.Message
	}
	return parts
}

// book reads the outcomes of the open rows, one a line.
func book(body io.Reader, open []int, outcomes []rowOutcome) error {
	busy := ""
	in := json.NewDecoder(body)
	for left := len(open); left > 0; left-- {
		var o rowOutcome
		if err := in.Decode(&o); err != nil {
			return &tryAgain{err: fmt.Errorf("the server's answer broke off: %w", err), unsure: true}
		}
		if o.Line < 1 || o.Line > len(open) || o.Status < 200 {
			return fmt.Errorf("the server answered for line %d with status %d, which makes no sense: is it a Mittari server of this version?", o.Line, o.Status)
		}
		if passes(o.Status) {
			busy = o.Problem.text(o.Status)
			continue
		}
		outcomes[open[o.Line-1]] = o
	}
	if busy != "" {
		return &tryAgain{err: fmt.Errorf("the server did not take all rows: %s", busy)}
	}
	return nil
}

// passes reports whether the status says that nothing was stored, for now.
func passes(status int) bool {
	return status == http.StatusServiceUnavailable || status == http.StatusTooManyRequests
}

// refusal is the error of a whole request that was refused.
func refusal(response *http.Response) error {
	var p rowProblem
	_ = json.NewDecoder(io.LimitReader(response.Body, 1<<20)).Decode(&p) // else the status says it
	err := fmt.Errorf("the server answered %s: %s", response.Status, p.text(response.StatusCode))
	if to := response.Header.Get("Location"); to != "" {
		err = fmt.Errorf("the server answered %s: it is at %s", response.Status, to)
	}
	seconds, _ := strconv.Atoi(response.Header.Get("Retry-After"))
	again := &tryAgain{err: err, after: time.Duration(max(seconds, 0)) * time.Second}
	switch {
	case passes(response.StatusCode):
		return again
	case response.StatusCode >= http.StatusInternalServerError:
		again.unsure = true
		return again
	}
	return err
}
