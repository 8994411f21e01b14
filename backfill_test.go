package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mittari/mittari/grafana"
	"github.com/mittari/mittari/models"
	"github.com/mittari/mittari/models/ingest"
)

// backfill runs the command into a file and keeps the lines that a test needs.
func backfill(t *testing.T, file, database, since string, keep func(line string) bool) {
	t.Helper()
	var out, errs bytes.Buffer
	if code := run(t.Context(), []string{"backfill", "--drops", "--database-url", database, "--since", since}, envOf(), &out, &errs); code != 0 || errs.Len() > 0 {
		t.Fatalf("backfill gave %d: %s", code, &errs)
	}
	f, err := os.Create(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	w := bufio.NewWriter(f)
	for line := range strings.Lines(out.String()) {
		if line[0] == '#' || keep(line) {
			_, _ = w.WriteString(line) // Flush tells
		}
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
}

// createBlocks has promtool make blocks of a history, in steps of half a year instead of two hours, and gives what it said.
func createBlocks(t *testing.T, file, folder string) (string, error) {
	t.Helper()
	said, err := exec.CommandContext(t.Context(), installed(t, "promtool"), "tsdb", "create-blocks-from", "--max-block-duration=5000h",
		"openmetrics", file, folder).CombinedOutput()
	return string(said), err
}

// sampleUntil stores the made-up bank as it is at a moment, so that what is seen in it hangs on no day that the test is run on.
func sampleUntil(t *testing.T, database string, now time.Time) {
	t.Helper()
	p := &program{ctx: t.Context(), env: envOf(), stdout: io.Discard, stderr: io.Discard}
	db, err := openStore(p, databaseSettings{DatabaseURL: database, MaxKeys: 1000}, false, newLogger(p, "warn"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	workspace := models.Workspace{Key: homeWorkspace, TimeZone: "Europe/Helsinki"}
	if _, err := db.CreateWorkspace(t.Context(), workspace); err != nil {
		t.Fatal(err)
	}
	writer := ingest.New(db, ingest.Options{})
	var running sync.WaitGroup
	running.Go(writer.Run)
	defer running.Wait()
	defer writer.Close()
	if err := loadSample(p, db, writer, workspace, now, models.Persons{}); err != nil {
		t.Fatal(err)
	}
}

const twoYears, threeDays = 730 * 24 * time.Hour, 3 * 24 * time.Hour

func TestHistoryInPrometheusShowsThatStaffLeadsCustomersAndRetentionFollows(t *testing.T) {
	database, file := sqliteURL(t), filepath.Join(t.TempDir(), "history.om")
	end := time.Date(2026, 11, 20, 14, 30, 0, 0, time.UTC)
	sampleUntil(t, database, end)
	r := start(t, database)
	backfill(t, file, database, "2024-05-01", func(line string) bool {
		return strings.Contains(line, `level="company"`) || strings.Contains(line, `level="touchpoint"`) && strings.Contains(line, `metric="csat"`)
	})
	p := startPrometheus(t, r, func(folder string) {
		if said, err := createBlocks(t, file, filepath.Join(folder, "data")); err != nil {
			t.Fatalf("promtool: %v\n%s", err, said)
		}
	})
	values := map[string]string{"workspace": "default", "metric": "csat", "window": "28d", "staff": "pulse", "level": "company", "group": ".*",
		"period": "month", "arm": "week", "__range": "730d", "__interval": "3d", "__rate_interval": "1m"}
	for _, c := range []struct{ panel, variable, kpi, want string }{
		{"The staff, shifted, upon the customers", "staff_lead", "engagement", "2 months"},
		{"The customers, shifted, upon what follows", "customer_lead", "retention", "4 months"},
	} {
		fits := map[string]float64{}
		for months, shift := range choicesOf(t, c.variable) {
			values[c.variable] = shift
			fits[months] = p.fit(end, values, c.panel, c.kpi)
		}
		t.Logf("%s, %s: %v", c.panel, c.kpi, fits)
		for months, fit := range fits {
			if months == c.want && fit < 0.4 || months != c.want && fit > fits[c.want]-0.1 {
				t.Errorf("%s: %s fits by %.2f, %s by %.2f", c.panel, months, fit, c.want, fits[c.want])
			}
		}
	}
	for name, dashboard := range grafana.Dashboards() {
		for _, q := range grafana.Queries(dashboard, values) {
			if !strings.Contains(q.Expr, "[25h]") || strings.Contains(q.Expr, "pooled") || strings.Contains(q.Expr, "coverage") { // there is no model
				continue
			}
			found := p.queryUntil(end, q.Expr, twoYears, threeDays)
			if points := finite(found, false); points < 120 {
				t.Errorf("%s, %s %s: %d points in two years: %s", name, q.Panel, q.Ref, points, q.Expr)
			}
		}
	}
}

// choicesOf are what the variable of Customers, staff, money stands for, by the text of each choice.
func choicesOf(t *testing.T, variable string) map[string]string {
	choices := map[string]string{}
	for _, v := range grafana.Together().Templating.List {
		if text, is := v.Query.(string); is && v.Name == variable {
			for pair := range strings.SplitSeq(text, ", ") {
				text, value, _ := strings.Cut(pair, " : ")
				choices[text] = value
			}
		}
	}
	if len(choices) < 5 {
		t.Fatalf("%s offers %v", variable, choices)
	}
	return choices
}

// fit is the correlation of the two lines of a panel, of which one is a KPI's, over the two years until a moment.
func (p *prometheus) fit(end time.Time, values map[string]string, panel, kpi string) float64 {
	p.t.Helper()
	var lines [2][]promSample
	for _, q := range grafana.Queries(grafana.Together(), values) {
		if q.Panel != panel {
			continue
		}
		for _, s := range p.queryUntil(end, q.Expr, twoYears, threeDays) {
			switch s.Metric["kpi"] {
			case "":
				lines[0] = s.Values
			case kpi:
				lines[1] = s.Values
			}
		}
	}
	var n, x, y, xx, yy, xy float64
	for _, a := range lines[0] {
		at, both := slices.BinarySearchFunc(lines[1], a, func(b, a promSample) int { return int(b.at - a.at) })
		if both {
			b := lines[1][at]
			n, x, y, xx, yy, xy = n+1, x+a.value, y+b.value, xx+a.value*a.value, yy+b.value*b.value, xy+a.value*b.value
		}
	}
	if n < 200 {
		p.t.Fatalf("%s, %s: %v moments have both lines", panel, kpi, n)
	}
	return (n*xy - x*y) / math.Sqrt((n*xx-x*x)*(n*yy-y*y))
}

func TestHistoryIsWrittenBesideARunningServerAndRefusedWhenItHasNoEnd(t *testing.T) {
	onBothDatabases(t, func(t *testing.T, database string) {
		r := start(t, database)
		for day := range 30 {
			at := time.Now().AddDate(0, 0, -day).Format(time.RFC3339)
			r.send("POST", "/v1/responses", fmt.Sprintf(`{"metric":"nps","score":9,"touchpoint":"line \"one\"\\","segment":"a","collected_at":%q}`, at))
			r.send("POST", "/v1/responses", fmt.Sprintf(`{"metric":"nps","score":9,"touchpoint":"meeting","collected_at":%q}`, at))
		}
		file, folder := filepath.Join(t.TempDir(), "history.om"), t.TempDir()
		backfill(t, file, database, time.Now().AddDate(0, 0, -20).Format(time.DateOnly), func(string) bool { return true })
		if said, err := createBlocks(t, file, folder); err != nil || !strings.Contains(said, "NUM SAMPLES") {
			t.Errorf("promtool: %v\n%s", err, said)
		}
		if status, body := r.send("POST", "/v1/responses", `{"metric":"nps","score":9}`); status != 201 {
			t.Errorf("the server answers %d %s", status, body)
		}
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, bytes.TrimSuffix(text, []byte("# EOF\n")), 0o600); err != nil {
			t.Fatal(err)
		}
		if said, err := createBlocks(t, file, t.TempDir()); err == nil {
			t.Errorf("promtool takes a history that is not whole: %s", said)
		}
	})
}

func TestPeriodOfAHistoryIsJudgedAllAtOnce(t *testing.T) {
	env := envOf("MITTARI_DATABASE_URL", sqliteURL(t))
	if code, _, errs := call(t, env, "workspaces", "create", "acme"); code != 0 {
		t.Fatal(errs)
	}
	for _, c := range []struct {
		args, want []string
	}{
		{[]string{"--since", "yesterday", "--until", "31.1.2026"}, []string{`--since: "yesterday"`, `--until: "31.1.2026"`}},
		{[]string{"--since", "2026-01-01", "--until", "2026-01-01"}, []string{"--since must be before --until"}},
		{[]string{"--workspace", "nobody"}, []string{"nobody"}},
	} {
		code, out, errs := call(t, env, append([]string{"backfill"}, c.args...)...)
		if code != 1 || out != "" {
			t.Errorf("%v gave %d: %s", c.args, code, out)
		}
		for _, want := range c.want {
			if !strings.Contains(errs, want) {
				t.Errorf("%v: %s, want %s", c.args, errs, want)
			}
		}
	}
}
