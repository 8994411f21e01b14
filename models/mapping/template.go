package mapping

import (
	"fmt"
	"strings"
)

// template is text with the names of columns in it, such as "sfo-{RESPNUM}". A
// template without columns is a constant. "{{" and "}}" stand for the braces themselves.
type template []part

// part is a column's name, or text that stays as it is.
type part struct {
	text   string
	column bool
}

func parseTemplate(s string) (template, error) {
	var t template
	var text strings.Builder
	keep := func() {
		if text.Len() > 0 {
			t = append(t, part{text: text.String()})
			text.Reset()
		}
	}
	for s != "" {
		switch {
		case strings.HasPrefix(s, "{{"), strings.HasPrefix(s, "}}"):
			text.WriteByte(s[0])
			s = s[2:]
		case s[0] == '{':
			name, rest, closed := strings.Cut(s[1:], "}")
			name = strings.TrimSpace(name)
			if !closed || name == "" {
				return nil, fmt.Errorf("a column's name must stand between { and }; write {{ for the brace itself")
			}
			keep()
			t = append(t, part{text: name, column: true})
			s = rest
		case s[0] == '}':
			return nil, fmt.Errorf("} closes no {; write }} for the brace itself")
		default:
			text.WriteByte(s[0])
			s = s[1:]
		}
	}
	keep()
	return t, nil
}

// columns are the names in the template, in order.
func (t template) columns() []string {
	var names []string
	for _, p := range t {
		if p.column {
			names = append(names, p.text)
		}
	}
	return names
}

// fill puts the row's cells in. It is false when one of them is empty or says no answer.
func (t template) fill(row Row, noAnswer map[string]bool) (string, bool) {
	var text strings.Builder
	for _, p := range t {
		if !p.column {
			text.WriteString(p.text)
			continue
		}
		cell := row.cell(p.text)
		if cell == "" || noAnswer[cell] {
			return "", false
		}
		text.WriteString(cell)
	}
	filled := strings.TrimSpace(text.String())
	return filled, filled != ""
}
