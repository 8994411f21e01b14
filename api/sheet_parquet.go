package api

import (
	"cmp"
	"io"
	"slices"
	"time"

	"github.com/parquet-go/parquet-go"

	"github.com/mittari/mittari/models"
)

// A row group is held in memory until it is whole. Readers want them large, and the server small.
const (
	maxGroupRows = 50_000
	maxGroupText = 16 << 20 // bytes
)

// The columns' types. What repeats is told once for each row group; strings are encoded plainly, which every reader knows.
func keyColumn() parquet.Node  { return parquet.Encoded(parquet.String(), &parquet.RLEDictionary) }
func textColumn() parquet.Node { return parquet.Encoded(parquet.String(), &parquet.Plain) }
func jsonColumn() parquet.Node { return parquet.Encoded(parquet.JSON(), &parquet.Plain) }
func flagColumn() parquet.Node { return parquet.Leaf(parquet.BooleanType) }
func realColumn() parquet.Node { return parquet.Leaf(parquet.DoubleType) }
func timeColumn() parquet.Node { return parquet.Timestamp(parquet.Microsecond) } // UTC

// orderedGroup is a group whose columns come in the order given, and not by name.
type orderedGroup struct {
	parquet.Group
	order map[string]int
}

// Fields are the group's, in order.
func (g orderedGroup) Fields() []parquet.Field {
	fields := g.Group.Fields()
	slices.SortFunc(fields, func(a, b parquet.Field) int { return cmp.Compare(g.order[a.Name()], g.order[b.Name()]) })
	return fields
}

// parquetSheet is a Parquet file. It ends with what says where everything is: without that it can't be read.
type parquetSheet[R any] struct {
	w       *parquet.GenericWriter[any]
	columns []column[R]
	row     parquet.Row
	rows    int // in the row group
	text    int
}

func newParquetSheet[R any](out io.Writer, name string, columns []column[R]) *parquetSheet[R] {
	group := orderedGroup{parquet.Group{}, map[string]int{}}
	for i, c := range columns {
		group.Group[c.name], group.order[c.name] = c.node, i
	}
	w := parquet.NewGenericWriter[any](out, parquet.NewSchema(name, group), parquet.Compression(&parquet.Snappy))
	return &parquetSheet[R]{w: w, columns: columns}
}

func (s *parquetSheet[R]) write(row R) error {
	s.row = s.row[:0]
	for i, c := range s.columns {
		s.add(i, c.node, c.cell(row))
	}
	if _, err := s.w.WriteRows([]parquet.Row{s.row}); err != nil {
		return err
	}
	if s.rows++; s.rows < maxGroupRows && s.text < maxGroupText {
		return nil
	}
	s.rows, s.text = 0, 0
	return s.w.Flush()
}

// add puts a cell into the row. Its levels say whether there is anything, and of texts which is the first.
func (s *parquetSheet[R]) add(i int, node parquet.Node, cell any) {
	texts, several := cell.([]string)
	switch {
	case cell == nil, several && len(texts) == 0:
		s.row = append(s.row, parquet.NullValue().Level(0, 0, i))
	case several:
		for place, text := range texts {
			s.text += len(text)
			s.row = append(s.row, parquet.ValueOf(text).Level(min(place, 1), 1, i))
		}
	default:
		defined := 0
		if node.Optional() {
			defined = 1
		}
		s.row = append(s.row, s.value(node, cell).Level(0, defined, i))
	}
}

// value is a cell's; a date is its number of days since 1970-01-01, a time that of microseconds.
func (s *parquetSheet[R]) value(node parquet.Node, cell any) parquet.Value {
	switch v := cell.(type) {
	case string:
		if node.Type().Kind() == parquet.Int32 {
			day, _ := models.ParseDay(v) // we wrote it
			return parquet.Int32Value(int32(day))
		}
		s.text += len(v)
	case int:
		if node.Type().Kind() == parquet.Int32 {
			return parquet.Int32Value(int32(v))
		}
		return parquet.Int64Value(int64(v))
	case time.Time:
		return parquet.Int64Value(v.UnixMicro())
	}
	return parquet.ValueOf(cell)
}

func (s *parquetSheet[R]) flush() error { return nil } // a row group at a time goes out
func (s *parquetSheet[R]) close() error { return s.w.Close() }
