package store

import (
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mittari/mittari/models"
)

// invite commits invitations for a workspace in Helsinki; all must pass the checks.
func (h house) invite(t *testing.T, workspace string, enforce bool, texts ...string) []models.InvitationOutcome {
	t.Helper()
	outcomes, err := h.CommitInvitations(t.Context(), workspace, h.acceptInvitations(t, workspace, texts...), enforce)
	if err != nil {
		t.Fatal(err)
	}
	return outcomes
}

func (h house) acceptInvitations(t *testing.T, workspace string, texts ...string) []models.AcceptedInvitation {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Helsinki")
	if err != nil {
		t.Fatal(err)
	}
	policy, err := h.InvitationPolicyByWorkspace(t.Context(), workspace)
	if err != nil {
		t.Fatal(err)
	}
	batch := make([]models.AcceptedInvitation, len(texts))
	for i, text := range texts {
		var s models.SubmittedInvitation
		if err := json.Unmarshal([]byte(text), &s); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		batch[i], err = s.Check(models.InvitationRules{Zone: zone, Now: h.now.read(), Policy: policy, NewID: NewID})
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
	}
	return batch
}

// asked is what outcomes say in short.
func asked(outcomes []models.InvitationOutcome) string {
	var words []string
	for _, o := range outcomes {
		switch {
		case o.Err != nil:
			words = append(words, string(models.ErrorCode(o.Err)))
		case o.New:
			words = append(words, "new")
		default:
			words = append(words, "known")
		}
	}
	return strings.Join(words, " ")
}

// says fails unless the outcomes are as told, the rollups exact and the counter of all invitations is total.
func (h house) says(t *testing.T, when string, outcomes []models.InvitationOutcome, want, rollups string, total int64) {
	t.Helper()
	if got := asked(outcomes); got != want {
		t.Errorf("%s: %s, want %s", when, got, want)
	}
	h.takes(t, when, rollups, "")
	counts, err := h.FindInvitationArrivals(t.Context(), "bank")
	if err != nil {
		t.Fatal(err)
	}
	var n int64
	for _, c := range counts {
		n += c.N
	}
	if n != total {
		t.Errorf("%s: %d were ever asked, want %d", when, n, total)
	}
}

func TestANumberOfInvitedTakesThePlaceOfTheOneBefore(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, h house) {
		h.workspace(t, "bank")
		of := func(n int, more string) string {
			return fmt.Sprintf(`{"day":"2026-11-10","survey":"s","team":"a","n":%d%s}`, n, more)
		}
		h.says(t, "first", h.invite(t, "bank", false, of(100, "")), "new", "10a 2×100", 100)
		h.says(t, "a retry", h.invite(t, "bank", false, of(100, "")), "known", "10a 2×100", 100)
		h.says(t, "corrected", h.invite(t, "bank", false, of(70, "")), "known", "10a 2×70", 100)
		h.says(t, "later that day", h.invite(t, "bank", false, of(120, "")), "known", "10a 2×120", 120)
		h.says(t, "another sender", h.invite(t, "bank", false, of(5, `,"source":"b"`)), "new", "10a 2×125", 125)
		h.says(t, "twice at once", h.invite(t, "bank", false, of(1, `,"source":"c"`), of(2, `,"source":"c"`)), "new known", "10a 2×127", 127)
		h.says(t, "none after all", h.invite(t, "bank", false, of(0, ""), of(0, `,"source":"b"`)), "known known", "10a 2×2", 127)
		h.commit(t, "bank", on("2026-11-10", 9, `"survey":"s"`, `"team":"a"`))
		h.takes(t, "beside an answer", "10a 1×1, 10a 2×2", "")
	})
}

func TestPersonsAreCountedOneByOneBesideNumbers(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, h house) {
		h.workspace(t, "bank")
		person := `{"person":"p","team":"a","invitation_id":"i","invited_at":"2026-11-19T22:30:00Z"}` // the 20th in Helsinki
		first := h.invite(t, "bank", false, person, person, `{"day":"2026-11-20","team":"a","n":7}`)
		h.says(t, "at once", first, "new known new", "20a 2×8", 8)
		again := h.invite(t, "bank", false, person, strings.Replace(person, "22:30", "22:31", 1), strings.Replace(person, `,"invited_at":"2026-11-19T22:30:00Z"`, "", 1),
			strings.Replace(person, `"p"`, `"q"`, 1), `{"person":"q","team":"a"}`)
		h.says(t, "again", again, "known conflict known conflict new", "20a 2×9", 9)
		if first[0].ID == "" || again[0].ID != first[0].ID || !strings.Contains(again[1].Err.Error(), first[0].ID) || strings.Contains(again[1].Err.Error(), `"p"`) {
			t.Errorf("%+v, %+v", first, again)
		}
		batch := h.acceptInvitations(t, "bank", `{"person":"r","team":"b"}`)
		for range 2 { // as when the first one's connection broke after its commit
			outcomes, err := h.CommitInvitations(t.Context(), "bank", batch, true)
			if err != nil {
				t.Fatal(err)
			}
			h.says(t, "repeated inside", outcomes, "new", "20a 2×9, 20b 2×1", 10)
		}
	})
}

func TestAPersonIsLeftAloneForTheRestPeriod(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, h house) {
		h.workspace(t, "bank")
		p := func(survey string, days int) string {
			return fmt.Sprintf(`{"person":"p","survey":%q,"invited_at":%q}`, survey, h.now.read().AddDate(0, 0, days).Format(time.RFC3339))
		}
		h.invite(t, "bank", false, p("a", -60), p("b", -29))
		for _, c := range []struct{ when, survey, want string }{
			{"29 days after b", "c", "conflict"}, {"within 90 days of a", "a", "conflict"},
		} {
			if got := asked(h.invite(t, "bank", true, p(c.survey, 0))); got != c.want {
				t.Errorf("%s: %s, want %s", c.when, got, c.want)
			}
		}
		h.now.pass(24 * time.Hour)
		if got := asked(h.invite(t, "bank", true, p("a", 0), p("c", 0), p("d", 0), `{"person":"q"}`)); got != "conflict new conflict new" {
			t.Errorf("the next day: %s", got)
		}
		if err := h.PutInvitationPolicy(t.Context(), "bank", models.InvitationPolicy{RestDaysSameSurvey: 61}); err != nil {
			t.Fatal(err)
		}
		if got := asked(h.invite(t, "bank", true, p("a", 0), p("b", 0), p("e", 0))); got != "new conflict new" {
			t.Errorf("by a policy of the workspace's own: %s", got)
		}
		h.isExact(t, "bank")
	})
}

func TestOfTwoWhoAskOnePersonAtOnceOneGetsAConflict(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, h house) {
		h.workspace(t, "bank")
		other := h.replica(t)
		var mu sync.Mutex
		outcomes := map[string]int{}
		var senders sync.WaitGroup
		for _, s := range []*Store{h.Store, other, h.Store, other} {
			batch := h.acceptInvitations(t, "bank", `{"person":"p"}`, `{"person":"q"}`, `{"person":"p"}`)
			senders.Go(func() {
				got, err := s.CommitInvitations(t.Context(), "bank", batch, true)
				if err != nil {
					t.Error(err)
				}
				mu.Lock()
				defer mu.Unlock()
				outcomes[asked(got)]++
			})
		}
		senders.Wait()
		same(t, "outcomes", outcomes, map[string]int{"conflict conflict conflict": 3, "new new conflict": 1})
		h.takes(t, "both asked once", "20 2×2", "")
	})
}

func TestWhoWasAskedIsForgottenAfterTheRestPeriodAndTheCountStays(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, h house) {
		h.workspace(t, "bank")
		h.invite(t, "bank", false, `{"person":"p","survey":"s"}`)
		persons := func() (n int64) {
			t.Helper()
			if err := h.read.Model(&invitationRow{}).Count(&n).Error; err != nil {
				t.Fatal(err)
			}
			return n
		}
		for _, c := range []struct{ days, left int }{{90, 1}, {1, 0}, {1, 0}} {
			h.now.pass(time.Duration(c.days) * 24 * time.Hour)
			if err := h.ForgetInvited(t.Context()); err != nil {
				t.Fatal(err)
			}
			if got := persons(); got != int64(c.left) {
				t.Errorf("on %v there are %d, want %d", h.now.read(), got, c.left)
			}
		}
		h.takes(t, "forgotten", "20 2×1", "")
	})
}

func TestVerifyMendsWhatInvitationsAddUpTo(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, h house) {
		h.workspace(t, "bank")
		h.invite(t, "bank", false, `{"day":"2026-11-10","n":7}`, `{"day":"2026-11-10","n":3,"audience":"employee"}`)
		h.sql(t, `UPDATE rollups SET n = n + 1 WHERE metric = '_participation/customer'`, `DELETE FROM rollups WHERE metric = '_participation/employee'`)
		if found, err := h.Verify(t.Context(), "bank", true); err != nil || len(found) != 2 {
			t.Errorf("%+v, %v", found, err)
		}
		h.takes(t, "mended", "10 2×7", "10 2×3")
	})
}
