package main

import (
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

const (
	formJSON   = "application/json"
	formNDJSON = "application/x-ndjson"
	formCSV    = "text/csv"

	formParquet = "application/vnd.apache.parquet"
)

// streamLines says of bodies with one document a line that they are text, and
// by x-itemSchema (OpenAPI 3.2 calls it itemSchema) what each line is.
func streamLines(doc *openapi3.T) {
	operations(doc, func(_, _ string, op *openapi3.Operation) {
		if op.RequestBody != nil {
			streamContent(op.RequestBody.Value.Content)
		}
		for _, response := range op.Responses.Map() {
			streamContent(response.Value.Content)
		}
	})
}

// takesOneOrMany is the extension of operations that take one document or many;
// its value is the schema of the outcomes of many.
const takesOneOrMany = "x-one-or-many"

// splitOneOrMany lets an operation whose body is a list take one document as
// JSON, too, and answer that with its own schema and many with outcomes, a line each.
func splitOneOrMany(doc *openapi3.T) {
	operations(doc, func(_, _ string, op *openapi3.Operation) {
		outcome, marked := op.Extensions[takesOneOrMany].(string)
		if !marked {
			return
		}
		delete(op.Extensions, takesOneOrMany)
		many := op.RequestBody.Value.Content[formJSON]
		list := many.Schema
		many.Schema = oneOrMany(doc, list.Value)
		op.RequestBody.Value.Content[formNDJSON] = openapi3.NewMediaType().WithSchemaRef(list)
		for status, response := range op.Responses.Map() {
			if status != "200" {
				delete(response.Value.Content, formNDJSON)
				continue
			}
			outcomes := openapi3.NewArraySchema()
			outcomes.Items = openapi3.NewSchemaRef(schemas+outcome, doc.Components.Schemas[outcome].Value)
			response.Value.Content[formNDJSON] = openapi3.NewMediaType().WithSchemaRef(openapi3.NewSchemaRef("", outcomes))
		}
	})
}

// oneOrMany adds the schema of a body that is what the list has, or such a list: of
// SubmittedObservation it is OneOrManyObservations.
func oneOrMany(doc *openapi3.T, list *openapi3.Schema) *openapi3.SchemaRef {
	one := nameOf(list.Items.Ref)
	many := addSchema(doc, one+"s", "Many at once; each has its own outcome.", list)
	return addSchema(doc, "OneOrMany"+strings.TrimPrefix(one, "Submitted")+"s", "One, or an array of many.",
		&openapi3.Schema{OneOf: openapi3.SchemaRefs{list.Items, many}})
}

func streamContent(content openapi3.Content) {
	if media := content[formNDJSON]; media != nil {
		item := itemOf(media.Schema)
		media.Extensions = map[string]any{"x-itemSchema": map[string]any{"$ref": item}}
		media.Schema = text("JSON documents, one a line: each a " + nameOf(item))
	}
	if media := content[formCSV]; media != nil {
		media.Schema = text("Comma-separated values with a header line (RFC 4180)")
	}
	if media := content[formParquet]; media != nil {
		media.Schema = text("A Parquet file with typed columns")
		media.Schema.Value.Format = "binary"
	}
}

func text(description string) *openapi3.SchemaRef {
	schema := openapi3.NewStringSchema()
	schema.Description = description
	return openapi3.NewSchemaRef("", schema)
}

// itemOf is the reference to what a list has: an array, or a page with one array.
func itemOf(list *openapi3.SchemaRef) string {
	if list.Value.Items != nil {
		return list.Value.Items.Ref
	}
	for _, property := range list.Value.Properties {
		if property.Value != nil && property.Value.Items != nil {
			return property.Value.Items.Ref
		}
	}
	return ""
}
