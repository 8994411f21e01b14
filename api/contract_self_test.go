package api_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
)

// faults keeps what a check complains of.
type faults struct {
	testing.TB
	said []string
}

func (f *faults) Errorf(format string, args ...any) {
	f.said = append(f.said, fmt.Sprintf(format, args...))
}

// TestContractFindsFaults holds the contract itself: an answer that the document
// does not allow must be found, and one that it allows must pass.
func TestContractFindsFaults(t *testing.T) {
	t.Parallel()
	const (
		id     = `"id":"01938f6e-7c1a-7d5e-b0a4-3f1de8a2c901"`
		stored = `{` + id + `,"collected_at":"2026-11-20T08:04:00Z","created_at":"2026-11-20T08:04:00Z","excluded":false,"properties":{"a":null,"b":"c"},"answers":[]}`
		gone   = `{"type":"urn:mittari:problem:not_found","title":"Not found","status":404,"detail":"no","code":"not_found"}`
	)
	for name, test := range map[string]struct {
		request, sent string
		status        int
		form, body    string
		fault         string // "" when the contract is kept
	}{
		"kept":                   {"POST /v1/responses", `{"metric":"nps","score":9}`, 201, "application/json; charset=utf-8", `{` + id + `,"new":true}`, ""},
		"undocumented member":    {"POST /v1/responses", `{"metric":"nps","score":9}`, 201, "application/json", `{` + id + `,"new":true,"extra":1}`, `"extra" is unsupported`},
		"missing member":         {"POST /v1/responses", `{"metric":"nps","score":9}`, 201, "application/json", `{` + id + `}`, `"new" is missing`},
		"wrong type":             {"POST /v1/responses", `{"metric":"nps","score":9}`, 201, "application/json", `{` + id + `,"new":"yes"}`, "must be a boolean"},
		"no id":                  {"POST /v1/responses", `{"metric":"nps","score":9}`, 201, "application/json", `{"id":"8412","new":true}`, "uuid"},
		"undocumented status":    {"POST /v1/responses", `{"metric":"nps","score":9}`, 202, "application/json", `{}`, "status is not supported"},
		"problem as plain JSON":  {"GET /v1/responses/01938f6e-7c1a-7d5e-b0a4-3f1de8a2c901", "", 404, "application/json", gone, "Content-Type"},
		"nested member":          {"GET /v1/responses", "", 200, "application/json", `{"responses":[` + strings.Replace(stored, `[]`, `[{"metric":"nps","score":9,"extra":1}]`, 1) + `]}`, `"extra" is unsupported`},
		"free properties":        {"GET /v1/responses", "", 200, "application/json", `{"responses":[` + stored + `]}`, ""},
		"null for a list":        {"GET /v1/keys", "", 200, "application/json", `{"keys":null}`, "not nullable"},
		"lines":                  {"GET /v1/responses", "", 200, ndjson, stored + "\n" + stored + "\n", ""},
		"no line":                {"GET /v1/responses", "", 200, ndjson, "", ""},
		"undocumented in a line": {"GET /v1/responses", "", 200, ndjson, stored + "\n" + strings.Replace(stored, `{`, `{"extra":1,`, 1) + "\n", "line 2"},
		"table":                  {"GET /v1/responses", "", 200, "text/csv; charset=utf-8; header=present", "id,submission_id\n1,2\n", ""},
		"accepted request that the document refuses": {"POST /v1/responses", `{"metric":"nps","score":9,"extra":1}`, 201, "application/json", `{` + id + `,"new":true}`, "the request"},
		"accepted lines":                  {"POST /v1/responses/bulk", `{"metric":"nps","extra":1}` + "\n", 200, ndjson, `{"line":1,"status":422,"problem":` + gone + `}`, ""},
		"unknown route":                   {"GET /v1/nothing", "", 404, "application/problem+json", gone, ""},
		"unknown route without a problem": {"GET /v1/nothing", "", 404, "text/plain", "404 page not found", "application/problem+json"},
		"unknown route that answers":      {"GET /v1/nothing", "", 200, "application/json", `{}`, "no such route"},
		"page":                            {"GET /docs/", "", 200, "text/html", "<!doctype html>", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			found := &faults{TB: t}
			method, path, _ := strings.Cut(test.request, " ")
			request, err := http.NewRequestWithContext(t.Context(), method, "http://127.0.0.1"+path, strings.NewReader(test.sent))
			if err != nil {
				t.Fatal(err)
			}
			answer, err := contractTransport(found, canned(test.status, test.form, test.body)).RoundTrip(request)
			if err != nil {
				t.Fatal(err)
			}
			defer answer.Body.Close()
			if body, err := io.ReadAll(answer.Body); err != nil || string(body) != test.body {
				t.Errorf("the caller reads %q (%v), not %q", body, err, test.body)
			}
			said := strings.Join(found.said, "\n")
			if (said == "") != (test.fault == "") || !strings.Contains(said, test.fault) {
				t.Errorf("the contract says %q, want %q in it", said, test.fault)
			}
		})
	}
}

// canned gives the same answer to every request, after reading its body as a server would.
func canned(status int, form, body string) http.RoundTripper {
	return roundTrip(func(r *http.Request) (*http.Response, error) {
		if _, err := io.Copy(io.Discard, r.Body); err != nil {
			return nil, err
		}
		return &http.Response{StatusCode: status, Header: http.Header{"Content-Type": {form}}, Body: io.NopCloser(strings.NewReader(body)), Request: r}, nil
	})
}
