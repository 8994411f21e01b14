package store

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/mittari/mittari/models"
)

// expires deletes what is too old, over and over, in batches of any size that comes.
func expires(ctx context.Context, s *Store, times int, deleted *[]int, mu *sync.Mutex) error {
	for range times {
		err := s.ExpireResponses(ctx, "bank", kept, func(n int) error {
			mu.Lock()
			defer mu.Unlock()
			*deleted = append(*deleted, n)
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func TestReplicasDeleteEachResponseOnceBesideAllOtherWrites(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, h house) {
		const rounds, old = 10, 1300
		h.workspace(t, "bank")
		other := h.replica(t)
		h.commit(t, "bank", slices.Repeat([]string{on("2026-09-01", 9), `{"metric":"csat","score":2,"collected_at":"2026-09-02T10:00:00Z","solicited":false}`}, old/2)...)
		h.commit(t, "bank", staff("a", 1, 60, 4)...) // too old when 25 days have passed
		young := h.commit(t, "bank", append(slices.Repeat(staff("a", 18, 1, 2), rounds), slices.Repeat([]string{on("2026-11-18", 3)}, rounds)...)...)
		h.days(25)
		arrived := h.arrived(t, "bank")
		newer := h.accept(t, "bank", slices.Repeat(append(staff("a", 19, 3, 1), on("2026-11-19", 9), on("2026-11-19", 0)), rounds)...)
		var mu sync.Mutex
		var deleted []int
		half := len(newer) / 2
		together(t, commits(h.Store, newer[:half], 5), commits(other, newer[half:], 5),
			func(ctx context.Context) error { return expires(ctx, h.Store, 3, &deleted, &mu) },
			func(ctx context.Context) error { return expires(ctx, other, 3, &deleted, &mu) },
			func(ctx context.Context) error { return excludeAll(ctx, h.Store, young[:rounds/2], true) },
			func(ctx context.Context) error { return eraseAll(ctx, other, young[rounds/2:]) },
			func(ctx context.Context) error { return repairs(ctx, other, 2) })
		var all int
		for _, n := range deleted {
			all += n
		}
		if all != old+60 {
			t.Errorf("%d are deleted of %d", all, old+60)
		}
		h.isExact(t, "bank")
		same(t, "customers", h.counted(t, "bank", "csat"), map[int]int64{2: old / 2})
		same(t, "customers", h.counted(t, "bank", "nps"), map[int]int64{9: old/2 + rounds, 0: rounds})
		if n := h.arrived(t, "bank"); n < arrived+2*rounds {
			t.Errorf("%d have arrived, before %d", n, arrived)
		}
	})
}

// TestAnyHistoryStaysExactAndInWholeLots plays what may happen to a workspace, always the same.
func TestAnyHistoryStaysExactAndInWholeLots(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, h house) {
		for seed := range uint64(3) {
			h.empty(t)
			h.workspace(t, "bank")
			chance := rand.New(rand.NewPCG(seed, 14))
			w := world{house: h, chance: chance, threshold: 5}
			for step := range 60 {
				what := w.step(t)
				h.inWholeLots(t, fmt.Sprintf("seed %d, step %d, %s", seed, step, what), w.threshold)
				if t.Failed() {
					return
				}
			}
			h.days(400)
			before := h.told(t, "bank")
			h.expire(t, "bank")
			same(t, "figures", h.told(t, "bank"), before)
			if n := h.left(t, "responses", "bank") + h.left(t, "answers", "bank"); n != 0 {
				t.Errorf("%d rows are left", n)
			}
		}
	})
}

type world struct {
	house
	chance    *rand.Rand
	ids       []string
	threshold int64
}

// step makes one thing happen, and says what.
func (w *world) step(t *testing.T) string {
	t.Helper()
	switch w.chance.IntN(8) {
	case 0, 1, 2:
		var submissions []string
		for range 1 + w.chance.IntN(7) {
			given := w.now.read().Add(-time.Duration(w.chance.IntN(40)) * 24 * time.Hour).Format(time.RFC3339)
			team := string(rune('a' + w.chance.IntN(2)))
			answers := fmt.Sprintf(`{"metric":"pulse","score":%d,"comment":"c"}`, 1+w.chance.IntN(5))
			if w.chance.IntN(3) == 0 {
				answers += fmt.Sprintf(`,{"metric":"csat","score":%d}`, 1+w.chance.IntN(5))
			}
			submissions = append(submissions, fmt.Sprintf(`{"team":%q,"collected_at":%q,"answers":[%s]}`, team, given, answers))
		}
		w.ids = append(w.ids, w.commit(t, "bank", submissions...)...)
		return "some answer"
	case 3:
		w.days(1 + w.chance.IntN(12))
		if err := w.FormLots(t.Context()); err != nil {
			t.Fatal(err)
		}
		return "days pass"
	case 4, 5:
		before := w.told(t, "bank")
		w.expire(t, "bank")
		same(t, "figures", w.told(t, "bank"), before)
		return "what is too old is deleted"
	case 6:
		return w.change(t)
	}
	if w.threshold < 8 && w.chance.IntN(4) == 0 {
		w.threshold++
		if err := w.PutAnonymity(t.Context(), "bank", models.Anonymity{Employees: w.threshold, EmployeeComments: 10, Customers: 1}); err != nil {
			t.Fatal(err)
		}
		return "the threshold is raised"
	}
	if found, err := w.Verify(t.Context(), "bank", true); err != nil || len(found) > 0 {
		t.Fatalf("%+v, %v", found, err)
	}
	return "all is verified"
}

// change erases, excludes or counts again a response that may be deleted by now.
func (w *world) change(t *testing.T) string {
	t.Helper()
	if len(w.ids) == 0 {
		return "nothing"
	}
	id := w.ids[w.chance.IntN(len(w.ids))]
	what, err := "one is erased", error(nil)
	if excluded := w.chance.IntN(2) == 0; w.chance.IntN(2) == 0 {
		err = w.EraseResponse(t.Context(), "bank", id)
	} else {
		what = fmt.Sprint("excluded is ", excluded)
		_, err = w.UpdateResponse(t.Context(), "bank", id, models.Patch{Excluded: &excluded})
	}
	if err != nil && models.ErrorCode(err) != models.NotFound {
		t.Fatal(err)
	}
	return what
}
