package deploy

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
)

// queryTest is a test file for promtool, as far as queries need it.
type queryTest struct {
	Tests []queryCase `yaml:"tests"`
}

type queryCase struct {
	Interval string            `yaml:"interval"`
	Input    []inputSeries     `yaml:"input_series"`
	Queries  []expectedSamples `yaml:"promql_expr_test"`
}

type inputSeries struct {
	Series string `yaml:"series"`
	Values string `yaml:"values"`
}

type expectedSamples struct {
	Expr     string   `yaml:"expr"`
	EvalTime string   `yaml:"eval_time"`
	Samples  []sample `yaml:"exp_samples"`
}

type sample struct {
	Labels string  `yaml:"labels"`
	Value  float64 `yaml:"value"`
}

// evaluate has Prometheus evaluate queries over series that stay as they are, and compare.
func evaluate(t *testing.T, series map[string]string, queries []expectedSamples) {
	t.Helper()
	c := queryCase{Interval: "15s", Queries: queries}
	for name, value := range series {
		c.Input = append(c.Input, inputSeries{name, value + "x40"})
	}
	text, err := yaml.Marshal(queryTest{[]queryCase{c}})
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "queries.yml")
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	succeed(t, "promtool", "test", "rules", path)
}

// panelQueries are the queries of the Overview by panel and letter, such as
// "Answers A", with its variables filled in.
func panelQueries(t *testing.T, workspace, metric string) map[string]string {
	t.Helper()
	return queriesOf(t, "overview.json", workspace, metric)
}

// queriesOf are those of any dashboard.
func queriesOf(t *testing.T, dashboard, workspace, metric string) map[string]string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("../grafana/dashboards", dashboard))
	if err != nil {
		t.Fatal(err)
	}
	var content struct {
		Panels []struct {
			Title   string
			Targets []struct{ RefID, Expr string }
		}
	}
	if err := json.Unmarshal(text, &content); err != nil {
		t.Fatal(err)
	}
	variables := strings.NewReplacer("$workspace", workspace, "$metric", metric, "$window", "28d",
		"$touchpoint", ".*", "$__rate_interval", "1m", "$level", "touchpoint", "$group", "meeting", "$arm", "week",
		"$staff_kpi", ".*", "$staff_lead", "1m", "$customer_lead", "1m", "$staff", "pulse", "$customer_kpi", ".*", "$money_kpi", ".*", "$period", "month", "$kpi", "revenue", "$__range", "5m", "$__interval", "15s")
	queries := map[string]string{}
	for _, p := range content.Panels {
		for _, q := range p.Targets {
			queries[p.Title+" "+q.RefID] = variables.Replace(q.Expr)
		}
	}
	return queries
}

func TestEveryPanelFindsDataInWhatTheExporterPublishes(t *testing.T) {
	published, err := os.ReadFile("../metrics/testdata/bank.prom")
	if err != nil {
		t.Fatal(err)
	}
	series := map[string]string{`mittari_snapshot_age_seconds{instance="a:9464"}`: "1"}
	for line := range strings.Lines(string(published)) {
		if at := strings.LastIndexByte(line, ' '); at > 0 && line[0] != '#' {
			series[line[:at]] = strings.TrimSpace(line[at:])
		}
	}
	var queries []expectedSamples
	for _, expr := range panelQueries(t, "bank", "csat") {
		queries = append(queries, expectedSamples{
			Expr: "count(" + expr + ") > bool 0", EvalTime: "5m", Samples: []sample{{"{}", 1}},
		})
	}
	if len(queries) < 20 {
		t.Errorf("the Overview has %d queries", len(queries))
	}
	evaluate(t, series, queries)
}

// The figures: of 500 answers with the score 20 in a year, 100 in the window
// score 8; then the other 400 score 23, and z is (8 − 20) / (3·√(500/100 − 1)).
func TestComparisonsTellTheDistanceFromTheRest(t *testing.T) {
	series := map[string]string{}
	publish := func(labels string, score, n, stderr float64) {
		for name, value := range map[string]float64{"cx_score": score, "cx_score_sample_size": n, "cx_score_stderr": stderr} {
			series[fmt.Sprintf(`%s{workspace="w",metric="nps",%s}`, name, labels)] = fmt.Sprint(value)
		}
	}
	publish(`level="company",window="365d"`, 20, 500, 3)
	publish(`level="company",window="28d"`, 8, 100, 7)
	publish(`level="touchpoint",touchpoint="meeting",window="28d"`, -4, 20, 15)
	publish(`level="touchpoint",touchpoint="call",window="28d"`, 11, 80, 8)

	panels := panelQueries(t, "w", "nps")
	expect := func(panel string, samples ...sample) expectedSamples {
		if panels[panel] == "" {
			t.Fatalf("there is no query %q", panel)
		}
		return expectedSamples{Expr: panels[panel], EvalTime: "5m", Samples: samples}
	}
	evaluate(t, series, []expectedSamples{
		expect("Against the rest of the year A", sample{"{}", -15}),
		expect("Against the rest of the year B", sample{"{}", -2}),
		expect("Touchpoints F", sample{`{touchpoint="call"}`, 15}, sample{`{touchpoint="meeting"}`, -15}),
		expect("Touchpoints G", sample{`{touchpoint="call"}`, 3 / (7 * .5)}, sample{`{touchpoint="meeting"}`, -12 / (7. * 2)}),
	})
}

func TestSharesAreOfTheAnswersOfAllCategories(t *testing.T) {
	series := map[string]string{}
	for leaf, n := range map[string]string{
		`touchpoint="call",category="promoter"`:    "6",
		`touchpoint="call",category="passive"`:     "0",
		`touchpoint="call",category="detractor"`:   "2",
		`touchpoint="",category="detractor"`:       "8",
		`touchpoint="closed",category="promoter"`:  "0",
		`touchpoint="closed",category="passive"`:   "0",
		`touchpoint="closed",category="detractor"`: "0",
	} {
		series[`cx_window_responses{workspace="w",metric="nps",window="28d",`+leaf+"}"] = n
		series[`cx_window_responses{workspace="w",metric="nps",window="365d",`+leaf+"}"] = n
	}
	panels := panelQueries(t, "w", "nps")
	at5m := func(panel string, samples ...sample) expectedSamples {
		return expectedSamples{Expr: panels[panel], EvalTime: "5m", Samples: samples}
	}
	evaluate(t, series, []expectedSamples{
		at5m("Distribution A", sample{"{}", 37.5}),
		at5m("Distribution B", sample{"{}", 0}),
		at5m("Distribution C", sample{"{}", 62.5}),
		at5m("Distribution by touchpoint A", sample{`{touchpoint="call"}`, 75}),
		at5m("Distribution by touchpoint C", sample{`{touchpoint="call"}`, 25}),
		at5m("Given today A", sample{"{}", 0}), // nothing is published for a day without answers
	})
}
