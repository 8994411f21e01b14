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
	doc.Components.Responses["UnderWay"] = &openapi3.ResponseRef{Value: underWay()}
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
		conflict := strconv.Itoa(http.StatusConflict)
		if own := op.Responses.Value(conflict); own.Ref == "" {
			*own.Value.Description += "; or, with Retry-After, a request with the same Idempotency-Key is still under way"
			addHeader(own.Value, "Retry-After", "After how many seconds to try again", openapi3.NewIntegerSchema().WithMin(1))
			return
		}
		op.Responses.Set(conflict, &openapi3.ResponseRef{Ref: "#/components/responses/UnderWay", Value: doc.Components.Responses["UnderWay"].Value})
	})
}

// underWay is the refusal of a request while an earlier one with its Idempotency-Key is under way.
func underWay() *openapi3.Response {
	p := problemOf("conflict")
	p.detail = "a request with this Idempotency-Key is still under way; send it again after a while to be told what became of it"
	p.header, p.about = "Retry-After", "After how many seconds to try again"
	response := p.response("A request with the same Idempotency-Key is still under way")
	response.Content[problemJSON].Example = p.example()
	return response
}

func addHeader(response *openapi3.Response, name, about string, schema *openapi3.Schema) {
	if response.Headers == nil {
		response.Headers = openapi3.Headers{}
	}
	response.Headers[name] = &openapi3.HeaderRef{Value: &openapi3.Header{Parameter: openapi3.Parameter{Description: about, Schema: openapi3.NewSchemaRef("", schema)}}}
}
