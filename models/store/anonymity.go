package store

import (
	"context"
	"strings"

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

// PutAnonymity raises the workspace's thresholds, if that is allowed when it is asked; lowering one is Invalid. What is
// counted in smaller groups by now is put into greater ones, in the same
// transaction. What another server stores that has not heard of it yet is put
// right by Verify.
func (s *Store) PutAnonymity(ctx context.Context, workspace string, a models.Anonymity, when ...models.Precondition[models.Anonymity]) error {
	return s.transaction(ctx, func(tx *gorm.DB) error {
		if err := s.waitForOthers(tx, workspace); err != nil {
			return err
		}
		before, err := anonymityOf(tx, workspace)
		if err := firstError(err, models.Ask(when, before, true), a.Check(before)); err != nil || a == before {
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
		return firstError(err, s.count(tx, workspace, changed), s.audit(tx, workspace, models.AuditEntry{Act: models.AnonymityRaised, Counts: a.Counts()}))
	})
}

// regroup holds back what is counted though it is anonymous now, and takes the
// lots apart that are too small now, those of deleted answers, too. What was in one lot stays together: it waits
// with the lot's day and keys. Nothing of it arrives a second time.
func (s *Store) regroup(tx *gorm.DB, workspace string, metrics models.Metrics) (lots, error) {
	if err := s.waitForOthers(tx, workspace); err != nil {
		return lots{}, err
	}
	counts, err := holdCounted(tx, workspace, metrics)
	if err != nil {
		return lots{}, err
	}
	anonymous := anonymousKeys(metrics)
	for _, key := range anonymous {
		small, err := s.takeSmallApart(tx, workspace, metrics.Counted(key))
		if err != nil {
			return lots{}, err
		}
		deleted, err := s.takeSmallBack(tx, workspace, metrics.Counted(key))
		if err != nil {
			return lots{}, err
		}
		counts = append(counts, append(small, deleted...)...)
	}
	formed, err := s.formLots(tx, workspace, metrics, anonymous)
	return lots{counts: append(negative(counts), formed.counts...)}, err
}

// anonymousKeys are what is counted in lots only: metrics and participation.
func anonymousKeys(metrics models.Metrics) []string {
	keys := metrics.Anonymous()
	for _, audience := range models.Audiences() {
		if p := metrics.Participation(audience); p.Anonymous() {
			keys = append(keys, p.Key)
		}
	}
	return keys
}

// newlyHeld selects, as rows of held, what is anonymous and not held yet: answers, with their comments, and
// responses themselves. A comment that is not held while its answer is is not to be told any more.
const newlyHeld = `SELECT workspace, response_id, at_touchpoint, metric, comment, score, since, returned, day, survey, touchpoint, channel, segment, team, posted_by
	FROM (SELECT answers.workspace, response_id, answers.touchpoint AS at_touchpoint, metric, what.comment, score, created_at AS since, false AS returned,
	             day, survey, answers.touchpoint, channel, segment, team, posted_by
	      FROM answers JOIN responses ON responses.workspace = answers.workspace AND responses.id = answers.response_id
	           CROSS JOIN (SELECT false AS comment UNION ALL SELECT true) AS what
	      WHERE answers.workspace = @workspace AND answers.metric IN @anonymous AND NOT excluded AND (answers.comment <> '' OR NOT what.comment)
	      UNION ALL
	      SELECT workspace, id, touchpoint, ` + participation + `, false, ` + askedFor + `, created_at, false,
	             day, survey, touchpoint, channel, segment, team, posted_by
	      FROM responses WHERE workspace = @workspace AND NOT excluded AND NOT EXISTS (` + openAnswer + `)) AS anonymous
	WHERE NOT EXISTS (SELECT 1 FROM held WHERE held.workspace = @workspace AND held.response_id = anonymous.response_id
	      AND held.at_touchpoint = anonymous.at_touchpoint AND held.metric = anonymous.metric AND NOT held.comment)`

// holdCounted makes wait what is anonymous and not held yet, and gives what it was counted as.
func holdCounted(tx *gorm.DB, workspace string, metrics models.Metrics) ([]models.Count, error) {
	args := tallyArgs(workspace, metrics)
	counted, err := countRows(tx, newlyHeld+" AND NOT comment", args)
	if err != nil || len(counted) == 0 {
		return nil, err
	}
	return counted, tx.Exec(`INSERT INTO held (workspace, response_id, at_touchpoint, metric, comment, score, since, returned,
		day, survey, touchpoint, channel, segment, team, posted_by) `+newlyHeld, args).Error
}

// takeSmallApart makes the answers and comments wait that are in lots smaller than
// the metric's thresholds, and gives what the answers were counted as.
func (s *Store) takeSmallApart(tx *gorm.DB, workspace string, m models.Metric) ([]models.Count, error) {
	const small = ` lot IN (SELECT lot FROM held WHERE workspace = ? AND metric = ? AND comment = ? AND lot IS NOT NULL
		GROUP BY lot HAVING COUNT(*) < ?)`
	counted, err := countRows(tx, "SELECT * FROM held WHERE workspace = ? AND"+small, workspace, workspace, m.Key, false, m.Threshold)
	if err != nil {
		return nil, err
	}
	const wait = `UPDATE held SET lot = NULL, since = ? WHERE workspace = ? AND` + small
	answers := tx.Exec(wait, s.now(), workspace, workspace, m.Key, false, m.Threshold)
	comments := tx.Exec(wait, s.now(), workspace, workspace, m.Key, true, m.CommentThreshold)
	return counted, firstError(answers.Error, comments.Error)
}

// countRows counts the rows of a selection by the rollups' columns.
func countRows(tx *gorm.DB, selection string, args ...any) ([]models.Count, error) {
	columns := strings.Join(keyColumns(), ", ")
	var rows []countRow
	err := tx.Raw("SELECT "+columns+", COUNT(*) AS n FROM ("+selection+") AS selected GROUP BY "+columns, args...).Scan(&rows).Error
	if err != nil {
		return nil, err
	}
	counts := make([]models.Count, len(rows))
	for i, r := range rows {
		counts[i] = r.count()
	}
	return counts, nil
}
