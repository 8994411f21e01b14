package store

import (
	"slices"
	"testing"
	"time"

	"github.com/mittari/mittari/models"
)

func TestRevisionsTellWhatChangedSinceATime(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, h house) {
		first := h.now.read().Truncate(time.Second)
		h.commit(t, "bank", on("2026-11-01", 9))
		h.now.pass(time.Minute)
		second := h.now.read().Truncate(time.Second)
		id := h.commit(t, "bank", on("2026-11-02", 9), on("2026-11-02", 8), on("2026-11-03", 8))[0]
		h.now.pass(time.Minute)
		third := h.now.read().Truncate(time.Second)
		h.put(t, models.Entry{Kind: "team", Key: "m"})
		h.now.pass(time.Minute)
		fourth := h.now.read().Truncate(time.Second)
		if err := h.EraseResponse(t.Context(), "bank", id); err != nil {
			t.Fatal(err)
		}
		at := func(when time.Time, metric, d string) models.Revision {
			r := models.Revision{Workspace: "bank", Metric: metric, At: when}
			if metric != "" {
				r.Day = day(t, d)
			}
			return r
		}
		all := []models.Revision{at(first, "nps", "2026-11-01"), at(second, "nps", "2026-11-02"), at(second, "nps", "2026-11-03"),
			at(third, "", ""), at(fourth, "nps", "2026-11-02")}
		for since, want := range map[time.Time][]models.Revision{
			{}: all, first: all, first.Add(time.Second): all[1:], second: all[1:], third.Add(999 * time.Millisecond).In(time.Local): all[3:], fourth: all[4:], fourth.Add(time.Second): {},
		} {
			same(t, "since "+since.String(), h.revisions(t, since), want)
		}
	})
}

// revisions are what changed since a time, without their ids, by time and day;
// those of participation, which go along with the answers', left out.
func (h house) revisions(t *testing.T, since time.Time) []models.Revision {
	t.Helper()
	found, err := h.FindRevisions(t.Context(), since)
	if err != nil {
		t.Fatal(err)
	}
	found = slices.DeleteFunc(found, func(r models.Revision) bool { return models.IsParticipation(r.Metric) })
	for i, r := range found {
		if i > 0 && r.At.Before(found[i-1].At) {
			t.Errorf("%v comes after %v", r.At, found[i-1].At)
		}
		if r.ID == "" || r.At.Location() != time.UTC {
			t.Errorf("revision %+v", r)
		}
		found[i].ID = ""
	}
	slices.SortStableFunc(found, func(a, b models.Revision) int {
		if c := a.At.Compare(b.At); c != 0 {
			return c
		}
		return int(a.Day - b.Day)
	})
	return found
}

func TestEveryChangeOfACatalogLeavesARevision(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, h house) {
		for _, c := range []struct {
			name string
			do   func() error
		}{
			{"a workspace", func() error {
				_, err := h.CreateWorkspace(t.Context(), models.Workspace{Key: "bank", TimeZone: "UTC"})
				return err
			}},
			{"an entry", func() error {
				_, _, err := h.PutEntry(t.Context(), "bank", models.Entry{Kind: "team", Key: "m"})
				return err
			}},
			{"an entry again", func() error {
				_, _, err := h.PutEntry(t.Context(), "bank", models.Entry{Kind: "team", Key: "m"})
				return err
			}},
			{"an entry deleted", func() error { return h.DeleteEntry(t.Context(), "bank", "team", "m") }},
			{"a metric", func() error { _, err := h.PutMetric(t.Context(), "bank", comfort()); return err }},
		} {
			h.now.pass(time.Hour)
			if err := c.do(); err != nil {
				t.Fatalf("%s: %v", c.name, err)
			}
			now := h.now.read().Truncate(time.Second)
			same(t, c.name, h.revisions(t, now), []models.Revision{{Workspace: "bank", At: now}})
		}
	})
}

func TestRevisionsAreDeletedOnceEveryReaderHasHadTime(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, h house) {
		h.commit(t, "bank", nps(9))
		for _, c := range []struct {
			pass time.Duration
			left int
		}{{models.RevisionLife, 1}, {models.RevisionLife, 1}, {time.Second, 0}, {time.Second, 0}} {
			h.now.pass(c.pass)
			if err := h.DeleteOldRevisions(t.Context()); err != nil {
				t.Fatal(err)
			}
			if got := len(h.revisions(t, time.Time{})); got != c.left {
				t.Errorf("at %v there are %d, want %d", h.now.read(), got, c.left)
			}
		}
		h.isExact(t, "bank")
	})
}

func TestRevisionsOfOneSecondAreToldAsOneAndAnewWithEachCommit(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, h house) {
		seen := map[string]bool{}
		for i := range 3 {
			h.commit(t, "bank", on("2026-11-01", 9), on("2026-11-02", 9))
			found := h.revisionIDs(t, h.now.read())
			if len(found) != 2 {
				t.Errorf("after %d commits: %v", i+1, found)
			}
			for _, id := range found {
				if seen[id] {
					t.Errorf("%s stands for what it stood for before a commit", id)
				}
				seen[id] = true
			}
			same(t, "looked at again", h.revisionIDs(t, h.now.read().Add(-time.Minute)), found)
		}
	})
}

// revisionIDs are those of nps, the oldest first.
func (h house) revisionIDs(t *testing.T, since time.Time) (ids []string) {
	t.Helper()
	found, err := h.FindRevisions(t.Context(), since)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range found {
		if r.Metric == "nps" {
			ids = append(ids, r.ID)
		}
	}
	return ids
}
