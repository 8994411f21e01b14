package store

import (
	"fmt"
	"slices"
	"strings"

	"gorm.io/gorm"
)

// table says how rows are put into a table in one go. types are PostgreSQL's.
type table struct {
	name    string
	columns []string
	types   []string
	then    string // what follows the rows: ON CONFLICT …, RETURNING one text column
}

// rows are the values of a table's rows, one row after the other.
type rows []value

// insert writes the rows, whatever their number, and gives what RETURNING said, if anything.
//
// This is the one place where the dialects differ in writing many rows:
// PostgreSQL takes an array a column, so that the statement is the same for any
// number of rows; SQLite takes VALUES, as many at a time as it has parameters.
func (t table) insert(tx *gorm.DB, d dialect, r rows) ([]string, error) {
	if len(r) == 0 {
		return nil, nil
	}
	if d == onPostgres {
		return t.query(tx, t.unnestSQL(), t.arrays(r))
	}
	const maxParameters = 32766
	var returned []string
	for chunk := range slices.Chunk(r, maxParameters/len(t.columns)*len(t.columns)) {
		args := make([]any, len(chunk))
		for i, v := range chunk {
			args[i] = v.argument()
		}
		some, err := t.query(tx, t.valuesSQL(len(chunk)/len(t.columns)), args)
		if err != nil {
			return nil, err
		}
		returned = append(returned, some...)
	}
	return returned, nil
}

// query goes past gorm, which would take the arrays apart and match returned rows by position.
func (t table) query(tx *gorm.DB, sql string, args []any) (returned []string, err error) {
	rows, err := tx.Statement.ConnPool.QueryContext(tx.Statement.Context, sql, args...)
	if err != nil {
		return nil, err
	}
	defer func() { err = firstError(err, rows.Close()) }()
	for rows.Next() {
		var value string
		if err := rows.Scan(&value); err != nil {
			return nil, err
		}
		returned = append(returned, value)
	}
	return returned, rows.Err()
}

func (t table) unnestSQL() string {
	arrays := make([]string, len(t.types))
	for i, pgType := range t.types {
		arrays[i] = fmt.Sprintf("$%d::%s[]", i+1, pgType)
	}
	return fmt.Sprintf("INSERT INTO %s (%s) SELECT * FROM unnest(%s) %s",
		t.name, strings.Join(t.columns, ", "), strings.Join(arrays, ", "), t.then)
}

func (t table) valuesSQL(rows int) string {
	one := "(?" + strings.Repeat(",?", len(t.columns)-1) + ")"
	return fmt.Sprintf("INSERT INTO %s (%s) VALUES %s%s %s",
		t.name, strings.Join(t.columns, ", "), one, strings.Repeat(","+one, rows-1), t.then)
}

// arrays makes an argument of each column.
func (t table) arrays(r rows) []any {
	args := make([]any, len(t.columns))
	for c, pgType := range t.types {
		args[c] = arrayOf(pgType, r, len(t.columns), c)
	}
	return args
}

func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
