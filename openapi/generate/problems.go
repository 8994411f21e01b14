package main

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/mittari/mittari/models"
)

const problemJSON = "application/problem+json"

// problem is a kind of refusal: its code, and an example of one.
type problem struct {
	code   models.Code
	status int
	title  string
	detail string
	errors []models.Fault
	header string // that comes with it, if any
	about  string // the header's description
}

// problems are all the kinds that the API has. A test of api holds them against what it answers.
func problems() []problem {
	return []problem{
		{code: "malformed", status: http.StatusBadRequest, title: "The request can't be read", detail: "some query parameters can't be used",
			errors: []models.Fault{{Field: "limit", Message: "must be a number from 1 to 1000"}}},
		{code: models.Unauthorized, status: http.StatusUnauthorized, title: "A valid key is needed", detail: "the key is unknown or was revoked",
			header: "WWW-Authenticate", about: "Asks for a bearer key"},
		{code: models.Forbidden, status: http.StatusForbidden, title: "The key does not allow this", detail: `the key "web shop" lacks the scope scores:read`},
		{code: models.NotFound, status: http.StatusNotFound, title: "Not found", detail: `there is no touchpoint "chekout"`},
		{code: "method_not_allowed", status: http.StatusMethodNotAllowed, title: "Wrong method", detail: "/v1/scores does not take POST; the Allow header says what it takes"},
		{code: "not_acceptable", status: http.StatusNotAcceptable, title: "The form asked for can't be given",
			detail: "responses can be had as application/json, application/x-ndjson, text/csv or application/vnd.apache.parquet; ask for one by the Accept header"},
		{code: models.Conflict, status: http.StatusConflict, title: "Contradicts what is stored", detail: `there is a workspace "acme" already`},
		{code: "precondition_failed", status: http.StatusPreconditionFailed, title: "Not as the writer expects",
			detail: "it has changed since it was read, or is not there any more; read it again, and send the ETag that it has now as If-Match"},
		{code: models.TooLarge, status: http.StatusRequestEntityTooLarge, title: "The request is too large",
			detail: "the body may have 1048576 bytes at most; send many a line each, responses to /v1/responses/bulk"},
		{code: "unsupported_encoding", status: http.StatusUnsupportedMediaType, title: "The body's encoding is not known",
			detail: `a body with the Content-Encoding "br" can't be read; gzip and zstd can, one of them`, header: "Accept-Encoding", about: "What can be read"},
		{code: models.Invalid, status: http.StatusUnprocessableEntity, title: "The content breaks a rule", detail: "the response was not stored",
			errors: []models.Fault{{Field: "answers[0].score", Message: "must be from 0 to 10, is 11"}, {Field: "answers[1].metric", Message: "is missing: one of ces, csat, nps"}}},
		{code: "too_many_requests", status: http.StatusTooManyRequests, title: "Too many requests",
			detail: "too many unknown keys came from this address; check the key, and try again when the seconds of Retry-After have passed",
			header: "Retry-After", about: "After how many seconds to try again"},
		{code: models.Busy, status: http.StatusServiceUnavailable, title: "Try again", detail: "the database can't be reached or is busy; try again: with a submission_id nothing is stored twice",
			header: "Retry-After", about: "After how many seconds to try again"},
		{code: "internal", status: http.StatusInternalServerError, title: "Internal error", detail: "internal error; it is in the server's log"},
	}
}

// addProblems gives each response from 400 on a problem document: the shared
// one of its status, or its own where the annotation says something of it. What
// any operation may be refused for is added to each.
func addProblems(doc *openapi3.T) {
	doc.Components.Responses = openapi3.ResponseBodies{}
	operations(doc, func(path, method string, op *openapi3.Operation) {
		for _, status := range unasked(method, op, doc.Paths.Value(path)) {
			if op.Responses.Status(status) == nil {
				op.AddResponse(status, openapi3.NewResponse().WithDescription(http.StatusText(status)))
			}
		}
		for _, p := range problems() {
			if response := op.Responses.Status(p.status); response != nil {
				op.Responses.Set(strconv.Itoa(p.status), p.responseAs(*response.Value.Description, doc.Components.Responses))
			}
		}
	})
}

// responseAs is the problem's shared response, or one of its own for a
// description that says more than the status does.
func (p problem) responseAs(description string, shared openapi3.ResponseBodies) *openapi3.ResponseRef {
	if description != http.StatusText(p.status) {
		return &openapi3.ResponseRef{Value: p.response(description)}
	}
	name := p.name()
	if shared[name] == nil {
		shared[name] = &openapi3.ResponseRef{Value: p.response(p.title)}
		shared[name].Value.Content[problemJSON].Example = p.example()
	}
	return &openapi3.ResponseRef{Ref: "#/components/responses/" + name, Value: shared[name].Value}
}

// unasked are the refusals that an operation need not say it has.
func unasked(method string, op *openapi3.Operation, at *openapi3.PathItem) []int {
	if op.Security == nil {
		return nil
	}
	statuses := []int{http.StatusBadRequest, http.StatusUnauthorized, http.StatusUnsupportedMediaType, http.StatusTooManyRequests, http.StatusInternalServerError, http.StatusServiceUnavailable}
	if len(scopesOf(op)) > 0 {
		statuses = append(statuses, http.StatusForbidden)
	}
	if op.RequestBody != nil && op.RequestBody.Value.Content[formNDJSON] == nil {
		statuses = append(statuses, http.StatusRequestEntityTooLarge, http.StatusUnprocessableEntity)
	}
	if method == http.MethodPost { // by an Idempotency-Key
		statuses = append(statuses, http.StatusUnprocessableEntity)
	}
	if at.Put != nil && (method == http.MethodPut || method == http.MethodDelete) { // by If-Match
		statuses = append(statuses, http.StatusPreconditionFailed)
	}
	return statuses
}

// name is the code as the name of a component: not_found is NotFound.
func (p problem) name() string {
	var name strings.Builder
	for part := range strings.SplitSeq(string(p.code), "_") {
		name.WriteString(capital(part))
	}
	return name.String()
}

func (p problem) response(description string) *openapi3.Response {
	media := openapi3.NewMediaType().WithSchemaRef(openapi3.NewSchemaRef(schemas+"Problem", nil))
	response := openapi3.NewResponse().WithDescription(description).WithContent(openapi3.Content{problemJSON: media})
	if p.header != "" {
		schema := openapi3.NewStringSchema()
		if p.header == "Retry-After" {
			schema = openapi3.NewIntegerSchema().WithMin(1)
		}
		addHeader(response, p.header, p.about, schema)
	}
	return response
}

func (p problem) example() map[string]any {
	example := map[string]any{
		"type": "urn:mittari:problem:" + string(p.code), "title": p.title, "status": p.status, "detail": p.detail, "code": string(p.code),
	}
	if len(p.errors) > 0 {
		example["errors"] = p.errors
	}
	return example
}
