package store

import (
	"testing"
	"time"

	"github.com/mittari/mittari/models"
)

// acts are what was done in the workspace, the latest first.
func (h house) acts(t *testing.T, workspace string) []string {
	t.Helper()
	entries, err := h.FindAudit(t.Context(), workspace, models.AuditFilter{Limit: 100})
	if err != nil {
		t.Fatal(err)
	}
	acts := []string{}
	for _, e := range entries {
		acts = append(acts, string(e.Act)+" "+e.Object+" "+e.Name)
	}
	return acts
}

func TestWhatIsDoneIsRecordedWithItAndWhatIsRefusedIsNot(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, h house) {
		h.workspace(t, "bank")
		by := models.WithActor(t.Context(), models.Actor{Workspace: "operators", Name: "HR", KeyID: NewID(), Route: "PUT /v1/metrics/:key"})
		m := comfort()
		if _, err := h.PutMetric(by, "bank", m); err != nil {
			t.Fatal(err)
		}
		h.commit(t, "bank", `{"metric":"comfort","score":3}`)
		m.Max, m.Top = 9, 8
		_, err := h.PutMetric(by, "bank", m)
		hasCode(t, "redefined", err, models.Conflict)
		hasCode(t, "deleted", h.DeleteModel(by, "bank", "nps"), models.NotFound)
		hasCode(t, "revoked", h.RevokeKey(by, "bank", NewID()), models.NotFound)
		same(t, "recorded", h.acts(t, "bank"), []string{"metric.put comfort HR", "workspace.created bank "})
		if _, err := h.CreateWorkspace(by, models.Workspace{Key: "acme", TimeZone: "UTC"}); err != nil {
			t.Fatal(err)
		}
		same(t, "in the operators' workspace", h.acts(t, "operators"), []string{"workspace.created acme HR"})
		same(t, "in the new one", h.acts(t, "acme"), []string{})
	})
}

func TestAuditIsForgottenAfterTwoYears(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, h house) {
		h.workspace(t, "bank")
		h.now.pass(models.AuditLife)
		h.workspace(t, "shop")
		if err := h.DeleteOldAudit(t.Context()); err != nil {
			t.Fatal(err)
		}
		same(t, "of two years ago", len(h.acts(t, "bank")), 1)
		h.now.pass(time.Second)
		if err := h.DeleteOldAudit(t.Context()); err != nil {
			t.Fatal(err)
		}
		same(t, "older", len(h.acts(t, "bank")), 0)
		same(t, "newer", len(h.acts(t, "shop")), 1)
	})
}

func TestAnotherPepperIsRefused(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, h house) {
		persons := func(pepper string) models.Persons {
			p, err := models.NewPersons(pepper)
			if err != nil {
				t.Fatal(err)
			}
			return p
		}
		none, first, second := persons(""), persons("the first of twenty characters"), persons("the second of twenty characters")
		for i, c := range []struct {
			given models.Persons
			taken bool
		}{{none, true}, {first, true}, {first, true}, {second, false}, {none, false}, {first, true}} {
			if err := h.SettlePersons(t.Context(), c.given); (err == nil) != c.taken {
				t.Errorf("%d: %v", i, err)
			}
		}
	})
}
