package api_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/routers"
)

// witness has seen what of the document occurred: each status and query parameter of an
// operation, each field that was sent and accepted, and each field that was answered.
type witness struct {
	mu   sync.Mutex
	seen map[string]bool
}

func (w *witness) note(what string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.seen[what] = true
}

// exchange notes a request and its answer, which the document allows.
func (w *witness) exchange(route *routers.Route, request *http.Request, sent []byte, answer *http.Response, body []byte) {
	at := route.Method + " " + route.Path
	w.note(fmt.Sprintf("%s: %d", at, answer.StatusCode))
	if answer.StatusCode < http.StatusMultipleChoices {
		for name := range request.URL.Query() {
			w.note(at + ": the parameter " + name)
		}
		if route.Operation.RequestBody != nil {
			w.bodies("sent", route.Operation.RequestBody.Value.Content, sent)
		}
	}
	w.bodies("answered", route.Operation.Responses.Status(answer.StatusCode).Value.Content, body)
}

// bodies notes the fields of JSON documents, of one or a line each.
func (w *witness) bodies(how string, content openapi3.Content, text []byte) {
	for form, media := range content {
		if !strings.HasSuffix(form, "json") {
			continue
		}
		for in := json.NewDecoder(bytes.NewReader(text)); ; {
			var value any
			if in.Decode(&value) != nil {
				break // the end, or another form
			}
			w.value(how, schemaOfBody(media), value)
		}
	}
}

func (w *witness) value(how string, schema *openapi3.SchemaRef, value any) {
	switch value := value.(type) {
	case []any:
		for _, element := range value {
			w.value(how, listed(schema), element)
		}
	case map[string]any:
		for _, object := range objects(schema) {
			for name, member := range value {
				if property := object.Value.Properties[name]; property != nil {
					w.note(field(how, object, name))
					w.value(how, property, member)
				}
			}
		}
	}
}

func field(how string, object *openapi3.SchemaRef, name string) string {
	return how + ": " + strings.TrimPrefix(object.Ref, componentSchemas) + "." + name
}

const componentSchemas = "#/components/schemas/"

// schemaOfBody is that of the body, or of its lines.
func schemaOfBody(media *openapi3.MediaType) *openapi3.SchemaRef {
	if item, is := media.Extensions["x-itemSchema"].(map[string]any); is {
		c, err := theContract()
		if err != nil {
			return nil
		}
		ref, _ := item["$ref"].(string)
		return &openapi3.SchemaRef{Ref: ref, Value: c.doc.Components.Schemas[strings.TrimPrefix(ref, componentSchemas)].Value}
	}
	return media.Schema
}

// listed is what a list has, also where a list is one of several forms; nil of what is none.
func listed(schema *openapi3.SchemaRef) *openapi3.SchemaRef {
	if schema == nil {
		return nil
	}
	for _, part := range append(openapi3.SchemaRefs{schema}, schema.Value.OneOf...) {
		if part.Value.Items != nil {
			return part.Value.Items
		}
	}
	return nil
}

// objects are the named types that a value of the schema may be of.
func objects(schema *openapi3.SchemaRef) []*openapi3.SchemaRef {
	if schema == nil {
		return nil
	}
	if len(schema.Value.Properties) > 0 {
		return []*openapi3.SchemaRef{schema}
	}
	var all []*openapi3.SchemaRef
	for _, parts := range []openapi3.SchemaRefs{schema.Value.OneOf, schema.Value.AllOf} {
		for _, part := range parts {
			all = append(all, objects(part)...)
		}
	}
	return all
}

// promised is all that the document says can occur.
func (c *contract) promised() map[string]bool {
	all := map[string]bool{}
	for path, item := range c.doc.Paths.Map() {
		for method, op := range item.Operations() {
			at := method + " " + path
			for _, p := range op.Parameters {
				if p.Value.In == "query" {
					all[at+": the parameter "+p.Value.Name] = true
				}
			}
			if op.RequestBody != nil {
				promiseBodies(all, "sent", op.RequestBody.Value.Content)
			}
			for status, answer := range op.Responses.Map() {
				all[at+": "+status] = true
				promiseBodies(all, "answered", answer.Value.Content)
			}
		}
	}
	return all
}

func promiseBodies(all map[string]bool, how string, content openapi3.Content) {
	for form, media := range content {
		if strings.HasSuffix(form, "json") {
			promiseFields(all, how, schemaOfBody(media))
		}
	}
}

func promiseFields(all map[string]bool, how string, schema *openapi3.SchemaRef) {
	if list := listed(schema); list != nil {
		promiseFields(all, how, list)
	}
	for _, object := range objects(schema) {
		for name, property := range object.Value.Properties {
			if f := field(how, object, name); !all[f] {
				all[f] = true
				promiseFields(all, how, property)
			}
		}
	}
}

// witnessed runs the tests, and fails when the document promises what none of them has
// seen, unless only some of them were asked for.
type witnessed struct{ tests *testing.M }

// Run is asked by goleak.
func (w witnessed) Run() int {
	code := w.tests.Run()
	if code != 0 || onlySome() {
		return code
	}
	c, err := theContract()
	if err != nil {
		return 1
	}
	c.witness.mu.Lock()
	defer c.witness.mu.Unlock()
	promised := c.promised()
	maps.DeleteFunc(promised, func(what string, _ bool) bool { return c.witness.seen[what] })
	for _, what := range slices.Sorted(maps.Keys(promised)) {
		fmt.Printf("openapi.json says that this can occur, and no test has seen it; test it, or take it out of the annotations: %s\n", what)
		code = 1
	}
	return code
}

// onlySome reports whether flags chose some of the tests.
func onlySome() bool {
	for _, name := range []string{"test.run", "test.skip", "test.list", "test.fuzz", "test.fuzzworker", "test.short"} {
		if f := flag.Lookup(name); f != nil && f.Value.String() != f.DefValue {
			return true
		}
	}
	return false
}
