package main

import (
	"maps"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

const schemas = "#/components/schemas/"

// nameOf is the name of the schema that a reference leads to; "" when it leads to none.
func nameOf(ref string) string {
	name, found := strings.CutPrefix(ref, schemas)
	if !found {
		return ""
	}
	return name
}

// mendSchemas says what swaggo's extensions mean in OpenAPI 3, and drops them.
func mendSchemas(doc *openapi3.T) {
	types := addMixed(doc)
	for _, schema := range doc.Components.Schemas {
		describeValues(schema.Value)
		for _, property := range schema.Value.Properties {
			mendProperty(property, types)
		}
	}
	operations(doc, func(_, _ string, op *openapi3.Operation) {
		if op.RequestBody != nil {
			delete(op.RequestBody.Value.Extensions, "x-originalParamName")
		}
		if op.Extensions["x-signed"] != nil {
			op.RequestBody.Value.Content[formJSON].Schema = types.open["x-payload"]
		}
		for _, p := range op.Parameters { // a list may be empty
			p.Value.AllowEmptyValue = p.Value.In == "query" && p.Value.Schema.Value.Type.Is("array")
		}
	})
}

// mixed are references to values of more than one type.
type mixed struct {
	property              *openapi3.SchemaRef // what Go has as map[string]any
	answerScore, ofFigure *openapi3.SchemaRef

	open map[string]*openapi3.SchemaRef // objects of any members, by the extension of properties that are such
}

// addMixed adds the schemas of values of more than one type, and of each of
// these types, so that clients have names for them. OpenAPI 3.0 knows null beside a type only.
func addMixed(doc *openapi3.T) mixed {
	text := addSchema(doc, "Text", "Text, or null.", openapi3.NewStringSchema().WithNullable())
	number := addSchema(doc, "Number", "Any number.", openapi3.NewFloat64Schema())
	scale := addSchema(doc, "ScaleValue", "A value on a metric's scale.", openapi3.NewIntegerSchema())
	yesNo := addSchema(doc, "YesNo", "True for yes, false for no.", openapi3.NewBoolSchema())
	return mixed{
		property:    addSchema(doc, "PropertyValue", "Text, a number, true, false or null.", &openapi3.Schema{AnyOf: openapi3.SchemaRefs{text, number, yesNo}}),
		answerScore: addSchema(doc, "AnswerScore", "A value on the metric's scale; true or false for a yes/no metric.", &openapi3.Schema{OneOf: openapi3.SchemaRefs{scale, yesNo}}),
		ofFigure:    addSchema(doc, "FigureValue", "A number; true or false for a yes/no KPI.", &openapi3.Schema{OneOf: openapi3.SchemaRefs{number, yesNo}}),
		open: map[string]*openapi3.SchemaRef{
			"x-mapping": addSchema(doc, "SourceMapping", "What of a payload is what: the keys of the mapping of an import, in JSON.", openObject()),
			"x-payload": addSchema(doc, "ToolPayload", "What a survey tool sends.", openObject()),
		},
	}
}

func openObject() *openapi3.Schema { return openapi3.NewObjectSchema().WithAnyAdditionalProperties() }

func mendProperty(property *openapi3.SchemaRef, types mixed) {
	if property.Ref != "" {
		return
	}
	for extension, ref := range types.open {
		if property.Value.Extensions[extension] != nil {
			property.Value = &openapi3.Schema{AllOf: openapi3.SchemaRefs{ref}, Description: property.Value.Description}
		}
	}
	if property.Value.Extensions["x-yes-no"] != nil {
		yesNo(property.Value, types)
	}
	if values := property.Value.AdditionalProperties.Schema; values != nil && values.Ref == "" && values.Value.IsEmpty() {
		property.Value.AdditionalProperties.Schema = types.property
	}
}

// describeValues moves the comments of an enum's constants into its description.
func describeValues(schema *openapi3.Schema) {
	comments, _ := schema.Extensions["x-enum-descriptions"].([]any)
	if len(comments) == len(schema.Enum) {
		for i, comment := range comments {
			if comment != "" {
				schema.Description += "\n- `" + schema.Enum[i].(string) + "`: " + comment.(string)
			}
		}
	}
	maps.DeleteFunc(schema.Extensions, func(name string, _ any) bool { return strings.HasPrefix(name, "x-enum-") })
}

// yesNo lets a number be true or false, too.
func yesNo(schema *openapi3.Schema, types mixed) {
	either := types.ofFigure
	if schema.Type.Is("integer") {
		either = types.answerScore
	}
	schema.Type, schema.Format, schema.AllOf = nil, "", openapi3.SchemaRefs{either}
	delete(schema.Extensions, "x-yes-no")
}

// closeBodies refuses unknown fields in what clients send, as the server does.
// What it sends itself stays open, so that it may grow.
func closeBodies(doc *openapi3.T) {
	sent, answered := map[string]*openapi3.Schema{}, map[string]*openapi3.Schema{}
	operations(doc, func(_, _ string, op *openapi3.Operation) {
		if op.RequestBody != nil {
			reach(op.RequestBody.Value.Content, sent)
		}
		for _, response := range op.Responses.Map() {
			reach(response.Value.Content, answered)
		}
	})
	for name, schema := range sent {
		if answered[name] == nil && schema.Type.Is("object") {
			schema.AdditionalProperties = openapi3.AdditionalProperties{Has: new(bool)}
		}
	}
}

// reach adds the named schemas that the bodies are made of.
func reach(content openapi3.Content, into map[string]*openapi3.Schema) {
	for _, media := range content {
		follow(media.Schema, into)
	}
}

func follow(ref *openapi3.SchemaRef, into map[string]*openapi3.Schema) {
	if ref == nil || ref.Value == nil {
		return
	}
	if name := nameOf(ref.Ref); name != "" {
		if into[name] != nil {
			return
		}
		into[name] = ref.Value
	}
	follow(ref.Value.Items, into)
	follow(ref.Value.AdditionalProperties.Schema, into)
	for _, property := range ref.Value.Properties {
		follow(property, into)
	}
	for _, part := range ref.Value.AllOf {
		follow(part, into)
	}
}
