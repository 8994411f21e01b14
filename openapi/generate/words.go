package main

import (
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/mittari/mittari/models"
)

// nameWords gives the words that models and the problems define to the schemas
// and query parameters that take one of them.
func nameWords(doc *openapi3.T) {
	schemas := doc.Components.Schemas
	schemas["Level"].Value.Enum = anys(models.Levels())
	schemas["Event"].Value.Enum = anys(append(models.Events(), models.TestEvent))
	schemas["Code"].Value.Enum = nil
	for _, p := range problems() {
		schemas["Code"].Value.Enum = append(schemas["Code"].Value.Enum, string(p.code))
	}
	var windows []any
	for _, w := range models.Windows() {
		windows = append(windows, w.Name)
	}
	addSchema(doc, "Window", "Whole days up to now, today included.", openapi3.NewStringSchema().WithEnum(windows...))
	addSchema(doc, "Interval", "What a period is cut into.", openapi3.NewStringSchema().WithEnum("day", "week", "month"))
	query := map[string][]any{"group_by": anys(models.Levels()), "window": windows}
	operations(doc, func(path, _ string, op *openapi3.Operation) {
		for _, p := range op.Parameters {
			if strings.HasPrefix(path, "/v1/kpis/") && p.Value.Name == "group_by" {
				p.Value.Schema.Value.Enum = anys(models.KPILevels())
			} else if words := query[p.Value.Name]; p.Value.In == "query" && words != nil {
				p.Value.Schema.Value.Enum = words
			}
		}
	})
}

// anys are the words as text, in the order given.
func anys[S ~string](words []S) []any {
	texts := make([]any, len(words))
	for i, w := range words {
		texts[i] = string(w)
	}
	return texts
}
