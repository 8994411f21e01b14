package api

import (
	"bufio"
	"encoding/csv"
	"encoding/json"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/parquet-go/parquet-go"
)

// The forms that a list can be had in.
const (
	formJSON    = "application/json"
	formNDJSON  = "application/x-ndjson"
	formCSV     = "text/csv"
	formParquet = "application/vnd.apache.parquet" // for programs that read columns
)

// column is one of a sheet, named as the member of JSON is. Its cells are text, a day
// as text, true or false, an int or int64, a float64, a time, texts, or nil where there is nothing to be told.
type column[R any] struct {
	name string
	node parquet.Node
	cell func(R) any
}

// textOf is a column of texts that may be missing.
func textOf[R any](name string, of func(R) string) column[R] {
	return column[R]{name, parquet.Optional(textColumn()), func(row R) any { return orNothing(of(row)) }}
}

// keyOf is a column of texts that may be missing, and of which there are few different ones.
func keyOf[R any](name string, of func(R) string) column[R] {
	return column[R]{name, parquet.Optional(keyColumn()), func(row R) any { return orNothing(of(row)) }}
}

// figureOf is a column of figures that may be missing.
func figureOf[R any](name string, of func(R) *float64) column[R] {
	return column[R]{name, parquet.Optional(realColumn()), func(row R) any { return ifGiven(of(row)) }}
}

// sheet writes rows in one form.
type sheet[R any] interface {
	write(row R) error
	flush() error // what was written goes on, as far as the form lets a part go
	close() error // completes the whole; what is not closed can be told from what is
}

// newSheet is the sheet of a form other than JSON. NDJSON has the rows as JSON, whatever the columns.
func newSheet[R any](form string, out io.Writer, name string, columns []column[R]) sheet[R] {
	switch form {
	case formCSV:
		return newCSVSheet(out, columns)
	case formParquet:
		return newParquetSheet(out, name, columns)
	}
	buffered := bufio.NewWriterSize(out, 32<<10)
	return lineSheet[R]{buffered, json.NewEncoder(buffered)}
}

// spread is a sheet of which what is written takes several rows.
type spread[T, R any] struct {
	sheet[R]
	rows func(T) []R
}

func (s spread[T, R]) write(of T) error {
	for _, row := range s.rows(of) {
		if err := s.sheet.write(row); err != nil {
			return err
		}
	}
	return nil
}

// headSheet says what a sheet is; name is that of its file.
func headSheet(c *gin.Context, form, name string) {
	switch form {
	case formCSV:
		c.Header("Content-Type", formCSV+"; charset=utf-8; header=present")
		c.Header("Content-Disposition", `attachment; filename="`+name+`.csv"`)
	case formParquet:
		c.Header("Content-Type", formParquet)
		c.Header("Content-Disposition", `attachment; filename="`+name+`.parquet"`)
	default:
		c.Header("Content-Type", form)
	}
}

// lineSheet is NDJSON.
type lineSheet[R any] struct {
	out     *bufio.Writer
	encoder *json.Encoder
}

func (l lineSheet[R]) write(row R) error { return l.encoder.Encode(row) }
func (l lineSheet[R]) flush() error      { return l.out.Flush() }
func (l lineSheet[R]) close() error      { return l.out.Flush() }

// csvSheet is CSV with a header line, of cells that no spreadsheet runs.
type csvSheet[R any] struct {
	w       *csv.Writer
	columns []column[R]
	line    []string
}

func newCSVSheet[R any](out io.Writer, columns []column[R]) csvSheet[R] {
	s := csvSheet[R]{csv.NewWriter(out), columns, make([]string, len(columns))}
	for i, c := range columns {
		s.line[i] = c.name
	}
	_ = s.w.Write(s.line) // flush tells what went wrong
	return s
}

func (s csvSheet[R]) write(row R) error {
	for i, c := range s.columns {
		s.line[i] = defused(cellText(c.cell(row)))
	}
	return s.w.Write(s.line)
}

func (s csvSheet[R]) flush() error {
	s.w.Flush()
	return s.w.Error()
}

func (s csvSheet[R]) close() error { return s.flush() }

func cellText(cell any) string {
	switch v := cell.(type) {
	case string:
		return v
	case bool:
		return strconv.FormatBool(v)
	case int:
		return strconv.Itoa(v)
	case int64:
		return strconv.FormatInt(v, 10)
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case time.Time:
		return v.Format(time.RFC3339Nano)
	case []string:
		return strings.Join(v, ";")
	}
	return ""
}

// formulaStarts are what spreadsheets take a cell for a formula by: OWASP's list for CSV injection, with the wide forms of East Asia.
const formulaStarts = "=+-@\t\r\n＝＋－＠"

// defused keeps a spreadsheet from running a cell as a formula, by an apostrophe
// before it. Negative numbers stay as they are. So that it can be undone, one that
// has apostrophes before such a beginning already gets one more: whoever takes one away where
// one of formulaStarts follows has every text as it was.
func defused(cell string) string {
	bare := strings.TrimLeft(cell, "'")
	if bare == "" || !strings.ContainsAny(firstRune(bare), formulaStarts) {
		return cell
	}
	if _, err := strconv.ParseFloat(cell, 64); err == nil {
		return cell
	}
	return "'" + cell
}

func firstRune(text string) string {
	for i := range text {
		if i > 0 {
			return text[:i]
		}
	}
	return text
}

// orNothing is a cell of a text that may be missing.
func orNothing(text string) any {
	if text == "" {
		return nil
	}
	return text
}

// ifGiven is a cell of what may be missing.
func ifGiven[V any](v *V) any {
	if v == nil {
		return nil
	}
	return *v
}

// jsonCell is a cell of what is told as JSON; nil for what has no length.
func jsonCell(value any, length int) any {
	if length == 0 {
		return nil
	}
	text, err := json.Marshal(value)
	if err != nil {
		panic(err) // it came as JSON, or is of numbers and texts
	}
	return string(text)
}
