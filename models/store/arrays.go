package store

import (
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgtype"
)

// arrayOf is a column of rows as an array of PostgreSQL's type, nil for NULL. One
// type throughout is encoded in a fraction of the time that values of any take.
func arrayOf(pgType string, rows [][]any, column int) any {
	switch pgType {
	case "text":
		return typedArray(rows, column, func(s string) pgtype.Text { return pgtype.Text{String: s, Valid: true} })
	case "uuid":
		return typedArray(rows, column, func(s string) pgtype.UUID {
			id, err := uuid.Parse(s)
			return pgtype.UUID{Bytes: id, Valid: err == nil}
		})
	case "integer":
		return typedArray(rows, column, func(n int) pgtype.Int4 { return pgtype.Int4{Int32: int32(n), Valid: true} })
	case "bigint":
		return typedArray(rows, column, func(n int64) pgtype.Int8 { return pgtype.Int8{Int64: n, Valid: true} })
	case "boolean":
		return typedArray(rows, column, func(b bool) pgtype.Bool { return pgtype.Bool{Bool: b, Valid: true} })
	case "timestamptz":
		return typedArray(rows, column, func(t time.Time) pgtype.Timestamptz { return pgtype.Timestamptz{Time: t, Valid: true} })
	case "double precision":
		return typedArray(rows, column, func(f float64) pgtype.Float8 { return pgtype.Float8{Float64: f, Valid: true} })
	case "bytea":
		return typedArray(rows, column, func(b []byte) []byte { return b })
	case "jsonb":
		return typedArray(rows, column, func(s string) []byte { return []byte(s) })
	}
	return anyArray(rows, column)
}

// typedArray makes an array of what the values of one Go type become; values of another are left as they are.
func typedArray[V, T any](rows [][]any, column int, as func(V) T) any {
	array := make(pgtype.FlatArray[T], len(rows))
	for i, row := range rows {
		if row[column] == nil {
			continue // the zero value is NULL
		}
		value, is := row[column].(V)
		if !is {
			return anyArray(rows, column)
		}
		array[i] = as(value)
	}
	return array
}

func anyArray(rows [][]any, column int) any {
	array := make([]any, len(rows))
	for i, row := range rows {
		array[i] = row[column]
	}
	return array
}
