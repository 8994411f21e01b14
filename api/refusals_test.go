package api_test

import (
	"context"
	"crypto/sha256"
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/mittari/mittari/api"
	"github.com/mittari/mittari/models"
	"github.com/mittari/mittari/models/store"
)

// refusal is a way to be refused that has nothing to do with what a route is for.
type refusal struct {
	status  int
	setup   setup
	ready   func(t *testing.T, s *server, admin caller) // before the first request
	of      string                                      // the only method; "" is all of them
	whole   bool                                        // only of routes that read one document
	query   string                                      // a further parameter
	body    string                                      // "" is one that the route may take
	headers []string
}

// deafStore can't even look a key up.
type deafStore struct{ api.Store }

func (deafStore) KeyByHash(context.Context, [32]byte) (models.Key, error) {
	return models.Key{}, errors.New("what nobody expected")
}

// beginAttempt has a request of the caller with the Idempotency-Key "k" under way.
func beginAttempt(t *testing.T, s *server, admin caller) {
	t.Helper()
	key, err := s.store.KeyByHash(t.Context(), models.HashToken(admin.token))
	if err != nil {
		t.Fatal(err)
	}
	_, _, err = s.store.BeginAttempt(t.Context(), home, models.Attempt{ID: store.NewID(), PostedBy: key.ID, Key: sha256.Sum256([]byte("k"))})
	if err != nil {
		t.Fatal(err)
	}
}

// endAttempt has a request of the caller with the Idempotency-Key "k" answered.
func endAttempt(t *testing.T, _ *server, admin caller) {
	t.Helper()
	admin.postOnce(t, "k", "/v1/responses", goodLine).want(t, http.StatusCreated)
}

// defineExample lets the routes below a KPI get as far as the request itself.
func defineExample(t *testing.T, _ *server, admin caller) {
	t.Helper()
	admin.putKPI(t, "example", sales).want(t, http.StatusCreated)
}

// spend takes the one request that the key may send.
func spend(t *testing.T, _ *server, admin caller) {
	t.Helper()
	admin.get(t, "/v1/metrics").want(t, http.StatusOK)
}

func anyRoutesRefusals() map[string]refusal {
	slow := setup{config: func(c *api.Config) { c.KeyLimit = api.Limit{Rate: 0.001, Burst: 1} }}
	deaf := setup{config: func(c *api.Config) { c.Store = deafStore{c.Store} }}
	return map[string]refusal{
		"a parameter that nobody knows": {status: http.StatusBadRequest, query: "no_such_parameter=1"},
		"a form that nobody has":        {status: http.StatusNotAcceptable, ready: defineExample, headers: []string{"Accept: image/png"}},
		"under way":                     {status: http.StatusServiceUnavailable, of: "POST", ready: beginAttempt, headers: []string{"Idempotency-Key: k"}},
		"a large body":                  {status: http.StatusRequestEntityTooLarge, ready: defineExample, body: `{"name":"` + strings.Repeat("x", megabyte) + `"}`},
		"an encoding that nobody knows": {status: http.StatusUnsupportedMediaType, headers: []string{"Content-Encoding: br"}},
		"a field that nobody knows":     {status: http.StatusUnprocessableEntity, whole: true, body: `{"no_such_field":1}`},
		"another request under a key":   {status: http.StatusUnprocessableEntity, of: "POST", ready: endAttempt, headers: []string{"Idempotency-Key: k"}},
		"too fast":                      {status: http.StatusTooManyRequests, setup: slow, ready: spend},
		"a fault of the server":         {status: http.StatusInternalServerError, setup: deaf},
	}
}

// TestEveryRouteRefusesAsTheDocumentSays sends to every route what the document says
// that it refuses, whatever the route is for.
func TestEveryRouteRefusesAsTheDocumentSays(t *testing.T) {
	t.Parallel()
	for name, r := range anyRoutesRefusals() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newServer(t, r.setup)
			admin := s.as(t, home)
			if r.ready != nil {
				r.ready(t, s, admin)
			}
			for route, operation := range documented(t) {
				method, path, _ := strings.Cut(route, " ")
				if !r.mayBe(method, operation) {
					continue
				}
				path = pathWith(path, someID)
				query := queryOf(operation) + r.query
				body := r.body
				if body == "" && operation.RequestBody != nil {
					body = validBody(method, path)
				}
				if got := admin.send(t, method, path+query, body, r.headers...); got.status != r.status {
					t.Errorf("%s: the document says that it may be refused with %d, and it is answered with %d:\n%s", route, r.status, got.status, got.body)
				}
			}
		})
	}
}

// mayBe reports whether the document says that the operation may be refused so.
func (r refusal) mayBe(method string, operation *openapi3.Operation) bool {
	_, keyed := operation.Extensions["x-scopes"]
	if r.status == http.StatusUnprocessableEntity && strings.HasPrefix(operation.OperationID, "receive") {
		return false // what tools send is kept, whatever it is
	}
	if !keyed || operation.Responses.Status(r.status) == nil || r.of != "" && r.of != method {
		return false
	}
	return !r.whole || operation.RequestBody != nil && operation.RequestBody.Value.Content[ndjson] == nil
}

// queryOf has the parameters that the operation must have.
func queryOf(operation *openapi3.Operation) string {
	query := "?"
	for _, p := range operation.Parameters {
		if p.Value.In == "query" && p.Value.Required {
			query += p.Value.Name + "=" + map[string]string{"metric": "nps", "person": "p", "period": "month", "level": "company", "from": "2026-01-01", "source": someID}[p.Value.Name] + "&"
		}
	}
	return query
}

func TestEveryListWithATagIsNotSentAgainWhenNothingHasChanged(t *testing.T) {
	t.Parallel()
	admin := newServer(t, setup{}).as(t, home)
	defineExample(t, admin.server, admin)
	for route, operation := range documented(t) {
		method, path, _ := strings.Cut(route, " ")
		if operation.Responses.Status(http.StatusNotModified) == nil || strings.HasSuffix(path, "{key}") {
			continue
		}
		path = pathWith(path, someID)
		first := admin.send(t, method, path, "").want(t, http.StatusOK)
		admin.send(t, method, path, "", "If-None-Match: "+first.header.Get("ETag")).want(t, http.StatusNotModified)
	}
}
