package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/mittari/mittari/models"
	"github.com/mittari/mittari/models/mapping"
)

// importRow is a row that goes to the server, or that is refused already.
type importRow struct {
	line       mapping.Line
	submission models.Submission // none for a figure
	json       []byte
	reason     string // why it is refused; "" when it isn't
}

// take puts a row into the chunk unless there is nothing in it to send.
func (r *importRun) take(line mapping.Line) error {
	r.tally.read++
	row := importRow{line: line}
	if line.Fault != nil {
		row.reason = line.Fault.Error()
		r.chunk = append(r.chunk, row)
		return nil
	}
	if !r.mapping.Keeps(line.Row) {
		r.tally.filtered++
		return nil
	}
	document, err := r.document(&row)
	switch {
	case err != nil:
		row.reason = mappingReason(err)
	case document == nil:
		r.tally.unanswered++
		return nil
	default:
		if err := r.encode(&row, document); err != nil {
			return err
		}
	}
	r.chunk = append(r.chunk, row)
	return nil
}

// document is what the row says: a submission, or an observation; nil when there is nothing in it to send.
func (r *importRun) document(row *importRow) (any, error) {
	if r.mapping.KPI() != "" {
		observation, given, err := r.mapping.Observation(row.line.Row)
		if !given {
			return nil, err
		}
		return observation, err
	}
	submission, lost, err := r.mapping.Submission(row.line.Row)
	r.tally.lostComments += lost
	if len(submission.Answers) == 0 {
		return nil, err
	}
	row.submission = submission
	return submission, err
}

func (r *importRun) encode(row *importRow, document any) (err error) {
	if row.json, err = json.Marshal(document); err != nil {
		return err
	}
	if len(row.json) > maxRowBytes {
		row.reason = "is more than 1 MB"
	}
	r.bytes += len(row.json)
	if !r.command.DryRun || r.tally.shown >= r.command.Show {
		return nil
	}
	r.tally.shown++
	shown, err := json.MarshalIndent(document, "", "  ")
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(r.program.stdout, string(shown))
	return err
}

// mappingReason is why the mapping refused a row, without the sentence that says that it did.
func mappingReason(err error) string {
	var e *models.Error
	if !errors.As(err, &e) {
		return err.Error()
	}
	parts := make([]string, len(e.Faults))
	for i, f := range e.Faults {
		parts[i] = f.Field + ": " + f.Message
	}
	return strings.Join(parts, "; ")
}

// importTally counts what became of an import's rows.
type importTally struct {
	read, filtered, unanswered   int
	sent, stored, known, refused int
	unsettled                    int // of an unfinished import: sent, or not, without an outcome
	lostComments, shown          int
	figures                      bool // the rows are figures, not responses
}

// book counts the outcome of a row that was sent, and says why it was refused; "" when it wasn't.
func (t *importTally) book(o rowOutcome, s models.Submission) string {
	if o.Status == 0 {
		t.unsettled++
		return ""
	}
	t.sent++
	switch o.Status {
	case http.StatusCreated:
		t.stored++
		return ""
	case http.StatusOK:
		t.known++
		return ""
	}
	return o.reason(s)
}

// line is the tally in one line. In a dry run nothing is stored, and known rows are those that would be taken.
func (t *importTally) line(dryRun bool) string {
	parts := []string{
		fmt.Sprintf("%d rows read", t.read), fmt.Sprintf("%d filtered out", t.filtered),
		fmt.Sprintf("%d without %s", t.unanswered, map[bool]string{true: "a value", false: "an answer"}[t.figures]), fmt.Sprintf("%d sent", t.sent),
	}
	if dryRun {
		parts = append(parts, fmt.Sprintf("%d would be accepted", t.stored+t.known))
	} else {
		parts = append(parts, fmt.Sprintf("%d stored", t.stored), fmt.Sprintf("%d already there%s", t.known, map[bool]string{true: " or replaced"}[t.figures]))
	}
	parts = append(parts, fmt.Sprintf("%d refused", t.refused))
	if t.unsettled > 0 {
		parts = append(parts, fmt.Sprintf("%d not known to be stored", t.unsettled))
	}
	if t.lostComments > 0 {
		parts = append(parts, fmt.Sprintf("%d comments left out because their answers have no score", t.lostComments))
	}
	if dryRun {
		parts = append(parts, "dry run: nothing was stored")
	}
	return strings.Join(parts, ", ")
}
