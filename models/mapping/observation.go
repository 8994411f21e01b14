package mapping

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/mittari/mittari/models"
)

// figures says where a KPI's observation is found in a row.
type figures struct {
	kpi                string
	start, value, size *value            // size may be nil
	texts              map[string]*value // the fields of text that are given, by name
	decimal            string            // the decimal mark: "." or ","
}

// figureField is a field of an observation that takes text as it is.
type figureField struct {
	name string
	of   func(*models.SubmittedObservation) *string
}

func figureFields() []figureField {
	return []figureField{
		{"unit", func(o *models.SubmittedObservation) *string { return &o.Unit }},
		{"touchpoint", func(o *models.SubmittedObservation) *string { return &o.Touchpoint }},
		{"channel", func(o *models.SubmittedObservation) *string { return &o.Channel }},
		{"segment", func(o *models.SubmittedObservation) *string { return &o.Segment }},
		{"team", func(o *models.SubmittedObservation) *string { return &o.Team }},
		{"person", func(o *models.SubmittedObservation) *string { return &o.Person }},
	}
}

// KPI is the key of the KPI that the rows are figures of; "" when they are responses.
func (m *Mapping) KPI() string {
	if m.figures == nil {
		return ""
	}
	return m.figures.kpi
}

// Observation is what the row says of the mapping's KPI, not checked yet: the
// period and the unit are the server's to judge. A row without a value is not
// given and no error, whatever else is in it. The error is an Invalid
// *models.Error with every fault of the row.
func (m *Mapping) Observation(row Row) (o models.SubmittedObservation, given bool, err error) {
	r := reading{row: row}
	value := r.figure(m.figures.value, "value", m.figures.decimal)
	if value == nil && len(r.faults) == 0 {
		return o, false, nil
	}
	o.Value = value
	const remedy = "give it in the row, or a default in the mapping"
	o.Period = models.PeriodLength(r.needed(m.figures.texts["period"], "period", remedy))
	o.Start = r.day(m.figures.start, "start", remedy)
	if size := r.figure(m.figures.size, "size", m.figures.decimal); size != nil {
		o.Size = &size.N
	}
	for _, f := range figureFields() {
		*f.of(&o) = r.text(m.figures.texts[f.name], f.name)
	}
	return o, true, r.faults.Err("the row can't be mapped")
}

// day is a date that the row must have, as 2026-01-31.
func (r *reading) day(v *value, field, why string) string {
	text := r.needed(v, field, why)
	if text == "" {
		return ""
	}
	layouts := v.formats
	if layouts == nil {
		layouts = usualFormats()
	}
	at, err := when(text, layouts, time.UTC)
	if err != nil {
		r.fault(v, field, err)
	}
	return at.Format(time.DateOnly)
}

// figure is a number, or true or false; nil when there is none.
func (r *reading) figure(v *value, field, decimal string) *models.Figure {
	text := r.text(v, field)
	if text == "" {
		return nil
	}
	if yes, err := boolean(text); err == nil && field == "value" {
		f := models.Figure{YesNo: true}
		if yes {
			f.N = 1
		}
		return &f
	}
	n, err := number(text, decimal)
	if err != nil {
		r.fault(v, field, err)
	}
	return &models.Figure{N: n}
}

// number reads a number as people and spreadsheets write it: with the decimal
// mark given, and groups of three digits set apart by spaces, apostrophes, or the other mark.
func number(text, decimal string) (float64, error) {
	example, marks := "1 234.50", ",'’"
	if decimal == "," {
		example, marks = "1 234,50", ".'’"
	}
	fault := fmt.Errorf("%q is not a number such as %s: say decimal in the mapping if the mark is another one", text, example)
	sign, digits := "", strings.Replace(text, "\u2212", "-", 1) // the minus sign proper
	if strings.HasPrefix(digits, "-") {
		sign, digits = "-", digits[1:]
	}
	whole, fraction, pointed := strings.Cut(digits, decimal)
	groups := strings.FieldsFunc(whole, func(c rune) bool {
		return strings.ContainsRune(marks, c) || strings.ContainsRune(" \u00a0\u2009\u202f", c)
	})
	if len(groups) == 0 || len(groups) > 1 && badGroups(groups) || pointed && fraction == "" {
		return 0, fault
	}
	plain := sign + strings.Join(groups, "")
	if pointed {
		plain += "." + fraction
	}
	if len(groups) == 1 && groups[0] != whole || strings.Trim(plain, "-.0123456789eE+") != "" {
		return 0, fault
	}
	n, err := strconv.ParseFloat(plain, 64)
	if err != nil {
		return 0, fault
	}
	return n, nil
}

// badGroups reports whether the digits don't stand in threes behind the first.
func badGroups(groups []string) bool {
	return len(groups[0]) > 3 || slices.ContainsFunc(groups[1:], func(g string) bool { return len(g) != 3 })
}

// figuresDocument reads a mapping with a KPI.
func (c *compiler) figuresDocument(root node) {
	f := &figures{texts: map[string]*value{}, decimal: "."}
	c.figures = f
	known := c.fileKeys()
	known["kpi"] = func(n node) { f.kpi = kpiKey(n) }
	known["decimal"] = func(n node) {
		if f.decimal = n.text(); f.decimal != "." && f.decimal != "," {
			n.fault(`must be "." or ","`)
		}
	}
	known["period"] = func(n node) {
		v := c.value(n, nil)
		f.texts["period"] = v
		if length := v.template; v.constant() && !slices.Contains(models.PeriodLengths(), models.PeriodLength(length[0].text)) {
			n.fault("must be one of %v, or hold a column", models.PeriodLengths())
		}
	}
	known["start"] = func(n node) { f.start = c.value(n, formats) }
	known["value"] = func(n node) { f.value = c.value(n, nil) }
	known["size"] = func(n node) { f.size = c.value(n, nil) }
	for _, field := range figureFields() {
		known[field.name] = func(n node) { f.texts[field.name] = c.value(n, nil) }
	}
	root.read(known)
	if len(root.doc.faults) > 0 {
		return
	}
	if f.texts["period"] == nil || f.start == nil || f.value == nil {
		root.fault("period, start and value are needed: how long the periods are, their first day, and the figure")
		return
	}
	if f.value.noAnswer == nil {
		f.value.noAnswer = c.noAnswer
	}
}

// kpiKey reads what can be a KPI's key.
func kpiKey(n node) string {
	key := n.text()
	var e *models.Error
	if errors.As(models.KPI{Key: key}.Check(), &e) {
		for _, fault := range e.Faults {
			if fault.Field == "key" {
				n.fault("%s", fault.Message)
			}
		}
	}
	return key
}
