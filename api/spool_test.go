package api_test

import (
	"net/http"
	"testing"

	"github.com/mittari/mittari/models"
)

func TestWithoutRoomForTheOutcomesOfABulkRequestItIsToBeTriedAgain(t *testing.T) {
	s := newServer(t, setup{})
	sender := s.as(t, home, models.WriteResponses)
	t.Setenv("TMPDIR", t.TempDir()+"/missing")
	r := sender.post(t, "/v1/responses/bulk", goodLine)
	wantProblem(t, r, http.StatusServiceUnavailable, "busy")
	if r.header.Get("Retry-After") == "" {
		t.Error("it is not said when to try again")
	}
	t.Setenv("TMPDIR", "")
	if r := sender.post(t, "/v1/responses/bulk", goodLine); r.status != http.StatusOK {
		t.Errorf("with room it is answered %d", r.status)
	}
}
