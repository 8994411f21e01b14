package api_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"sync"

	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
)

// route finds the operation that the server's router would, nil when there is
// none: segment by segment, a name before a parameter.
func (c *contract) route(request *http.Request) (*routers.Route, map[string]string) {
	var best *routers.Route
	var bestParams map[string]string
	for path, item := range c.doc.Paths.Map() {
		params, matches := match(strings.Split(path, "/"), strings.Split(request.URL.EscapedPath(), "/"))
		operation := item.GetOperation(request.Method)
		if matches && operation != nil && (best == nil || len(params) < len(bestParams)) {
			best = &routers.Route{Spec: c.doc, Path: path, PathItem: item, Method: request.Method, Operation: operation}
			bestParams = params
		}
	}
	return best, bestParams
}

func match(pattern, path []string) (params map[string]string, matches bool) {
	if len(pattern) != len(path) {
		return nil, false
	}
	params = map[string]string{}
	for i, segment := range pattern {
		name, isParam := strings.CutPrefix(segment, "{")
		if isParam && path[i] != "" {
			params[strings.TrimSuffix(name, "}")] = path[i]
		} else if segment != path[i] {
			return nil, false
		}
	}
	return params, true
}

// checkRequest judges a request that was accepted. The server takes JSON under
// any name, curl's own included, and null for what may be left out. What is wrong
// with a line of a bulk request is its outcome's matter.
func (c *contract) checkRequest(input *openapi3filter.RequestValidationInput, sent []byte) error {
	judged, options := *input, *input.Options
	judged.Options = &options
	judged.Request = input.Request.Clone(input.Request.Context())
	judged.Request.Body, judged.Request.GetBody = http.NoBody, nil // the one that was sent may be under way still
	body := input.Route.Operation.RequestBody
	options.ExcludeRequestBody = body == nil || body.Value.Content[ndjson] != nil
	if !options.ExcludeRequestBody {
		var document any
		if err := json.Unmarshal(sent, &document); err != nil {
			return err
		}
		text, err := json.Marshal(withoutNulls(document))
		if err != nil {
			return err
		}
		judged.Request.Header.Set("Content-Type", "application/json")
		judged.Request.Body = io.NopCloser(bytes.NewReader(text))
		judged.Request.ContentLength = int64(len(text))
	}
	return openapi3filter.ValidateRequest(input.Request.Context(), &judged)
}

func withoutNulls(document any) any {
	switch document := document.(type) {
	case map[string]any:
		for name, member := range document {
			if member == nil {
				delete(document, name)
			} else {
				document[name] = withoutNulls(member)
			}
		}
	case []any:
		for i := range document {
			document[i] = withoutNulls(document[i])
		}
	}
	return document
}

// recording keeps what was read of a body. The transport may still be sending
// when the answer is there, so it locks.
type recording struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (r *recording) of(body io.ReadCloser) io.ReadCloser {
	return struct {
		io.Reader
		io.Closer
	}{io.TeeReader(body, r), body}
}

func (r *recording) Write(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.text.Write(p)
}

func (r *recording) bytes() []byte {
	r.mu.Lock()
	defer r.mu.Unlock()
	return bytes.Clone(r.text.Bytes())
}
