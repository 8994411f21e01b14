package store

import (
	"fmt"
	"testing"
	"time"

	"github.com/mittari/mittari/models"
)

// patch changes a response that is there.
func (h house) patch(t *testing.T, id string, p models.Patch) models.Response {
	t.Helper()
	r, err := h.UpdateResponse(t.Context(), "bank", id, p)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestExcludingIncludingAndErasingCorrectTheRollupsAndNeverTheArrivals(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, h house) {
		yes, no := true, false
		ids := h.commit(t, "bank", nps(9, `"touchpoint":"a"`), nps(9, `"touchpoint":"a"`),
			`{"answers":[{"metric":"nps","score":0},{"metric":"csat","score":1,"touchpoint":"b"}]}`)
		for i, c := range []struct {
			name      string
			do        func() error
			nps, csat map[int]int64
		}{
			{"exclude", func() error {
				_, err := h.UpdateResponse(t.Context(), "bank", ids[0], models.Patch{Excluded: &yes})
				return err
			}, map[int]int64{0: 1, 9: 1}, map[int]int64{1: 1}},
			{"exclude again", func() error {
				_, err := h.UpdateResponse(t.Context(), "bank", ids[0], models.Patch{Excluded: &yes})
				return err
			}, map[int]int64{0: 1, 9: 1}, map[int]int64{1: 1}},
			{"exclude two answers", func() error {
				_, err := h.UpdateResponse(t.Context(), "bank", ids[2], models.Patch{Excluded: &yes})
				return err
			}, map[int]int64{9: 1}, map[int]int64{}},
			{"include", func() error {
				_, err := h.UpdateResponse(t.Context(), "bank", ids[2], models.Patch{Excluded: &no})
				return err
			}, map[int]int64{0: 1, 9: 1}, map[int]int64{1: 1}},
			{"erase an excluded one", func() error { return h.EraseResponse(t.Context(), "bank", ids[0]) }, map[int]int64{0: 1, 9: 1}, map[int]int64{1: 1}},
			{"erase a counted one", func() error { return h.EraseResponse(t.Context(), "bank", ids[2]) }, map[int]int64{9: 1}, map[int]int64{}},
			{"erase the last", func() error { return h.EraseResponse(t.Context(), "bank", ids[1]) }, map[int]int64{}, map[int]int64{}},
		} {
			h.now.pass(time.Hour)
			if err := c.do(); err != nil {
				t.Fatalf("%s: %v", c.name, err)
			}
			same(t, c.name+": nps", h.counted(t, "bank", "nps"), c.nps)
			same(t, c.name+": csat", h.counted(t, "bank", "csat"), c.csat)
			if n := h.arrived(t, "bank"); n != 4 {
				t.Errorf("%s: %d have arrived", c.name, n)
			}
			revisions, err := h.FindRevisions(t.Context(), h.now.read().Add(-time.Minute))
			if want := i != 1; err != nil || (len(revisions) > 0) != want && i != 4 { // 1: nothing changed; 4: it was counted nowhere
				t.Errorf("%s: revisions %+v, %v", c.name, revisions, err)
			}
			h.isExact(t, "bank")
		}
	})
}

func TestAPatchIsStoredAndToldAsStored(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, h house) {
		ids := h.commit(t, "bank", fullSubmission, nps(1, `"tags":["x"]`, `"properties":{"p":1}`))
		before, err := h.ResponseByID(t.Context(), "bank", ids[0])
		if err != nil {
			t.Fatal(err)
		}
		tags, properties, yes := []string{"seen", "ä"}, map[string]any{"case": "c-1", "n": 2.5, "none": nil}, true
		want := before
		want.Tags, want.Properties, want.Excluded = tags, properties, true
		same(t, "told", h.patch(t, ids[0], models.Patch{Tags: &tags, Properties: &properties, Excluded: &yes}), want)
		after, err := h.ResponseByID(t.Context(), "bank", ids[0])
		if err != nil {
			t.Fatal(err)
		}
		same(t, "stored", after, want)
		none, nothing := []string{}, map[string]any{}
		h.patch(t, ids[1], models.Patch{Tags: &none})
		cleared := h.patch(t, ids[1], models.Patch{Properties: &nothing})
		if len(cleared.Tags) != 0 || len(cleared.Properties) != 0 || cleared.Excluded {
			t.Errorf("cleared: %+v", cleared)
		}
	})
}

// An id comes from a URL: it may be anything.
func TestAnIDThatIsNotThereIsNotFound(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, h house) {
		erased := h.commit(t, "bank", nps(9))[0]
		if err := h.EraseResponse(t.Context(), "bank", erased); err != nil {
			t.Fatal(err)
		}
		for _, id := range []string{erased, NewID(), "", "1", "nonsense", "'", "00000000-0000-0000-0000-000000000000", erased + "0", "ä\xff\x00"} {
			_, byID := h.ResponseByID(t.Context(), "bank", id)
			_, update := h.UpdateResponse(t.Context(), "bank", id, models.Patch{})
			for what, err := range map[string]error{
				"by id": byID, "update": update, "erase": h.EraseResponse(t.Context(), "bank", id), "revoke": h.RevokeKey(t.Context(), "bank", id),
			} {
				hasCode(t, fmt.Sprintf("%s %q", what, id), err, models.NotFound)
			}
		}
		h.isExact(t, "bank")
	})
}

func TestARecordOfAnErasedSubmissionIsNew(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, h house) {
		first := h.commit(t, "bank", nps(9, `"submission_id":"s"`))
		if err := h.EraseResponse(t.Context(), "bank", first[0]); err != nil {
			t.Fatal(err)
		}
		if again := h.commit(t, "bank", nps(9, `"submission_id":"s"`)); again[0] == first[0] {
			t.Error("it has the id of the erased one")
		}
		same(t, "counted", h.counted(t, "bank", "nps"), map[int]int64{9: 1})
		if n := h.arrived(t, "bank"); n != 2 {
			t.Errorf("%d have arrived", n)
		}
		h.isExact(t, "bank")
	})
}

func TestTimesComeBackToTheMicrosecondInUTC(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, h house) {
		for _, c := range [][2]string{
			{"1970-01-01T00:00:00Z", "1970-01-01T00:00:00Z"},
			{"2026-11-20T08:04:00.123456+02:00", "2026-11-20T06:04:00.123456Z"},
			{"2026-11-20T08:04:00.1Z", "2026-11-20T08:04:00.1Z"},
			{"2026-03-29T03:30:00.999999999+03:00", "2026-03-29T00:30:00.999999Z"},
			{"1999-12-31T23:59:59.00001-11:30", "2000-01-01T11:29:59.00001Z"},
		} {
			id := h.commit(t, "bank", nps(9, `"collected_at":"`+c[0]+`"`))[0]
			r, err := h.ResponseByID(t.Context(), "bank", id)
			if got := r.CollectedAt.Format(time.RFC3339Nano); err != nil || got != c[1] {
				t.Errorf("%s came back as %s, %v", c[0], got, err)
			}
			if got := r.CreatedAt.Format(time.RFC3339Nano); got != "2026-11-20T08:30:00.123456Z" {
				t.Errorf("created at %s", got)
			}
		}
	})
}
