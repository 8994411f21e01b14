package store

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/mittari/mittari/models"
	"github.com/mittari/mittari/models/score"
)

const fullSubmission = `{"submission_id":"s-1","survey":"y","touchpoint":"visit","channel":"sms","segment":"g","team":"m","person":"p-1",
	"collected_at":"2026-11-20T00:30:00.123456+02:00","language":"fi","solicited":false,"properties":{"a":1.5,"b":null,"c":"ä👍","d":true},"tags":["x","y"],
	"answers":[{"metric":"nps","score":9,"comment":"ä\u0001\ud800 👍 \u202e '; DROP TABLE responses; --"},{"touchpoint":"food","metric":"csat","score":2}]}`

func TestACommitStoresTheResponseAndAllThatFollows(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, h house) {
		batch := h.accept(t, "bank", fullSubmission)
		outcomes, err := h.Commit(t.Context(), "bank", batch)
		want := batch[0].Response()
		if err != nil || len(outcomes) != 1 || outcomes[0] != (models.Outcome{ID: want.ID, New: true}) {
			t.Fatalf("%+v, %v", outcomes, err)
		}
		stored, err := h.ResponseByID(t.Context(), "bank", want.ID)
		if err != nil {
			t.Fatal(err)
		}
		slices.Reverse(want.Answers) // they come back by touchpoint
		same(t, "response", stored, want)
		if stored.CollectedAt.Location() != time.UTC || stored.CreatedAt.Location() != time.UTC {
			t.Errorf("times are in %v and %v", stored.CollectedAt.Location(), stored.CreatedAt.Location())
		}
		var counts []models.Count
		if err := h.EachCount(t.Context(), "bank", "", everyDay(), func(c models.Count) error { counts = append(counts, c); return nil }); err != nil {
			t.Fatal(err)
		}
		slices.SortFunc(counts, compareCounts)
		day := batch[0].Day()
		customers := models.ParticipationKey(models.Customer)
		same(t, "rollups", counts, []models.Count{
			{Metric: customers, Day: day, Keys: models.Keys{"y", "visit", "sms", "g", "m"}, Score: models.Unasked, N: 1},
			{Metric: "csat", Day: day, Keys: models.Keys{"y", "food", "sms", "g", "m"}, Score: 2, N: 1},
			{Metric: "nps", Day: day, Keys: models.Keys{"y", "visit", "sms", "g", "m"}, Score: 9, N: 1}})
		arrivals, err := h.FindArrivals(t.Context(), "bank")
		slices.SortFunc(arrivals, func(a, b models.ArrivalCount) int { return compareArrivals(a.Arrival, b.Arrival) })
		same(t, "arrivals", arrivals, []models.ArrivalCount{
			{Arrival: models.Arrival{Metric: "csat", Touchpoint: "food", Segment: "g", Channel: "sms", Category: score.Bottom}, N: 1},
			{Arrival: models.Arrival{Metric: "nps", Touchpoint: "visit", Segment: "g", Channel: "sms", Category: score.Top}, N: 1}})
		entries, err2 := h.FindEntries(t.Context(), "bank", "")
		var keys []string
		for _, e := range entries {
			keys = append(keys, string(e.Kind)+" "+e.Key)
		}
		same(t, "catalogs", keys, []string{"channel sms", "segment g", "survey y", "team m", "touchpoint food", "touchpoint visit"})
		revisions, err3 := h.FindRevisions(t.Context(), time.Time{})
		var changed []string
		for _, r := range revisions {
			changed = append(changed, fmt.Sprint(r.Workspace, r.Metric, int(r.Day)))
		}
		slices.Sort(changed)
		same(t, "revisions", changed, []string{"bank0", fmt.Sprint("bank", customers, int(day)), fmt.Sprint("bank", "csat", int(day)), fmt.Sprint("bank", "nps", int(day))})
		if err := firstError(err, err2, err3); err != nil {
			t.Fatal(err)
		}
		h.isExact(t, "bank")
	})
}

func TestRetryWithSameSubmissionIDStoresOnce(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, h house) {
		first := h.commit(t, "bank", nps(9, `"submission_id":"s"`, `"touchpoint":"a"`))
		for range 2 {
			h.now.pass(time.Hour)
			outcomes, err := h.Commit(t.Context(), "bank", h.accept(t, "bank", nps(9, `"touchpoint":"a"`, `"submission_id":"s"`)))
			if err != nil || outcomes[0] != (models.Outcome{ID: first[0]}) {
				t.Fatalf("%+v, %v, want a retry of %s", outcomes, err, first[0])
			}
		}
		same(t, "counted", h.counted(t, "bank", "nps"), map[int]int64{9: 1})
		if n := h.arrived(t, "bank"); n != 1 {
			t.Errorf("%d have arrived", n)
		}
		h.isExact(t, "bank")
	})
}

func TestSameSubmissionIDWithOtherContentIsAConflict(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, h house) {
		first := h.commit(t, "bank", nps(9, `"submission_id":"s"`))
		outcomes, err := h.Commit(t.Context(), "bank", h.accept(t, "bank", nps(8), nps(1, `"submission_id":"s"`), nps(7)))
		if err != nil || len(outcomes) != 3 {
			t.Fatalf("%+v, %v", outcomes, err)
		}
		hasCode(t, "the second", outcomes[1].Err, models.Conflict)
		for _, part := range []string{`"s"`, first[0], "use a new submission_id"} {
			if !strings.Contains(fmt.Sprint(outcomes[1].Err), part) {
				t.Errorf("%q does not say %s", outcomes[1].Err, part)
			}
		}
		if !outcomes[0].New || !outcomes[2].New || outcomes[1].New || outcomes[1].ID != "" {
			t.Errorf("outcomes are %+v", outcomes)
		}
		same(t, "counted", h.counted(t, "bank", "nps"), map[int]int64{7: 1, 8: 1, 9: 1})
		h.isExact(t, "bank")
	})
}

func TestDuplicatesWithinABatchAreToldApart(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, h house) {
		again := h.accept(t, "bank", nps(5, `"submission_id":"twice the same object"`))
		batch := append(h.accept(t, "bank", nps(9, `"submission_id":"z"`), nps(9, `"submission_id":"z"`), nps(1, `"submission_id":"z"`),
			nps(8, `"submission_id":"a"`), nps(7), nps(7)), again[0], again[0])
		outcomes, err := h.Commit(t.Context(), "bank", batch)
		if err != nil {
			t.Fatal(err)
		}
		id := func(i int) string { return batch[i].Response().ID }
		hasCode(t, "other content", outcomes[2].Err, models.Conflict)
		outcomes[2].Err = nil
		same(t, "outcomes", outcomes, []models.Outcome{{ID: id(0), New: true}, {ID: id(0)}, {}, {ID: id(3), New: true},
			{ID: id(4), New: true}, {ID: id(5), New: true}, {ID: id(6), New: true}, {ID: id(6), New: true}})
		same(t, "counted", h.counted(t, "bank", "nps"), map[int]int64{5: 1, 7: 2, 8: 1, 9: 1})
		h.isExact(t, "bank")
	})
}

func TestCommittingTheSameIDsAgainDoesNotDouble(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, h house) {
		batch := h.accept(t, "bank", nps(9), nps(8, `"submission_id":"s"`))
		for try := range 3 { // as after a commit whose answer was lost
			outcomes, err := h.Commit(t.Context(), "bank", batch)
			if err != nil || !outcomes[0].New || !outcomes[1].New {
				t.Fatalf("try %d: %+v, %v", try, outcomes, err)
			}
		}
		same(t, "counted", h.counted(t, "bank", "nps"), map[int]int64{8: 1, 9: 1})
		if n := h.arrived(t, "bank"); n != 2 {
			t.Errorf("%d have arrived", n)
		}
		h.isExact(t, "bank")
	})
}

func TestABatchMayHaveAnySize(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, h house) {
		if outcomes, err := h.Commit(t.Context(), "bank", nil); err != nil || len(outcomes) != 0 {
			t.Errorf("of none: %+v, %v", outcomes, err)
		}
		h.commit(t, "bank", nps(0))
		many := make([]string, 5000) // of 18 columns each: more than a statement has parameters
		want := map[int]int64{0: 1}
		for i := range many {
			many[i] = nps(i%11, fmt.Sprintf(`"submission_id":"s-%d","touchpoint":"t%d","team":"m%d"`, i, i%700, i%3))
			want[i%11]++
		}
		batch := h.accept(t, "bank", many...)
		for range 2 {
			outcomes, err := h.Commit(t.Context(), "bank", batch)
			if err != nil || len(outcomes) != len(batch) {
				t.Fatalf("%d outcomes, %v", len(outcomes), err)
			}
			for i, o := range outcomes {
				if want := (models.Outcome{ID: batch[i].Response().ID, New: true}); o != want {
					t.Fatalf("outcome %d is %+v, want %+v", i, o, want)
				}
			}
		}
		same(t, "counted", h.counted(t, "bank", "nps"), want)
		h.isExact(t, "bank")
	})
}

// refuse makes the database refuse every answer whose comment is "refuse me".
func (h house) refuse(t *testing.T) {
	t.Helper()
	if h.dialect == onPostgres {
		h.sql(t, `ALTER TABLE answers ADD CONSTRAINT refuse CHECK (comment <> 'refuse me')`)
		t.Cleanup(func() { h.sql(t, `ALTER TABLE answers DROP CONSTRAINT refuse`) })
		return
	}
	h.sql(t, `CREATE TRIGGER refuse BEFORE INSERT ON answers WHEN NEW.comment = 'refuse me' BEGIN SELECT RAISE(ABORT, 'refused'); END`)
}

func TestARowThatTheDatabaseRefusesIsInvalidAndNothingIsStored(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, h house) {
		h.refuse(t)
		outcomes, err := h.Commit(t.Context(), "bank", h.accept(t, "bank", nps(9, `"touchpoint":"a"`), nps(1, `"comment":"refuse me"`)))
		hasCode(t, "commit", err, models.Invalid)
		if outcomes != nil {
			t.Errorf("outcomes are told all the same: %+v", outcomes)
		}
		responses, findErr := h.FindResponses(t.Context(), "bank", models.ResponseFilter{Limit: 10})
		entries, entriesErr := h.FindEntries(t.Context(), "bank", "")
		if err := firstError(findErr, entriesErr); err != nil || len(responses) > 0 || len(entries) > 0 || h.arrived(t, "bank") != 0 {
			t.Errorf("%d responses and %d keys are stored, %v", len(responses), len(entries), err)
		}
		h.commit(t, "bank", nps(9, `"touchpoint":"a"`))
		if _, err := h.EntryByKey(t.Context(), "bank", "touchpoint", "a"); err != nil {
			t.Errorf("the key that was not stored then is not stored now: %v", err)
		}
		h.isExact(t, "bank")
	})
}
