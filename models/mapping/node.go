package mapping

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"
)

// node is a place in a document.
type node struct {
	doc    *document
	tree   ast.Node // what stands there; nil for nothing at all
	path   string   // such as answers[2].score
	line   int
	column int
}

// keys are what a mapping node may hold, each with what reads it.
type keys map[string]func(node)

func (n node) fault(format string, args ...any) {
	n.doc.faults = append(n.doc.faults, Fault{Line: n.line, Column: n.column, Field: n.path, Message: fmt.Sprintf(format, args...)})
}

// child is the node of a tree below n, looked up where it is an alias.
func (n node) child(tree ast.Node, path string) node {
	c := node{doc: n.doc, tree: tree, path: path, line: n.line, column: n.column}
	if tree == nil {
		return c
	}
	first := tree
	if block, ok := tree.(*ast.MappingNode); ok && !block.IsFlowStyle && len(block.Values) > 0 {
		first = block.Values[0].Key // the node's own place is the colon behind it
	}
	if token := first.GetToken(); token != nil && token.Position != nil {
		c.line, c.column = token.Position.Line, token.Position.Column
	}
	switch t := tree.(type) {
	case *ast.AnchorNode:
		inner := c.child(t.Value, path)
		n.doc.anchors[nameOf(t.Name)] = inner.tree
		return inner
	case *ast.AliasNode:
		known := false
		if c.tree, known = n.doc.anchors[nameOf(t.Value)]; !known {
			c.fault("nothing above is anchored as &%s", nameOf(t.Value))
		}
	case *ast.MappingKeyNode:
		return c.child(t.Value, path)
	}
	return c
}

func nameOf(tree ast.Node) string {
	if tree == nil {
		return ""
	}
	return tree.GetToken().Value
}

// null reports whether nothing stands there, or a null.
func (n node) null() bool {
	_, null := n.tree.(*ast.NullNode)
	return null || n.tree == nil
}

func (n node) isList() bool {
	_, list := n.tree.(*ast.SequenceNode)
	return list
}

func (n node) holdsKeys() bool {
	switch n.tree.(type) {
	case *ast.MappingNode, *ast.MappingValueNode:
		return true
	}
	return false
}

// text is a scalar as it was written: 01 stays 01.
func (n node) text() string {
	switch t := n.tree.(type) {
	case *ast.StringNode:
		return t.Value
	case *ast.LiteralNode:
		return t.Value.Value
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.InfinityNode, *ast.NanNode:
		return t.GetToken().Value
	}
	if n.null() {
		n.fault("is missing")
	} else {
		n.fault("must be text")
	}
	return ""
}

// items are the nodes of a list.
func (n node) items() []node {
	list, ok := n.tree.(*ast.SequenceNode)
	if !ok {
		n.fault("must be a list")
		return nil
	}
	items := make([]node, len(list.Values))
	for i, tree := range list.Values {
		items[i] = n.child(tree, fmt.Sprintf("%s[%d]", n.path, i))
	}
	return items
}

// texts are the scalars of a list, trimmed as cells are.
func (n node) texts() []string {
	texts := []string{}
	for _, item := range n.items() {
		texts = append(texts, strings.TrimSpace(item.text()))
	}
	return texts
}

// each calls read with every key of a mapping node and what stands under it, in order.
func (n node) each(read func(key string, at, under node)) {
	if !n.holdsKeys() {
		n.fault("must be keys with values")
	}
	seen := map[string]bool{}
	for _, pair := range n.pairs() {
		at := n.child(pair.Key, n.path)
		key := at.text()
		at.path = strings.TrimPrefix(n.path+"."+key, ".")
		if seen[key] {
			at.fault("stands here twice")
			continue
		}
		seen[key] = true
		read(key, at, at.child(pair.Value, at.path))
	}
}

// pairs are the keys of a mapping node, each with what stands under it; none of any other node.
func (n node) pairs() []*ast.MappingValueNode {
	switch t := n.tree.(type) {
	case *ast.MappingNode:
		return t.Values
	case *ast.MappingValueNode:
		return []*ast.MappingValueNode{t}
	}
	return nil
}

// has reports whether the key stands in a mapping node.
func (n node) has(key string) bool {
	return slices.ContainsFunc(n.pairs(), func(pair *ast.MappingValueNode) bool { return nameOf(pair.Key) == key })
}

// read hands what stands under each key to its reader; other keys are faults.
func (n node) read(known keys) {
	n.each(func(key string, at, under node) {
		if reader, ok := known[key]; ok {
			reader(under)
			return
		}
		names := slices.Sorted(maps.Keys(known))
		hint := "one of " + strings.Join(names, ", ")
		if near, ok := closest(key, names); ok {
			hint = fmt.Sprintf("do you mean %q?", near)
		} else if under.null() && n.path != "" {
			hint = fmt.Sprintf(`a template stands in quotes: "{%s}"`, key)
		}
		at.fault("unknown key: %s", hint)
	})
}
