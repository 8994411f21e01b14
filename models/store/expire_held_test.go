package store

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/mittari/mittari/models"
)

// days lets days pass.
func (h house) days(n int) { h.now.pass(time.Duration(n) * 24 * time.Hour) }

// inWholeLots fails unless every figure of employees is of nobody or of five at least, by day and team.
func (h house) inWholeLots(t *testing.T, when string, threshold int64) {
	t.Helper()
	h.isExact(t, "bank")
	together := map[string]int64{}
	err := h.EachCount(t.Context(), "bank", "", everyDay(), func(c models.Count) error {
		if c.Metric != "csat" && c.Metric != "nps" && c.Metric != models.ParticipationKey(models.Customer) {
			together[fmt.Sprintf("%s %s %q", c.Metric, c.Day, c.Keys)] += c.N
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for group, n := range together {
		if n != 0 && n < threshold {
			t.Errorf("%s: %s is of %d", when, group, n)
		}
	}
}

func TestALotOfWhichSomeIsDeletedIsTakenApartAsAWhole(t *testing.T) {
	for name, remove := range map[string]func(t *testing.T, h house, id string){
		"erased": func(t *testing.T, h house, id string) {
			if err := h.EraseResponse(t.Context(), "bank", id); err != nil {
				t.Fatal(err)
			}
		},
		"excluded": func(t *testing.T, h house, id string) {
			yes := true
			h.patch(t, id, models.Patch{Excluded: &yes})
		},
	} {
		t.Run(name, func(t *testing.T) {
			onEachDatabase(t, func(t *testing.T, h house) {
				h.workspace(t, "bank")
				h.commit(t, "bank", staff("a", 9, 5, 4)...)
				id := h.commit(t, "bank", append(staff("a", 18, 3, 1), staff("a", 10, 3, 5)...)...)[0]
				h.days(23) // 13 December: all of the 9th and three of the other lot are too old by the 10th
				before := h.told(t, "bank")
				if n := h.expire(t, "bank"); n != 8 {
					t.Fatalf("%d are deleted", n)
				}
				same(t, "figures", h.told(t, "bank"), before)
				h.inWholeLots(t, "some of a lot is deleted", 5)
				remove(t, h, id)
				h.inWholeLots(t, "another one is gone", 5)
				if got, want := h.byTeam(t), "2026-11-09 a 4×5"; got != want {
					t.Errorf("%q, want %q", got, want)
				}
				h.commit(t, "bank", staff("a", 19, 5, 3)...)
				h.inWholeLots(t, "five new ones", 5)
				if got, want := h.byTeam(t), "2026-11-09 a 4×5 2026-11-19 a 1×2 2026-11-19 a 3×5 2026-11-19 a 5×3"; got != want {
					t.Errorf("%q, want %q", got, want)
				}
				h.days(60)
				before = h.told(t, "bank")
				h.expire(t, "bank")
				same(t, "figures", h.told(t, "bank"), before)
				h.inWholeLots(t, "all are deleted", 5)
				if n := h.left(t, "held", "bank"); n != 0 {
					t.Errorf("%d are still held", n)
				}
			})
		})
	}
}

func TestNothingIsHeldUnderTheIDOfADeletedResponse(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, h house) {
		h.workspace(t, "bank")
		ids := h.commit(t, "bank", append(staff("a", 10, 3, 1, `"comment":"c"`), staff("a", 18, 3, 5)...)...)
		h.days(23)
		h.expire(t, "bank")
		var rows []heldRow
		if err := h.read.Where("workspace = ?", "bank").Find(&rows).Error; err != nil {
			t.Fatal(err)
		}
		deleted := 0
		for _, r := range rows {
			if slices.Contains(ids[:3], r.ResponseID) || r.Comment {
				t.Errorf("%+v is still held", r)
			}
			if !slices.Contains(ids, r.ResponseID) {
				deleted++
				if !r.Since.Equal(h.Store.now()) || r.AtTouchpoint != "" {
					t.Errorf("%+v tells whose it was", r)
				}
			}
		}
		if deleted != 6 { // answers, and what they took part by
			t.Errorf("%d of the deleted remain in their lots", deleted)
		}
	})
}

func TestWhatWaitsIsGivenItsTimeAndThenCountsNowhere(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, h house) {
		h.workspace(t, "bank")
		h.commit(t, "bank", staff("a", 1, 4, 5)...)
		h.days(12)
		h.commit(t, "bank", staff("b", 1, 1, 2)...) // an import of what is too old already
		h.days(4)
		if n := h.expire(t, "bank"); n != 4 { // these have waited
			t.Fatalf("%d are deleted", n)
		}
		h.commit(t, "bank", staff("b", 1, 4, 3)...)
		h.inWholeLots(t, "the import goes on", 5)
		if got, want := h.byTeam(t), "2026-11-01 b 2×1 2026-11-01 b 3×4"; got != want {
			t.Errorf("%q, want %q", got, want)
		}
		if n := h.expire(t, "bank"); n != 5 {
			t.Errorf("%d are deleted", n)
		}
		h.inWholeLots(t, "all are deleted", 5)
		if n := h.left(t, "held", "bank"); n != 0 {
			t.Errorf("%d are still held", n)
		}
	})
}

// said is how many comments on pulse are told.
func (h house) said(t *testing.T) int {
	t.Helper()
	pulse := models.DefaultAnonymity().Apply(models.StandardMetrics()["pulse"])
	comments, err := h.FindComments(t.Context(), "bank", pulse, models.CommentFilter{Metric: "pulse", Period: everyDay(), Limit: 100})
	if err != nil {
		t.Fatal(err)
	}
	return len(comments)
}

func TestCommentsOfALotGoTogether(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, h house) {
		h.workspace(t, "bank")
		h.commit(t, "bank", append(staff("a", 10, 1, 1, `"comment":"old"`), staff("a", 18, 9, 5, `"comment":"new"`)...)...)
		if n := h.said(t); n != 10 {
			t.Fatalf("%d are told", n)
		}
		h.days(23)
		h.expire(t, "bank")
		if n := h.said(t); n != 0 {
			t.Errorf("%d of the other comments are told: which one has gone, and when it was given?", n)
		}
		if err := h.PutAnonymity(t.Context(), "bank", models.Anonymity{Employees: 6, EmployeeComments: 10, Customers: 1}); err != nil {
			t.Fatal(err)
		}
		h.commit(t, "bank", staff("a", 19, 10, 5, `"comment":"newer"`)...)
		if n := h.said(t); n != 10 {
			t.Errorf("%d are told after ten more", n)
		}
		h.inWholeLots(t, "ten more", 6)
	})
}

func TestRaisedThresholdHoldsForDeletedAnswersToo(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, h house) {
		h.workspace(t, "bank")
		for day := 8; day < 11; day++ {
			h.commit(t, "bank", staff("a", day, 5, day-7)...)
		}
		h.commit(t, "bank", append(staff("b", 9, 9, 5), `{"metric":"csat","score":1,"collected_at":"2026-11-09T10:00:00Z"}`)...)
		h.days(19 + 30)
		arrived := h.arrived(t, "bank")
		h.expire(t, "bank")
		if n := h.left(t, "responses", "bank") + h.left(t, "held", "bank"); n != 0 {
			t.Fatalf("%d are left", n)
		}
		if err := h.PutAnonymity(t.Context(), "bank", models.Anonymity{Employees: 8, EmployeeComments: 10, Customers: 2}); err != nil {
			t.Fatal(err)
		}
		h.inWholeLots(t, "raised", 8)
		if got, want := h.byTeam(t), "2026-11-09 a 1×5 2026-11-09 a 2×5 2026-11-09 b 5×9"; got != want {
			t.Errorf("%q, want %q", got, want)
		}
		same(t, "a customer alone", h.counted(t, "bank", "csat"), map[int]int64{})
		h.commit(t, "bank", staff("a", 11, 8, 3)...)
		h.inWholeLots(t, "others come", 8)
		h.days(30)
		if err := h.FormLots(t.Context()); err != nil {
			t.Fatal(err)
		}
		h.inWholeLots(t, "the wave is over", 8)
		if got := h.arrived(t, "bank"); got != arrived+13 || !strings.Contains(h.byTeam(t), "2026-11-11 a 3×13") {
			t.Errorf("%d arrived, before %d; %s", got, arrived, h.byTeam(t))
		}
	})
}
