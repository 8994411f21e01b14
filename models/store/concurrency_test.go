package store

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/mittari/mittari/models"
)

// together runs all at once, and fails with their errors.
func together(t *testing.T, all ...func(ctx context.Context) error) {
	t.Helper()
	var wg sync.WaitGroup
	for _, do := range all {
		wg.Go(func() {
			if err := do(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
}

func TestReplicasThatGetTheSameSubmissionsStoreEachOnce(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, h house) {
		const writers, submissions, batch = 8, 240, 40
		stores := []*Store{h.Store, h.replica(t)}
		var created atomic.Int64
		var writing []func(context.Context) error
		for w := range writers {
			texts := make([]string, submissions)
			for i := range texts {
				texts[i] = nps(i%11, fmt.Sprintf(`"submission_id":"s-%d","touchpoint":"t%d"`, i, i%5))
			}
			order := rand.New(rand.NewPCG(1, uint64(w)))
			order.Shuffle(len(texts), func(i, j int) { texts[i], texts[j] = texts[j], texts[i] })
			accepted := h.accept(t, "bank", texts...)
			writing = append(writing, func(ctx context.Context) error {
				for part := range slices.Chunk(accepted, batch) {
					outcomes, err := stores[w%len(stores)].Commit(ctx, "bank", part)
					if err != nil {
						return err
					}
					for _, o := range outcomes {
						if o.Err != nil {
							return o.Err
						}
						if o.New {
							created.Add(1)
						}
					}
				}
				return nil
			})
		}
		together(t, writing...)
		if n := created.Load(); n != submissions {
			t.Errorf("%d writers were told that theirs is new, of %d submissions", n, submissions)
		}
		want := map[int]int64{}
		for i := range submissions {
			want[i%11]++
		}
		same(t, "counted", h.counted(t, "bank", "nps"), want)
		if n := h.arrived(t, "bank"); n != submissions {
			t.Errorf("%d have arrived", n)
		}
		h.isExact(t, "bank")
	})
}

// commits stores rows, some at a time.
func commits(s *Store, rows []models.Accepted, size int) func(context.Context) error {
	return func(ctx context.Context) error {
		for part := range slices.Chunk(rows, size) {
			if _, err := s.Commit(ctx, "bank", part); err != nil {
				return err
			}
		}
		return nil
	}
}

func TestWritesOfAllKindsAtOnceLeaveTheRollupsExact(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, h house) {
		const rounds = 12
		other := h.replica(t)
		var ids []string
		for i := range 2 * rounds {
			ids = append(ids, h.commit(t, "bank", nps(i%11, `"touchpoint":"a"`))...)
		}
		newer := h.accept(t, "bank", slices.Repeat([]string{nps(9, `"touchpoint":"a"`), nps(2, `"touchpoint":"b"`)}, rounds)...)
		together(t, commits(h.Store, newer[:rounds], 2), commits(other, newer[rounds:], 2),
			func(ctx context.Context) error { return excludeAll(ctx, h.Store, ids[:rounds], true) },
			func(ctx context.Context) error { return excludeAll(ctx, other, ids[:rounds], true) },
			func(ctx context.Context) error { return eraseAll(ctx, other, ids[rounds:]) },
			func(ctx context.Context) error { return eraseAll(ctx, h.Store, ids[rounds:]) },
			func(ctx context.Context) error { return repairs(ctx, other, 3) })
		h.isExact(t, "bank")
		same(t, "counted", h.counted(t, "bank", "nps"), map[int]int64{9: rounds, 2: rounds})
		if n := h.arrived(t, "bank"); n != 4*rounds {
			t.Errorf("%d have arrived", n)
		}
	})
}

func excludeAll(ctx context.Context, s *Store, ids []string, excluded bool) error {
	for _, id := range ids {
		if _, err := s.UpdateResponse(ctx, "bank", id, models.Patch{Excluded: &excluded}); err != nil {
			return err
		}
	}
	return nil
}

// eraseAll erases what another may have erased already.
func eraseAll(ctx context.Context, s *Store, ids []string) error {
	for _, id := range ids {
		if err := s.EraseResponse(ctx, "bank", id); err != nil && models.ErrorCode(err) != models.NotFound {
			return err
		}
	}
	return nil
}

// repairs verifies and repairs, and fails when there was anything to mend.
func repairs(ctx context.Context, s *Store, times int) error {
	for range times {
		found, err := s.Verify(ctx, "bank", true)
		if err != nil || len(found) > 0 {
			return fmt.Errorf("%d rollups differ while others write: %+v, %w", len(found), found, err)
		}
	}
	return nil
}

func TestRepairMendsWhileOthersWrite(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, h house) {
		const rounds = 20
		h.commit(t, "bank", nps(9), nps(9), nps(1))
		h.sql(t, `UPDATE rollups SET n = n + 1000 WHERE score = 9`)
		other := h.replica(t)
		rows := h.accept(t, "bank", slices.Repeat([]string{nps(9)}, rounds)...)
		together(t, func(ctx context.Context) error {
			for _, row := range rows {
				if _, err := other.Commit(ctx, "bank", []models.Accepted{row}); err != nil {
					return err
				}
			}
			return nil
		}, func(ctx context.Context) error {
			found, err := h.Verify(ctx, "bank", true)
			if len(found) != 1 || found[0].Stored-found[0].Count.N != 1000 {
				return fmt.Errorf("found %+v, %w", found, err)
			}
			return err
		})
		same(t, "counted", h.counted(t, "bank", "nps"), map[int]int64{9: 2 + rounds, 1: 1})
		h.isExact(t, "bank")
	})
}

// deadlocks is how many the database has met, as far as those are known that have left it.
func (h house) deadlocks(t *testing.T, left string) (n int64) {
	t.Helper()
	if h.dialect != onPostgres {
		return 0
	}
	for here := int64(1); here > 0; {
		if err := h.read.Raw("SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = ?", left).Scan(&here).Error; err != nil {
			t.Fatal(err)
		}
	}
	if err := h.read.Raw("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()").Scan(&n).Error; err != nil {
		t.Fatal(err)
	}
	return n
}

// withoutDeadlock gives two stores on the house's database, and what closes them and fails when they met a deadlock.
func (h house) withoutDeadlock(t *testing.T) (stores []*Store, check func()) {
	t.Helper()
	writers, before := h, h.deadlocks(t, "writers")
	if joint := "?"; h.dialect == onPostgres {
		if strings.Contains(h.url, joint) {
			joint = "&"
		}
		writers.url += joint + "application_name=writers"
	}
	stores = []*Store{writers.replica(t), writers.replica(t)}
	return stores, func() {
		for _, s := range stores {
			s.Close()
		}
		if n := h.deadlocks(t, "writers") - before; n > 0 {
			t.Errorf("%d deadlocks", n)
		}
	}
}

func TestSameSubmissionsInOppositeOrderMeetWithoutDeadlock(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, h house) {
		const rounds, lines = 8, 400
		stores, check := h.withoutDeadlock(t)
		for round := range rounds {
			texts := make([]string, lines)
			for i := range texts {
				texts[i] = nps(i%11, fmt.Sprintf(`"submission_id":"s-%d-%d","touchpoint":"t%d"`, round, i, i%5))
			}
			orders := [][]models.Accepted{h.accept(t, "bank", texts...)}
			slices.Reverse(texts)
			orders = append(orders, h.accept(t, "bank", texts...))
			var all []func(context.Context) error
			for i, s := range stores {
				all = append(all, func(ctx context.Context) error {
					_, err := s.Commit(ctx, "bank", orders[i])
					return err
				})
			}
			together(t, all...)
		}
		check()
		if n := h.arrived(t, "bank"); n != rounds*lines {
			t.Errorf("%d have arrived", n)
		}
		h.isExact(t, "bank")
	})
}
