package main

import (
	"database/sql"
	"fmt"
	"time"

	"github.com/mittari/mittari/deploy/running"
)

// sizes measures rows 7 to 10: what many stored responses change, and what they do not.
func (b *bench) sizes() error {
	server, err := b.postgres(fillSettings()...)
	if err != nil {
		return err
	}
	var databases [2]string // few, many
	for i, n := range []int{b.few, b.many} {
		if databases[i], err = b.stored(server, n); err != nil {
			return err
		}
		if err := b.prove(databases[i], n); err != nil {
			return err
		}
	}
	empty, err := b.database(server)
	if err != nil {
		return err
	}
	if b.wants([]int{10}) {
		if err := b.starts(empty, databases[1]); err != nil {
			return err
		}
	}
	if b.wants([]int{9}) {
		if err := b.memories(databases); err != nil {
			return err
		}
	}
	if !b.wants([]int{7, 8}) {
		return nil
	}
	few, err := b.serve(databases[0])
	if err != nil {
		return err
	}
	many, err := b.serve(databases[1])
	if err != nil {
		return err
	}
	return b.sameAtAnySize(few, many, databases[1])
}

// fillSettings are those of a PostgreSQL in which millions of responses are made.
func fillSettings() []string {
	return []string{"wal_level = minimal", "max_wal_senders = 0", "maintenance_work_mem = 1GB", "max_wal_size = 16GB", "work_mem = 64MB"}
}

// prove has the rows that were made verified, where that does not take minutes or is asked for.
func (b *bench) prove(database string, n int) error {
	if n > 1_000_000 && !b.verifyMany {
		return nil
	}
	begun := time.Now()
	if err := b.verify(database); err != nil {
		return err
	}
	b.say("mittari verify of %d responses: equal, in %s", n, time.Since(begun).Round(100*time.Millisecond))
	return nil
}

// sameAtAnySize measures rows 7 and 8 on two servers that run side by side.
func (b *bench) sameAtAnySize(few, many *process, database string) error {
	var series [2]int
	for i, p := range []*process{few, many} {
		page, err := p.series(b)
		if err != nil {
			return err
		}
		series[i] = countSeries(page)
	}
	of := fmt.Sprintf("with %d responses stored (%d series)", b.many, series[1])
	than := fmt.Sprintf("with %d (%d series)", b.few, series[0])
	scrapes, err := b.alternate("http://"+few.Metrics+"/metrics/cx", "http://"+many.Metrics+"/metrics/cx")
	if err != nil {
		return err
	}
	b.tell(7, "scrape of /metrics/cx "+of, than, scrapes, seconds, atMost(1.2))
	const query = "/v1/scores?metric=csat&window=28d"
	asked, err := b.alternate("http://"+few.Address+query, "http://"+many.Address+query)
	if err != nil {
		return err
	}
	b.tell(7, "GET "+query+" "+of, than, asked, seconds, atMost(1.2))
	return b.groupBy(many, database)
}

// groupBy measures row 8.
func (b *bench) groupBy(many *process, database string) (err error) {
	today := b.begun.Unix() / 86400
	statement := fmt.Sprintf(`SELECT answers.touchpoint, score, COUNT(*) FROM responses
		JOIN answers ON answers.workspace = responses.workspace AND answers.response_id = responses.id
		WHERE responses.workspace = '%s' AND NOT excluded AND metric = 'csat' AND day BETWEEN %d AND %d
		GROUP BY answers.touchpoint, score`, workspace, today+1-daysStored, today)
	db, err := running.Connect(database)
	if err != nil {
		return err
	}
	defer db.Close()
	var p pairs
	for range b.fewRounds() {
		begun := time.Now()
		if err := b.readAll(db, statement); err != nil {
			return err
		}
		theirs := time.Since(begun).Seconds()
		own, err := b.timed("http://"+many.Address+"/v1/scores?metric=csat&group_by=touchpoint&window=365d", b.time/4)
		if err != nil {
			return err
		}
		p.add(theirs, own)
	}
	b.tellFaster(8, fmt.Sprintf("GET /v1/scores?metric=csat&group_by=touchpoint&window=365d with %d responses", b.many),
		"one GROUP BY over the raw answers", p, atLeast(200))
	return nil
}

func (b *bench) readAll(db *sql.DB, statement string) error {
	rows, err := db.QueryContext(b.ctx, statement)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		continue
	}
	return rows.Err()
}
