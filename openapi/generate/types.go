package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"strings"
	"unicode"

	"github.com/getkin/kin-openapi/openapi3"
)

// describeTypes describes each schema that has no @Description by its type's doc comment.
func describeTypes(doc *openapi3.T, root string) error {
	comments, err := typeComments(root, "api", "models", "models/score")
	if err != nil {
		return err
	}
	for name, schema := range doc.Components.Schemas {
		if schema.Value.Description == "" {
			schema.Value.Description = comments[name]
		}
	}
	return nil
}

// typeComments are the doc comments of the types of the folders, by the names of their schemas.
func typeComments(root string, folders ...string) (map[string]string, error) {
	comments := map[string]string{}
	for _, folder := range folders {
		files, err := filepath.Glob(filepath.Join(root, folder, "*.go"))
		if err != nil {
			return nil, err
		}
		for _, file := range files {
			parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ParseComments)
			if err != nil {
				return nil, err
			}
			for _, declared := range parsed.Decls {
				if types, is := declared.(*ast.GenDecl); is && types.Tok == token.TYPE {
					name := types.Specs[0].(*ast.TypeSpec).Name.Name
					comments[capital(name)] = description(name, types.Doc.Text())
				}
			}
		}
	}
	return comments, nil
}

var verb = regexp.MustCompile(`^(is|are|says|tells) `)

// description makes of Go's "problem is an RFC 9457 …" the sentence "An RFC 9457 …".
func description(name, comment string) string {
	text := strings.Join(strings.Fields(comment), " ")
	text = strings.TrimPrefix(text, name+" ")
	return capital(verb.ReplaceAllString(text, ""))
}

func capital(text string) string {
	for i, r := range text {
		return string(unicode.ToUpper(r)) + text[i+len(string(r)):]
	}
	return ""
}
