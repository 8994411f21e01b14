package main

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/mittari/mittari/deploy/running"
)

// bulkSQLite measures row 5, on a new file in each round.
func (b *bench) bulkSQLite() error {
	n := max(1, b.bulk/4/rowsInStatement) * rowsInStatement // so that whole statements hold them all
	files, err := b.bulkFiles(n)
	if err != nil {
		return err
	}
	responses, answers := rowsOf(n)
	var p pairs
	for round := range b.fewRounds() {
		var sent, inserted float64
		err := b.within(func(b *bench) error {
			database := "sqlite://" + b.sqlite("bulk")
			ours, err := b.serve(database)
			if err == nil {
				sent, err = b.sendAll(ours, "row-5", files, n)
			}
			if err == nil && round == 0 {
				err = b.verify(database)
			}
			return err
		})
		if err == nil {
			inserted, err = b.insertAll(responses, answers)
		}
		if err := errors.Join(err, removeDatabase(b.sqlite("bulk")), removeDatabase(b.sqlite("bare"))); err != nil {
			return err
		}
		b.say("row 5, round %d: %s, prepared insert %s", round+1, perSecond(sent), perSecond(inserted))
		p.add(inserted, sent)
	}
	b.tell(5, fmt.Sprintf("bulk NDJSON of %d responses, SQLite, rollups included", n),
		"prepared multi-row insert of the same rows, 5,000 in a transaction", p, perSecond, atLeastPercent(60))
	return nil
}

func removeDatabase(file string) error {
	var faults []error
	for _, end := range []string{"", "-wal", "-shm"} {
		if err := os.Remove(file + end); err != nil && !errors.Is(err, os.ErrNotExist) {
			faults = append(faults, err)
		}
	}
	return errors.Join(faults...)
}

// rowsOf are the values of what the server stores of n responses, ready to be inserted.
func rowsOf(n int) (responses, answers [][]any) {
	now := time.Now().UTC().Truncate(time.Microsecond)
	today := int(now.Unix() / 86400)
	for i := range n {
		c, metric, score := i%combinations, shapeMetrics()[i/combinations%5], 1+i/(combinations*5)%scores
		day := today + 1 - daysStored + i*daysStored/n
		id := fmt.Sprintf("0193f000-0000-7000-8000-%012x", i)
		digest := sha256.Sum256([]byte(id))
		responses = append(responses, []any{workspace, id, fmt.Sprintf("bench-%012d", i), digest[:], fmt.Sprint("survey-", c%2),
			fmt.Sprint("touchpoint-", c), fmt.Sprint("channel-", c%5), fmt.Sprint("segment-", c%4), fmt.Sprint("team-", c%8),
			"", day, time.Unix(int64(day)*86400, 0).UTC(), now, "", nil, nil, nil, false})
		answers = append(answers, []any{workspace, id, fmt.Sprint("touchpoint-", c), metric, score, ""})
	}
	return responses, answers
}

// insertAll puts the rows into a new file with the server's schema and gives how many responses a second that were.
func (b *bench) insertAll(responses, answers [][]any) (rate float64, err error) {
	database := "sqlite://" + b.sqlite("bare")
	if err := b.migrate(database); err != nil {
		return 0, err
	}
	db, err := running.Connect(database)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	begun := time.Now()
	if err := insertRows(b.ctx, db, responses, answers); err != nil {
		return 0, err
	}
	return float64(len(responses)) / time.Since(begun).Seconds(), nil
}

const (
	rowsInTransaction = 5000
	rowsInStatement   = 500
)

func insertRows(ctx context.Context, db *sql.DB, responses, answers [][]any) error {
	prepare := func(table string, columns int) (*sql.Stmt, error) {
		one := "(?" + strings.Repeat(",?", columns-1) + ")"
		return db.PrepareContext(ctx, "INSERT INTO "+table+" "+columnsOf(table)+" VALUES "+one+strings.Repeat(","+one, rowsInStatement-1))
	}
	intoResponses, err := prepare("responses", len(responses[0]))
	if err != nil {
		return err
	}
	intoAnswers, err := prepare("answers", len(answers[0]))
	if err != nil {
		return err
	}
	for at := 0; at < len(responses); at += rowsInTransaction {
		tx, err := db.BeginTx(ctx, nil)
		if err != nil {
			return err
		}
		for from := at; from < min(at+rowsInTransaction, len(responses)); from += rowsInStatement {
			err = errors.Join(err, insertPart(ctx, tx.StmtContext(ctx, intoResponses), responses[from:from+rowsInStatement]),
				insertPart(ctx, tx.StmtContext(ctx, intoAnswers), answers[from:from+rowsInStatement]))
		}
		if err := errors.Join(err, tx.Commit()); err != nil {
			return err
		}
	}
	return errors.Join(intoResponses.Close(), intoAnswers.Close())
}

func insertPart(ctx context.Context, statement *sql.Stmt, rows [][]any) error {
	args := make([]any, 0, len(rows)*len(rows[0]))
	for _, row := range rows {
		args = append(args, row...)
	}
	_, err := statement.ExecContext(ctx, args...)
	return err
}
