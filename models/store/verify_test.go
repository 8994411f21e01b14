package store

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/mittari/mittari/models"
)

func TestVerifyNamesWhatWasTamperedWithAndRepairMendsIt(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, h house) {
		h.commit(t, "bank", on("2026-11-01", 9, `"team":"m"`), on("2026-11-01", 9, `"team":"m"`), on("2026-11-01", 3), on("2026-11-02", 7))
		h.commit(t, "other", on("2026-11-01", 9))
		h.sql(t, `UPDATE rollups SET n = 5 WHERE workspace = 'bank' AND score = 9`,
			`DELETE FROM rollups WHERE workspace = 'bank' AND score = 7`,
			`UPDATE rollups SET team = 'x' WHERE workspace = 'bank' AND score = 3`,
			`UPDATE rollups SET n = n + 1 WHERE workspace = 'other' AND metric = 'nps'`)
		count := func(d string, team string, score int, n int64) models.Count {
			return models.Count{Metric: "nps", Day: day(t, d), Keys: models.Keys{models.Team: team}, Score: score, N: n}
		}
		want := []models.Difference{
			{Workspace: "bank", Count: count("2026-11-01", "", 3, 1)},
			{Workspace: "bank", Count: count("2026-11-01", "x", 3, 0), Stored: 1},
			{Workspace: "bank", Count: count("2026-11-01", "m", 9, 2), Stored: 5},
			{Workspace: "bank", Count: count("2026-11-02", "", 7, 1)},
		}
		h.now.pass(time.Hour)
		for _, repair := range []bool{false, true} {
			found, err := h.Verify(t.Context(), "bank", repair)
			if err != nil {
				t.Fatal(err)
			}
			slices.SortFunc(found, func(a, b models.Difference) int {
				return cmp.Or(cmp.Compare(a.Count.Day, b.Count.Day), cmp.Compare(a.Count.Score, b.Count.Score), cmp.Compare(a.Stored, b.Stored))
			})
			same(t, "differences", found, want)
		}
		h.isExact(t, "bank")
		same(t, "counted", h.counted(t, "bank", "nps"), map[int]int64{3: 1, 7: 1, 9: 2})
		revisions, err := h.FindRevisions(t.Context(), h.now.read().Add(-time.Minute))
		var days []string
		for _, r := range revisions {
			days = append(days, r.Workspace+" "+r.Metric+" "+r.Day.String())
		}
		slices.Sort(days)
		same(t, "revisions", days, []string{"bank nps 2026-11-01", "bank nps 2026-11-02"})
		if others, otherErr := h.Verify(t.Context(), "other", false); len(others) != 1 || firstError(err, otherErr) != nil {
			t.Errorf("repairing one workspace touched another: %+v, %v", others, firstError(err, otherErr))
		}
	})
}

func TestVerifyCountsExcludedResponsesNowhere(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, h house) {
		id := h.commit(t, "bank", nps(9))[0]
		h.sql(t, `UPDATE responses SET excluded = TRUE`)
		found, err := h.Verify(t.Context(), "bank", true)
		if err != nil || len(found) != 2 || found[0].Count.N+found[1].Count.N != 0 || found[0].Stored*found[1].Stored != 1 {
			t.Fatalf("found %+v, %v", found, err)
		}
		no := false
		h.patch(t, id, models.Patch{Excluded: &no})
		same(t, "counted", h.counted(t, "bank", "nps"), map[int]int64{9: 1})
		h.isExact(t, "bank")
	})
}

func TestVerifyOfAnInstallationWithoutAnswersIsEqual(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, h house) {
		h.isExact(t, "bank")
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := h.Verify(ctx, "bank", true); !errors.Is(err, context.Canceled) {
			t.Errorf("when interrupted it says %v", err)
		}
	})
}
