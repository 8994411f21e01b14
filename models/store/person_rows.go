package store

import (
	"context"
	"database/sql"
	"encoding/binary"
	"fmt"
	"hash/maphash"
	"strings"

	"github.com/jackc/pgx/v5"
	"gorm.io/gorm"
)

// personQuery asks for persons, and what of them, a row each. Of millions of rows
// every step counts, so each dialect gives them as it can do fastest.
type personQuery struct {
	onPostgres string // the columns after the person's hash, of eight bytes each
	onSQLite   string // two columns
	from       string // what follows FROM
	args       []any
	takeBytes  func(person uint64, row [][]byte) // from PostgreSQL; nil for NULL
	take       func(person uint64, a, b any)     // from SQLite
}

// eachOfPersons runs the queries: side by side on PostgreSQL, whose answers take
// long to make and to read, one after the other on SQLite. What one of them writes
// to, no other does.
func (s *Store) eachOfPersons(ctx context.Context, queries ...personQuery) error {
	return s.oneOfFew(ctx, func() error {
		if s.dialect != onPostgres {
			return s.eachOnSQLite(ctx, queries)
		}
		done := make(chan error)
		for _, q := range queries {
			go func() { done <- s.eachOnPostgres(ctx, q) }()
		}
		var err error
		for range queries {
			err = firstError(err, <-done)
		}
		return err
	})
}

// eachOnPostgres has the database hash the persons, and takes the numbers from
// where they arrived: a third of the time that scanning takes.
func (s *Store) eachOnPostgres(ctx context.Context, q personQuery) error {
	return pgx.BeginTxFunc(ctx, s.pool, pgx.TxOptions{AccessMode: pgx.ReadOnly}, func(tx pgx.Tx) error {
		err := setForAnalysis(func(statement string) error {
			_, err := tx.Exec(ctx, statement)
			return err
		})
		if err != nil {
			return err
		}
		rows, err := tx.Query(ctx, numbered(fmt.Sprintf("SELECT hashtextextended(person, 0), %s FROM %s", q.onPostgres, q.from)), q.args...)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			row := rows.RawValues()
			q.takeBytes(eightBytes(row[0]), row[1:])
		}
		return rows.Err()
	})
}

// eightBytes are a number as it arrives; 0 for NULL.
func eightBytes(raw []byte) uint64 {
	if len(raw) != 8 {
		return 0
	}
	return binary.BigEndian.Uint64(raw)
}

// numbered is a query with $1, $2 … for each question mark.
func numbered(query string) string {
	var out strings.Builder
	for i, part := range strings.Split(query, "?") {
		if i > 0 {
			fmt.Fprintf(&out, "$%d", i)
		}
		out.WriteString(part)
	}
	return out.String()
}

func (s *Store) eachOnSQLite(ctx context.Context, queries []personQuery) error {
	seed := maphash.MakeSeed()
	return s.read.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		for _, q := range queries {
			rows, err := tx.Raw(fmt.Sprintf("SELECT person, %s FROM %s", q.onSQLite, q.from), q.args...).Rows()
			if err != nil {
				return err
			}
			var person sql.RawBytes
			var a, b any
			err = eachRow(rows, func() error {
				if err := rows.Scan(&person, &a, &b); err != nil {
					return err
				}
				q.take(maphash.Bytes(seed, person), a, b)
				return nil
			})
			if err != nil {
				return err
			}
		}
		return nil
	}, &sql.TxOptions{ReadOnly: true})
}

// number is a number as SQLite's driver gives it; 0 for NULL.
func number(v any) float64 {
	switch n := v.(type) {
	case float64:
		return n
	case int64:
		return float64(n)
	}
	return 0
}
