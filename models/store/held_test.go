package store

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mittari/mittari/models"
)

// staff are n answers of a team's people on a day of November.
func staff(team string, day, n, score int, more ...string) []string {
	var submissions []string
	for range n {
		submissions = append(submissions, fmt.Sprintf(`{"survey":"staff","team":%q,"metric":"pulse","score":%d,"collected_at":"2026-11-%02dT10:00:00Z"%s}`,
			team, score, day, strings.Join(append([]string{""}, more...), ",")))
	}
	return submissions
}

// byTeam is what the rollups hold of pulse, by team.
func (h house) byTeam(t *testing.T) string {
	t.Helper()
	team := models.Team
	counts, err := h.FindCounts(t.Context(), "bank", models.CountQuery{Metric: "pulse", Period: everyDay(), By: &team, Daily: true})
	if err != nil {
		t.Fatal(err)
	}
	return written(counts, true)
}

func TestEmployeesAreCountedInLotsOnly(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, h house) {
		h.workspace(t, "bank")
		h.commit(t, "bank", staff("a", 10, 4, 5)...)
		h.commit(t, "bank", staff("b", 10, 4, 1)...)
		h.isExact(t, "bank")
		if got := h.byTeam(t); got != "" || h.arrived(t, "bank") != 0 {
			t.Errorf("fewer than five are counted: %q, %d arrived", got, h.arrived(t, "bank"))
		}
		h.commit(t, "bank", staff("a", 12, 1, 2)...)
		h.isExact(t, "bank")
		if got, want := h.byTeam(t), "2026-11-12 a 2×1 2026-11-12 a 5×4"; got != want || h.arrived(t, "bank") != 5 {
			t.Errorf("%q, want %q; %d arrived", got, want, h.arrived(t, "bank"))
		}
		h.commit(t, "bank", append(staff("a", 13, 4, 1), staff("b", 14, 2, 3)...)...)
		h.isExact(t, "bank")
		if got, want := h.byTeam(t), "2026-11-12 a 2×1 2026-11-12 a 5×4 2026-11-14 b 1×4 2026-11-14 b 3×2"; got != want {
			t.Errorf("%q, want %q", got, want)
		}
	})
}

func TestWhatIsLeftOfAWaveIsCountedForTheCompany(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, h house) {
		h.workspace(t, "bank")
		h.commit(t, "bank", append(staff("a", 10, 3, 5), staff("b", 11, 2, 1)...)...)
		if err := h.FormLots(t.Context()); err != nil || h.byTeam(t) != "" {
			t.Fatalf("the wave is not over: %q, %v", h.byTeam(t), err)
		}
		h.now.pass(models.WaveLife + time.Second)
		if err := h.FormLots(t.Context()); err != nil {
			t.Fatal(err)
		}
		h.isExact(t, "bank")
		if got, want := h.byTeam(t), "2026-11-11  1×2 2026-11-11  5×3"; got != want && got != strings.ReplaceAll(want, "  ", " ") {
			t.Errorf("%q, want %q", got, want)
		}
	})
}

func TestErasingAnEmployeesAnswerTakesItsLotApart(t *testing.T) {
	for name, remove := range map[string]func(t *testing.T, h house, id string) error{
		"erased": func(t *testing.T, h house, id string) error { return h.EraseResponse(t.Context(), "bank", id) },
		"excluded": func(t *testing.T, h house, id string) error {
			yes := true
			_, err := h.UpdateResponse(t.Context(), "bank", id, models.Patch{Excluded: &yes})
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			onEachDatabase(t, func(t *testing.T, h house) {
				h.workspace(t, "bank")
				h.commit(t, "bank", staff("a", 9, 6, 4)...)
				id := h.commit(t, "bank", append(staff("a", 10, 1, 1), staff("a", 10, 4, 5)...)...)[0]
				if err := remove(t, h, id); err != nil {
					t.Fatal(err)
				}
				h.isExact(t, "bank")
				if got, want := h.byTeam(t), "2026-11-09 a 4×6"; got != want {
					t.Errorf("%q, want %q", got, want)
				}
				h.commit(t, "bank", staff("a", 11, 4, 3)...)
				if got, want := h.byTeam(t), "2026-11-09 a 4×6"; got != want {
					t.Errorf("four returned and four new ones are told: %q, want %q", got, want)
				}
				h.commit(t, "bank", staff("a", 11, 1, 3)...)
				h.isExact(t, "bank")
				if got, want := h.byTeam(t), "2026-11-09 a 4×6 2026-11-11 a 3×5 2026-11-11 a 5×4"; got != want {
					t.Errorf("%q, want %q", got, want)
				}
			})
		})
	}
}

func TestExcludedEmployeeComesBackWithOthersOnly(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, h house) {
		h.workspace(t, "bank")
		mixed := `{"survey":"staff","team":"a","collected_at":"2026-11-10T10:00:00Z","answers":[{"metric":"pulse","score":1,"comment":"c"},{"metric":"csat","score":2}]}`
		id := h.commit(t, "bank", append([]string{mixed}, staff("a", 10, 4, 5)...)...)[0]
		for _, excluded := range []bool{true, false} {
			if _, err := h.UpdateResponse(t.Context(), "bank", id, models.Patch{Excluded: &excluded}); err != nil {
				t.Fatal(err)
			}
			h.isExact(t, "bank")
			if got := h.byTeam(t); got != "" {
				t.Errorf("excluded %v: %q", excluded, got)
			}
			want := map[int]int64{2: 1}
			if excluded {
				want = map[int]int64{}
			}
			same(t, "the customer's answer beside it", h.counted(t, "bank", "csat"), want)
		}
		h.commit(t, "bank", staff("a", 11, 5, 3)...)
		h.isExact(t, "bank")
		if got, want := h.byTeam(t), "2026-11-11 a 1×1 2026-11-11 a 3×5 2026-11-11 a 5×4"; got != want {
			t.Errorf("%q, want %q", got, want)
		}
		if n := h.arrived(t, "bank"); n != 16 { // five, csat, and the lot of ten
			t.Errorf("%d arrived", n)
		}
	})
}

func TestRaisedThresholdMakesLotsOfLots(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, h house) {
		h.workspace(t, "bank")
		for day := 9; day < 12; day++ {
			h.commit(t, "bank", staff("a", day, 5, day-8)...)
		}
		h.commit(t, "bank", staff("b", 9, 5, 5)...)
		before := h.arrived(t, "bank")
		if err := h.PutAnonymity(t.Context(), "bank", models.Anonymity{Employees: 8, EmployeeComments: 10, Customers: 1}); err != nil {
			t.Fatal(err)
		}
		h.isExact(t, "bank")
		if got, want := h.byTeam(t), "2026-11-10 a 1×5 2026-11-10 a 2×5"; got != want {
			t.Errorf("%q, want %q", got, want)
		}
		if n := h.arrived(t, "bank"); n != before {
			t.Errorf("%d have arrived, before %d", n, before)
		}
		err := h.PutAnonymity(t.Context(), "bank", models.DefaultAnonymity())
		hasCode(t, "lowering it again", err, models.Invalid)
		if a, err := h.AnonymityByWorkspace(t.Context(), "bank"); err != nil || a.Employees != 8 {
			t.Errorf("%+v, %v", a, err)
		}
	})
}

func TestCustomersBecomeAnonymousToo(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, h house) {
		h.workspace(t, "bank")
		h.commit(t, "bank", nps(9), nps(9), nps(9, `"comment":"fine"`), nps(0, `"team":"x"`))
		if err := h.PutAnonymity(t.Context(), "bank", models.Anonymity{Employees: 5, EmployeeComments: 10, Customers: 3}); err != nil {
			t.Fatal(err)
		}
		h.isExact(t, "bank")
		same(t, "three of four are a lot", h.counted(t, "bank", "nps"), map[int]int64{9: 3})
		h.commit(t, "bank", nps(8, `"team":"x"`), nps(7, `"team":"x"`))
		h.isExact(t, "bank")
		same(t, "and the fourth with two more", h.counted(t, "bank", "nps"), map[int]int64{0: 1, 7: 1, 8: 1, 9: 3})
	})
}

func TestRepairHoldsBackWhatWasCountedOneByOne(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, h house) {
		h.workspace(t, "bank")
		h.commit(t, "bank", nps(9), nps(0))
		h.sql(t, `INSERT INTO thresholds VALUES ('bank', 5, 10, 3)`) // as if another server had not heard of it yet
		found, err := h.Verify(t.Context(), "bank", true)
		if err != nil || len(found) != 3 { // and what they took part by
			t.Fatalf("%+v, %v", found, err)
		}
		h.isExact(t, "bank")
		same(t, "two customers", h.counted(t, "bank", "nps"), map[int]int64{})
		h.commit(t, "bank", nps(5))
		h.isExact(t, "bank")
		same(t, "three customers", h.counted(t, "bank", "nps"), map[int]int64{0: 1, 5: 1, 9: 1})
	})
}

func TestTwoWritersPutEachEmployeeIntoOneLot(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, h house) {
		h.workspace(t, "bank")
		other := h.replica(t)
		var writers sync.WaitGroup
		for i, s := range []*Store{h.Store, other, h.Store, other} {
			writers.Go(func() {
				for n := range 12 {
					batch := h.accept(t, "bank", staff([]string{"a", "b"}[(i+n)%2], 10+n%3, 1+n%3, 1+n%5)...)
					if _, err := s.Commit(t.Context(), "bank", batch); err != nil {
						t.Error(err)
					}
				}
			})
		}
		writers.Wait()
		h.isExact(t, "bank")
		var small, waiting, all int64
		if err := h.read.Raw(`SELECT COUNT(*) FROM (SELECT lot FROM held WHERE lot IS NOT NULL GROUP BY lot HAVING COUNT(*) < 5) AS s`).Scan(&small).Error; err != nil {
			t.Fatal(err)
		}
		if err := h.read.Raw(`SELECT COUNT(*) FROM held WHERE lot IS NULL AND metric = 'pulse'`).Scan(&waiting).Error; err != nil {
			t.Fatal(err)
		}
		for _, n := range h.counted(t, "bank", "pulse") {
			all += n
		}
		if small != 0 || all+waiting != 4*24 || all == 0 {
			t.Errorf("%d small lots; %d counted and %d waiting of %d", small, all, waiting, 4*24)
		}
	})
}

func TestAnswersOfOneLotAreTakenBackAtOnceWithoutDeadlock(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, h house) {
		const people, times = 12, 4
		h.workspace(t, "bank")
		ids := h.commit(t, "bank", staff("a", 10, people, 5)...)
		var all []func(context.Context) error
		stores, check := h.withoutDeadlock(t)
		for i, id := range ids {
			all = append(all, func(ctx context.Context) error {
				for n := range times {
					err := excludeAll(ctx, stores[i%2], []string{id}, n%2 == 0)
					if _, also := stores[(i+1)%2].Commit(ctx, "bank", h.accept(t, "bank", staff("a", 10, 1, 4)...)); err != nil || also != nil {
						return errors.Join(err, also)
					}
				}
				return nil
			})
		}
		together(t, all...)
		check()
		h.isExact(t, "bank")
		if waiting := h.commit(t, "bank", staff("a", 10, 5, 4)...); len(waiting) != 5 {
			t.Errorf("%d more are stored", len(waiting))
		}
		same(t, "counted", h.counted(t, "bank", "pulse"), map[int]int64{5: people, 4: people*times + 5})
		h.isExact(t, "bank")
	})
}
