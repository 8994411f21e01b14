package main

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"
)

// companyScore is what the API tells of the company by its model.
type companyScore struct {
	Scores []struct {
		Score, StdErr, Lower, Upper, Mean, Coverage float64
		SampleSize                                  int64 `json:"sample_size"`
		Model                                       bool
	}
}

func TestCompanyByItsModelIsTheSameInTheAPIAndTheSeries(t *testing.T) {
	onBothDatabases(t, func(t *testing.T, database string) {
		r := start(t, database)
		var lines strings.Builder
		for i := range 60 { // families answer higher, and more often
			fmt.Fprintf(&lines, `{"segment":%q,"metric":"csat","score":%d}`+"\n", []string{"families", "families", "students"}[i%3], []int{5, 4, 3, 5, 2, 1, 5}[i%7])
		}
		if status, body := r.send("POST", "/v1/responses/bulk", lines.String()); status != http.StatusOK {
			t.Fatalf("POST gave %d %s", status, body)
		}
		model := `{"metric":"csat","level":"segment","weights":{"families":0.3,"students":0.5,"pensioners":0.2}}`
		if status, body := r.send("PUT", "/v1/model", model); status != http.StatusCreated {
			t.Fatalf("PUT gave %d %s", status, body)
		}
		_, body := r.send("GET", "/v1/scores?metric=csat", "")
		told := decode[companyScore](t, body).Scores[0]
		if !told.Model || told.Coverage != 0.8 || told.SampleSize != 60 || told.StdErr == 0 {
			t.Fatalf("the API tells %s", body)
		}
		for name, want := range map[string]float64{"": told.Score, "_stderr": told.StdErr, "_lower": told.Lower, "_upper": told.Upper,
			"_mean": told.Mean, "_coverage_ratio": told.Coverage, "_sample_size": float64(told.SampleSize)} {
			series := `cx_score` + name + `{workspace="default",metric="csat",level="company",window="28d"} `
			eventually(t, 15*time.Second, fmt.Sprintf("%sis %v", series, want), func() bool {
				_, after, _ := strings.Cut(r.scrape("/metrics/cx"), "\n"+series)
				value, _, _ := strings.Cut(after, "\n")
				got, err := strconv.ParseFloat(value, 64)
				return err == nil && got == want
			})
		}
	})
}
