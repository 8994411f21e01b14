package api_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/mittari/mittari/openapi"
)

// operation is one that the document describes, with what may be sent to it.
type operation struct {
	method, path, query string
	bodies              []string
}

// operations are those of the document, in order. Bodies and queries are made of its examples.
func operations(tb testing.TB) []operation {
	tb.Helper()
	var document map[string]any
	if err := json.Unmarshal(openapi.Document(), &document); err != nil {
		tb.Fatal(err)
	}
	var all []operation
	for path, methods := range object(document["paths"]) {
		for method, described := range object(methods) {
			o := operation{method: strings.ToUpper(method), path: path}
			query := url.Values{}
			for _, p := range list(object(described)["parameters"]) {
				if p := object(resolve(document, p)); p["in"] == "query" {
					value, _ := json.Marshal(exampleOf(document, p["schema"]))
					query.Set(p["name"].(string), strings.Trim(string(value), `"`))
				}
			}
			o.query = query.Encode()
			for _, content := range object(object(object(described)["requestBody"])["content"]) {
				for _, example := range object(object(content)["examples"]) {
					body, _ := json.Marshal(object(example)["value"])
					o.bodies = append(o.bodies, string(body))
				}
				body, _ := json.Marshal(exampleOf(document, object(content)["schema"]))
				o.bodies = append(o.bodies, string(body))
			}
			slices.Sort(o.bodies)
			all = append(all, o)
		}
	}
	slices.SortFunc(all, func(a, b operation) int { return strings.Compare(a.path+a.method, b.path+b.method) })
	return all
}

func object(v any) map[string]any { o, _ := v.(map[string]any); return o }
func list(v any) []any            { l, _ := v.([]any); return l }

// resolve follows a reference within the document.
func resolve(document map[string]any, v any) any {
	reference, is := object(v)["$ref"].(string)
	if !is {
		return v
	}
	var at any = document
	for part := range strings.SplitSeq(strings.TrimPrefix(reference, "#/"), "/") {
		at = object(at)[part]
	}
	return at
}

// exampleOf makes a value of a schema.
func exampleOf(document map[string]any, v any) any {
	schema := object(resolve(document, v))
	switch {
	case schema["example"] != nil:
		return schema["example"]
	case schema["default"] != nil:
		return schema["default"]
	case len(list(schema["enum"])) > 0:
		return list(schema["enum"])[0]
	case schema["type"] == "object":
		made := map[string]any{}
		for name, property := range object(schema["properties"]) {
			made[name] = exampleOf(document, property)
		}
		return made
	case schema["type"] == "array":
		return []any{exampleOf(document, schema["items"])}
	case schema["type"] == "boolean":
		return true
	case schema["type"] == "string":
		return "nps"
	}
	return 1
}

// FuzzRequest sends anything to every route, with an admin key: nothing makes the server
// fail or panic, and whatever it refuses it says in a problem document.
func FuzzRequest(f *testing.F) {
	s := newServer(f, setup{})
	token := s.as(f, home).token
	all := operations(f)
	for i, o := range all {
		f.Add(uint(i), "meeting", o.query, "*/*", "", "", "", []byte(strings.Join(o.bodies, "\n")))
		for _, body := range o.bodies {
			f.Add(uint(i), "01938f6e-7c1a-7d5e-b0a4-3f1de8a2c901", "", "application/x-ndjson", `"x", W/"y"`, "key-1", "identity", []byte(body))
		}
	}
	f.Add(uint(0), "\x00%2f/..", "a=%zz&cursor=AA&since=2026-13-01", "text/csv;q=x", "*", strings.Repeat("k", 201), "gzip", []byte("\x1f\x8b\x08"))
	f.Fuzz(func(t *testing.T, route uint, place, query, accept, match, key, encoding string, body []byte) {
		o := all[route%uint(len(all))]
		path := o.path
		for strings.Contains(path, "{") {
			before, rest, _ := strings.Cut(path, "{")
			_, after, _ := strings.Cut(rest, "}")
			path = before + url.PathEscape(place) + after
		}
		u, err := url.ParseRequestURI(path)
		if err != nil {
			return // no client can send it
		}
		u.RawQuery = query
		request := httptest.NewRequestWithContext(t.Context(), o.method, "/", bytes.NewReader(body))
		request.URL = u
		for name, value := range map[string]string{"Authorization": "Bearer " + token, "Accept": accept, "If-Match": match, "Idempotency-Key": key, "Content-Encoding": encoding} {
			if value != "" {
				request.Header.Set(name, value)
			}
		}
		recorder := httptest.NewRecorder()
		s.handler.ServeHTTP(recorder, request)
		checkAnswer(t, s, recorder)
	})
}

// checkAnswer holds what every answer is to be.
func checkAnswer(t *testing.T, s *server, answer *httptest.ResponseRecorder) {
	t.Helper()
	if answer.Code < 400 {
		return
	}
	var told struct {
		Status int
		Detail string
		Code   string
	}
	text := answer.Body.Bytes()
	if err := json.Unmarshal(text, &told); err != nil || told.Status != answer.Code || told.Detail == "" || told.Code == "" || !utf8.Valid(text) {
		t.Fatalf("%d is told as %q, %v", answer.Code, text, err)
	}
	if answer.Code >= http.StatusInternalServerError {
		t.Fatalf("%d %s: %s", answer.Code, text, s.logs)
	}
}
