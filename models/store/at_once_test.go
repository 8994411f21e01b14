package store

import (
	"fmt"
	"testing"

	"github.com/mittari/mittari/models"
)

func TestWhatIsNewIsCommittedAtOnceAndAllElseStepByStep(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, h house) {
		answer := func(submission string, more string) string {
			return fmt.Sprintf(`{"submission_id":%q,"touchpoint":"gate","collected_at":"2026-11-10T10:00:00Z","tags":["a"],"solicited":false%s,"metric":"nps","score":9}`, submission, more)
		}
		h.workspace(t, "bank")
		at := func(submissions ...string) bool {
			return h.commitAtOnce(t.Context(), "bank", h.accept(t, "bank", submissions...))
		}
		if at(answer("a", "")) {
			t.Error("a touchpoint that is new to its catalog is stored at once")
		}
		h.commit(t, "bank", answer("b", ""))
		if at(answer("c", ""), answer("d", "")) != (h.dialect == onPostgres) {
			t.Error("what is new is stored at once, or not")
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
		want := map[int]int64{9: 1}
		if h.dialect == onPostgres {
			want[9] = 3
		}
		same(t, "counted", h.counted(t, "bank", "nps"), want)
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
