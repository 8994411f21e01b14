package api_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/mittari/mittari/models"
)

type workspace struct {
	Key       string    `json:"key"`
	Name      string    `json:"name"`
	TimeZone  string    `json:"time_zone"`
	CreatedAt time.Time `json:"created_at"`
	AdminKey  key       `json:"admin_key"`
}

// workspaces are the keys of those that the caller sees.
func (c caller) workspaces(t testing.TB) string {
	t.Helper()
	var keys []string
	for _, w := range read[struct{ Workspaces []workspace }](t, c.get(t, "/v1/workspaces").want(t, http.StatusOK)).Workspaces {
		keys = append(keys, w.Key)
	}
	return strings.Join(keys, " ")
}

func TestOnlyTheOperatorsSeeAndMakeOtherWorkspaces(t *testing.T) {
	t.Parallel()
	g := goldenFile(t, "workspaces")
	onEachDatabase(t, func(t *testing.T, s *server) {
		operator, tenant := s.as(t, home), s.as(t, other)
		const acme = `{"key":"acme","name":"Acme Ltd","time_zone":"Asia/Tokyo"}`
		for _, c := range []caller{tenant, s.as(t, home, models.WriteResponses, models.ReadResponses, models.ReadScores, models.WriteCatalog)} {
			wantProblem(t, c.post(t, "/v1/workspaces", acme), http.StatusForbidden, "forbidden")
		}
		g.check(t, "refused", tenant.post(t, "/v1/workspaces", acme))
		created := operator.post(t, "/v1/workspaces", acme)
		g.check(t, "created", created)
		g.check(t, "created twice", operator.post(t, "/v1/workspaces", acme))
		for want, c := range map[string]caller{
			"acme home other": operator, "other": tenant, "home": s.as(t, home, models.ReadScores),
			"acme": {server: s, token: read[workspace](t, created).AdminKey.Token},
		} {
			if got := c.workspaces(t); got != want {
				t.Errorf("the key sees %q, want %q", got, want)
			}
		}
	})
}

func TestAdminKeyOfANewWorkspaceWorksInItAlone(t *testing.T) {
	t.Parallel()
	onEachDatabase(t, func(t *testing.T, s *server) {
		made := read[workspace](t, s.as(t, home).post(t, "/v1/workspaces", `{"key":"tokyo","time_zone":"Asia/Tokyo"}`).want(t, http.StatusCreated))
		admin := caller{server: s, token: made.AdminKey.Token}
		admin.record(t, goodLine)
		score := admin.scores(t, "?metric=nps&window=today")[0]
		if *score.SampleSize != 1 || score.Since.Format(time.RFC3339) != "2026-11-20T00:00:00+09:00" {
			t.Errorf("n=%d since %s, want 1 since midnight in Tokyo", *score.SampleSize, score.Since)
		}
		if n := s.as(t, home).counted(t, "nps"); n != 0 {
			t.Errorf("%d answers came to the operators' workspace", n)
		}
		_, second := admin.newKey(t, `{"name":"shop","scopes":["responses:read"]}`)
		if got := second.list(t, "").Responses; len(got) != 1 {
			t.Errorf("a key made with it sees %d responses, want 1", len(got))
		}
	})
}

func TestFaultyWorkspaceIsRefusedByName(t *testing.T) {
	t.Parallel()
	g := goldenFile(t, "workspace_faults")
	s := newServer(t, setup{})
	for name, body := range map[string]string{
		"nothing said":      `{}`,
		"every field wrong": `{"key":"Two Words","name":"` + strings.Repeat("n", 201) + `","time_zone":"Mars/Olympus"}`,
		"the server's zone": `{"key":"local","time_zone":"Local"}`,
		"a path for a zone": `{"key":"local","time_zone":"../../etc/passwd"}`,
		"unknown fields":    `{"key":"a","time_zone":"UTC","zone":"UTC"}`,
		"a list":            `[]`,
	} {
		t.Run(name, func(t *testing.T) {
			r := s.as(t, home).post(t, "/v1/workspaces", body)
			wantProblem(t, r, http.StatusUnprocessableEntity, "invalid")
			g.check(t, name, r)
		})
	}
	if got := s.as(t, home).workspaces(t); got != "home other" {
		t.Errorf("there are %q, want the first two alone", got)
	}
}
