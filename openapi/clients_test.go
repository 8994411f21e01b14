package openapi_test

import (
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/mittari/mittari/openapi"
)

// TestGeneratedClientsGetANameAndATypeForEverything: what is not named here gets a
// name that a generator makes up, and what has no type becomes "any" in clients.
func TestGeneratedClientsGetANameAndATypeForEverything(t *testing.T) {
	t.Parallel()
	doc, err := openapi3.NewLoader().LoadFromData(openapi.Document())
	if err != nil {
		t.Fatal(err)
	}
	for name, schema := range doc.Components.Schemas {
		for property, ref := range schema.Value.Properties {
			wantTyped(t, name+"."+property, ref)
		}
		for _, parts := range []openapi3.SchemaRefs{schema.Value.OneOf, schema.Value.AnyOf} {
			for _, part := range parts {
				if part.Ref == "" {
					t.Errorf("%s: one of its types has no name", name)
				}
			}
		}
	}
	ids := map[string]string{}
	for path, item := range doc.Paths.Map() {
		for method, op := range item.Operations() {
			at := method + " " + path
			if before := ids[op.OperationID]; op.OperationID == "" || before != "" {
				t.Errorf("%s has the id %q, and so has %q", at, op.OperationID, before)
			}
			ids[op.OperationID] = at
			wantTypedBodies(t, at, op)
		}
	}
}

func wantTypedBodies(t *testing.T, at string, op *openapi3.Operation) {
	t.Helper()
	for _, p := range op.Parameters {
		wantTyped(t, at+" "+p.Value.Name, p.Value.Schema)
	}
	contents := map[string]openapi3.Content{}
	if op.RequestBody != nil {
		contents["request"] = op.RequestBody.Value.Content
	}
	for status, response := range op.Responses.Map() {
		contents[status] = response.Value.Content
		if status < "300" && status != "204" && len(response.Value.Content) == 0 {
			t.Errorf("%s %s: it is not said what the body is", at, status)
		}
	}
	for place, content := range contents {
		for form, media := range content {
			if op.OperationID == "openapi" || !strings.HasSuffix(form, "/json") && !strings.HasSuffix(form, "+json") {
				continue
			}
			if schema := media.Schema; schema.Ref == "" && (schema.Value.Items == nil || schema.Value.Items.Ref == "") {
				t.Errorf("%s %s: the %s body has no named schema", at, place, form)
			}
		}
	}
}

// wantTyped holds that the value is of a named type, or of one that needs no name: text, a
// number, true or false, a list or a map of such.
func wantTyped(t *testing.T, at string, ref *openapi3.SchemaRef) {
	t.Helper()
	s := ref.Value
	switch {
	case ref.Ref != "" || len(s.AllOf) == 1 && s.AllOf[0].Ref != "":
	case len(s.AllOf)+len(s.OneOf)+len(s.AnyOf) > 0:
		t.Errorf("%s: what it is of has no name", at)
	case s.Type.Is("array"):
		wantTyped(t, at+"[]", s.Items)
	case s.Type.Is("object"):
		if s.AdditionalProperties.Schema == nil {
			t.Errorf("%s: an object without a name", at)
			return
		}
		wantTyped(t, at+"{}", s.AdditionalProperties.Schema)
	case s.Type == nil || s.IsEmpty():
		t.Errorf("%s has no type", at)
	case s.Type.Is("number") && s.Format != "double":
		t.Errorf("%s is a number of 32 bits to some: its format is %q, not double", at, s.Format)
	}
}
