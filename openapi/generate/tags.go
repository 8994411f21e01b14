package main

import (
	"net/http"

	"github.com/getkin/kin-openapi/openapi3"
)

// addTags says of everything that can be put that it is answered with an ETag, and
// can be read and written on conditions. See unasked, too.
func addTags(doc *openapi3.T) {
	doc.Components.Parameters["IfNoneMatch"] = condition("If-None-Match", "ETags that the client knows: if nothing has changed since, the answer is 304, without a body.")
	doc.Components.Parameters["IfAbsent"] = condition("If-None-Match", "`*`: only if it is not there yet, else 412.")
	doc.Components.Parameters["IfMatch"] = condition("If-Match", "The ETag that GET gave, of the list where there is one at the same path: if it has changed since, nothing is changed and the answer is 412. `*`: only if it is there.")
	for path, item := range doc.Paths.Map() {
		if item.Get != nil && isTagged(doc, path) {
			refer(doc, item.Get, "IfNoneMatch")
			addTag(item.Get.Responses.Status(http.StatusOK).Value)
			item.Get.AddResponse(http.StatusNotModified, openapi3.NewResponse().WithDescription("Nothing has changed"))
			addTag(item.Get.Responses.Status(http.StatusNotModified).Value)
		}
		if item.Put == nil {
			continue
		}
		refer(doc, item.Put, "IfMatch", "IfAbsent")
		for _, status := range []int{http.StatusOK, http.StatusCreated} {
			if answer := item.Put.Responses.Status(status); answer != nil && schemaOf(answer) == schemaOf(item.Get.Responses.Status(http.StatusOK)) {
				addTag(answer.Value)
			}
		}
		if item.Delete != nil {
			refer(doc, item.Delete, "IfMatch")
		}
	}
}

// isTagged reports whether what is at the path, or each thing of the list there, can be put.
func isTagged(doc *openapi3.T, path string) bool {
	item, thing := doc.Paths.Value(path), doc.Paths.Value(path+"/{key}")
	return item.Put != nil || thing != nil && thing.Put != nil
}

func condition(header, about string) *openapi3.ParameterRef {
	return &openapi3.ParameterRef{Value: openapi3.NewHeaderParameter(header).WithDescription(about).WithSchema(openapi3.NewStringSchema())}
}

// refer adds shared parameters to the operation.
func refer(doc *openapi3.T, op *openapi3.Operation, names ...string) {
	for _, name := range names {
		op.Parameters = append(op.Parameters, &openapi3.ParameterRef{Ref: "#/components/parameters/" + name, Value: doc.Components.Parameters[name].Value})
	}
}

func addTag(response *openapi3.Response) {
	addHeader(response, "ETag", "Changes whenever the answer to GET does", openapi3.NewStringSchema())
}

func schemaOf(response *openapi3.ResponseRef) string {
	return response.Value.Content[formJSON].Schema.Ref
}
