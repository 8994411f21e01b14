package mapping

import (
	"maps"
	"slices"
	"strings"
	"time"
)

const (
	maxBytes   = 1 << 20 // of a mapping's text
	maxAnswers = 200     // that one submission may hold
)

// compiler reads a YAML document into a mapping.
type compiler struct {
	*Mapping
	noAnswer map[string]bool // of every score or figure that has none of its own
}

// Parse reads a mapping. The error is Faults: all that is wrong with it, with line and column.
func Parse(text []byte) (*Mapping, error) {
	return parse(text, func(c compiler, root node) {
		if root.has("kpi") {
			c.figuresDocument(root)
		} else {
			c.document(root, c.fileKeys(), c.ownID())
		}
	})
}

// ParseFields reads a mapping of the fields that a program sends of one respondent, as Parse does one of
// the columns of a file. It has no keys that only a file has, and no submission_id: the sender's own is known.
func ParseFields(text []byte) (*Mapping, error) {
	return parse(text, func(c compiler, root node) { c.document(root, c.rowKeys()) })
}

func parse(text []byte, read func(c compiler, root node)) (*Mapping, error) {
	if len(text) > maxBytes {
		return nil, Faults{{Line: 1, Column: 1, Message: "a mapping may be 1 MB at most"}}
	}
	root := parseYAML(string(text))
	if len(root.doc.faults) > 0 {
		return nil, root.doc.faults
	}
	c := compiler{Mapping: &Mapping{delimiter: ',', texts: map[string]*value{}}}
	read(c, root)
	if err := root.doc.faults.err(); err != nil {
		return nil, err
	}
	return c.Mapping, nil
}

// fileKeys are those of every mapping of a file.
func (c *compiler) fileKeys() keys {
	known := c.rowKeys()
	known["delimiter"] = func(n node) { c.delimiter = delimiter(n) }
	known["encoding"] = func(n node) { c.encoding = encodingOf(n) }
	return known
}

// rowKeys are those of every mapping.
func (c *compiler) rowKeys() keys {
	return keys{
		"no_answer": func(n node) { c.noAnswer = set(n.texts()) },
		"rows":      func(n node) { c.rows(n) },
	}
}

func (c *compiler) ownID() keys {
	return keys{"submission_id": func(n node) {
		c.submissionID = c.value(n, nil)
		if c.submissionID.constant() {
			n.fault(`must hold a column, such as "spring-2026-{ID}": a constant is the same for every row`)
		}
	}}
}

// document reads a mapping of responses, with more keys than those of the response.
func (c *compiler) document(root node, more ...keys) {
	known := keys{
		"time_zone":    func(n node) { c.zone = zone(n) },
		"collected_at": func(n node) { c.collectedAt = c.value(n, formats) },
		"solicited":    func(n node) { c.solicited = c.value(n, nil) },
		"properties": func(n node) {
			n.each(func(name string, _, under node) {
				c.properties = append(c.properties, property{name, c.value(under, kind)})
			})
		},
		"tags": func(n node) {
			for _, item := range n.items() {
				c.tags = append(c.tags, c.value(item, nil))
			}
		},
		"answers": func(n node) { c.readAnswers(n) },
	}
	for _, others := range more {
		maps.Copy(known, others)
	}
	for _, f := range textFields() {
		known[f.name] = func(n node) { c.texts[f.name] = c.value(n, nil) }
	}
	root.read(known)
	if len(root.doc.faults) == 0 {
		c.whole(root)
	}
}

// whole settles what depends on more than one key.
func (c *compiler) whole(root node) {
	if len(c.answers) == 0 {
		root.fault("answers is missing: a list with metric and score for each column that holds answers")
	}
	for _, a := range c.answers {
		if a.score.noAnswer == nil {
			a.score.noAnswer = c.noAnswer
		}
	}
	if c.zone == nil && c.collectedAt != nil && slices.ContainsFunc(c.collectedAt.formats, zoneless) {
		root.fault("time_zone is missing: the format of collected_at has no zone (Z) of its own; give one such as Europe/Helsinki")
	}
}

func (c *compiler) readAnswers(n node) {
	items := n.items()
	if len(items) == 0 || len(items) > maxAnswers {
		n.fault("must be 1 to %d answers", maxAnswers)
		return
	}
	for _, item := range items {
		var a answer
		item.read(keys{
			"touchpoint": func(n node) { a.touchpoint = c.value(n, nil) },
			"metric":     func(n node) { a.metric = c.value(n, nil) },
			"score":      func(n node) { a.score = c.value(n, nil) },
			"comment":    func(n node) { a.comment = c.value(n, nil) },
		})
		if a.metric == nil || a.score == nil {
			item.fault("needs metric and score")
			continue
		}
		c.answers = append(c.answers, a)
	}
}

func (c *compiler) rows(n node) {
	for _, item := range n.items() {
		f := filter{}
		lists := 0
		item.read(keys{
			"column": func(n node) { f.column = c.column(n)[0].text },
			"in":     func(n node) { lists++; f.texts = set(n.texts()) },
			"not_in": func(n node) { lists++; f.texts, f.not = set(n.texts()), true },
		})
		if f.column == "" || lists != 1 {
			item.fault("needs column, and in or not_in")
		}
		c.filters = append(c.filters, f)
	}
}

// formats reads what only a time has.
func formats(v *value) keys {
	read := func(n node) {
		l, err := layout(n.text())
		if err != nil {
			n.fault("%s", err)
		}
		v.formats = append(v.formats, l)
	}
	return keys{"format": func(n node) {
		if n.isList() {
			for _, item := range n.items() {
				read(item)
			}
			return
		}
		read(n)
	}}
}

// kind reads what only a property has.
func kind(v *value) keys {
	return keys{"as": func(n node) {
		v.as = n.text()
		if v.as != "text" && v.as != "number" && v.as != "boolean" {
			n.fault("must be text, number or boolean")
		}
	}}
}

func delimiter(n node) rune {
	text := n.text()
	if text == "tab" {
		text = "\t"
	}
	r := []rune(text)
	if len(r) != 1 || strings.ContainsAny(text, "\"\r\n\x00\ufffd") {
		n.fault(`must be one character such as ";", or tab`)
		return ','
	}
	return r[0]
}

func zone(n node) *time.Location {
	name := n.text()
	z, err := time.LoadLocation(name)
	if err != nil || name == "" || name == "Local" {
		n.fault("must be an IANA time zone such as Europe/Helsinki")
	}
	return z
}
