package store

import (
	"fmt"
	"testing"
	"time"

	"github.com/mittari/mittari/models"
	"github.com/mittari/mittari/models/store/storetest"
)

// benchedPersons is how many persons the benchmark has; nine in ten have both an answer and a figure.
const benchedPersons = 100_000

// crowd fills the workspace "bank" with persons who answered once in 2025 and have a figure of 2026.
func (h house) crowd(b *testing.B) models.ValueQuery {
	b.Helper()
	if _, err := h.CreateWorkspace(b.Context(), models.Workspace{Key: "bank", TimeZone: "UTC"}); err != nil {
		b.Fatal(err)
	}
	sales, _, err := h.PutKPI(b.Context(), "bank", turnover("sales"))
	if err != nil {
		b.Fatal(err)
	}
	id, at := "CAST(%s AS uuid)", "CAST('2025-03-01 10:00:00+00' AS timestamptz)"
	if h.dialect == onSQLite {
		id, at = "%s", "'2025-03-01 10:00:00+00:00'"
	}
	id = fmt.Sprintf(id, "'00000000-0000-7000-8000-0000' || substr(CAST(100000000 + n AS text), 2)")
	persons := fmt.Sprintf("WITH RECURSIVE g(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM g WHERE n < %d) SELECT 'bank', ", benchedPersons)
	start := models.YearLength.Start(20_500)
	for _, statement := range []string{
		"INSERT INTO responses " + persons + id + ", NULL, '', '', '', '', '', '', 'c-' || (CAST(n AS bigint) * 7919 % " + fmt.Sprint(benchedPersons) + "), 20148, " + at + ", " + at + ", '', NULL, NULL, NULL, false, NULL FROM g",
		"INSERT INTO answers " + persons + id + ", '', 'nps', n % 11, '' FROM g",
		"INSERT INTO observations " + persons + "'sales', " + id + fmt.Sprintf(", 'year', %d, '', '', '', '', 'c-' || n, n %% 997, NULL, ", start) + at + fmt.Sprintf(", NULL FROM g WHERE n > %d", benchedPersons/10),
		"INSERT INTO kpi_grains VALUES ('bank', 'sales', 'person', 'year')",
		"ANALYZE",
	} {
		if err := h.write.Exec(statement).Error; err != nil {
			b.Fatalf("%s: %v", statement, err)
		}
	}
	return models.ValueQuery{Metric: models.StandardMetrics()["nps"], KPI: sales, Period: models.Period{Since: start, Until: start + 365},
		Length: models.YearLength, Last: start, Answer: models.LastBefore}
}

// BenchmarkValueOfPersons tells the time that the value of 100,000 persons takes, database and statistics together.
func BenchmarkValueOfPersons(b *testing.B) {
	for name, url := range map[string]func(*testing.B) string{
		"sqlite":   func(b *testing.B) string { b.Helper(); return "sqlite://" + b.TempDir() + "/bench.db" },
		"postgres": func(b *testing.B) string { b.Helper(); return storetest.Postgres(b) },
	} {
		b.Run(name, func(b *testing.B) {
			h := house{url: url(b), now: &testClock{at: time.Date(2026, 11, 20, 8, 0, 0, 0, time.UTC)}}
			s, err := Open(b.Context(), h.config())
			if err != nil {
				b.Fatal(err)
			}
			defer s.Close()
			h.Store = s
			q := h.crowd(b)
			for b.Loop() {
				v := models.NewPersonValue(q)
				if err := h.EachPersonFigure(b.Context(), "bank", q, func(f models.PersonFigure) error { v.Add(f); return nil }); err != nil {
					b.Fatal(err)
				}
				if v.Evaluate(); v.Persons != benchedPersons*9/10-1 {
					b.Fatalf("%d persons", v.Persons)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Milliseconds())/float64(b.N), "ms/100,000persons")
		})
	}
}
