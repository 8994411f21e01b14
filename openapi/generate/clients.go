package main

import (
	"maps"
	"reflect"
	"slices"

	"github.com/getkin/kin-openapi/openapi3"
)

// nameParts names what generated clients would else have to invent a name for, or get wrong.
func nameParts(doc *openapi3.T) {
	nameChoices(doc)
	eachSchema(doc, func(s *openapi3.Schema) {
		if s.Type.Is("number") {
			s.Format = "double" // without a format some generators take 32 bits
		}
		if len(s.Enum) > 0 && s.Type == nil {
			s.Type = &openapi3.Types{"string"}
		}
	})
	dropUnused(doc)
}

// nameChoices lets parameters that take the words of a named schema refer to it.
func nameChoices(doc *openapi3.T) {
	named := doc.Components.Schemas
	operations(doc, func(_, _ string, op *openapi3.Operation) {
		for _, p := range op.Parameters {
			own := p.Value.Schema.Value
			if p.Ref != "" || len(own.Enum) == 0 {
				continue
			}
			for _, name := range slices.Sorted(maps.Keys(named)) {
				if !reflect.DeepEqual(named[name].Value.Enum, own.Enum) {
					continue
				}
				p.Value.Schema = refTo(doc, name)
				if own.Default != nil {
					p.Value.Schema = openapi3.NewSchemaRef("", &openapi3.Schema{AllOf: openapi3.SchemaRefs{refTo(doc, name)}, Default: own.Default})
				}
				break
			}
		}
	})
}

// refTo is a reference to the schema of that name.
func refTo(doc *openapi3.T, name string) *openapi3.SchemaRef {
	return openapi3.NewSchemaRef(schemas+name, doc.Components.Schemas[name].Value)
}

// addSchema adds a named schema and gives a reference to it.
func addSchema(doc *openapi3.T, name, description string, schema *openapi3.Schema) *openapi3.SchemaRef {
	schema.Description = description
	doc.Components.Schemas[name] = openapi3.NewSchemaRef("", schema)
	return refTo(doc, name)
}

// eachSchema calls do with every schema of the document once.
func eachSchema(doc *openapi3.T, do func(*openapi3.Schema)) {
	seen := map[*openapi3.Schema]bool{}
	var visit func(refs ...*openapi3.SchemaRef)
	visit = func(refs ...*openapi3.SchemaRef) {
		for _, ref := range refs {
			if ref == nil || ref.Value == nil || seen[ref.Value] {
				continue
			}
			seen[ref.Value] = true
			do(ref.Value)
			visit(ref.Value.Items, ref.Value.AdditionalProperties.Schema)
			for _, parts := range []openapi3.SchemaRefs{ref.Value.AllOf, ref.Value.AnyOf, ref.Value.OneOf, slices.Collect(maps.Values(ref.Value.Properties))} {
				visit(parts...)
			}
		}
	}
	visit(slices.Collect(maps.Values(doc.Components.Schemas))...)
	operations(doc, func(_, _ string, op *openapi3.Operation) {
		for _, p := range op.Parameters {
			visit(p.Value.Schema)
		}
		if op.RequestBody != nil {
			visitContent(op.RequestBody.Value.Content, visit)
		}
		for _, response := range op.Responses.Map() {
			visitContent(response.Value.Content, visit)
		}
	})
}

func visitContent(content openapi3.Content, visit func(...*openapi3.SchemaRef)) {
	for _, media := range content {
		visit(media.Schema)
	}
}

// dropUnused drops shared responses that no operation has.
func dropUnused(doc *openapi3.T) {
	used := map[string]bool{}
	operations(doc, func(_, _ string, op *openapi3.Operation) {
		for _, response := range op.Responses.Map() {
			used[response.Ref] = true
		}
	})
	maps.DeleteFunc(doc.Components.Responses, func(name string, _ *openapi3.ResponseRef) bool {
		return !used["#/components/responses/"+name]
	})
}
