package grafana_test

import (
	"context"
	"log/slog"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/mittari/mittari/grafana"
	"github.com/mittari/mittari/metrics"
)

// published are the series of the exporter with their labels, as its two pages show them.
func published(t *testing.T) map[string][]string {
	t.Helper()
	exporter, err := metrics.New(metrics.Config{Source: openShop(time.Now()), Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	for _, read := range []func(context.Context) error{exporter.Refresh, exporter.RefreshPersons, exporter.Refresh} {
		if err := read(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	exporter.Instruments().Queue(func() int { return 0 }, 1)
	exporter.Instruments().Wait(func() time.Duration { return 0 }, time.Second)
	exporter.Instruments().Webhooks(func() (int64, time.Duration) { return 0, 0 })
	var pages strings.Builder
	for _, path := range []string{"/metrics", "/metrics/cx"} {
		page := httptest.NewRecorder()
		exporter.Handler().ServeHTTP(page, httptest.NewRequest("GET", path, nil))
		pages.WriteString(page.Body.String())
	}

	series := map[string][]string{"up": {"job", "instance"}}
	for line := range strings.Lines(pages.String()) {
		name := seriesPattern.FindString(line)
		series[name] = append(series[name], "job", "instance")
		for _, label := range labelPattern.FindAllStringSubmatch(line, -1) {
			series[name] = append(series[name], label[1])
		}
	}
	return series
}

var (
	seriesPattern   = regexp.MustCompile(`^[a-z_]+`)
	labelPattern    = regexp.MustCompile(`(\w+)=~?!?"`)
	selectorPattern = regexp.MustCompile(`\b((?:cx|mittari)_[a-z_]+|up)\b(\{[^}]*\})?`)
)

// asked are the expressions of all dashboards and all rules, by where they stand.
func asked(t *testing.T) map[string]string {
	t.Helper()
	expressions := map[string]string{}
	for _, dashboard := range grafana.Dashboards() {
		for _, q := range grafana.Queries(dashboard, chosen()) {
			expressions[dashboard.Title+", "+q.Panel+" "+q.Ref] = q.Expr
		}
		for _, v := range dashboard.Templating.List {
			expressions[dashboard.Title+", variable "+v.Name] = v.Definition
		}
	}
	rules, err := filepath.Glob("../deploy/prometheus/rules/*.yml")
	if err != nil || len(rules) == 0 {
		t.Fatalf("there are no rules (%v)", err)
	}
	for _, path := range rules {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, found := range exprPattern.FindAllString(string(text), -1) {
			expressions[path+": "+found] = found
		}
	}
	return expressions
}

// exprPattern finds a rule's expression in YAML: one line, or the lines behind >-.
var exprPattern = regexp.MustCompile(`(?m)^ +expr: (>-\n( {10,}.*\n)+|.*$)`)

func TestEverySeriesAskedForIsPublishedWithThoseLabels(t *testing.T) {
	known, found := published(t), map[string]bool{}
	for where, expr := range asked(t) {
		for _, selector := range selectorPattern.FindAllStringSubmatch(expr, -1) {
			name, matchers := selector[1], selector[2]
			found[name] = true
			labels, there := known[name]
			if !there {
				t.Errorf("%s: nobody publishes %s", where, name)
				continue
			}
			for _, label := range labelPattern.FindAllStringSubmatch(matchers, -1) {
				if !slices.Contains(labels, label[1]) {
					t.Errorf("%s: %s has no label %s", where, name, label[1])
				}
			}
		}
	}
	for _, name := range []string{"cx_score", "cx_responses_total", "mittari_ingest_commit_failures_total", "up"} {
		if !found[name] {
			t.Errorf("%s was not looked for: does the test still find the selectors?", name)
		}
	}
}
