package api_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"

	"github.com/mittari/mittari/openapi"
)

const (
	ndjson      = "application/x-ndjson"
	parquetFile = "application/vnd.apache.parquet"
)

// contract is the document, with every object closed: a member that it does not name is a fault.
type contract struct {
	doc     *openapi3.T
	witness *witness
}

// theContract is read once for all tests; nothing but its witness changes afterwards.
var theContract = sync.OnceValues(readContract)

func readContract() (*contract, error) {
	doc, err := openapi3.NewLoader().LoadFromData(openapi.Document())
	if err != nil {
		return nil, err
	}
	closed := map[*openapi3.Schema]bool{}
	for _, schema := range doc.Components.Schemas {
		closeObjects(schema, closed)
	}
	openapi3.DefineStringFormatValidator("uuid", openapi3.NewRegexpFormatValidator(openapi3.FormatOfStringForUUIDOfRFC9562))
	openapi3filter.RegisterBodyDecoder(ndjson, openapi3filter.PlainBodyDecoder)
	openapi3filter.RegisterBodyDecoder(parquetFile, openapi3filter.FileBodyDecoder)
	return &contract{doc, &witness{seen: map[string]bool{}}}, nil
}

func closeObjects(ref *openapi3.SchemaRef, closed map[*openapi3.Schema]bool) {
	if ref == nil || closed[ref.Value] {
		return
	}
	s := ref.Value
	closed[s] = true
	isMap := s.AdditionalProperties.Has != nil || s.AdditionalProperties.Schema != nil
	if len(s.Properties) > 0 && !isMap {
		s.AdditionalProperties.Has = new(bool)
	}
	closeObjects(s.Items, closed)
	closeObjects(s.AdditionalProperties.Schema, closed)
	for _, property := range s.Properties {
		closeObjects(property, closed)
	}
}

// contractTransport sends requests on by next and holds every answer against the
// document: its status, its headers and its whole body. A request that the
// server accepted must be one that the document allows.
//
// The pages for people (/ and /docs) are not in the document. What no route takes
// must be refused by 404 or 405 with a problem document.
func contractTransport(t testing.TB, next http.RoundTripper) http.RoundTripper {
	c, err := theContract()
	if err != nil {
		t.Fatal(err)
	}
	return roundTrip(func(request *http.Request) (*http.Response, error) {
		sent := &recording{}
		passed := request.Clone(request.Context())
		if request.Body != nil {
			passed.Body = sent.of(request.Body)
		}
		answer, err := next.RoundTrip(passed)
		if err != nil {
			return answer, err
		}
		body, broken := io.ReadAll(answer.Body)
		_ = answer.Body.Close()
		answer.Body = io.NopCloser(io.MultiReader(bytes.NewReader(body), failing{broken}))
		if broken != nil {
			return answer, nil // what did not come whole says nothing of the contract
		}
		if err := c.check(request, sent.bytes(), answer, body); err != nil {
			t.Errorf("%s %s answered %d in a way that openapi.json does not allow: %v\n%s", request.Method, request.URL, answer.StatusCode, err, body)
		}
		return answer, nil
	})
}

func (c *contract) check(request *http.Request, sent []byte, answer *http.Response, body []byte) error {
	route, params := c.route(request)
	switch {
	case route == nil && isPage(request.URL.Path):
		return nil
	case route == nil:
		return c.checkNoRoute(request.Method, answer, body)
	}
	input := &openapi3filter.RequestValidationInput{
		Request: request, PathParams: params, Route: route,
		Options: &openapi3filter.Options{
			AuthenticationFunc: openapi3filter.NoopAuthenticationFunc, IncludeResponseStatus: true, SkipSettingDefaults: true, MultiError: true,
		},
	}
	if answer.StatusCode < http.StatusMultipleChoices {
		if err := c.checkRequest(input, sent); err != nil {
			return fmt.Errorf("the request: %w", err)
		}
	}
	err := openapi3filter.ValidateResponse(request.Context(), &openapi3filter.ResponseValidationInput{
		RequestValidationInput: input, Status: answer.StatusCode, Header: answer.Header,
		Body: io.NopCloser(bytes.NewReader(body)), Options: input.Options,
	})
	if err != nil {
		return err
	}
	c.witness.exchange(route, request, sent, answer, body)
	media := route.Operation.Responses.Status(answer.StatusCode).Value.Content
	if form, _, _ := mime.ParseMediaType(answer.Header.Get("Content-Type")); form == ndjson {
		return c.checkLines(media[ndjson], body)
	}
	return nil
}

func isPage(path string) bool {
	return path == "/" || path == "/docs" || strings.HasPrefix(path, "/docs/")
}

func (c *contract) checkNoRoute(method string, answer *http.Response, body []byte) error {
	if answer.StatusCode != http.StatusNotFound && answer.StatusCode != http.StatusMethodNotAllowed {
		return errors.New("the document has no such route")
	}
	if form := answer.Header.Get("Content-Type"); form != "application/problem+json" {
		return fmt.Errorf("a refusal must be application/problem+json, is %q", form)
	}
	if method == http.MethodHead {
		return nil
	}
	return visit(c.doc.Components.Schemas["Problem"].Value, body)
}

// checkLines judges each line of NDJSON by the schema that the document gives for lines.
func (c *contract) checkLines(media *openapi3.MediaType, body []byte) error {
	item, _ := media.Extensions["x-itemSchema"].(map[string]any)
	name, _ := item["$ref"].(string)
	schema := c.doc.Components.Schemas[strings.TrimPrefix(name, "#/components/schemas/")]
	if schema == nil {
		return errors.New("the document does not say by x-itemSchema what a line is")
	}
	number := 0
	for line := range bytes.Lines(body) {
		number++
		if err := visit(schema.Value, line); err != nil {
			return fmt.Errorf("line %d: %w", number, err)
		}
	}
	return nil
}

func visit(schema *openapi3.Schema, document []byte) error {
	var value any
	if err := json.Unmarshal(document, &value); err != nil {
		return err
	}
	return schema.VisitJSON(value, openapi3.VisitAsResponse(), openapi3.MultiErrors())
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// failing gives its error, or the end of the text when it has none.
type failing struct{ err error }

func (f failing) Read([]byte) (int, error) {
	if f.err != nil {
		return 0, f.err
	}
	return 0, io.EOF
}
