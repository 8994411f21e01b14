package api

import (
	"github.com/parquet-go/parquet-go"
)

// cells are the table's columns, in order.
func (t table) cells() []column[tableRow] {
	number := parquet.Optional(realColumn())
	columns := []column[tableRow]{
		{"period", keyColumn(), func(r tableRow) any { return string(r.Period) }},
		{"start", parquet.Date(), func(r tableRow) any { return r.Start }},
		{"complete", flagColumn(), func(r tableRow) any { return r.Complete }},
		{"level", keyColumn(), func(r tableRow) any { return string(r.Level) }},
		keyOf("key", func(r tableRow) string { return r.Key }),
	}
	if t.wide {
		for _, name := range t.columns {
			columns = append(columns, column[tableRow]{name, number, func(r tableRow) any {
				if v, told := r.Values[name]; told {
					return v
				}
				return nil
			}})
		}
		return columns
	}
	return append(columns,
		column[tableRow]{"kind", keyColumn(), func(r tableRow) any { return string(r.Kind) }},
		column[tableRow]{"series", keyColumn(), func(r tableRow) any { return r.Series }},
		column[tableRow]{"unit", keyColumn(), func(r tableRow) any { return r.Unit }},
		figureOf("value", func(r tableRow) *float64 { return r.Value }),
		figureOf("stderr", func(r tableRow) *float64 { return r.StdErr }),
		figureOf("lower", func(r tableRow) *float64 { return r.Lower }),
		figureOf("upper", func(r tableRow) *float64 { return r.Upper }),
		figureOf("n", func(r tableRow) *float64 { return r.N }),
		column[tableRow]{"suppressed", flagColumn(), func(r tableRow) any { return r.Suppressed }},
	)
}
