package mapping

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// Table reads delimited text (RFC 4180, with the mapping's delimiter and encoding)
// whose first row names the columns.
type Table struct {
	csv    *csv.Reader
	header []string
	wanted map[string]int // the mapping's columns, by their place
}

// Line is one row of a table.
type Line struct {
	Number int      // of the text's line that the row begins on, from 1
	Cells  []string // as read; nil when the row could not be read
	Row    Row      // the cells of the columns that the mapping reads
	Fault  error    // why the row can't be used; the next ones can
}

// Table reads the header and checks it against the mapping. The error is Faults
// when the mapping and the header don't go together.
func (m *Mapping) Table(r io.Reader) (*Table, error) {
	text, err := m.decode(r)
	if err != nil {
		return nil, err
	}
	t := &Table{csv: csv.NewReader(text)}
	t.csv.Comma = m.delimiter
	t.csv.FieldsPerRecord = -1 // a row with other than the header's number is refused alone
	if t.header, err = t.csv.Read(); err != nil {
		if errors.Is(err, io.EOF) {
			return nil, errors.New("there is no header: the first row must name the columns")
		}
		return nil, fmt.Errorf("the header can't be read: %w", err)
	}
	if err := t.checkText(t.header); err != nil {
		return nil, err
	}
	for i, name := range t.header {
		t.header[i] = strings.TrimSpace(name)
	}
	if err := m.Check(t.header); err != nil {
		return nil, err
	}
	t.wanted = map[string]int{}
	for _, name := range m.Columns() {
		for i, column := range t.header {
			if column == name {
				t.wanted[name] = i
			}
		}
	}
	return t, nil
}

// Header is the names of the columns, in order.
func (t *Table) Header() []string { return t.header }

// Next reads one row, past those whose cells are all empty. The error is io.EOF after the last one; after any error
// there are no more rows.
func (t *Table) Next() (Line, error) {
	cells, err := t.csv.Read()
	for err == nil && strings.TrimSpace(strings.Join(cells, "")) == "" {
		cells, err = t.csv.Read()
	}
	var broken *csv.ParseError
	switch {
	case errors.As(err, &broken):
		return Line{Number: broken.StartLine, Fault: unreadable(broken)}, nil
	case err != nil:
		return Line{}, err
	}
	number, _ := t.csv.FieldPos(0)
	line := Line{Number: number, Cells: cells}
	if err := t.checkText(cells); err != nil {
		return Line{}, err
	}
	if len(cells) != len(t.header) {
		line.Fault = fmt.Errorf("has %d cells, the header has %d: is a quote or a delimiter missing?", len(cells), len(t.header))
		return line, nil
	}
	line.Row = make(Row, len(t.wanted))
	for name, i := range t.wanted {
		line.Row[name] = cells[i]
	}
	return line, nil
}

// unreadable says what is wrong with a row's quotes, and how far the row seemed to go.
func unreadable(e *csv.ParseError) error {
	to := ""
	if e.Line > e.StartLine {
		to = fmt.Sprintf(", and nothing up to line %d could be read", e.Line)
	}
	return fmt.Errorf("%w at line %d, column %d%s", e.Err, e.Line, e.Column, to)
}

// checkText refuses what is not UTF-8. That is a fault of the whole text, not of
// a row: read in the right encoding, rows before it may say something else too.
func (t *Table) checkText(cells []string) error {
	for i, cell := range cells {
		if !utf8.ValidString(cell) {
			line, column := t.csv.FieldPos(i)
			return fmt.Errorf("line %d, column %d: not UTF-8: say in the mapping which encoding it is, for example encoding: windows-1252", line, column)
		}
	}
	return nil
}
