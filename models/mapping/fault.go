package mapping

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Fault is one thing wrong with a mapping, and where it stands in the YAML text.
type Fault struct {
	Line, Column int    // both from 1
	Field        string // a path such as answers[2].score; "" for the mapping as a whole
	Message      string
}

// Error tells the place, the field and what to do about it.
func (f Fault) Error() string {
	at := fmt.Sprintf("line %d, column %d: ", f.Line, f.Column)
	if f.Field != "" {
		at += f.Field + ": "
	}
	return at + f.Message
}

// Faults is everything that is wrong with a mapping, in the order of the text.
type Faults []Fault

// Error tells every fault, one a line.
func (f Faults) Error() string {
	lines := make([]string, len(f))
	for i, fault := range f {
		lines[i] = fault.Error()
	}
	return strings.Join(lines, "\n")
}

// err is nil when there is no fault, else the faults in the order of the text.
func (f Faults) err() error {
	if len(f) == 0 {
		return nil
	}
	slices.SortStableFunc(f, func(a, b Fault) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	return f
}
