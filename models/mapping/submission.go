package mapping

import (
	"errors"
	"fmt"

	"github.com/mittari/mittari/models"
)

// Submission is what the row says, not checked yet: the metrics and their scales
// are the server's to judge. A row without any answer gives no Answers and no
// error, whatever else is in it. Lost counts the comments whose answer has no
// score: they have no place in a submission. The error is an Invalid
// *models.Error with every fault of the row.
func (m *Mapping) Submission(row Row) (s models.Submission, lost int, err error) {
	r := reading{row: row}
	lost = m.setAnswers(&s, &r)
	if len(s.Answers) == 0 && len(r.faults) == 0 {
		return s, lost, nil
	}
	s.SubmissionID = r.needed(m.submissionID, "submission_id", "without one, importing the row again would store it twice")
	for _, f := range textFields() {
		*f.of(&s) = r.text(m.texts[f.name], f.name)
	}
	m.setTime(&s, &r)
	m.setSolicited(&s, &r)
	m.setProperties(&s, &r)
	for i, tag := range m.tags {
		if t := r.text(tag, fmt.Sprintf("tags[%d]", i)); t != "" {
			s.Tags = append(s.Tags, t)
		}
	}
	return s, lost, r.faults.Err("the row can't be mapped")
}

// reading is one row being read, with the faults met so far.
type reading struct {
	row    Row
	faults models.Faults
}

// text is the value's text in the row; "" when there is none, or no value.
func (r *reading) text(v *value, field string) string {
	if v == nil {
		return ""
	}
	f, err := v.of(r.row)
	if err != nil {
		r.fault(v, field, err)
	}
	return f.text
}

// needed is the text of a value that every row must have when the mapping has it.
func (r *reading) needed(v *value, field, why string) string {
	before := len(r.faults)
	text := r.text(v, field)
	if v != nil && text == "" && len(r.faults) == before {
		r.fault(v, field, errors.New("is empty: "+why))
	}
	return text
}

func (r *reading) fault(v *value, field string, err error) {
	r.faults.Add(field, "%s%s", v.source(), err)
}

func (m *Mapping) setTime(s *models.Submission, r *reading) {
	const field = "collected_at"
	at := r.needed(m.collectedAt, field, "give it in the row, or a default in the mapping")
	if at == "" {
		return
	}
	layouts := m.collectedAt.formats
	if layouts == nil {
		layouts = usualFormats()
	}
	t, err := when(at, layouts, m.zone)
	if err != nil {
		r.fault(m.collectedAt, field, err)
		return
	}
	s.CollectedAt = &t
}

func (m *Mapping) setSolicited(s *models.Submission, r *reading) {
	const field = "solicited"
	given := r.text(m.solicited, field)
	if given == "" {
		return
	}
	asked, err := boolean(given)
	if err != nil {
		r.fault(m.solicited, field, err)
	}
	s.Solicited = &asked
}

func (m *Mapping) setProperties(s *models.Submission, r *reading) {
	for _, p := range m.properties {
		field := "properties." + p.name
		given := r.text(p.value, field)
		if given == "" {
			continue
		}
		typed, err := p.typed(given)
		if err != nil {
			r.fault(p.value, field, err)
		}
		if s.Properties == nil {
			s.Properties = map[string]any{}
		}
		s.Properties[p.name] = typed
	}
}

func (m *Mapping) setAnswers(s *models.Submission, r *reading) (lost int) {
	for i, a := range m.answers {
		field := fmt.Sprintf("answers[%d].", i)
		before := len(r.faults)
		given := r.text(a.score, field+"score")
		comment := r.text(a.comment, field+"comment")
		if given == "" {
			if comment != "" && len(r.faults) == before {
				lost++
			}
			continue
		}
		score, err := scoreOf(given)
		if err != nil {
			r.fault(a.score, field+"score", err)
		}
		s.Answers = append(s.Answers, models.SubmittedAnswer{
			Touchpoint: r.text(a.touchpoint, field+"touchpoint"),
			Metric:     r.text(a.metric, field+"metric"),
			Score:      &score, Comment: comment,
		})
	}
	return lost
}
