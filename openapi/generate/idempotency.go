package main

import (
	"net/http"
	"strconv"

	"github.com/getkin/kin-openapi/openapi3"
)

// addIdempotency says of every POST that it takes an Idempotency-Key, and what it answers then. See unasked, too.
func addIdempotency(doc *openapi3.T) {
	key := openapi3.NewHeaderParameter("Idempotency-Key").WithDescription("Makes it safe to send the request again: see Retries.").
		WithSchema(openapi3.NewStringSchema().WithMinLength(1).WithMaxLength(200).WithPattern("^[!-~]+$"))
	doc.Components.Parameters = openapi3.ParametersMap{"IdempotencyKey": {Value: key}}
	operations(doc, func(_, method string, op *openapi3.Operation) {
		if method != http.MethodPost {
			return
		}
		op.Parameters = append(op.Parameters, &openapi3.ParameterRef{Ref: "#/components/parameters/IdempotencyKey", Value: key})
		for status, response := range op.Responses.Map() {
			if status < strconv.Itoa(http.StatusBadRequest) {
				addHeader(response.Value, "Idempotent-Replayed", "true: what was answered before to the same request under the same Idempotency-Key", openapi3.NewBoolSchema())
			}
		}
	})
}

func addHeader(response *openapi3.Response, name, about string, schema *openapi3.Schema) {
	if response.Headers == nil {
		response.Headers = openapi3.Headers{}
	}
	response.Headers[name] = &openapi3.HeaderRef{Value: &openapi3.Header{Parameter: openapi3.Parameter{Description: about, Schema: openapi3.NewSchemaRef("", schema)}}}
}
