package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/mittari/mittari/models"
)

// kept is the retention of these tests: on 20 November all that was given before 21 October is too old.
const kept models.Retention = 30

// expire deletes what is too old, and gives how much that was.
func (h house) expire(t *testing.T, workspace string) int {
	t.Helper()
	deleted := 0
	if err := h.ExpireResponses(t.Context(), workspace, kept, func(n int) error { deleted += n; return nil }); err != nil {
		t.Fatal(err)
	}
	return deleted
}

// told is all that figures are made of: every rollup row with its count, and what arrived.
func (h house) told(t *testing.T, workspace string) []string {
	t.Helper()
	var rows []string
	err := h.EachCount(t.Context(), workspace, "", everyDay(), func(c models.Count) error {
		if c.N != 0 {
			rows = append(rows, fmt.Sprintf("%s %s %q %d×%d", c.Metric, c.Day, c.Keys, c.Score, c.N))
		}
		return nil
	})
	arrivals, arrivalsErr := h.FindArrivals(t.Context(), workspace)
	if err := firstError(err, arrivalsErr); err != nil {
		t.Fatal(err)
	}
	for _, a := range arrivals {
		rows = append(rows, fmt.Sprint(a))
	}
	slices.Sort(rows)
	return rows
}

// left is how many rows a table has of the workspace.
func (h house) left(t *testing.T, table, workspace string) int64 {
	t.Helper()
	var n int64
	if err := h.read.Table(table).Where("workspace = ?", workspace).Count(&n).Error; err != nil {
		t.Fatal(err)
	}
	return n
}

func TestWhatIsTooOldIsDeletedAndStaysCounted(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, h house) {
		h.workspace(t, "bank")
		h.workspace(t, "other")
		const given = `"collected_at":"2026-09-01T10:00:00Z"`
		excluded := h.commit(t, "bank",
			nps(9, given, `"comment":"old"`, `"submission_id":"s"`, `"team":"m"`), nps(9, given), nps(0, given, `"solicited":false`),
			`{`+given+`,"touchpoint":"visit","answers":[{"metric":"nps","score":3},{"metric":"csat","score":5,"touchpoint":"food"},{"metric":"pulse","score":2}]}`,
			nps(5, given), on("2026-11-19", 8, `"comment":"new"`))[4]
		h.commit(t, "bank", slices.Repeat([]string{`{` + given + `,"metric":"pulse","score":4}`}, 6)...)
		h.commit(t, "other", nps(1, given), nps(2))
		yes := true
		h.patch(t, excluded, models.Patch{Excluded: &yes})
		before, others := h.told(t, "bank"), h.told(t, "other")
		if n := h.expire(t, "bank"); n != 10 {
			t.Errorf("%d are deleted", n)
		}
		h.days(16) // in which the one with an employee's answer waits for others
		if n := h.expire(t, "bank"); n != 1 {
			t.Errorf("%d are deleted", n)
		}
		same(t, "figures", h.told(t, "bank"), before)
		h.isExact(t, "bank")
		for table, want := range map[string]int64{"responses": 1, "answers": 1, "held": 0} {
			if n := h.left(t, table, "bank"); n != want {
				t.Errorf("%d rows of %s are left, want %d", n, table, want)
			}
		}
		same(t, "another workspace", h.told(t, "other"), others)
		if n := h.left(t, "responses", "other"); n != 2 {
			t.Errorf("%d responses are left of another workspace", n)
		}
		for what, err := range map[string]error{
			"erasing": h.EraseResponse(t.Context(), "bank", excluded),
			"patching": func() error {
				_, err := h.UpdateResponse(t.Context(), "bank", excluded, models.Patch{Excluded: &yes})
				return err
			}(),
		} {
			hasCode(t, what, err, models.NotFound)
			if !strings.Contains(fmt.Sprint(err), "older than responses are kept") {
				t.Errorf("%s says %v", what, err)
			}
		}
		if n := h.expire(t, "bank"); n != 0 {
			t.Errorf("a second pass deletes %d", n)
		}
	})
}

func TestRepairCountsWhatIsDeletedToo(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, h house) {
		h.workspace(t, "bank")
		h.commit(t, "bank", on("2026-09-01", 9), on("2026-09-01", 9, `"team":"m"`), on("2026-11-01", 9), on("2026-09-01", 0))
		before := h.told(t, "bank")
		h.expire(t, "bank")
		h.sql(t, `UPDATE rollups SET n = n + 3 WHERE score = 9`, `DELETE FROM rollups WHERE score = 0`)
		if found, err := h.Verify(t.Context(), "bank", true); err != nil || len(found) != 4 {
			t.Errorf("%+v, %v", found, err)
		}
		same(t, "figures", h.told(t, "bank"), before)
		h.isExact(t, "bank")
	})
}

func TestWhatArrivesTooLateIsCountedAndDeletedByTheNextPass(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, h house) {
		h.workspace(t, "bank")
		late := on("2026-09-01", 9, `"submission_id":"s"`)
		for times := int64(1); times < 3; times++ { // who sends it again after that sends another one
			h.commit(t, "bank", late)
			if n := h.expire(t, "bank"); n != 1 {
				t.Errorf("%d are deleted", n)
			}
			same(t, "counted", h.counted(t, "bank", "nps"), map[int]int64{9: times})
			h.isExact(t, "bank")
		}
	})
}

func TestADayIsCutByTheMoment(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, h house) {
		h.workspace(t, "bank")
		before := kept.Before(h.now.read()).Truncate(time.Microsecond)
		for _, given := range []time.Time{before.Add(-time.Microsecond), before, before.Add(time.Microsecond)} {
			h.commit(t, "bank", nps(9, `"collected_at":"`+given.Format(time.RFC3339Nano)+`"`))
		}
		if n := h.expire(t, "bank"); n != 1 {
			t.Errorf("%d are deleted", n)
		}
		h.isExact(t, "bank")
	})
}

func TestManyAreDeletedInBatchesThatCanBeStopped(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, h house) {
		h.workspace(t, "bank")
		h.commit(t, "bank", slices.Repeat([]string{on("2026-09-01", 9), on("2026-09-02", 3, `"comment":"c"`)}, expiryBatch)...)
		before := h.told(t, "bank")
		enough := errors.New("enough")
		err := h.ExpireResponses(t.Context(), "bank", kept, func(n int) error {
			if n != expiryBatch {
				t.Errorf("the first batch is of %d", n)
			}
			return enough
		})
		if n := h.left(t, "responses", "bank"); !errors.Is(err, enough) || n != expiryBatch {
			t.Errorf("stopped by %v, %d are left", err, n)
		}
		h.isExact(t, "bank")
		if n := h.expire(t, "bank"); n != expiryBatch {
			t.Errorf("the rest is %d", n)
		}
		same(t, "figures", h.told(t, "bank"), before)
		h.isExact(t, "bank")
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := h.ExpireResponses(ctx, "bank", kept, nil); !errors.Is(err, context.Canceled) {
			t.Errorf("when interrupted it says %v", err)
		}
	})
}
