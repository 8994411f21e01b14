package store

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"gorm.io/gorm"

	"github.com/mittari/mittari/models"
)

// Verify adds up the workspace's answers anew, those to anonymous metrics by their
// lots, and what those had counted to that were deleted with time, and gives the rollup
// rows that differ; none means equal. With repair it also writes what they should be, in one transaction.
func (s *Store) Verify(ctx context.Context, workspace string, repair bool) ([]models.Difference, error) {
	var found []models.Difference
	if !repair {
		err := s.read.WithContext(ctx).Transaction(func(tx *gorm.DB) (err error) {
			found, err = s.differences(tx, workspace)
			return err
		}, &sql.TxOptions{ReadOnly: true})
		return found, s.domainError(err)
	}
	err := s.transaction(ctx, func(tx *gorm.DB) error {
		if err := s.waitForOthers(tx, workspace); err != nil {
			return err
		}
		if s.dialect == onPostgres { // writers wait; what they add later, they add to repaired rows
			if err := tx.Exec("LOCK TABLE rollups IN EXCLUSIVE MODE").Error; err != nil {
				return err
			}
		}
		metrics, err := metricsOf(tx, workspace)
		if err != nil {
			return err
		}
		if _, err := holdCounted(tx, workspace, metrics); err != nil {
			return err
		}
		if found, err = s.differences(tx, workspace); err != nil {
			return err
		}
		counts := make([]models.Count, len(found))
		for i, d := range found {
			counts[i] = d.Count
			counts[i].N -= d.Stored
		}
		return firstError(s.addCounts(tx, workspace, counts),
			s.audit(tx, workspace, models.AuditEntry{Act: models.RollupsRepaired, Counts: map[string]int64{"rows": int64(len(found))}}))
	})
	return found, err
}

// What a response is counted as itself, in SQL; see models.Participation, also for the
// names and scores that stand in what follows.
const (
	participation = `CASE WHEN EXISTS (SELECT 1 FROM answers WHERE answers.workspace = @workspace AND answers.response_id = responses.id
		AND answers.metric NOT IN @employees) THEN @customer_participation ELSE @employee_participation END`
	askedFor = "CASE WHEN solicited = false THEN 0 ELSE 1 END"
)

// openAnswer selects a response's answers that are not anonymous. One that has any is counted at once.
const openAnswer = `SELECT 1 FROM answers WHERE answers.workspace = @workspace AND answers.response_id = responses.id AND answers.metric NOT IN @anonymous`

// What is counted one by one, as rows of the rollups' key columns: answers, and responses themselves.
const (
	countedAnswers = `SELECT metric, day, survey, answers.touchpoint AS touchpoint, channel, segment, team, score
		FROM responses JOIN answers ON answers.workspace = responses.workspace AND answers.response_id = responses.id
		WHERE responses.workspace = @workspace AND NOT excluded AND metric NOT IN @anonymous`
	countedResponses = `SELECT ` + participation + ` AS metric, day, survey, touchpoint, channel, segment, team, ` + askedFor + ` AS score
		FROM responses WHERE workspace = @workspace AND NOT excluded AND EXISTS (` + openAnswer + `)`
)

// tallyArgs are the arguments of what counts a workspace's answers anew.
func tallyArgs(workspace string, metrics models.Metrics) map[string]any {
	return map[string]any{"workspace": workspace, "anonymous": metrics.Anonymous(), "employees": metrics.Of(models.Employee),
		"customer_participation": models.ParticipationKey(models.Customer), "employee_participation": models.ParticipationKey(models.Employee)}
}

// differences compares in the database, in one statement, so that both sides are of
// one moment. What there are millions of is added up first, each for itself: that takes memory for the sums only.
func (s *Store) differences(tx *gorm.DB, workspace string) ([]models.Difference, error) {
	metrics, err := metricsOf(tx, workspace)
	if err := firstError(err, s.toAnalyse(tx)); err != nil {
		return nil, err
	}
	keys := strings.Join(keyColumns(), ", ")
	query := fmt.Sprintf(`
		SELECT %[1]s, CAST(SUM(n) AS bigint) AS n, CAST(SUM(stored) AS bigint) AS stored
		FROM (SELECT %[1]s, COUNT(*) AS n, 0 AS stored FROM (`+countedAnswers+`) AS counted GROUP BY %[1]s
		      UNION ALL
		      SELECT %[1]s, COUNT(*), 0 FROM (`+countedResponses+`) AS counted GROUP BY %[1]s
		      UNION ALL
		      SELECT %[1]s, n, 0 FROM expired WHERE workspace = @workspace
		      UNION ALL
		      SELECT '_participation/' || audience, day, survey, touchpoint, channel, segment, team, 2, n, 0 FROM invited WHERE workspace = @workspace
		      UNION ALL
		      SELECT %[1]s, 1 AS n, 0 AS stored FROM held WHERE workspace = @workspace AND lot IS NOT NULL AND NOT comment
		      UNION ALL
		      SELECT %[1]s, 0 AS n, n AS stored FROM rollups WHERE workspace = @workspace) AS both_sides
		GROUP BY %[1]s
		HAVING SUM(n) <> SUM(stored)`, keys)
	var rows []struct {
		Answers countRow `gorm:"embedded"`
		Stored  int64
	}
	if err := tx.Raw(query, tallyArgs(workspace, metrics)).Scan(&rows).Error; err != nil {
		return nil, err
	}
	found := make([]models.Difference, len(rows))
	for i, r := range rows {
		found[i] = models.Difference{Workspace: workspace, Count: r.Answers.count(), Stored: r.Stored}
	}
	return found, nil
}
