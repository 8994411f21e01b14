package api

import (
	"encoding/csv"
	"encoding/json"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/mittari/mittari/models"
)

// answerCSV writes responses as CSV, one line an answer.
type answerCSV struct{ w *csv.Writer }

func newAnswerCSV(w io.Writer) answerCSV { return answerCSV{csv.NewWriter(w)} }

func (a answerCSV) header() error {
	return a.w.Write([]string{"id", "submission_id", "survey", "touchpoint", "channel", "segment", "team", "person",
		"collected_at", "created_at", "language", "solicited", "tags", "properties", "excluded", "metric", "score", "comment"})
}

func (a answerCSV) write(page []models.Response) error {
	for _, r := range page {
		properties, err := jsonCell(r.Properties, len(r.Properties))
		if err != nil {
			return err
		}
		for _, answer := range r.Answers {
			err := writeLine(a.w, r.ID, r.SubmissionID, r.Survey, answer.Touchpoint, r.Channel, r.Segment, r.Team, r.Person,
				r.CollectedAt.Format(time.RFC3339Nano), r.CreatedAt.Format(time.RFC3339Nano), r.Language, yesNo(r.Solicited),
				strings.Join(r.Tags, ";"), properties, strconv.FormatBool(r.Excluded), answer.Metric, strconv.Itoa(answer.Score), answer.Comment)
			if err != nil {
				return err
			}
		}
	}
	a.w.Flush()
	return a.w.Error()
}

// writeLine writes a line of cells that no spreadsheet runs.
func writeLine(w *csv.Writer, cells ...string) error {
	for i, cell := range cells {
		cells[i] = defused(cell)
	}
	return w.Write(cells)
}

// jsonCell is a value as JSON; "" for what has no length.
func jsonCell(value any, length int) (string, error) {
	if length == 0 {
		return "", nil
	}
	text, err := json.Marshal(value)
	return string(text), err
}

func yesNo(b *bool) string {
	if b == nil {
		return ""
	}
	return strconv.FormatBool(*b)
}

// defused keeps a spreadsheet from running a cell as a formula, by an
// apostrophe before it (OWASP, CSV injection). Negative numbers stay as they are.
func defused(cell string) string {
	if cell == "" || !strings.ContainsRune("=+-@\t\r", rune(cell[0])) {
		return cell
	}
	if _, err := strconv.ParseFloat(cell, 64); err == nil {
		return cell
	}
	return "'" + cell
}
