package mapping

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
)

// FuzzMapping: no text makes the compiler panic, and what it takes maps any row.
func FuzzMapping(f *testing.F) {
	yaml, err := os.ReadFile(exampleFolder + "example.yaml")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(yaml, "9")
	f.Add([]byte("answers: [{metric: nps, score: &x {column: a, values: {1: null}, otherwise: 2}}]\nteam: *x"), "1")
	f.Add([]byte("kpi: sales\nperiod: month\nstart: 2026-10-01\nvalue: '{a}'\nsize: {column: b, values: {x: 1}}\ndecimal: ','"), "1 234,50")
	f.Add([]byte("a: &a [*a]\n? {b}\n: - <<: *a"), "")
	f.Fuzz(func(t *testing.T, yaml []byte, cell string) {
		m, err := Parse(yaml)
		if err != nil {
			if err.Error() == "" {
				t.Error("a fault without a message")
			}
			return
		}
		row := Row{}
		for _, name := range m.Columns() {
			row[name] = cell
		}
		m.Keeps(row)
		if m.KPI() != "" {
			if o, given, err := m.Observation(row); err == nil && given {
				mustEncode(t, o)
			}
			return
		}
		if s, _, err := m.Submission(row); err == nil {
			mustEncode(t, s)
		}
	})
}

// FuzzRow: no table makes the reader panic, and what is mapped can be sent and checked.
func FuzzRow(f *testing.F) {
	m, csv := exampleFiles(f)
	f.Add(csv)
	f.Add(strings.ReplaceAll(csv, "\n", "\r\n"))
	f.Add(csv[:300])
	f.Fuzz(func(t *testing.T, text string) {
		table, err := m.Table(strings.NewReader(text))
		last := 0
		for err == nil {
			var line Line
			if line, err = table.Next(); err != nil {
				return
			}
			if line.Number <= last {
				t.Errorf("line %d comes after line %d", line.Number, last)
			}
			last = line.Number
			if line.Fault != nil || !m.Keeps(line.Row) {
				continue
			}
			if s, _, err := m.Submission(line.Row); err == nil && len(s.Answers) > 0 {
				mustEncode(t, s)
				_, _ = s.Check(rules()) // must not panic; whether it passes is the row's matter
			}
		}
	})
}

func mustEncode(t *testing.T, v any) {
	t.Helper()
	if _, err := json.Marshal(v); err != nil {
		t.Errorf("%+v can't be sent: %v", v, err)
	}
}
