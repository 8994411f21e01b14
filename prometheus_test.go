package main

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/mittari/mittari/grafana"
)

// prometheus is a real one that scrapes a server as deploy/prometheus says.
type prometheus struct {
	t   testing.TB
	url string
}

// startPrometheus runs the configuration of the project, with other targets and
// a shorter interval, until the test ends. prepare may change the copy of the
// configuration that it is started with.
func startPrometheus(t testing.TB, r *running, prepare ...func(folder string)) *prometheus {
	t.Helper()
	program := installed(t, "prometheus")
	folder := t.TempDir()
	if err := os.CopyFS(folder, os.DirFS("deploy/prometheus")); err != nil {
		t.Fatal(err)
	}
	replaceIn(t, filepath.Join(folder, "prometheus.yml"), "_interval: 15s", "_interval: 1s", "scrape_timeout: 10s", "scrape_timeout: 1s")
	for _, target := range []string{"mittari.yml", "mittari-cx.yml"} {
		replaceIn(t, filepath.Join(folder, "targets", target), "localhost:9464", strings.TrimPrefix(r.metrics, "http://"))
	}
	for _, change := range prepare {
		change(folder)
	}
	address := freeAddress(t)
	background(t, program, "--config.file="+filepath.Join(folder, "prometheus.yml"),
		"--storage.tsdb.path="+filepath.Join(folder, "data"), "--storage.tsdb.retention.time=100y", "--web.listen-address="+address, "--log.level=warn")
	p := &prometheus{t, "http://" + address}
	eventually(t, time.Minute, "Prometheus has scraped both pages", func() bool {
		return len(p.query(`up{job=~"mittari|mittari-cx"} == 1`)) == 2
	})
	return p
}

// installed is the first of the programs that there is. Where there is none the
// test is skipped, but never in CI.
func installed(t testing.TB, names ...string) string {
	t.Helper()
	for _, name := range names {
		if program, err := exec.LookPath(name); err == nil {
			return program
		}
	}
	if os.Getenv("CI") != "" {
		t.Fatalf("%s is not installed: see .ci/setup", names[0])
	}
	t.Skipf("SKIPPED, NOTHING WAS TESTED WITH IT: install %s (Debian, Ubuntu: a package of that name)", names[0])
	return ""
}

// background runs a program until the test ends, and shows what it said when the test failed.
func background(t testing.TB, program string, args ...string) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	command := exec.CommandContext(ctx, program, args...)
	log := &lockedBuffer{}
	command.Stdout, command.Stderr = log, log
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cancel()
		_ = command.Wait() // it was killed
		if t.Failed() {
			t.Logf("%s said:\n%s", filepath.Base(program), log)
		}
	})
}

// replaceIn replaces texts in a file, each of which must be there.
func replaceIn(t testing.TB, file string, pairs ...string) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(pairs); i += 2 {
		if !strings.Contains(string(text), pairs[i]) {
			t.Fatalf("%q is not in %s", pairs[i], file)
		}
	}
	if err := os.WriteFile(file, []byte(strings.NewReplacer(pairs...).Replace(string(text))), 0o600); err != nil {
		t.Fatal(err)
	}
}

type promSeries struct {
	Metric map[string]string
	Value  promSample
	Values []promSample
}

// promSample is a time and a value.
type promSample struct{ at, value float64 }

func (s *promSample) UnmarshalJSON(b []byte) error {
	var pair [2]any
	if err := json.Unmarshal(b, &pair); err != nil {
		return err
	}
	at, is := pair[0].(float64)
	if !is {
		return fmt.Errorf("%v is no time", pair[0])
	}
	s.at = at
	var err error
	s.value, err = strconv.ParseFloat(fmt.Sprint(pair[1]), 64)
	return err
}

// query asks for one moment, now; nothing when Prometheus is not up yet.
func (p *prometheus) query(expr string) []promSeries {
	return p.series("/api/v1/query?" + url.Values{"query": {expr}}.Encode())
}

func (p *prometheus) queryRange(expr string) []promSeries {
	return p.queryUntil(time.Now(), expr, time.Minute, time.Second)
}

// queryUntil asks for the time before a moment, at multiples of a step, as Grafana does.
func (p *prometheus) queryUntil(end time.Time, expr string, last, step time.Duration) []promSeries {
	return p.series("/api/v1/query_range?" + url.Values{"query": {expr}, "step": {strconv.FormatFloat(step.Seconds(), 'f', -1, 64)},
		"start": {strconv.FormatInt(end.Add(-last).Truncate(step).Unix(), 10)}, "end": {strconv.FormatInt(end.Truncate(step).Unix(), 10)}}.Encode())
}

func (p *prometheus) series(path string) []promSeries {
	var data struct{ Result []promSeries }
	p.get(path, &data)
	return data.Result
}

// get reads the data of an answer into data and reports whether there was one:
// not while Prometheus starts. What Prometheus can't do fails the test.
func (p *prometheus) get(path string, data any) bool {
	p.t.Helper()
	request, err := http.NewRequestWithContext(context.Background(), http.MethodGet, p.url+path, nil)
	if err != nil {
		p.t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return false
	}
	defer response.Body.Close()
	var answer struct {
		Status, Error string
		Data          json.RawMessage
	}
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil {
		return false // it says in plain text that it is not ready
	}
	if answer.Status != "success" {
		p.t.Errorf("%s: %s", path, answer.Error)
		return false
	}
	if err := json.Unmarshal(answer.Data, data); err != nil {
		p.t.Fatal(err)
	}
	return true
}

// finite counts the values that can be drawn.
func finite(found []promSeries, instant bool) int {
	n := 0
	for _, s := range found {
		values := s.Values
		if instant {
			values = []promSample{s.Value}
		}
		for _, v := range values {
			if !math.IsNaN(v.value) && !math.IsInf(v.value, 0) {
				n++
			}
		}
	}
	return n
}

func TestEveryPanelOfEveryDashboardHasData(t *testing.T) {
	r := start(t, sqliteURL(t), "--sample", "--time-zone", "Europe/Helsinki")
	for _, metric := range []string{"nps", "csat"} {
		model := fmt.Sprintf(`{"metric":%q,"level":"segment","weights":{"families":44,"young-adults":28,"seniors":28}}`, metric)
		if status, body := r.send("PUT", "/v1/model", model); status != http.StatusCreated {
			t.Fatalf("PUT gave %d %s", status, body)
		}
	}
	p := startPrometheus(t, r)
	for i := range 4 { // something arrives while Prometheus looks
		r.send("POST", "/v1/responses", fmt.Sprintf(`{"answers":[{"metric":"nps","score":%d},{"metric":"csat","score":%d}],
			"touchpoint":"meeting","channel":"web","segment":"families","team":"contact-centre"}`, i+6, i+1))
		time.Sleep(time.Second)
	}
	waiting := map[string]grafana.Query{}
	for name, dashboard := range grafana.Dashboards() {
		for _, metric := range []string{"nps", "csat", "fcr"} { // the last one without a model
			for _, window := range []string{"28d", "365d"} {
				for _, q := range grafana.Queries(dashboard, map[string]string{"workspace": "default", "metric": metric, "window": window,
					"__rate_interval": "1m", "__interval": "5s", "__range": "1m"}) {
					waiting[strings.Join([]string{name, metric, window, q.Panel, q.Ref}, "/")] = q
				}
			}
		}
	}
	if len(waiting) == 0 {
		t.Fatal("there are no dashboards")
	}
	maps.DeleteFunc(waiting, func(name string, q grafana.Query) bool { // what has not changed since Prometheus looks doesn't turn
		turns := strings.HasPrefix(name, "customers-staff-money.json/") && strings.Contains(q.Expr, "stddev_over_time")
		if turns {
			p.queryRange(q.Expr) // it must be able to
		}
		return turns
	})
	maps.DeleteFunc(waiting, func(name string, q grafana.Query) bool {
		if rest := q.Panel == "Against the rest of the year"; rest || strings.Contains(name, "/fcr/") {
			return !rest || !strings.Contains(name, "/fcr/28d/") // a year has no rest, and a model's score is not told so
		}
		return strings.HasPrefix(name, "drops.json/") && strings.Contains(name, "/Alerts/") // while nothing has fallen there are none
	})
	for deadline := time.Now().Add(time.Minute); len(waiting) > 0 && time.Now().Before(deadline); time.Sleep(time.Second) {
		maps.DeleteFunc(waiting, func(_ string, q grafana.Query) bool {
			if q.Instant {
				return finite(p.query(q.Expr), true) > 0
			}
			return finite(p.queryRange(q.Expr), false) > 0
		})
	}
	for name, q := range waiting {
		t.Errorf("%s shows nothing: %s", name, q.Expr)
	}
}

func TestEveryRuleIsEvaluatedAndQuietOnAHealthyServer(t *testing.T) {
	r := start(t, sqliteURL(t))
	p := startPrometheus(t, r)
	type rule struct{ Name, Health, State, LastError string }
	var rules []rule
	read := func() bool {
		var data struct{ Groups []struct{ Rules []rule } }
		if !p.get("/api/v1/rules", &data) {
			return false
		}
		rules = nil
		for _, g := range data.Groups {
			rules = append(rules, g.Rules...)
		}
		return len(rules) > 0
	}
	amiss := func(r rule) bool { return r.Health != "ok" || r.State != "inactive" }
	for deadline := time.Now().Add(30 * time.Second); !read() || slices.ContainsFunc(rules, amiss); time.Sleep(time.Second) {
		if time.Now().After(deadline) {
			t.Fatalf("not every rule is evaluated and quiet: %+v", rules)
		}
	}
}
