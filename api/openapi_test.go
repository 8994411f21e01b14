package api_test

import (
	"encoding/json"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/mittari/mittari/models"
)

// documented gives the operations of the document as "METHOD /path".
func documented(t *testing.T) map[string]*openapi3.Operation {
	t.Helper()
	c, err := theContract()
	if err != nil {
		t.Fatal(err)
	}
	operations := map[string]*openapi3.Operation{}
	for path, item := range c.doc.Paths.Map() {
		for method, operation := range item.Operations() {
			operations[method+" "+path] = operation
		}
	}
	return operations
}

func TestDocumentHasEveryRouteAndNoOther(t *testing.T) {
	t.Parallel()
	operations := documented(t)
	routes := map[string]bool{}
	for _, route := range newServer(t, setup{}).routesOf() {
		method, path, _ := strings.Cut(route, " ")
		if isPage(strings.TrimSuffix(path, "*file")) {
			continue // for people
		}
		route = method + " " + regexp.MustCompile(`:(\w+)`).ReplaceAllString(path, "{$1}")
		routes[route] = true
		if operations[route] == nil {
			t.Errorf("%s is not in the document; annotate its handler and run go generate ./openapi", route)
		}
	}
	for operation := range operations {
		if !routes[operation] {
			t.Errorf("%s is in the document, but the server has no such route", operation)
		}
	}
}

// pathWith fills in the parameters of a documented path.
func pathWith(path, id string) string {
	return strings.NewReplacer("{id}", id, "{key}", "example", "{person}", "c-1029", "{delivery}", id).Replace(path)
}

const someID = "01938f6e-7c1a-7d5e-b0a4-3f1de8a2c901"

func TestRoutesAskForTheScopesThatTheDocumentSays(t *testing.T) {
	t.Parallel()
	s := newServer(t, setup{})
	for route, operation := range documented(t) {
		method, path, _ := strings.Cut(route, " ")
		path = pathWith(path, someID)
		nobody := caller{server: s}.send(t, method, path, "").status
		needs, keyed := operation.Extensions["x-scopes"].([]any)
		if keyed != (nobody == http.StatusUnauthorized) {
			t.Errorf("%s: without a key the status is %d, and the document says that it needs one: %v", route, nobody, keyed)
		}
		if !keyed {
			continue
		}
		scopes := []models.Scope{}
		for _, scope := range needs {
			scopes = append(scopes, models.Scope(scope.(string)))
		}
		if status := s.having(t, scopes).send(t, method, path, "").status; status == http.StatusForbidden {
			t.Errorf("%s: a key with the scopes %v may not", route, scopes)
		}
		for _, scope := range scopes {
			without := slices.DeleteFunc(models.Scopes(), func(s models.Scope) bool { return s == scope || s == models.Admin })
			if status := s.having(t, without).send(t, method, path, "").status; status != http.StatusForbidden {
				t.Errorf("%s: without the scope %s the status is %d, not 403", route, scope, status)
			}
		}
	}
}

// having is a caller of home with just these scopes, also with none.
func (s *server) having(t *testing.T, scopes []models.Scope) caller {
	t.Helper()
	return caller{server: s, token: s.token(t, home, scopes)}
}

func TestExamplesOfRequestsAreAccepted(t *testing.T) {
	t.Parallel()
	for route, operation := range documented(t) {
		if operation.RequestBody == nil {
			continue
		}
		method, path, _ := strings.Cut(route, " ")
		for form, media := range operation.RequestBody.Value.Content {
			for name, example := range media.Examples {
				t.Run(route+" "+name, func(t *testing.T) {
					t.Parallel()
					admin := newServer(t, setup{}).as(t, home)
					id := admin.record(t, `{"metric":"nps","score":9}`)
					if strings.HasSuffix(path, "/observations") {
						admin.putKPI(t, "example", sales).want(t, http.StatusCreated)
					}
					to := pathWith(path, id)
					if toolPath(path) {
						_, tool, _ := strings.Cut(path, "/v1/sources/")
						to = admin.putSource(t, "example", `{"kind":"`+tool+`"}`).Address
					}
					answer := admin.send(t, method, to, textOf(t, example.Value.Value), "Content-Type: "+form)
					if answer.status >= http.StatusMultipleChoices {
						t.Errorf("the example is refused:\n%s", answer.body)
					}
				})
			}
		}
	}
}

// textOf is an example as it is sent: text as it is, anything else as JSON.
func textOf(t *testing.T, example any) string {
	t.Helper()
	if text, is := example.(string); is {
		return text
	}
	text, err := json.Marshal(example)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
