package store

import (
	"cmp"
	"context"
	"slices"
	"strings"

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
// revision for each metric and day. Rows are written in one order everywhere, so
// that two writers wait for one another instead of deadlocking.
func (s *Store) addCounts(tx *gorm.DB, workspace string, counts []models.Count) error {
	rows, days := rollupRows(workspace, counts)
	if _, err := rollupsTable().insert(tx, s.dialect, rows); err != nil {
		return err
	}
	return s.addRevisions(tx, workspace, days)
}

// rollupRows are sums of the counts, in one order everywhere, and the days of which metrics they change.
func rollupRows(workspace string, counts []models.Count) ([][]any, map[models.Revision]bool) {
	sums := map[models.Count]int64{}
	for _, c := range counts {
		n := c.N
		c.N = 0
		sums[c] += n
	}
	rows := make([][]any, 0, len(sums))
	days := map[models.Revision]bool{}
	for _, c := range sorted(sums, compareCounts) {
		if n := sums[c]; n != 0 {
			rows = append(rows, []any{workspace, c.Metric, int(c.Day), c.Keys[models.Survey], c.Keys[models.Touchpoint],
				c.Keys[models.Channel], c.Keys[models.Segment], c.Keys[models.Team], c.Score, n})
			days[models.Revision{Metric: c.Metric, Day: c.Day}] = true
		}
	}
	return rows, days
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
func (s *Store) addArrivals(tx *gorm.DB, workspace string, arrivals []models.Arrival) error {
	_, err := arrivalsTable().insert(tx, s.dialect, s.arrivalRows(workspace, arrivals))
	return err
}

func (s *Store) arrivalRows(workspace string, arrivals []models.Arrival) [][]any {
	sums := map[models.Arrival]int64{}
	for _, a := range s.known.fold(workspace, s.now(), arrivals) {
		sums[a]++
	}
	rows := make([][]any, 0, len(sums))
	for _, a := range sorted(sums, compareArrivals) {
		rows = append(rows, []any{workspace, a.Metric, a.Touchpoint, a.Segment, a.Channel, int(a.Category), sums[a]})
	}
	return rows
}

func compareArrivals(a, b models.Arrival) int {
	return cmp.Or(strings.Compare(a.Metric, b.Metric), strings.Compare(a.Touchpoint, b.Touchpoint),
		strings.Compare(a.Segment, b.Segment), strings.Compare(a.Channel, b.Channel), cmp.Compare(a.Category, b.Category))
}

func (s *Store) addRevisions(tx *gorm.DB, workspace string, days map[models.Revision]bool) error {
	_, err := revisionsTable().insert(tx, s.dialect, s.revisionRows(workspace, days))
	return err
}

func (s *Store) revisionRows(workspace string, days map[models.Revision]bool) [][]any {
	now := s.now()
	rows := make([][]any, 0, len(days))
	for r := range days {
		rows = append(rows, []any{workspace, NewID(), r.Metric, int(r.Day), now})
	}
	return rows
}

// catalogsChanged leaves the revision that says so.
func (s *Store) catalogsChanged(tx *gorm.DB, workspace string) error {
	return s.addRevisions(tx, workspace, map[models.Revision]bool{{}: true})
}

// createKeys puts keys that were used for the first time into their catalogs, as far as there is room.
func (s *Store) createKeys(tx *gorm.DB, workspace string, used []models.Keys) ([]kindKey, error) {
	now := s.now()
	missing, err := s.known.unknown(tx, workspace, now, used)
	if err != nil || len(missing) == 0 {
		return nil, err
	}
	slices.SortFunc(missing, func(a, b kindKey) int {
		return cmp.Or(strings.Compare(string(a.kind), string(b.kind)), strings.Compare(a.key, b.key))
	})
	rows := make([][]any, len(missing))
	for i, kk := range missing {
		rows[i] = []any{workspace, string(kk.kind), kk.key, "", "", nil, now, now}
	}
	if _, err := entriesTable().insert(tx, s.dialect, rows); err != nil {
		return nil, err
	}
	return missing, s.catalogsChanged(tx, workspace)
}

// DeleteOldRevisions deletes the revisions that every reader has had time to see.
func (s *Store) DeleteOldRevisions(ctx context.Context) error {
	return s.transaction(ctx, func(tx *gorm.DB) error {
		return tx.Where("at < ?", s.now().Add(-2*models.RevisionLife)).Delete(&revisionRow{}).Error
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
