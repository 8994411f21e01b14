package store

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"

	"github.com/mittari/mittari/models"
)

func rollupsTable() table {
	return table{
		name:    "rollups",
		columns: []string{"workspace", "metric", "day", "survey", "touchpoint", "channel", "segment", "team", "score", "n"},
		types:   []string{"text", "text", "integer", "text", "text", "text", "text", "text", "integer", "bigint"},
		then: `ON CONFLICT (workspace, metric, day, survey, touchpoint, channel, segment, team, score)
			DO UPDATE SET n = rollups.n + excluded.n`,
	}
}

func arrivalsTable() table {
	return table{
		name:    "arrivals",
		columns: []string{"workspace", "metric", "touchpoint", "segment", "channel", "category", "n"},
		types:   []string{"text", "text", "text", "text", "text", "integer", "bigint"},
		then: `ON CONFLICT (workspace, metric, touchpoint, segment, channel, category)
			DO UPDATE SET n = arrivals.n + excluded.n`,
	}
}

func revisionsTable() table {
	return table{
		name:    "revisions",
		columns: []string{"workspace", "id", "metric", "day", "at"},
		types:   []string{"text", "uuid", "text", "integer", "timestamptz"},
	}
}

func entriesTable() table {
	return table{
		name:    "entries",
		columns: []string{"workspace", "kind", "key", "name", "description", "touchpoints", "created_at", "updated_at"},
		types:   []string{"text", "text", "text", "text", "text", "jsonb", "timestamptz", "timestamptz"},
		then:    "ON CONFLICT (workspace, kind, key) DO NOTHING",
	}
}

// addCounts adds the counts, which may be negative, to the rollups, and leaves a
// revision for each metric and day.
func (s *Store) addCounts(tx *gorm.DB, workspace string, counts []models.Count) error {
	return s.addSums(tx, workspace, sumsOf(counts))
}

// addSums is addCounts of what was added up. Rows are written in one order
// everywhere, so that two writers wait for one another instead of deadlocking.
func (s *Store) addSums(tx *gorm.DB, workspace string, added sums) error {
	written, days := rollupRows(workspace, added)
	if _, err := rollupsTable().insert(tx, s.dialect, written); err != nil {
		return err
	}
	return s.addRevisions(tx, workspace, days)
}

// sums are the numbers of counts, by the rest of them.
type sums map[models.Count]int64

func (s sums) add(counts []models.Count) {
	for _, c := range counts {
		n := c.N
		c.N = 0
		s[c] += n
	}
}

func sumsOf(counts []models.Count) sums {
	s := sums{}
	s.add(counts)
	return s
}

// tally is what lots, and what is counted at once, come to, added up.
type tally struct {
	counts   sums
	arrivals map[models.Arrival]int64
}

func newTally() tally { return tally{sums{}, map[models.Arrival]int64{}} }

func (t tally) add(l lots) {
	t.counts.add(l.counts)
	for _, a := range l.arrivals {
		t.arrivals[a]++
	}
}

// addTally adds both. It comes after createKeys.
func (s *Store) addTally(tx *gorm.DB, workspace string, t tally) error {
	return firstError(s.addSums(tx, workspace, t.counts), s.addArrivals(tx, workspace, t.arrivals))
}

// rollupRows are in one order everywhere; the days are those of which metrics they change.
func rollupRows(workspace string, added sums) (rows, map[models.Revision]bool) {
	written := make(rows, 0, len(added)*len(rollupsTable().columns))
	days := map[models.Revision]bool{}
	for _, c := range sorted(added, compareCounts) {
		if n := added[c]; n != 0 {
			written = append(written, text(workspace), text(c.Metric), integer(int(c.Day)), text(c.Keys[models.Survey]), text(c.Keys[models.Touchpoint]),
				text(c.Keys[models.Channel]), text(c.Keys[models.Segment]), text(c.Keys[models.Team]), integer(c.Score), bigint(n))
			days[models.Revision{Metric: c.Metric, Day: c.Day}] = true
		}
	}
	return written, days
}

func compareCounts(a, b models.Count) int {
	if c := cmp.Or(strings.Compare(a.Metric, b.Metric), cmp.Compare(a.Day, b.Day)); c != 0 {
		return c
	}
	for d := range a.Keys {
		if c := strings.Compare(a.Keys[d], b.Keys[d]); c != 0 {
			return c
		}
	}
	return cmp.Compare(a.Score, b.Score)
}

// addArrivals counts answers that arrived; these counts only ever grow. It comes after createKeys.
func (s *Store) addArrivals(tx *gorm.DB, workspace string, arrivals map[models.Arrival]int64) error {
	_, err := arrivalsTable().insert(tx, s.dialect, s.arrivalRows(workspace, arrivals))
	return err
}

func (s *Store) arrivalRows(workspace string, arrivals map[models.Arrival]int64) rows {
	arrivals = s.known.fold(workspace, s.now(), arrivals)
	written := make(rows, 0, len(arrivals)*len(arrivalsTable().columns))
	for _, a := range sorted(arrivals, compareArrivals) {
		written = append(written, text(workspace), text(a.Metric), text(a.Touchpoint), text(a.Segment), text(a.Channel), integer(int(a.Category)), bigint(arrivals[a]))
	}
	return written
}

func compareArrivals(a, b models.Arrival) int {
	return cmp.Or(strings.Compare(a.Metric, b.Metric), strings.Compare(a.Touchpoint, b.Touchpoint),
		strings.Compare(a.Segment, b.Segment), strings.Compare(a.Channel, b.Channel), cmp.Compare(a.Category, b.Category))
}

func (s *Store) addRevisions(tx *gorm.DB, workspace string, days map[models.Revision]bool) error {
	_, err := revisionsTable().insert(tx, s.dialect, s.revisionRows(workspace, days))
	return err
}

// revisionRows are of this second, by which they are read: without a fraction they are grouped by it as they are.
func (s *Store) revisionRows(workspace string, days map[models.Revision]bool) rows {
	now := s.now().Truncate(time.Second)
	written := make(rows, 0, len(days)*len(revisionsTable().columns))
	for r := range days {
		written = append(written, text(workspace), id(NewID()), text(r.Metric), integer(int(r.Day)), moment(now))
	}
	return written
}

// catalogsChanged leaves the revision that says so.
func (s *Store) catalogsChanged(tx *gorm.DB, workspace string) error {
	return s.addRevisions(tx, workspace, map[models.Revision]bool{{}: true})
}

// createKeys puts keys that were used for the first time into their catalogs, as far as there is room.
func (s *Store) createKeys(tx *gorm.DB, workspace string, used map[models.Keys]bool) ([]kindKey, error) {
	now := s.now()
	missing, err := s.known.unknown(tx, workspace, now, used)
	if err != nil || len(missing) == 0 {
		return nil, err
	}
	slices.SortFunc(missing, func(a, b kindKey) int {
		return cmp.Or(strings.Compare(string(a.kind), string(b.kind)), strings.Compare(a.key, b.key))
	})
	var written rows
	for _, kk := range missing {
		written = append(written, text(workspace), text(string(kk.kind)), text(kk.key), text(""), text(""), null(), moment(now), moment(now))
	}
	if _, err := entriesTable().insert(tx, s.dialect, written); err != nil {
		return nil, err
	}
	return missing, s.catalogsChanged(tx, workspace)
}

// DeleteOldRevisions deletes the revisions that every reader has had time to see.
func (s *Store) DeleteOldRevisions(ctx context.Context) error {
	return s.transaction(ctx, func(tx *gorm.DB) error {
		return tx.Where("at < ?", s.now().Truncate(time.Second).Add(-2*models.RevisionLife)).Delete(&revisionRow{}).Error
	})
}

func sorted[K comparable, V any](m map[K]V, compare func(a, b K) int) []K {
	keys := make([]K, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, compare)
	return keys
}
