package store

import (
	"context"
	"fmt"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/mittari/mittari/models"
)

// thresholdsRow is a row of thresholds.
type thresholdsRow struct {
	Workspace        string `gorm:"primaryKey"`
	models.Anonymity `gorm:"embedded"`
}

func (thresholdsRow) TableName() string { return "thresholds" }

// AnonymityByWorkspace gives the workspace's thresholds.
func (s *Store) AnonymityByWorkspace(ctx context.Context, workspace string) (models.Anonymity, error) {
	return anonymityOf(s.read.WithContext(ctx), workspace)
}

func anonymityOf(db *gorm.DB, workspace string) (models.Anonymity, error) {
	var rows []thresholdsRow
	if err := db.Where("workspace = ?", workspace).Find(&rows).Error; err != nil || len(rows) == 0 {
		return models.DefaultAnonymity(), err
	}
	return rows[0].Anonymity, nil
}

// PutAnonymity raises the workspace's thresholds; lowering one is Invalid. What is
// counted in smaller groups by now is put into greater ones, in the same
// transaction. What another server stores that has not heard of it yet is put
// right by Verify.
func (s *Store) PutAnonymity(ctx context.Context, workspace string, a models.Anonymity) error {
	return s.transaction(ctx, func(tx *gorm.DB) error {
		before, err := anonymityOf(s.locked(tx), workspace)
		if err := firstError(err, a.Check(before)); err != nil || a == before {
			return err
		}
		err = tx.Clauses(clause.OnConflict{Columns: []clause.Column{{Name: "workspace"}}, UpdateAll: true}).
			Create(&thresholdsRow{workspace, a}).Error
		if err := firstError(err, s.catalogsChanged(tx, workspace)); err != nil {
			return err
		}
		metrics, err := metricsOf(tx, workspace)
		if err != nil {
			return err
		}
		changed, err := s.regroup(tx, workspace, metrics)
		return firstError(err, s.count(tx, workspace, changed))
	})
}

// regroup holds back what is counted though it is anonymous now, and takes the
// lots apart that are too small now. What was in one lot stays together: it waits
// with the lot's day and keys. Nothing of it arrives a second time.
func (s *Store) regroup(tx *gorm.DB, workspace string, metrics models.Metrics) (lots, error) {
	var counts []models.Count
	for _, key := range metrics.Anonymous() {
		counted, err := holdCounted(tx, workspace, key)
		if err != nil {
			return lots{}, err
		}
		small, err := s.takeSmallApart(tx, workspace, metrics[key])
		if err != nil {
			return lots{}, err
		}
		counts = append(counts, negative(append(counted, small...))...)
	}
	formed, err := s.formLots(tx, workspace, metrics, metrics.Anonymous())
	return lots{counts: append(counts, formed.counts...)}, err
}

// holdCounted makes the answers of a metric wait that are not held yet, and gives what they were counted as.
func holdCounted(tx *gorm.DB, workspace, metric string) ([]models.Count, error) {
	const of = ` FROM answers JOIN responses ON responses.workspace = answers.workspace AND responses.id = answers.response_id
		WHERE answers.workspace = ? AND answers.metric = ? AND NOT responses.excluded AND NOT EXISTS (
			SELECT 1 FROM held WHERE held.workspace = ? AND held.response_id = answers.response_id
			AND held.at_touchpoint = answers.touchpoint AND held.metric = answers.metric AND NOT held.comment)`
	counted, err := countRows(tx, `SELECT metric, day, survey, answers.touchpoint AS touchpoint, channel, segment, team, score, COUNT(*) AS n`+of+`
		GROUP BY metric, day, survey, answers.touchpoint, channel, segment, team, score`, workspace, metric, workspace)
	if err != nil || len(counted) == 0 {
		return nil, err
	}
	const insert = `INSERT INTO held (workspace, response_id, at_touchpoint, metric, comment, score, since, returned,
			day, survey, touchpoint, channel, segment, team)
		SELECT answers.workspace, response_id, answers.touchpoint, metric, %s, score, created_at, false,
			day, survey, answers.touchpoint, channel, segment, team`
	// The comments go first: an answer counts as held once its score is.
	comments := tx.Exec(fmt.Sprintf(insert, "true")+of+" AND answers.comment <> ''", workspace, metric, workspace)
	scores := tx.Exec(fmt.Sprintf(insert, "false")+of, workspace, metric, workspace)
	return counted, firstError(comments.Error, scores.Error)
}

// takeSmallApart makes the answers and comments wait that are in lots smaller than
// the metric's thresholds, and gives what the answers were counted as.
func (s *Store) takeSmallApart(tx *gorm.DB, workspace string, m models.Metric) ([]models.Count, error) {
	const small = ` lot IN (SELECT lot FROM held WHERE workspace = ? AND metric = ? AND comment = ? AND lot IS NOT NULL
		GROUP BY lot HAVING COUNT(*) < ?)`
	counted, err := countRows(tx, `SELECT metric, day, survey, touchpoint, channel, segment, team, score, COUNT(*) AS n
		FROM held WHERE workspace = ? AND`+small+` GROUP BY metric, day, survey, touchpoint, channel, segment, team, score`,
		workspace, workspace, m.Key, false, m.Threshold)
	if err != nil {
		return nil, err
	}
	const wait = `UPDATE held SET lot = NULL, since = ? WHERE workspace = ? AND` + small
	answers := tx.Exec(wait, s.now(), workspace, workspace, m.Key, false, m.Threshold)
	comments := tx.Exec(wait, s.now(), workspace, workspace, m.Key, true, m.CommentThreshold)
	return counted, firstError(answers.Error, comments.Error)
}

func countRows(tx *gorm.DB, query string, args ...any) ([]models.Count, error) {
	var rows []countRow
	if err := tx.Raw(query, args...).Scan(&rows).Error; err != nil {
		return nil, err
	}
	counts := make([]models.Count, len(rows))
	for i, r := range rows {
		counts[i] = r.count()
	}
	return counts, nil
}
