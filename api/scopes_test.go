package api_test

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/mittari/mittari/models"
)

// needs says for every route which scopes a key must have: none in particular, or no key at all.
func needs() map[string][]models.Scope {
	noKey, anyKey := []models.Scope(nil), []models.Scope{}
	needs := map[string][]models.Scope{
		"GET /": noKey, "GET /docs": noKey, "GET /docs/*file": noKey, "GET /openapi.json": noKey, "GET /healthz": noKey, "GET /readyz": noKey,
		"POST /v1/responses":                                   {models.WriteResponses},
		"POST /v1/responses/bulk":                              {models.WriteResponses},
		"GET /v1/responses":                                    {models.ReadResponses},
		"GET /v1/responses/:id":                                {models.ReadResponses},
		"PATCH /v1/responses/:id":                              {models.ReadResponses, models.WriteResponses},
		"DELETE /v1/responses/:id":                             {models.ReadResponses, models.WriteResponses},
		"GET /v1/scores":                                       {models.ReadScores},
		"GET /v1/analysis/table":                               {models.ReadScores},
		"GET /v1/comments":                                     {models.ReadResponses},
		"GET /v1/analysis/value":                               {models.ReadScores},
		"GET /v1/analysis/conversions":                         {models.ReadScores},
		"GET /v1/people/:person":                               {models.Admin},
		"DELETE /v1/people/:person":                            {models.Admin},
		"POST /v1/people/lookup":                               {models.Admin},
		"POST /v1/people/erase":                                {models.Admin},
		"GET /v1/audit":                                        {models.Admin},
		"GET /v1/webhooks":                                     {models.Admin},
		"POST /v1/webhooks":                                    {models.Admin},
		"GET /v1/webhooks/:id":                                 {models.Admin},
		"PATCH /v1/webhooks/:id":                               {models.Admin},
		"DELETE /v1/webhooks/:id":                              {models.Admin},
		"POST /v1/webhooks/:id/secret":                         {models.Admin},
		"POST /v1/webhooks/:id/test":                           {models.Admin},
		"POST /v1/webhooks/:id/redeliver":                      {models.Admin},
		"GET /v1/webhooks/:id/deliveries":                      {models.Admin},
		"GET /v1/webhooks/:id/deliveries/:delivery":            {models.Admin},
		"POST /v1/webhooks/:id/deliveries/:delivery/redeliver": {models.Admin},
		"GET /v1/anonymity":                                    anyKey,
		"PUT /v1/anonymity":                                    {models.Admin},
		"GET /v1/retention":                                    {models.Admin},
		"PUT /v1/retention":                                    {models.Admin},
		"GET /v1/metrics":                                      anyKey,
		"GET /v1/metrics/:key":                                 anyKey,
		"PUT /v1/metrics/:key":                                 {models.WriteCatalog},
		"GET /v1/targets":                                      anyKey,
		"PUT /v1/targets":                                      {models.WriteCatalog},
		"DELETE /v1/targets":                                   {models.WriteCatalog},
		"GET /v1/model":                                        anyKey,
		"PUT /v1/model":                                        {models.WriteCatalog},
		"DELETE /v1/model":                                     {models.WriteCatalog},
		"GET /v1/keys":                                         {models.Admin},
		"POST /v1/keys":                                        {models.Admin},
		"DELETE /v1/keys/:id":                                  {models.Admin},
		"GET /v1/workspaces":                                   anyKey,
		"POST /v1/workspaces":                                  {models.Admin},
		"POST /v1/invitations":                                 {models.WriteResponses},
		"GET /v1/invitations/eligibility":                      {models.WriteResponses},
		"POST /v1/invitations/eligibility":                     {models.WriteResponses},
		"GET /v1/invitations/policy":                           anyKey,
		"PUT /v1/invitations/policy":                           {models.WriteCatalog},
		"GET /v1/response-rate":                                {models.ReadScores},
		"GET /v1/kpis":                                         anyKey,
		"GET /v1/kpis/examples":                                anyKey,
		"GET /v1/kpis/:key":                                    anyKey,
		"PUT /v1/kpis/:key":                                    {models.WriteCatalog},
		"DELETE /v1/kpis/:key":                                 {models.WriteCatalog},
		"GET /v1/kpis/:key/targets":                            anyKey,
		"PUT /v1/kpis/:key/targets":                            {models.WriteCatalog},
		"DELETE /v1/kpis/:key/targets":                         {models.WriteCatalog},
		"POST /v1/kpis/:key/observations":                      {models.WriteObservations},
		"GET /v1/kpis/:key/observations":                       {models.ReadObservations},
		"GET /v1/kpis/:key/values":                             {models.ReadScores},
	}
	maps.Copy(needs, needsOfSources())
	for _, plural := range plurals {
		needs["GET /v1/"+plural] = anyKey
		needs["GET /v1/"+plural+"/:key"] = anyKey
		needs["PUT /v1/"+plural+"/:key"] = []models.Scope{models.WriteCatalog}
		needs["DELETE /v1/"+plural+"/:key"] = []models.Scope{models.WriteCatalog}
	}
	return needs
}

// keyrings are all sets of one or two scopes; no route needs three.
func keyrings() [][]models.Scope {
	var sets [][]models.Scope
	for i, scope := range models.Scopes() {
		sets = append(sets, []models.Scope{scope})
		for _, second := range models.Scopes()[i+1:] {
			sets = append(sets, []models.Scope{scope, second})
		}
	}
	return sets
}

func TestEveryRouteLetsInExactlyTheKeysThatHaveItsScopes(t *testing.T) {
	t.Parallel()
	s := newServer(t, setup{})
	needs := needs()
	for _, route := range s.routesOf() {
		method, path, _ := strings.Cut(route, " ")
		path = strings.NewReplacer(":id", someID, ":key", "nowhere", ":person", "nobody", ":delivery", someID, "/*file", "/").Replace(path)
		scopes, known := needs[route]
		if !known {
			t.Errorf("%s: say in this test which scopes it needs", route)
			continue
		}
		delete(needs, route)
		if nobody := (caller{server: s}).send(t, method, path, ""); scopes != nil {
			wantProblem(t, nobody, http.StatusUnauthorized, "unauthorized")
		} else if nobody.status == http.StatusUnauthorized || nobody.status == http.StatusForbidden {
			t.Errorf("%s asks for a key: status %d", route, nobody.status)
		}
		for _, keyring := range keyrings() {
			r := s.as(t, home, keyring...).hasty().send(t, method, path, "")
			lacks := slices.ContainsFunc(scopes, func(need models.Scope) bool { return !slices.Contains(keyring, need) })
			if lacks && !slices.Contains(keyring, models.Admin) {
				p := wantProblem(t, r, http.StatusForbidden, "forbidden")
				if !slices.ContainsFunc(scopes, func(need models.Scope) bool { return strings.Contains(p.Detail, string(need)) }) {
					t.Errorf("%s with %v: the detail does not say which scope lacks: %s", route, keyring, p.Detail)
				}
			} else if r.status == http.StatusUnauthorized || r.status == http.StatusForbidden {
				t.Errorf("%s with %v: status %d: %s", route, keyring, r.status, r.body)
			}
		}
	}
	for route := range needs {
		t.Errorf("there is no route %s", route)
	}
}
