package store

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/mittari/mittari/models"
)

// fromSource is a response as a source sends it, changed so many seconds after it was given.
func (h house) fromSource(t *testing.T, changed int, text string) models.Accepted {
	t.Helper()
	metrics, err := h.FindMetrics(t.Context(), "bank")
	if err != nil {
		t.Fatal(err)
	}
	var s models.Submission
	if err := json.Unmarshal([]byte(text), &s); err != nil {
		t.Fatal(err)
	}
	given := time.Date(2026, 11, 19, 8, 0, 0, 0, time.UTC)
	s.CollectedAt = &given
	accepted, err := s.Check(models.Rules{Workspace: "bank", Metrics: metrics, Zone: time.UTC, Now: h.now.read(), NewID: NewID,
		PostedBy: NewID(), ChangedAt: given.Add(time.Duration(changed) * time.Second)})
	if err != nil {
		t.Fatal(err)
	}
	return accepted
}

// arrives stores a response from a source as the API does: what is in conflict replaces.
func arrives(t *testing.T, s *Store, a models.Accepted) models.Fate {
	t.Helper()
	outcomes, err := s.Commit(t.Context(), "bank", []models.Accepted{a})
	switch {
	case err != nil:
		t.Error(err)
	case outcomes[0].New:
		return models.Stored
	}
	_, fate, err := s.ReplaceResponse(t.Context(), a)
	if err != nil {
		t.Error(err)
	}
	return fate
}

func TestStateThatCameBackIsNotReplacedByTheOneBetween(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, h house) {
		for _, step := range []struct {
			changed, score int
			want           models.Fate
		}{{1, 9, models.Stored}, {3, 9, models.Known}, {2, 4, models.Ignored}, {3, 9, models.Known}, {3, 8, models.Replaced}} {
			state := h.fromSource(t, step.changed, fmt.Sprintf(`{"submission_id":"s","metric":"nps","score":%d}`, step.score))
			if fate := arrives(t, h.Store, state); fate != step.want {
				t.Errorf("%+v is %s", step, fate)
			}
		}
		same(t, "counted", h.counted(t, "bank", "nps"), map[int]int64{8: 1})
	})
}

func TestLatestStateOfAResponseIsCountedInWhateverOrderStatesArrive(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, h house) {
		random := rand.New(rand.NewPCG(1, 2))
		for r := range 8 {
			var states []models.Accepted
			for version := range 6 {
				text := fmt.Sprintf(`{"submission_id":"s%d","team":"t%d","answers":[{"metric":"nps","score":%d,"comment":"v%d"}`, r, version%3, version, version)
				if version > 2 {
					text += fmt.Sprintf(`,{"metric":"csat","score":%d}`, 1+version%5)
				}
				states = append(states, h.fromSource(t, version, text+"]}"))
			}
			random.Shuffle(len(states), func(i, j int) { states[i], states[j] = states[j], states[i] })
			for _, state := range states {
				arrives(t, h.Store, state)
				h.isExact(t, "bank")
			}
		}
		same(t, "nps", h.counted(t, "bank", "nps"), map[int]int64{5: 8})
		same(t, "csat", h.counted(t, "bank", "csat"), map[int]int64{1: 8})
		if n := h.arrived(t, "bank"); n != 16 {
			t.Errorf("%d answers arrived, want the 16 that there are: none is counted twice", n)
		}
		found, err := h.FindResponses(t.Context(), "bank", models.ResponseFilter{Limit: 100})
		if err != nil || len(found) != 8 {
			t.Fatalf("%d responses, %v", len(found), err)
		}
		for _, r := range found {
			if r.Team != "t2" || len(r.Answers) != 2 || r.Answers[1].Comment != "v5" {
				t.Errorf("%+v", r)
			}
		}
	})
}

func TestStatesThatArriveAtOnceAreCountedOnce(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, h house) {
		replica := h.replica(t)
		var sending sync.WaitGroup
		for version := range 12 {
			state := h.fromSource(t, version, fmt.Sprintf(`{"submission_id":"s","metric":"nps","score":%d}`, version%11))
			on := []*Store{h.Store, replica}[version%2]
			sending.Go(func() { arrives(t, on, state) })
		}
		sending.Wait()
		h.isExact(t, "bank")
		var n int64
		for _, count := range h.counted(t, "bank", "nps") {
			n += count
		}
		if n != 1 || h.arrived(t, "bank") != 1 {
			t.Errorf("%d answers are counted, %d arrived", n, h.arrived(t, "bank"))
		}
	})
}

func TestReplacingLeavesAnonymousAnswersAndWhatCameByAnotherRoad(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, h house) {
		h.commit(t, "bank", `{"submission_id":"own","metric":"nps","score":3}`)
		_, _, err := h.ReplaceResponse(t.Context(), h.fromSource(t, 9, `{"submission_id":"own","metric":"nps","score":4}`))
		hasCode(t, "by another road", err, models.Conflict)
		arrives(t, h.Store, h.fromSource(t, 1, `{"submission_id":"staff","team":"a","metric":"pulse","score":3}`))
		_, _, err = h.ReplaceResponse(t.Context(), h.fromSource(t, 9, `{"submission_id":"staff","team":"b","metric":"pulse","score":4}`))
		hasCode(t, "anonymous", err, models.Conflict)
		_, _, err = h.ReplaceResponse(t.Context(), h.fromSource(t, 9, `{"submission_id":"nobody","metric":"nps","score":4}`))
		hasCode(t, "erased meanwhile", err, models.Busy)
		h.isExact(t, "bank")
	})
}
