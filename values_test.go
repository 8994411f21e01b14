package main

import (
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
)

// sumOf adds up the series of a page that begin with the text.
func sumOf(t *testing.T, page, begin string) (sum int) {
	t.Helper()
	for line := range strings.Lines(page) {
		if !strings.HasPrefix(line, begin) {
			continue
		}
		n, err := strconv.ParseFloat(strings.TrimSpace(line[strings.LastIndex(line, "} ")+2:]), 64)
		if err != nil {
			t.Fatal(err)
		}
		sum += int(n)
	}
	return sum
}

func TestThousandsOfKeysStayWithinTheBoundAndNoAnswerIsLost(t *testing.T) {
	onBothDatabases(t, func(t *testing.T, database string) {
		const bound, sent = 20, 3000
		r := start(t, database, "--max-keys", fmt.Sprint(bound))
		send := func(round int) {
			var lines strings.Builder
			for i := range sent {
				fmt.Fprintf(&lines, `{"metric":"csat","score":4`)
				for _, key := range []string{"touchpoint", "segment", "channel", "team", "survey"} {
					fmt.Fprintf(&lines, `,"%s":"%s-%d-%d"`, key, key, round, i)
				}
				fmt.Fprintln(&lines, "}")
			}
			if status, body := r.send("POST", "/v1/responses/bulk", lines.String()); status != http.StatusOK || strings.Count(body, `"status":201`) != sent {
				t.Fatalf("bulk gave %d %.300s", status, body)
			}
		}
		page := func(n int) (page string) {
			eventually(t, 30*time.Second, "all answers are in the series", func() bool {
				page = r.scrape("/metrics/cx")
				return sumOf(t, page, "cx_responses_total{") == n
			})
			return page
		}
		send(0)
		first := page(sent)
		send(1)
		second := page(2 * sent)
		if a, b := strings.Count(first, "\n"), strings.Count(second, "\n"); b > a+a/10 {
			t.Errorf("%d lines became %d", a, b)
		}
		for _, level := range []string{"touchpoint", "segment", "channel", "team", "survey"} {
			own := regexp.MustCompile(`(?m)^cx_score_sample_size\{workspace="default",metric="csat",level="` + level + `",` + level + `="([^"]*)",window="28d"\} (.*)$`)
			told := own.FindAllStringSubmatch(second, -1)
			if len(told) != bound+1 {
				t.Errorf("%d values of %s are told, want %d and other", len(told), level, bound)
			}
			sum := 0
			for _, m := range told {
				n, _ := strconv.Atoi(m[2])
				sum += n
			}
			if sum != 2*sent {
				t.Errorf("the answers by %s add up to %d of %d", level, sum, 2*sent)
			}
		}
		if code, out, errs := call(t, envOf(), "verify", "--database-url", database); code != 0 {
			t.Errorf("verify gave %d: %s%s", code, out, errs)
		}
	})
}
