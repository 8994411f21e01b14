package store

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"

	"github.com/mittari/mittari/models"
)

// FindCounts adds up the rollups as the query asks.
func (s *Store) FindCounts(ctx context.Context, workspace string, q models.CountQuery) ([]models.GroupCount, error) {
	columns, groups := []string{"score", "SUM(n) AS n"}, []string{"score"}
	if q.Daily {
		columns, groups = append(columns, "day"), append(groups, "day")
	}
	if q.By != nil {
		columns, groups = append(columns, q.By.String()+" AS key"), append(groups, q.By.String())
	}
	find := s.read.WithContext(ctx).Model(&countRow{}).Select(strings.Join(columns, ", ")).
		Where("workspace = ? AND metric = ? AND day >= ? AND day < ?", workspace, q.Metric, q.Period.Since, q.Period.Until)
	if q.By != nil && q.Among != nil {
		find = find.Where(q.By.String()+" IN ?", q.Among)
	}
	if q.Limit > 0 {
		find = find.Limit(q.Limit)
	}
	var counts []models.GroupCount
	err := whereKeys(find, q.Filter).Group(strings.Join(groups, ", ")).Having("SUM(n) <> 0").Find(&counts).Error
	return counts, err
}

func whereKeys(find *gorm.DB, keys models.Keys) *gorm.DB {
	for _, d := range models.Dimensions() {
		if keys[d] != "" {
			find = find.Where(d.String()+" = ?", keys[d])
		}
	}
	return find
}

// EachCount calls do with every rollup row of the period, of one metric or, with "", of all.
func (s *Store) EachCount(ctx context.Context, workspace, metric string, p models.Period, do func(models.Count) error) error {
	find := s.read.WithContext(ctx).Model(&countRow{}).
		Where("workspace = ? AND day >= ? AND day < ?", workspace, p.Since, p.Until)
	if metric != "" {
		find = find.Where("metric = ?", metric)
	}
	rows, err := find.Select("metric, day, survey, touchpoint, channel, segment, team, score, n").Rows()
	if err != nil {
		return err
	}
	err = eachRow(rows, func() error {
		var r countRow
		if err := rows.Scan(&r.Metric, &r.Day, &r.Survey, &r.Touchpoint, &r.Channel, &r.Segment, &r.Team, &r.Score, &r.N); err != nil {
			return err
		}
		return do(r.count())
	})
	return s.domainError(err)
}

func eachRow(rows *sql.Rows, do func() error) (err error) {
	defer func() { err = firstError(err, rows.Close()) }()
	for rows.Next() {
		if err := do(); err != nil {
			return err
		}
	}
	return rows.Err()
}

// FindArrivals gives how many answers of each kind have ever arrived in the workspace.
func (s *Store) FindArrivals(ctx context.Context, workspace string) ([]models.ArrivalCount, error) {
	var rows []arrivalRow
	if err := s.read.WithContext(ctx).Where("workspace = ?", workspace).Find(&rows).Error; err != nil {
		return nil, err
	}
	counts := make([]models.ArrivalCount, len(rows))
	for i, r := range rows {
		counts[i] = models.ArrivalCount{N: r.N, Arrival: models.Arrival{
			Metric: r.Metric, Touchpoint: r.Touchpoint, Segment: r.Segment, Channel: r.Channel, Category: r.Category}}
	}
	return counts, nil
}

// FindRevisions gives what changed since a time, the second of which included, in any
// workspace, the oldest first: those of one thing in one second as one. A revision is visible once its
// transaction has committed, which may be later than its time; those of its second have another ID then.
func (s *Store) FindRevisions(ctx context.Context, since time.Time) ([]models.Revision, error) {
	var rows []struct {
		Workspace, Metric string
		Day               models.Day
		At                time.Time
		N                 int64
	}
	err := s.read.WithContext(ctx).Raw("SELECT workspace, metric, day, at, COUNT(*) AS n FROM revisions WHERE at >= ? GROUP BY 1, 2, 3, 4",
		since.UTC().Truncate(time.Second)).Scan(&rows).Error
	if err != nil {
		return nil, err
	}
	revisions := make([]models.Revision, len(rows))
	for i, r := range rows {
		revisions[i] = models.Revision{ID: fmt.Sprint(r.Workspace, "/", r.Metric, "/", r.Day, "/", r.At.UnixNano(), "/", r.N), Workspace: r.Workspace, Metric: r.Metric, Day: r.Day, At: r.At.UTC()}
	}
	slices.SortFunc(revisions, func(a, b models.Revision) int { return cmp.Or(a.At.Compare(b.At), strings.Compare(a.ID, b.ID)) })
	return revisions, nil
}

// keyColumns are the rollups' key columns after workspace, in the order of their key.
func keyColumns() []string {
	columns := []string{"metric", "day"}
	for _, d := range models.Dimensions() {
		columns = append(columns, d.String())
	}
	return append(columns, "score")
}
