package api

import (
	"slices"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/mittari/mittari/models"
	"github.com/mittari/mittari/openapi"
)

func TestDocumentTellsTheProblemsThatTheServerHas(t *testing.T) {
	t.Parallel()
	doc, err := openapi3.NewLoader().LoadFromData(openapi.Document())
	if err != nil {
		t.Fatal(err)
	}
	var codes []models.Code
	for _, code := range doc.Components.Schemas["Code"].Value.Enum {
		codes = append(codes, models.Code(code.(string)))
	}
	for code := range problemKinds() {
		if !slices.Contains(codes, code) {
			t.Errorf("the document does not know the code %q", code)
		}
	}
	for _, code := range codes {
		if _, known := problemKinds()[code]; !known {
			t.Errorf("the document has the code %q, and the server does not", code)
		}
	}
	for name, response := range doc.Components.Responses {
		example := response.Value.Content["application/problem+json"].Example.(map[string]any)
		is := problemOf(models.Errorf(models.Code(example["code"].(string)), "%s", example["detail"]))
		if example["type"] != is.Type || example["title"] != is.Title || example["status"] != float64(is.Status) {
			t.Errorf("%s: the document's example is %v, the server says %+v", name, example, is)
		}
	}
}
