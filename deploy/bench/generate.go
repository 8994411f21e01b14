package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/mittari/mittari/deploy/running"
	"github.com/mittari/mittari/models"
)

// daysStored is over how many days responses are spread, today included.
const daysStored = 365

// dialect is what the two databases say differently when rows are made in SQL.
type dialect struct {
	series    string // the numbers from 0, by how many
	id        string // of the response i
	digest    string
	collected string // the first minute of a day
}

func dialectOf(database string) dialect {
	if strings.HasPrefix(database, "sqlite:") {
		return dialect{
			series:    "(WITH RECURSIVE s(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM s WHERE i < %d - 1) SELECT i FROM s)",
			id:        "printf('0193e000-0000-7000-8000-%012x', i)",
			digest:    "randomblob(32)",
			collected: "strftime('%Y-%m-%d %H:%M:%S+00:00', day * 86400, 'unixepoch')",
		}
	}
	return dialect{
		series:    "(SELECT generate_series(0::bigint, %d - 1) AS i)",
		id:        "CAST('0193e000-0000-7000-8000-' || lpad(to_hex(i), 12, '0') AS uuid)",
		digest:    "sha256(CAST(CAST(i AS text) AS bytea))",
		collected: "to_timestamp(day * 86400)",
	}
}

// filling are the statements that make n responses in the database with all that
// follows from them: answers, rollups, arrivals, catalogs, a revision. The n are
// spread over a year, the oldest first; see bodyOf for what they say.
func filling(d dialect, n int, now time.Time) []string {
	today := now.Unix() / 86400
	shape := fmt.Sprintf(`(SELECT i, CAST(%d + i * %d / %d AS integer) AS day, 'survey-' || (i %% 2) AS survey,
		'touchpoint-' || (i %% %[4]d) AS touchpoint, 'channel-' || (i %% %[4]d %% 5) AS channel, 'segment-' || (i %% %[4]d %% 4) AS segment,
		'team-' || (i %% %[4]d %% 8) AS team, %[5]s AS metric, CAST(1 + i / %[6]d %% %[7]d AS integer) AS score
		FROM %[8]s AS numbers) AS shape`, today+1-daysStored, daysStored, n, combinations, metricSQL(), combinations*5, scores, fmt.Sprintf(d.series, n))
	at := "'" + now.UTC().Format("2006-01-02 15:04:05+00:00") + "'"
	return append([]string{
		fmt.Sprintf(`INSERT INTO responses `+columnsOf("responses")+` SELECT '%s', %s, 'made-' || i, %s, survey, touchpoint, channel, segment, team, '', day, %s, %s, '', NULL, NULL, NULL, FALSE FROM %s`,
			workspace, d.id, d.digest, d.collected, at, shape),
		fmt.Sprintf(`INSERT INTO answers `+columnsOf("answers")+` SELECT '%s', %s, touchpoint, metric, score, '' FROM %s`, workspace, d.id, shape),
		fmt.Sprintf(`INSERT INTO rollups `+columnsOf("rollups")+` SELECT '%s', metric, day, survey, touchpoint, channel, segment, team, score, COUNT(*) FROM %s
			GROUP BY metric, day, survey, touchpoint, channel, segment, team, score`, workspace, shape),
		fmt.Sprintf(`INSERT INTO rollups `+columnsOf("rollups")+` SELECT '%s', '%s', day, survey, touchpoint, channel, segment, team, %d, COUNT(*) FROM %s
			GROUP BY day, survey, touchpoint, channel, segment, team`, workspace, models.ParticipationKey(models.Customer), models.Answered, shape),
		fmt.Sprintf(`INSERT INTO arrivals `+columnsOf("arrivals")+` SELECT workspace, metric, touchpoint, segment, channel, category, SUM(n) FROM
			(SELECT workspace, metric, touchpoint, segment, channel, %s AS category, n FROM rollups WHERE metric NOT LIKE '\_%%' ESCAPE '\') AS counted
			GROUP BY workspace, metric, touchpoint, segment, channel, category`, categorySQL()),
	}, catalogSQL(at)...)
}

// metricSQL is the metric of the response i.
func metricSQL() string {
	var b strings.Builder
	fmt.Fprintf(&b, "CASE i / %d %% %d", combinations, len(shapeMetrics()))
	for k, metric := range shapeMetrics() {
		fmt.Fprintf(&b, " WHEN %d THEN '%s'", k, metric)
	}
	return b.String() + " END"
}

// categorySQL is the category of an answer, by the scales of the domain.
func categorySQL() string {
	var b strings.Builder
	b.WriteString("CASE")
	for _, metric := range shapeMetrics() {
		for score := 1; score <= scores; score++ {
			fmt.Fprintf(&b, " WHEN metric = '%s' AND score = %d THEN %d", metric, score, models.StandardMetrics()[metric].Category(score))
		}
	}
	return b.String() + " END"
}

// catalogSQL enters the keys into their catalogs, as first use does.
func catalogSQL(at string) []string {
	var statements []string
	for _, d := range models.Dimensions() {
		statements = append(statements, fmt.Sprintf(`INSERT INTO entries `+columnsOf("entries")+` SELECT workspace, '%[1]s', key, '', '', NULL, %[2]s, %[2]s
			FROM (SELECT DISTINCT workspace, %[1]s AS key FROM rollups) AS used`, d, at))
	}
	return append(statements, fmt.Sprintf(`INSERT INTO revisions `+columnsOf("revisions")+` VALUES ('%s', '0193e000-0000-7000-9000-000000000000', '', 0, %s)`, workspace, at))
}

// fill makes n responses in a database that was migrated.
func fill(ctx context.Context, database string, n int, now time.Time) (err error) {
	statements := filling(dialectOf(database), n, now)
	if strings.HasPrefix(database, "sqlite:") {
		return execute(ctx, database, append(append([]string{"BEGIN IMMEDIATE"}, statements...), "COMMIT")...)
	}
	db, err := running.Connect(database)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	drop, create, err := indexes(ctx, db)
	if err != nil {
		return err
	}
	all := append([]string{"BEGIN", emptied}, drop...)
	all = append(append(all, statements...), create...)
	return execute(ctx, database, append(all, "COMMIT", "VACUUM ANALYZE")...)
}

// indexes gives what drops those of the two large tables, and what makes them
// again: sorted at once they take a fraction of the time.
func indexes(ctx context.Context, db *sql.DB) (drop, create []string, err error) {
	rows, err := db.QueryContext(ctx, `SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname),
			format('ALTER TABLE %s ADD CONSTRAINT %I %s', conrelid::regclass, conname, pg_get_constraintdef(oid))
		FROM pg_constraint WHERE conrelid IN ('responses'::regclass, 'answers'::regclass) AND contype = 'p'
		UNION ALL
		SELECT format('DROP INDEX %s', indexrelid::regclass), pg_get_indexdef(indexrelid)
		FROM pg_index WHERE indrelid IN ('responses'::regclass, 'answers'::regclass) AND NOT indisprimary`)
	if err != nil {
		return nil, nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var d, c string
		if err := rows.Scan(&d, &c); err != nil {
			return nil, nil, err
		}
		drop, create = append(drop, d), append(create, c)
	}
	return drop, create, rows.Err()
}
