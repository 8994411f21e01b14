package main

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

//go:embed guide.md
var guide string

// examplesJSON has examples of bodies by operation, then by "request" or a
// status, with a media type unless it is JSON. Parameters have none: pages that
// let people try requests would fill all of them in.
//
//go:embed examples.json
var examplesJSON []byte

// addExamples puts each example where it belongs; one that belongs nowhere is an error.
func addExamples(doc *openapi3.T) error {
	var all map[string]map[string]openapi3.Examples
	if err := json.Unmarshal(examplesJSON, &all); err != nil {
		return fmt.Errorf("examples.json: %w", err)
	}
	used := map[string]bool{}
	operations(doc, func(_, _ string, op *openapi3.Operation) {
		for at, named := range all[op.OperationID] {
			if media := mediaAt(op, at); media != nil {
				media.Examples = named
				used[op.OperationID+" "+at] = true
			}
		}
	})
	for id, bodies := range all {
		for at := range bodies {
			if !used[id+" "+at] {
				return fmt.Errorf("examples.json: there is no body %q of an operation %s", at, id)
			}
		}
	}
	return nil
}

// mediaAt finds a body: "request", "200", or "200 text/csv".
func mediaAt(op *openapi3.Operation, at string) *openapi3.MediaType {
	place, media, typed := strings.Cut(at, " ")
	if !typed {
		media = formJSON
	}
	if place == "request" {
		if op.RequestBody == nil {
			return nil
		}
		return op.RequestBody.Value.Content[media]
	}
	if response := op.Responses.Value(place); response != nil {
		return response.Value.Content[media]
	}
	return nil
}
