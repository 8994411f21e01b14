package store

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"github.com/mittari/mittari/models"
)

// erases erases persons one after the other.
func erases(ctx context.Context, s *Store, persons []string, scores models.Kept) error {
	for _, person := range persons {
		if _, err := s.ErasePerson(ctx, "bank", person, person, scores); err != nil {
			return err
		}
	}
	return nil
}

func TestPersonsAreErasedBesideAllOtherWritesWithoutDeadlock(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, h house) {
		const people, each = 16, 6
		h.workspace(t, "bank")
		var all, persons []string
		for i := range people {
			persons = append(persons, fmt.Sprint("p", i))
			by := fmt.Sprintf(`"person":"p%d"`, i)
			for n := range each {
				all = append(all, nps((i+n)%11, by), staff([]string{"a", "b"}[n%2], 10+i%3, 1, 1+n%5, by, `"comment":"c"`)[0],
					fmt.Sprintf(`{"answers":[{"metric":"csat","score":2},{"metric":"pulse","score":3}],%s}`, by))
			}
		}
		ids := h.commit(t, "bank", all...)
		newer := h.accept(t, "bank", append(staff("a", 11, 20, 4), staff("b", 11, 20, 4)...)...)
		stores, check := h.withoutDeadlock(t)
		var mu sync.Mutex
		var deleted []int
		backwards := make([]string, 0, people)
		for i := range persons {
			backwards = append(backwards, persons[people-1-i])
		}
		together(t,
			func(ctx context.Context) error { return erases(ctx, stores[0], persons[:12], models.KeepScores) },
			func(ctx context.Context) error { return erases(ctx, stores[1], backwards[:12], models.DeleteScores) },
			func(ctx context.Context) error { return eraseAll(ctx, stores[0], ids[:40]) },
			commits(stores[1], newer, 1),
			func(ctx context.Context) error { return expires(ctx, stores[0], 5, &deleted, &mu) },
			func(ctx context.Context) error { return repairs(ctx, stores[1], 3) })
		check()
		h.isExact(t, "bank")
		if n := h.left(t, "responses", "bank"); n != 40 {
			t.Errorf("%d responses are left, want those of nobody", n)
		}
	})
}
