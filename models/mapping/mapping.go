// Package mapping turns rows of named columns, as survey tools and business
// systems export them, into submissions or observations of a KPI. What becomes what is said in YAML; deploy/import/README.md is its
// reference. Nothing here opens files or connections.
package mapping

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"golang.org/x/text/encoding"

	"github.com/mittari/mittari/models"
)

// Row is one respondent, or one figure: the text under each column's name.
type Row map[string]string

// cell is the text under a name without the space around it; "" when there is none.
func (r Row) cell(name string) string { return strings.TrimSpace(r[name]) }

// Mapping says how rows become submissions or observations. It is made by Parse and does not change.
type Mapping struct {
	delimiter    rune
	encoding     encoding.Encoding // nil: UTF-8
	zone         *time.Location    // of times without one; nil when not given
	filters      []filter
	submissionID *value            // nil when not given
	texts        map[string]*value // the other fields of text that are given, by name
	collectedAt  *value            // nil when not given
	solicited    *value            // nil when not given
	properties   []property
	tags         []*value
	answers      []answer
	figures      *figures // nil: the rows are submissions
	uses         []use
}

// answer is where one metric's score is found.
type answer struct {
	touchpoint, metric, score, comment *value // touchpoint and comment may be nil
}

// property is a property's name and where its value is found.
type property struct {
	name string
	*value
}

// use is a column's name in the mapping.
type use struct {
	column string
	at     node
}

// textField is a field of a submission that takes text as it is.
type textField struct {
	name string
	of   func(*models.Submission) *string
}

func textFields() []textField {
	return []textField{
		{"survey", func(s *models.Submission) *string { return &s.Survey }},
		{"touchpoint", func(s *models.Submission) *string { return &s.Touchpoint }},
		{"channel", func(s *models.Submission) *string { return &s.Channel }},
		{"segment", func(s *models.Submission) *string { return &s.Segment }},
		{"team", func(s *models.Submission) *string { return &s.Team }},
		{"person", func(s *models.Submission) *string { return &s.Person }},
		{"language", func(s *models.Submission) *string { return &s.Language }},
	}
}

// Repeatable reports whether importing a row again stores nothing twice: every
// one gets a submission_id, or is a KPI's figure of a period.
func (m *Mapping) Repeatable() bool { return m.submissionID != nil || m.figures != nil }

// Dated reports whether every row gets the time it was answered, or its period;
// else the answers count from when they arrive.
func (m *Mapping) Dated() bool { return m.collectedAt != nil || m.figures != nil }

// Columns are the names of the columns that the mapping reads, in its own order.
func (m *Mapping) Columns() []string {
	var names []string
	for _, u := range m.uses {
		if !slices.Contains(names, u.column) {
			names = append(names, u.column)
		}
	}
	return names
}

// Check names every column of the mapping that the rows don't have, or have
// twice. The error is Faults.
func (m *Mapping) Check(header []string) error {
	stands := map[string]int{}
	for _, name := range header {
		stands[name]++
	}
	var faults Faults
	for _, u := range m.uses {
		if stands[u.column] != 1 {
			faults = append(faults, Fault{
				Line: u.at.line, Column: u.at.column, Field: u.at.path,
				Message: fmt.Sprintf("the column %q %s", u.column, whyNot(u.column, header, stands)),
			})
		}
	}
	return faults.err()
}

// whyNot says what is wrong with a column that doesn't stand in the header once.
func whyNot(column string, header []string, stands map[string]int) string {
	near, ok := closest(column, header)
	switch {
	case stands[column] > 1:
		return "stands in the header more than once: give each its own name"
	case ok:
		return fmt.Sprintf("is not in the header; do you mean %q?", near)
	case len(header) == 1:
		return "is not in the header, which is one column only: is the delimiter right?"
	}
	return "is not in the header"
}

// filter keeps the rows whose cell is, or is not, among the texts.
type filter struct {
	column string
	texts  map[string]bool
	not    bool
}

// Keeps reports whether the mapping's row filters let the row through.
func (m *Mapping) Keeps(row Row) bool {
	for _, f := range m.filters {
		if f.texts[row.cell(f.column)] == f.not {
			return false
		}
	}
	return true
}
