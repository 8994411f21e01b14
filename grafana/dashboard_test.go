package grafana_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/mittari/mittari/grafana"
)

func TestCommittedDashboardsAreWhatTheGeneratorWrites(t *testing.T) {
	written, err := filepath.Glob("dashboards/*")
	if err != nil {
		t.Fatal(err)
	}
	dashboards := grafana.Dashboards()
	if len(written) != len(dashboards) {
		t.Errorf("dashboards/ holds %v; the generator writes %d files", written, len(dashboards))
	}
	for name, dashboard := range dashboards {
		want, err := dashboard.JSON()
		if err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(filepath.Join("dashboards", name))
		if err != nil || string(got) != string(want) {
			t.Errorf("%s is out of date (%v): run go generate ./grafana", name, err)
		}
	}
}

func TestEveryPanelSaysWhatItShowsInWhichUnit(t *testing.T) {
	for name, dashboard := range grafana.Dashboards() {
		for _, p := range dashboard.Panels {
			if p.Title == "" {
				t.Errorf("%s: panel %d has no title", name, p.ID)
			}
			if p.Type == "row" {
				continue
			}
			if p.Type == "text" { // it speaks for itself
				if content, _ := p.Options["content"].(string); len(content) < 20 {
					t.Errorf("%s: %q says nothing", name, p.Title)
				}
				continue
			}
			if len(p.Description) < 20 || p.FieldConfig.Defaults.Unit == "" || len(p.Targets) == 0 {
				t.Errorf("%s: %q needs a description, a unit and a query", name, p.Title)
			}
			if p.Datasource.UID != "$datasource" {
				t.Errorf("%s: %q asks %q", name, p.Title, p.Datasource.UID)
			}
			for _, target := range p.Targets {
				if target.Datasource.UID != "$datasource" || target.Instant == target.Range || target.LegendFormat == "" {
					t.Errorf("%s: %q: query %s: %+v", name, p.Title, target.RefID, target)
				}
			}
		}
	}
}

func TestPanelsHaveTheirOwnIDAndPlace(t *testing.T) {
	addresses := map[string]string{}
	for name, dashboard := range grafana.Dashboards() {
		if other, taken := addresses[dashboard.UID]; taken || dashboard.UID == "" || len(dashboard.UID) > 40 {
			t.Errorf("%s: uid %q, taken by %q", name, dashboard.UID, other)
		}
		addresses[dashboard.UID] = name
		for i, p := range dashboard.Panels {
			g := p.GridPos
			if g.X < 0 || g.W < 1 || g.H < 1 || g.X+g.W > 24 {
				t.Errorf("%s: %q lies off the grid: %+v", name, p.Title, g)
			}
			for _, q := range dashboard.Panels[:i] {
				if q.ID == p.ID || q.Title == p.Title {
					t.Errorf("%s: %q and %q can't be told apart", name, q.Title, p.Title)
				}
				o := q.GridPos
				if g.X < o.X+o.W && o.X < g.X+g.W && g.Y < o.Y+o.H && o.Y < g.Y+g.H {
					t.Errorf("%s: %q lies over %q", name, p.Title, q.Title)
				}
			}
		}
	}
}

func TestDashboardsHaveTheirVariables(t *testing.T) {
	for _, c := range []struct {
		dashboard grafana.Dashboard
		want      []string
	}{
		{grafana.Overview(), []string{"datasource", "workspace", "metric", "window", "touchpoint"}},
		{grafana.Value(), []string{"datasource", "workspace", "metric", "window", "kpi"}},
		{grafana.ResponseRate(), []string{"datasource", "workspace", "audience", "window"}},
		{grafana.Drops(), []string{"datasource", "workspace", "metric", "window", "arm", "level", "group"}},
		{grafana.Together(), []string{"datasource", "workspace", "metric", "window", "staff", "level", "group", "period", "customer_kpi", "staff_kpi", "money_kpi", "staff_lead", "customer_lead"}},
	} {
		var names []string
		for _, v := range c.dashboard.Templating.List {
			names = append(names, v.Name)
			if v.Label == "" || v.Description == "" {
				t.Errorf("%s needs a label and a description", v.Name)
			}
			if v.Type == "query" && !strings.HasPrefix(v.Definition, "label_values(cx_") {
				t.Errorf("%s is filled by %s", v.Name, v.Definition)
			}
		}
		if !slices.Equal(names, c.want) {
			t.Errorf("the variables are %v, want %v", names, c.want)
		}
	}
}

// chosen are values for all variables of the dashboards.
func chosen() map[string]string {
	return map[string]string{"workspace": "bank", "metric": "nps", "audience": "customer", "window": "28d", "touchpoint": "meeting|call", "__rate_interval": "1m",
		"level": "touchpoint", "group": "meeting", "arm": "week", "staff": "pulse", "period": "month",
		"__range": "1h", "__interval": "1m"}
}

func TestQueriesAreReadyToRun(t *testing.T) {
	for name, dashboard := range grafana.Dashboards() {
		panels := map[string]bool{}
		for _, q := range grafana.Queries(dashboard, chosen()) {
			panels[q.Panel] = true
			if strings.Contains(q.Expr, "$") {
				t.Errorf("%s: %s %s: a variable is left in %s", name, q.Panel, q.Ref, q.Expr)
			}
		}
		for _, p := range dashboard.Panels {
			if p.Type != "row" && p.Type != "text" && !panels[p.Title] {
				t.Errorf("%s: %q has no query", name, p.Title)
			}
		}
	}
	queries := grafana.Queries(grafana.Overview(), chosen())
	want := `max(cx_score{workspace="bank",metric="nps",level="company",window="28d"})`
	if q := queries[0]; q.Panel != "Score" || q.Ref != "A" || !q.Instant || q.Expr != want {
		t.Errorf("the first query is %+v, want %s", q, want)
	}
}

func TestQueriesTakeTheDashboardsOwnChoiceWhereNoneIsGiven(t *testing.T) {
	byPanel := map[string]string{}
	for _, q := range grafana.Queries(grafana.Overview(), map[string]string{"metric": "csat"}) {
		byPanel[q.Panel] = q.Expr
	}
	for panel, want := range map[string]string{
		"Score":                              `max(cx_score{workspace="$workspace",metric="csat",level="company",window="28d"})`,
		"Score of the touchpoints over time": `max by (touchpoint) (last_over_time(cx_score{workspace="$workspace",metric="csat",level="touchpoint",window="28d",touchpoint=~".*"}[25h]))`,
	} {
		if byPanel[panel] != want {
			t.Errorf("%s asks %s, want %s", panel, byPanel[panel], want)
		}
	}
}

// A history has a sample a day, of 23 to 25 hours; Prometheus looks back five minutes.
func TestLinesOfWhatABackfillWritesHoldForADay(t *testing.T) {
	selector, held := regexp.MustCompile(`cx_(score|kpi)(_stderr|_lower|_upper|_sample_size|_pooled|_target|_value)?\{`), 0
	for name, dashboard := range grafana.Dashboards() {
		for _, q := range grafana.Queries(dashboard, chosen()) {
			selected, holding := len(selector.FindAllString(q.Expr, -1)), strings.Count(q.Expr, "[25h]")
			held += holding
			if q.Instant && holding > 0 || !q.Instant && holding < selected {
				t.Errorf("%s: %s %s asks %s", name, q.Panel, q.Ref, q.Expr)
			}
		}
	}
	if held < 20 {
		t.Errorf("%d lines hold", held)
	}
}

var rateWindow = regexp.MustCompile(`\b(rate|irate)\([^[]*\[([^]]*)\]`)

func TestRatesFollowTheScrapeInterval(t *testing.T) {
	rates := 0
	for _, q := range slices.Concat(grafana.Queries(grafana.Overview(), nil), grafana.Queries(grafana.ResponseRate(), nil)) {
		for _, found := range rateWindow.FindAllStringSubmatch(q.Expr, -1) {
			rates++
			if found[2] != "$__rate_interval" {
				t.Errorf("%s: a rate over %s", q.Panel, found[2])
			}
		}
	}
	if rates == 0 {
		t.Error("no panel shows a rate")
	}
}
