package mapping

import (
	"errors"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// document is a YAML text being read. It keeps the faults instead of stopping at
// the first, which is why the tree is walked here and not decoded into structs.
type document struct {
	anchors map[string]ast.Node
	faults  Faults
}

// parseYAML reads the text of one document. Its root is nothing when the text can't be read.
func parseYAML(text string) node {
	doc := &document{anchors: map[string]ast.Node{}}
	root := node{doc: doc, line: 1, column: 1}
	file, err := parser.ParseBytes([]byte(strings.TrimPrefix(text, "\ufeff")), 0, parser.AllowDuplicateMapKey())
	if err != nil {
		doc.syntax(err)
		return root
	}
	for i, d := range file.Docs {
		switch {
		case i == 0:
			root = root.child(d.Body, "")
		case d.Body != nil:
			root.child(d.Body, "").fault("a mapping is one YAML document: take away what follows \"---\"")
		}
	}
	return root
}

func (d *document) syntax(err error) {
	fault := Fault{Line: 1, Column: 1, Message: "not YAML: " + err.Error()}
	var at yaml.Error
	if errors.As(err, &at) {
		fault.Message = "not YAML: " + at.GetMessage()
		if token := at.GetToken(); token != nil && token.Position != nil {
			fault.Line, fault.Column = token.Position.Line, token.Position.Column
		}
	}
	d.faults = append(d.faults, fault)
}
