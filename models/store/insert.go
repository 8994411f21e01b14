package store

import (
	"database/sql"
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
// number of rows; SQLite takes VALUES, some rows at a time.
func (t table) insert(tx *gorm.DB, d dialect, r rows) ([]string, error) {
	pool, ctx := tx.Statement.ConnPool, tx.Statement.Context // past gorm, which would take arrays apart and match returned rows by position
	switch {
	case len(r) == 0:
		return nil, nil
	case d == onPostgres:
		return returned(pool.QueryContext(ctx, t.unnestSQL(), t.arrays(r)...))
	case len(r) < 2*rowsAtOnce*len(t.columns):
		return returned(pool.QueryContext(ctx, t.valuesSQL(len(r)/len(t.columns)), r.arguments()...))
	}
	statement, err := pool.PrepareContext(ctx, t.valuesSQL(rowsAtOnce))
	if err != nil {
		return nil, err
	}
	defer func() { _ = statement.Close() }() // it has run
	var all []string
	for chunk := range slices.Chunk(r, rowsAtOnce*len(t.columns)) {
		var some []string
		if len(chunk) == rowsAtOnce*len(t.columns) {
			some, err = returned(statement.QueryContext(ctx, chunk.arguments()...))
		} else {
			some, err = t.insert(tx, d, chunk)
		}
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
	}
	return all, nil
}

// rowsAtOnce is how many rows a statement of SQLite takes that is prepared once for many of
// them: enough that calling it costs little, few enough that preparing it does.
const rowsAtOnce = 100

// arguments are the values as database/sql takes them.
func (r rows) arguments() []any {
	args := make([]any, len(r))
	for i, v := range r {
		args[i] = v.argument()
	}
	return args
}

// returned are the texts that a statement returns.
func returned(found *sql.Rows, err error) (all []string, _ error) {
	if err != nil {
		return nil, err
	}
	for found.Next() {
		var one string
		if err := found.Scan(&one); err != nil {
			return nil, firstError(err, found.Close())
		}
		all = append(all, one)
	}
	return all, firstError(found.Err(), found.Close())
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
