package mapping

import (
	"encoding/json"
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/mittari/mittari/models"
)

const figuresYAML = `
kpi: sales
decimal: ","
no_answer: [n/a]
period: month
start: {column: Month, format: [MM/DD/YYYY, YYYY-MM-DD]}
value: "{EUR}"
size: "{Customers}"
team: {column: Branch, values: {Kamppi: helsinki-1}, otherwise: other}
`

func TestRowBecomesAnObservation(t *testing.T) {
	m := parsed(t, figuresYAML)
	if m.KPI() != "sales" || !m.Repeatable() || !m.Dated() {
		t.Errorf("of %q, repeatable %v, dated %v", m.KPI(), m.Repeatable(), m.Dated())
	}
	o, given, err := m.Observation(Row{"Month": "10/01/2026", "EUR": "1 234,50", "Customers": "12.000", "Branch": "Kamppi"})
	if err != nil || !given {
		t.Fatal(given, err)
	}
	written, err := json.Marshal(o)
	if err != nil {
		t.Fatal(err)
	}
	if want := `{"period":"month","start":"2026-10-01","value":1234.5,"size":12000,"team":"helsinki-1"}`; string(written) != want {
		t.Errorf("got %s, want %s", written, want)
	}
	for _, empty := range []string{"", " ", "n/a"} {
		if _, given, err := m.Observation(Row{"Month": "never", "EUR": empty}); given || err != nil {
			t.Errorf("value %q: given %v, %v", empty, given, err)
		}
	}
}

func TestEveryFaultOfARowOfFiguresIsToldAtOnce(t *testing.T) {
	_, _, err := parsed(t, strings.Replace(figuresYAML, ", otherwise: other", "", 1)).Observation(Row{"Month": "October", "EUR": "1.5", "Customers": "many", "Branch": "Espoo"})
	var e *models.Error
	if !errors.As(err, &e) {
		t.Fatal(err)
	}
	var fields []string
	for _, f := range e.Faults {
		fields = append(fields, f.Field)
	}
	if strings.Join(fields, " ") != "value start size team" || !strings.Contains(err.Error(), `column EUR: "1.5" is not a number such as 1 234,50`) {
		t.Errorf("faults in %v: %v", fields, err)
	}
}

func TestNumbersAsPeopleWriteThem(t *testing.T) {
	for text, want := range map[string]float64{
		"1234,5": 1234.5, "1 234,50": 1234.5, "1\u00a0234\u00a0567,5": 1234567.5, "1\u202f234": 1234, "1.234,50": 1234.5, "1’234’567": 1234567, "-12,25": -12.25,
		"\u22127": -7, "0": 0, "12345678,9": 12345678.9, "1,5e3": 1500,
	} {
		if got, err := number(text, ","); err != nil || got != want {
			t.Errorf("%q is %v, %v; want %v", text, got, err, want)
		}
	}
	for _, text := range []string{"1.5", "12 34", "1234 567", "1,234,567", "NaN", "Inf", "", " ", "-", "1,", "12 %", "1-2", "0x1p4", "1_000", "1 ", "'1", "--1", "1e999"} {
		if got, err := number(text, ","); err == nil {
			t.Errorf("%q was read as %v", text, got)
		}
	}
	if got, err := number("1,234,567.25", "."); err != nil || got != 1234567.25 {
		t.Errorf("got %v, %v", got, err)
	}
}

func TestYesAndNoAreFigures(t *testing.T) {
	m := parsed(t, `{kpi: churn, period: year, start: "2026-01-01", person: "{id}", value: {column: left, values: {x: "true", o: "false"}}}`)
	for cell, want := range map[string]models.Figure{"x": {N: 1, YesNo: true}, "o": {YesNo: true}} {
		if o, _, err := m.Observation(Row{"id": "c-1", "left": cell}); err != nil || *o.Value != want || o.Person != "c-1" {
			t.Errorf("%s: %+v, %v", cell, o.Value, err)
		}
	}
}

func TestFaultyMappingsOfFigures(t *testing.T) {
	for yaml, want := range map[string]string{
		"kpi: sales":                             "period, start and value are needed",
		"kpi: a b\nperiod: month":                "line 1, column 6: kpi: must be 1 to 100 letters",
		"kpi: examples":                          "is where the examples are",
		"kpi: [x]":                               "kpi: must be text",
		"kpi: s\nperiod: fortnight":              "must be one of [day week month quarter year], or hold a column",
		"kpi: s\ndecimal: ;":                     `must be "." or ","`,
		"kpi: s\nanswers: []":                    "answers: unknown key",
		"kpi: s\nsubmission_id: '{x}'":           "submission_id: unknown key",
		"kpi: s\nkpi: t":                         "kpi: stands here twice",
		"kpi: s\nstart: {column: a, format: YY}": "needs year, month and day",
	} {
		if _, err := Parse([]byte(yaml)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %s", yaml, err, want)
		}
	}
}

func TestExampleOfFiguresPassesTheChecks(t *testing.T) {
	yaml, err := os.ReadFile(exampleFolder + "revenue.yaml")
	if err != nil {
		t.Fatal(err)
	}
	csv, err := os.ReadFile(exampleFolder + "revenue.csv")
	if err != nil {
		t.Fatal(err)
	}
	m := parsed(t, string(yaml))
	checks := models.ObservationRules{KPI: models.KPI{Key: m.KPI(), Kind: models.FinancialKPI, Unit: "EUR", AddsUp: models.BySum}, Today: 20_777, NewID: func() string { return "id" }}
	kept := 0
	for _, line := range lines(t, m, string(csv)) {
		if line.Fault != nil || !m.Keeps(line.Row) {
			continue
		}
		o, given, err := m.Observation(line.Row)
		if err == nil && given {
			_, err = o.Check(checks)
			kept++
		}
		if err != nil {
			t.Errorf("line %d: %v", line.Number, err)
		}
	}
	if kept != 9 {
		t.Errorf("%d observations, want 9", kept)
	}
}
