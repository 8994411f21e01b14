package store

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/mittari/mittari/models"
)

func TestWhatIsNewIsCommittedAtOnceAndAllElseStepByStep(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, h house) {
		answer := func(submission string, more string) string {
			return fmt.Sprintf(`{"submission_id":%q,"touchpoint":"gate","collected_at":"2026-11-10T10:00:00Z","tags":["a"],"solicited":false%s,"metric":"nps","score":9}`, submission, more)
		}
		h.workspace(t, "bank")
		at := func(submissions ...string) bool {
			end := h.commitAtOnce(t.Context(), "bank", h.accept(t, "bank", submissions...), nil)
			return end != nil && end() == nil
		}
		if at(answer("a", "")) {
			t.Error("a touchpoint that is new to its catalog is stored at once")
		}
		h.commit(t, "bank", answer("b", ""))
		if !at(answer("c", ""), answer("d", "")) {
			t.Error("what is new is not stored at once")
		}
		for what, batch := range map[string][]string{
			"a retry": {answer("e", ""), answer("b", "")}, "the same twice": {answer("f", ""), answer("f", "")},
			"a new key": {answer("g", `,"team":"north"`)}, "an employee's": {`{"touchpoint":"gate","metric":"pulse","score":3}`},
		} {
			h.retried.Store(0)
			if at(batch...) {
				t.Errorf("%s is stored at once", what)
			}
		}
		same(t, "counted", h.counted(t, "bank", "nps"), map[int]int64{9: 3})
		h.isExact(t, "bank")
		if outcomes, err := h.Commit(t.Context(), "bank", h.accept(t, "bank", answer("e", ""), answer("b", ""))); err != nil || !outcomes[0].New || outcomes[1].New {
			t.Errorf("a retry beside a new one: %+v, %v", outcomes, err)
		}
		h.isExact(t, "bank")
		stored, err := h.FindResponses(t.Context(), "bank", models.ResponseFilter{SubmissionID: "e", Limit: 9})
		if err != nil || len(stored) != 1 || stored[0].Solicited == nil || *stored[0].Solicited || len(stored[0].Tags) != 1 || stored[0].Properties != nil {
			t.Errorf("stored %+v, %v", stored, err)
		}
	})
}

func TestAGreatBatchBeginsBeforeTheOneBeforeItHasEnded(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, h house) {
		h.commit(t, "bank", nps(9))
		batch := func(from int, more ...string) []models.Accepted {
			for i := range leastCopied {
				more = append(more, nps(i%11, fmt.Sprintf(`"submission_id":"s-%d"`, from+i)))
			}
			return h.accept(t, "bank", more...)
		}
		var ending sync.WaitGroup
		var told [3][]models.Outcome
		for i, all := range [][]models.Accepted{batch(0), batch(leastCopied),
			batch(2*leastCopied, nps(0, `"submission_id":"s-0"`), nps(3, `"submission_id":"s-1"`))} { // which may have to wait for the first
			end := h.Prepare("bank", all)(t.Context())
			ending.Go(func() {
				outcomes, err := end()
				if err != nil || len(outcomes) != len(all) {
					t.Errorf("%d outcomes, %v", len(outcomes), err)
				}
				told[i] = outcomes
			})
		}
		ending.Wait()
		for _, o := range append(append(told[0], told[1]...), told[2][2:]...) {
			if !o.New || o.Err != nil {
				t.Fatalf("%+v", o)
			}
		}
		if again := told[2]; again[0] != (models.Outcome{ID: told[0][0].ID}) || models.ErrorCode(again[1].Err) != models.Conflict {
			t.Errorf("sent again while it was stored: %+v", again[:2])
		}
		h.isExact(t, "bank")
	})
}

func TestAGreatBatchStoresWhatSmallOnesDo(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, h house) {
		const known = 7 // that make the keys known
		texts := make([]string, known+leastCopied)
		for i := range texts {
			texts[i] = nps(i%11, fmt.Sprintf(`"submission_id":"é-%d","survey":"s","touchpoint":"t%d","channel":"c","segment":"g%d","team":"m","person":"p%d",
				"collected_at":"2026-11-%02dT10:00:00.123456Z","language":"fi","solicited":%t,"tags":["å","b"],"properties":{"n":1.5,"t":"ö","z":null}`,
				i, i%3, i%2, i%7, 1+i%18, i%2 == 0))
		}
		texts[known], texts[known+1] = nps(9, `"touchpoint":"t0"`), nps(3, `"submission_id":"only","comment":"well"`)
		for workspace, size := range map[string]int{"bank": leastCopied, "shop": 50} {
			h.workspace(t, workspace)
			h.commit(t, workspace, texts[:known]...)
			for part := range slices.Chunk(h.accept(t, workspace, texts[known:]...), size) {
				if end := h.commitAtOnce(t.Context(), workspace, part, nil); end == nil || end() != nil {
					t.Errorf("%d are not stored at once", len(part))
				}
			}
			h.isExact(t, workspace)
		}
		same(t, "stored of the shop", h.allOf(t, "shop"), h.allOf(t, "bank"))
		same(t, "counted of the shop", h.counted(t, "shop", "nps"), h.counted(t, "bank", "nps"))
	})
}

// allOf are a workspace's responses by their submission_id, without what differs each time.
func (h house) allOf(t *testing.T, workspace string) map[string]models.Response {
	t.Helper()
	found, err := h.FindResponses(t.Context(), workspace, models.ResponseFilter{Limit: 10_000})
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]models.Response{}
	for _, r := range found {
		if r.CreatedAt.IsZero() || r.ID == "" {
			t.Errorf("stored %+v", r)
		}
		r.ID, r.Workspace, r.CreatedAt = "", "", time.Time{}
		all[r.SubmissionID] = r
	}
	return all
}
