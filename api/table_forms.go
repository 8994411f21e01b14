package api

import (
	"cmp"
	"encoding/csv"
	"io"
	"slices"
	"strconv"

	"github.com/parquet-go/parquet-go"

	"github.com/mittari/mittari/models"
)

// tableColumn is a column of the table as CSV and Parquet have it. Its cells are
// text, a day, true or false, a number, or nil where there is nothing to be told.
type tableColumn struct {
	name string
	node parquet.Node
	cell func(tableRow) any
}

// cells are the table's columns, in order.
func (t table) cells() []tableColumn {
	text := parquet.Encoded(parquet.String(), &parquet.RLEDictionary)
	number := parquet.Optional(parquet.Leaf(parquet.DoubleType))
	columns := []tableColumn{
		{"period", text, func(r tableRow) any { return string(r.Period) }},
		{"start", parquet.Date(), func(r tableRow) any { return r.Start }},
		{"complete", parquet.Leaf(parquet.BooleanType), func(r tableRow) any { return r.Complete }},
		{"level", text, func(r tableRow) any { return string(r.Level) }},
		{"key", parquet.Optional(text), func(r tableRow) any { return orNothing(r.Key) }},
	}
	if t.wide {
		for _, name := range t.columns {
			columns = append(columns, tableColumn{name, number, func(r tableRow) any {
				if v, told := r.Values[name]; told {
					return v
				}
				return nil
			}})
		}
		return columns
	}
	figure := func(name string, of func(tableRow) *float64) tableColumn {
		return tableColumn{name, number, func(r tableRow) any {
			if v := of(r); v != nil {
				return *v
			}
			return nil
		}}
	}
	return append(columns,
		tableColumn{"kind", text, func(r tableRow) any { return string(r.Kind) }},
		tableColumn{"series", text, func(r tableRow) any { return r.Series }},
		tableColumn{"unit", text, func(r tableRow) any { return r.Unit }},
		figure("value", func(r tableRow) *float64 { return r.Value }),
		figure("stderr", func(r tableRow) *float64 { return r.StdErr }),
		figure("lower", func(r tableRow) *float64 { return r.Lower }),
		figure("upper", func(r tableRow) *float64 { return r.Upper }),
		figure("n", func(r tableRow) *float64 { return r.N }),
		tableColumn{"suppressed", parquet.Leaf(parquet.BooleanType), func(r tableRow) any { return r.Suppressed }},
	)
}

func orNothing(text string) any {
	if text == "" {
		return nil
	}
	return text
}

func (t table) writeCSV(out io.Writer) error {
	w := csv.NewWriter(out)
	columns := t.cells()
	line := make([]string, len(columns))
	for i, column := range columns {
		line[i] = column.name
	}
	err := w.Write(line)
	if err := firstError(err, t.each(func(r tableRow) error {
		for i, column := range columns {
			line[i] = defused(cellText(column.cell(r)))
		}
		return w.Write(line)
	})); err != nil {
		return err
	}
	w.Flush()
	return w.Error()
}

func cellText(cell any) string {
	switch v := cell.(type) {
	case string:
		return v
	case bool:
		return strconv.FormatBool(v)
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	return ""
}

// orderedGroup is a group whose columns come in the order given, and not by name.
type orderedGroup struct {
	parquet.Group
	order []tableColumn
}

// Fields are the group's, in order.
func (g orderedGroup) Fields() []parquet.Field {
	place := map[string]int{}
	for i, column := range g.order {
		place[column.name] = i
	}
	fields := g.Group.Fields()
	slices.SortFunc(fields, func(a, b parquet.Field) int { return cmp.Compare(place[a.Name()], place[b.Name()]) })
	return fields
}

func (t table) writeParquet(out io.Writer) error {
	group := orderedGroup{parquet.Group{}, t.cells()}
	for _, column := range group.order {
		group.Group[column.name] = column.node
	}
	w := parquet.NewGenericWriter[any](out, parquet.NewSchema("table", group), parquet.Compression(&parquet.Snappy))
	row := make(parquet.Row, len(group.order))
	err := t.each(func(r tableRow) error {
		for i, column := range group.order {
			row[i] = parquetValue(column, r).Level(0, 0, i)
			if column.node.Optional() && !row[i].IsNull() {
				row[i] = row[i].Level(0, 1, i)
			}
		}
		_, err := w.WriteRows([]parquet.Row{row})
		return err
	})
	return firstError(err, w.Close())
}

// parquetValue is a cell's; a date is its number of days since 1970-01-01.
func parquetValue(column tableColumn, r tableRow) parquet.Value {
	cell := column.cell(r)
	if text, is := cell.(string); is && column.node.Type().Kind() == parquet.Int32 {
		day, _ := models.ParseDay(text) // the table wrote it
		return parquet.Int32Value(int32(day))
	}
	return parquet.ValueOf(cell)
}
