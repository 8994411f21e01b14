package api_test

import (
	"net/http"
	"testing"

	"github.com/mittari/mittari/api"
)

func TestWorkspaceSaysForHowLongItsResponsesAreKept(t *testing.T) {
	t.Parallel()
	g := goldenFile(t, "retention")
	onEachDatabaseWith(t, func(c *api.Config) { c.Kept = 400 }, func(t *testing.T, s *server) {
		admin := s.as(t, home)
		g.check(t, "the server's", admin.get(t, "/v1/retention"))
		for name, body := range map[string]string{"shorter": `{"days":30}`, "longer": `{"days":36500}`, "for ever": `{"days":0}`, "none of its own": `{"days":null}`} {
			g.check(t, name, admin.send(t, "PUT", "/v1/retention", body).want(t, http.StatusOK))
			g.check(t, name, admin.get(t, "/v1/retention").want(t, http.StatusOK))
		}
		for name, body := range map[string]string{"too short": `{"days":29}`, "too long": `{"days":36501}`, "negative": `{"days":-1}`, "text": `{"days":"400d"}`, "half a day": `{"days":30.5}`} {
			r := admin.send(t, "PUT", "/v1/retention", body)
			wantProblem(t, r, http.StatusUnprocessableEntity, "invalid")
			g.check(t, name, r)
		}
		tag := admin.get(t, "/v1/retention").header.Get("ETag")
		admin.send(t, "PUT", "/v1/retention", `{"days":90}`, "If-Match: "+tag).want(t, http.StatusOK)
		admin.send(t, "PUT", "/v1/retention", `{"days":60}`, "If-Match: "+tag).want(t, http.StatusPreconditionFailed)
		if others := s.as(t, other).get(t, "/v1/retention"); others.body != `{"server_days":400,"holds_days":400}` {
			t.Errorf("another workspace is told %s", others.body)
		}
	})
}
