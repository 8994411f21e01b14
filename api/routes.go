package api

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"github.com/mittari/mittari/models"
)

// anyKey is the scope of routes that every key may use.
const anyKey models.Scope = "any"

// signedOrKey is the scope of routes that survey tools send to: see admit.
const signedOrKey models.Scope = "signed"

// routes are all of the API's, with the scope that each asks for; "" asks for no key.
// Each POST takes an Idempotency-Key; those that tools send to see to that themselves.
func (s *server) routes(engine *gin.Engine) {
	add := func(method, path string, scope models.Scope, h handler) {
		if method == http.MethodPost && scope != signedOrKey {
			h = s.once(h)
		}
		engine.Handle(method, path, s.handle(scope, h))
	}
	add("GET", "/", "", s.landing)
	add("GET", "/docs", "", toDocs)
	add("GET", "/docs/*file", "", docs)
	add("GET", "/openapi.json", "", document)
	add("GET", "/healthz", "", healthz)
	add("GET", "/readyz", "", s.readyz)

	s.responseRoutes(add)
	s.invitationRoutes(add)
	s.sourceRoutes(add)

	add("GET", "/v1/scores", models.ReadScores, s.findScores)
	add("GET", "/v1/response-rate", models.ReadScores, s.findResponseRates)
	add("GET", "/v1/comments", models.ReadResponses, s.findComments)
	s.analysisRoutes(add)

	add("GET", "/v1/metrics", anyKey, s.findMetrics)
	add("GET", "/v1/metrics/:key", anyKey, s.metricByKey)
	add("PUT", "/v1/metrics/:key", models.WriteCatalog, s.putMetric)
	for _, kind := range models.Kinds() {
		catalog := catalogOf(s, kind)
		add("GET", catalog.path(), anyKey, catalog.find)
		add("GET", catalog.path()+"/:key", anyKey, catalog.byKey)
		add("PUT", catalog.path()+"/:key", models.WriteCatalog, catalog.put)
		add("DELETE", catalog.path()+"/:key", models.WriteCatalog, catalog.delete)
	}

	add("GET", "/v1/model", anyKey, s.findModels)
	add("PUT", "/v1/model", models.WriteCatalog, s.putModel)
	add("DELETE", "/v1/model", models.WriteCatalog, s.deleteModel)

	add("GET", "/v1/targets", anyKey, s.findTargets)
	add("PUT", "/v1/targets", models.WriteCatalog, s.putTarget)
	add("DELETE", "/v1/targets", models.WriteCatalog, s.deleteTarget)

	s.kpiRoutes(add)
	s.webhookRoutes(add)
	s.peopleRoutes(add)
	s.accessRoutes(add)
}

func (s *server) responseRoutes(add func(method, path string, scope models.Scope, h handler)) {
	add("POST", "/v1/responses", models.WriteResponses, s.createResponse)
	add("POST", "/v1/responses/bulk", models.WriteResponses, s.createResponses)
	add("GET", "/v1/responses", models.ReadResponses, s.findResponses)
	add("GET", "/v1/responses/:id", models.ReadResponses, s.responseByID)
	add("PATCH", "/v1/responses/:id", models.WriteResponses, s.also(models.ReadResponses, s.patchResponse))
	add("DELETE", "/v1/responses/:id", models.WriteResponses, s.also(models.ReadResponses, s.eraseResponse))
}

func (s *server) analysisRoutes(add func(method, path string, scope models.Scope, h handler)) {
	add("GET", "/v1/analysis/table", models.ReadScores, s.findTable)
	add("GET", "/v1/analysis/value", models.ReadScores, s.findValue)
	add("GET", "/v1/analysis/conversions", models.ReadScores, s.findConversions)
}

func (s *server) invitationRoutes(add func(method, path string, scope models.Scope, h handler)) {
	add("POST", "/v1/invitations", models.WriteResponses, s.createInvitations)
	add("GET", "/v1/invitations/eligibility", models.WriteResponses, s.findEligibility)
	add("POST", "/v1/invitations/eligibility", models.WriteResponses, s.checkEligibility)
	add("GET", "/v1/invitations/policy", anyKey, s.findInvitationPolicy)
	add("PUT", "/v1/invitations/policy", models.WriteCatalog, s.putInvitationPolicy)
}

func (s *server) kpiRoutes(add func(method, path string, scope models.Scope, h handler)) {
	add("GET", "/v1/kpis", anyKey, s.findKPIs)
	add("GET", "/v1/kpis/examples", anyKey, exampleKPIs)
	add("GET", "/v1/kpis/:key", anyKey, s.kpiByKey)
	add("PUT", "/v1/kpis/:key", models.WriteCatalog, s.putKPI)
	add("DELETE", "/v1/kpis/:key", models.WriteCatalog, s.deleteKPI)
	add("GET", "/v1/kpis/:key/targets", anyKey, s.findKPITargets)
	add("PUT", "/v1/kpis/:key/targets", models.WriteCatalog, s.putKPITarget)
	add("DELETE", "/v1/kpis/:key/targets", models.WriteCatalog, s.deleteKPITarget)
	add("POST", "/v1/kpis/:key/observations", models.WriteObservations, s.createObservations)
	add("GET", "/v1/kpis/:key/observations", models.ReadObservations, s.findObservations)
	add("GET", "/v1/kpis/:key/values", models.ReadScores, s.findKPIValues)
}

func (s *server) webhookRoutes(add func(method, path string, scope models.Scope, h handler)) {
	add("GET", "/v1/webhooks", models.Admin, s.findWebhooks)
	add("POST", "/v1/webhooks", models.Admin, s.createWebhook)
	add("GET", "/v1/webhooks/:id", models.Admin, s.webhookByID)
	add("PATCH", "/v1/webhooks/:id", models.Admin, s.changeWebhook)
	add("DELETE", "/v1/webhooks/:id", models.Admin, s.deleteWebhook)
	add("POST", "/v1/webhooks/:id/secret", models.Admin, s.rotateSecret)
	add("POST", "/v1/webhooks/:id/test", models.Admin, s.tryWebhook)
	add("POST", "/v1/webhooks/:id/redeliver", models.Admin, s.redeliverDead)
	add("GET", "/v1/webhooks/:id/deliveries", models.Admin, s.findDeliveries)
	add("GET", "/v1/webhooks/:id/deliveries/:delivery", models.Admin, s.deliveryByID)
	add("POST", "/v1/webhooks/:id/deliveries/:delivery/redeliver", models.Admin, s.redeliver)
}

// sourceRoutes are those of webhooks. The tools' own payloads are let in by their signatures.
func (s *server) sourceRoutes(add func(method, path string, scope models.Scope, h handler)) {
	add("POST", "/v1/sources/formbricks", signedOrKey, s.receiveFormbricks)
	add("POST", "/v1/sources/typeform", signedOrKey, s.receiveTypeform)
	add("POST", "/v1/sources/delighted", signedOrKey, s.receiveDelighted)
	add("GET", "/v1/sources", models.Admin, s.findSources)
	add("GET", "/v1/sources/:key", models.Admin, s.sourceByKey)
	add("PUT", "/v1/sources/:key", models.Admin, s.putSource)
	add("DELETE", "/v1/sources/:key", models.Admin, s.deleteSource)
	add("GET", "/v1/sources/:key/unmapped", models.Admin, s.findUnmapped)
	add("DELETE", "/v1/sources/:key/unmapped", models.Admin, s.deleteAllUnmapped)
	add("DELETE", "/v1/sources/:key/unmapped/:id", models.Admin, s.deleteUnmapped)
	add("POST", "/v1/sources/:key/unmapped/retry", models.Admin, s.retryAllUnmapped)
	add("POST", "/v1/sources/:key/unmapped/:id/retry", models.Admin, s.retryUnmapped)
}

func (s *server) peopleRoutes(add func(method, path string, scope models.Scope, h handler)) {
	add("GET", "/v1/people/:person", models.Admin, s.personByID)
	add("POST", "/v1/people/lookup", models.Admin, s.lookupPerson)
	add("DELETE", "/v1/people/:person", models.Admin, s.erasePerson)
	add("POST", "/v1/people/erase", models.Admin, s.erasePersonOf)
	add("GET", "/v1/audit", models.Admin, s.findAudit)
}

func (s *server) accessRoutes(add func(method, path string, scope models.Scope, h handler)) {
	add("GET", "/v1/anonymity", anyKey, s.findAnonymity)
	add("PUT", "/v1/anonymity", models.Admin, s.putAnonymity)
	add("GET", "/v1/retention", models.Admin, s.findRetention)
	add("PUT", "/v1/retention", models.Admin, s.putRetention)
	add("GET", "/v1/keys", models.Admin, s.findKeys)
	add("POST", "/v1/keys", models.Admin, s.createKey)
	add("DELETE", "/v1/keys/:id", models.Admin, s.revokeKey)
	add("GET", "/v1/workspaces", anyKey, s.findWorkspaces)
	add("POST", "/v1/workspaces", models.Admin, s.createWorkspace)
}
