package main

import (
	"math"
	"strings"
	"testing"
)

func TestGrowthTableSaysHowEachWorkGrows(t *testing.T) {
	g := growthTable{database: "SQLite"}
	for _, n := range []int{10_000, 100_000, 1_000_000} {
		g.add(n)
	}
	g.rollups = []int{9000, 90_000, 91_000}
	for i := range works() {
		g.took[i] = []float64{0.001, 0.002, 0.02}
	}
	table := g.String()
	for _, want := range []string{
		"| SQLite, responses stored | 10k | 100k | 1M | the last ten-fold |\n|---|---|---|---|---|\n",
		"| rows of rollups at the end | 9000 | 90000 | 91000 | |\n",
		"| scrape of /metrics/cx | 1ms | 2ms (2.00×) | 20ms (10.00×) | linear |\n",
		"| ingest: bulk NDJSON | 1000/s | 500/s (2.00×) | 50/s (10.00×) | linear |\n",
	} {
		if !strings.Contains(table, want) {
			t.Errorf("%s is not in\n%s", want, table)
		}
	}
	for times, want := range map[float64]string{0.8: "constant", 1.5: "constant", 3: "less than linear", 10: "linear", 13: "**more than linear**"} {
		if got := pattern(times); got != want {
			t.Errorf("%v times: %s, want %s", times, got, want)
		}
	}
	if got := pattern(math.NaN()); got != "" {
		t.Errorf("of one size it says %q", got)
	}
}
