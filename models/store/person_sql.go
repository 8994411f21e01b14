package store

import (
	"context"
	"database/sql"
	"fmt"

	"gorm.io/gorm"

	"github.com/mittari/mittari/models"
)

// bytesOf compares a column of text by its bytes: all that telling persons apart
// takes, and ten times as fast as by a language's order.
func (s *Store) bytesOf(column string) string {
	if s.dialect == onPostgres {
		return column + ` COLLATE "C"`
	}
	return column // as SQLite does anyhow
}

// analysisSettings are PostgreSQL's for one query of an analysis. It takes one core, so that
// the others go on answering, and memory of its own before it writes to disk:
// enough for a million persons. Responses and their answers, both stored in the
// order of the ids, are merged rather than hashed: that takes half the time and no memory.
func analysisSettings() []string {
	return []string{"max_parallel_workers_per_gather = 0", "work_mem = '256MB'", "enable_hashjoin = off", "jit = off"}
}

// toAnalyse prepares a transaction for what reads much.
func (s *Store) toAnalyse(tx *gorm.DB) error {
	if s.dialect != onPostgres {
		return nil
	}
	return setForAnalysis(func(statement string) error { return tx.Exec(statement).Error })
}

func setForAnalysis(execute func(statement string) error) error {
	for _, setting := range analysisSettings() {
		if err := execute("SET LOCAL " + setting); err != nil {
			return err
		}
	}
	return nil
}

// mostAnalyses is how many may run at once; others wait. Each takes up to two of the
// pool's connections, of which there may be four in all, and commits need one.
const mostAnalyses = 1

// oneOfFew runs an analysis once there is room.
func (s *Store) oneOfFew(ctx context.Context, analyse func() error) error {
	select {
	case s.large <- struct{}{}:
		defer func() { <-s.large }()
		return s.domainError(analyse())
	case <-ctx.Done():
		return ctx.Err()
	}
}

// analysis runs a query that reads much, and calls do with each row.
func (s *Store) analysis(ctx context.Context, query string, args []any, do func(*sql.Rows) error) error {
	return s.oneOfFew(ctx, func() error {
		return s.read.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
			if err := s.toAnalyse(tx); err != nil {
				return err
			}
			rows, err := tx.Raw(query, args...).Rows()
			if err != nil {
				return err
			}
			return eachRow(rows, func() error { return do(rows) })
		}, &sql.TxOptions{ReadOnly: true})
	})
}

// EachConversion calls do with how often people's answers to a metric went from
// one score to another, by the day of the later, from one answer of a person to the
// next at the same touchpoint. The earlier may have been given before the period.
func (s *Store) EachConversion(ctx context.Context, workspace string, q models.ConversionQuery, do func(models.ConversionCount) error) error {
	from, args := answersOfPersons(workspace, q.Metric, q.Filter)
	query := fmt.Sprintf(`SELECT day, earlier, score, COUNT(*) FROM (
			SELECT day, score, LAG(score) OVER (PARTITION BY %s, %s ORDER BY collected_at, responses.id) AS earlier
			FROM %s AND day < ?
		) AS those WHERE day >= ? AND earlier IS NOT NULL GROUP BY day, earlier, score`, s.bytesOf("person"), s.bytesOf("answers.touchpoint"), from)
	return s.analysis(ctx, query, append(args, q.Period.Until, q.Period.Since), func(rows *sql.Rows) error {
		var c models.ConversionCount
		if err := rows.Scan(&c.Day, &c.From, &c.To, &c.N); err != nil {
			return err
		}
		return do(c)
	})
}
