// Generate writes the views for BI tools, in SQL, from the metrics, levels and
// statistics that the program itself reckons with.
package main

//go:generate go run . -o ../views.sql

import (
	"bytes"
	_ "embed"
	"flag"
	"fmt"
	"os"
	"strings"
	"text/template"

	"gonum.org/v1/gonum/stat/distuv"

	"github.com/mittari/mittari/models"
	"github.com/mittari/mittari/models/score"
)

//go:embed views.sql.tmpl
var views string

func main() {
	out := flag.String("o", "deploy/postgres/views.sql", "the file to write")
	flag.Parse()
	text, err := generate()
	if err == nil {
		err = os.WriteFile(*out, text, 0o644)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "generate:", err)
		os.Exit(1)
	}
}

// content is what the template is filled in with.
type content struct {
	Metrics       []models.Metric
	Anonymity     models.Anonymity
	LeastCoverage float64
	Dimensions    []string
	KPIDimensions []string
	Fits          []fit
	Shorter       []fit // those of Fits whose part is not the whole
	Z             float64
	Student       []float64 // quantiles for 1, 2 … degrees of freedom
	Expansion     []float64 // what follows z: by 1/ν, 1/ν² …
}

// generate gives the whole file.
func generate() ([]byte, error) {
	all := models.StandardMetrics()
	c := content{Anonymity: models.DefaultAnonymity(), LeastCoverage: models.LeastCoverage, Fits: fits()}
	for _, key := range all.Keys() {
		c.Metrics = append(c.Metrics, all[key])
	}
	for _, d := range models.Dimensions() {
		c.Dimensions = append(c.Dimensions, d.String())
	}
	for _, d := range models.KPIDimensions() {
		c.KPIDimensions = append(c.KPIDimensions, d.String())
	}
	for _, f := range c.Fits {
		if f.Part != f.Whole {
			c.Shorter = append(c.Shorter, f)
		}
	}
	const p = 1 - (1-score.Confidence)/2
	c.Z = distuv.UnitNormal.Quantile(p)
	for df := 1.0; df <= 300; df++ {
		c.Student = append(c.Student, distuv.StudentsT{Sigma: 1, Nu: df}.Quantile(p))
	}
	c.Expansion = expansion(c.Z)
	filled, err := template.New("views").Funcs(template.FuncMap{
		"text":  func(v any) string { return "'" + strings.ReplaceAll(fmt.Sprint(v), "'", "''") + "'" },
		"join":  func(names []string) string { return strings.Join(names, ", ") },
		"inc":   func(i int) int { return i + 1 },
		"views": func() string { return "cx_metrics, cx_scores_daily, cx_kpis, cx_answers" },
	}).Parse(views)
	if err != nil {
		return nil, err
	}
	var text bytes.Buffer
	err = filled.Execute(&text, c)
	return text.Bytes(), err
}

// expansion is how Student's quantile differs from the normal one where there are
// many degrees of freedom, by powers of 1/ν (Abramowitz and Stegun 26.7.5).
func expansion(z float64) []float64 {
	z3, z5, z7, z9 := z*z*z, z*z*z*z*z, z*z*z*z*z*z*z, z*z*z*z*z*z*z*z*z
	return []float64{
		(z3 + z) / 4,
		(5*z5 + 16*z3 + 3*z) / 96,
		(3*z7 + 19*z5 + 17*z3 - 15*z) / 384,
		(79*z9 + 776*z7 + 1482*z5 - 1920*z3 - 945*z) / 92160,
	}
}

// fit says that periods of one length make up those of another.
type fit struct {
	Part, Whole                 models.PeriodLength
	PartInterval, WholeInterval string
	Parts                       string // how many; NULL: as many as there are days
}

// fits are all pairs of lengths of which the one makes up the other.
func fits() []fit {
	intervals := map[models.PeriodLength]string{models.DayLength: "1 day", models.WeekLength: "7 days", models.MonthLength: "1 month",
		models.QuarterLength: "3 months", models.YearLength: "1 year"}
	var all []fit
	for _, part := range models.PeriodLengths() {
		for _, whole := range models.PeriodLengths() {
			parts := len(part.Parts(whole, whole.Start(0)))
			if parts == 0 {
				continue
			}
			f := fit{part, whole, intervals[part], intervals[whole], fmt.Sprint(parts)}
			if part == models.DayLength && whole != part {
				f.Parts = "NULL"
			}
			all = append(all, f)
		}
	}
	return all
}
