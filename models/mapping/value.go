package mapping

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// value says where a text comes from. Every field of a mapping is one. A row's
// text is found in this order:
//
//  1. the template is filled in; when a column in it is empty or holds a
//     no_answer code, there is no text, and the fallback serves instead;
//  2. with values, the text is looked up there, and what isn't there is otherwise.
type value struct {
	template  template
	noAnswer  map[string]bool
	values    map[string]found // nil: the text stays as it is
	otherwise *found           // nil: a text that isn't among the values is a fault
	fallback  found            // the key is default
	formats   []string         // of a time: Go layouts
	as        string           // of a property: text, number or boolean
}

// found is a text, or that there is none.
type found struct {
	text  string
	given bool
}

// of is the value's text in the row.
func (v *value) of(row Row) (found, error) {
	text, given := v.template.fill(row, v.noAnswer)
	if !given {
		return v.fallback, nil
	}
	if v.values == nil {
		return found{text, true}, nil
	}
	if f, ok := v.values[text]; ok {
		return f, nil
	}
	if v.otherwise != nil {
		return *v.otherwise, nil
	}
	return found{}, fmt.Errorf("%q is not among the values (%s): add it to them, or say otherwise", text,
		strings.Join(slices.Sorted(maps.Keys(v.values)), ", "))
}

// constant reports whether the text is written in the mapping and the same for every row.
func (v *value) constant() bool { return len(v.template) > 0 && len(v.template.columns()) == 0 }

// source names the columns the text is taken from, for a person who has to find them.
func (v *value) source() string {
	columns := v.template.columns()
	if len(columns) == 0 {
		return ""
	}
	return "column " + strings.Join(columns, ", ") + ": "
}

// value reads a constant or template, or the keys of a value; more are those
// that only some fields have.
func (c *compiler) value(n node, more func(*value) keys) *value {
	v := &value{}
	if n.null() || !n.holdsKeys() {
		v.template = c.template(n)
		return v
	}
	sources := 0
	known := keys{
		"column":    func(n node) { sources++; v.template = c.column(n) },
		"template":  func(n node) { sources++; v.template = c.template(n) },
		"no_answer": func(n node) { v.noAnswer = set(n.texts()) },
		"values":    func(n node) { v.values = lookup(n) },
		"otherwise": func(n node) { f := nullable(n); v.otherwise = &f },
		"default":   func(n node) { v.fallback = nullable(n) },
	}
	if more != nil {
		maps.Copy(known, more(v))
	}
	n.read(known)
	if sources != 1 {
		n.fault("needs column or template, and one of them only")
	}
	if v.otherwise != nil && v.values == nil {
		n.fault("otherwise is for what values doesn't list; for empty cells say default")
	}
	return v
}

// template reads a text with columns in it, and notes which.
func (c *compiler) template(n node) template {
	t, err := parseTemplate(n.text())
	if err != nil {
		n.fault("%s", err)
	}
	for _, name := range t.columns() {
		c.uses = append(c.uses, use{name, n})
	}
	return t
}

// column reads the name of one column, and notes it.
func (c *compiler) column(n node) template {
	name := strings.TrimSpace(n.text())
	c.uses = append(c.uses, use{name, n})
	return template{{text: name, column: true}}
}

func lookup(n node) map[string]found {
	values := map[string]found{}
	n.each(func(key string, _, under node) { values[strings.TrimSpace(key)] = nullable(under) })
	return values
}

// nullable reads a text, or null for no answer.
func nullable(n node) found {
	if n.null() {
		return found{}
	}
	text := strings.TrimSpace(n.text())
	return found{text, text != ""}
}

func set(texts []string) map[string]bool {
	s := make(map[string]bool, len(texts))
	for _, t := range texts {
		s[t] = true
	}
	return s
}
