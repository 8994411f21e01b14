package metrics

import (
	"flag"
	"io"
	"log/slog"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
	"go.uber.org/goleak"

	"github.com/mittari/mittari/models"
)

var update = flag.Bool("update", false, "write the golden files anew")

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func newExporter(t testing.TB, s *shelf) *Exporter {
	t.Helper()
	e, err := New(Config{Source: s, Now: s.clock, Log: slog.New(slog.DiscardHandler), Version: "1.2.3"})
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// open makes a shelf with one workspace and these answers in it, and an exporter over it.
func open(t testing.TB, now string, answers ...models.Submission) (*shelf, *Exporter) {
	t.Helper()
	s := newShelf(now)
	s.open("bank", "UTC")
	for _, a := range answers {
		s.answer(t, "bank", 1, a)
	}
	return s, newExporter(t, s)
}

func refresh(t testing.TB, e *Exporter) {
	t.Helper()
	if err := e.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func get(t testing.TB, e *Exporter, path string) *httptest.ResponseRecorder {
	t.Helper()
	w := httptest.NewRecorder()
	e.Handler().ServeHTTP(w, httptest.NewRequest("GET", path, nil))
	return w
}

// scores are the lines of /metrics/cx that begin with the name and hold all the labels.
func scores(t testing.TB, e *Exporter, name string, labels ...string) []string {
	t.Helper()
	refresh(t, e)
	return lines(get(t, e, "/metrics/cx").Body.String(), name, labels...)
}

func lines(text, name string, labels ...string) []string {
	var found []string
	for line := range strings.Lines(text) {
		all := strings.HasPrefix(line, name+"{") || strings.HasPrefix(line, name+" ")
		for _, label := range labels {
			all = all && strings.Contains(line, label)
		}
		if all {
			found = append(found, strings.TrimSpace(line))
		}
	}
	return found
}

func wantLines(t testing.TB, got []string, want ...string) {
	t.Helper()
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func value(n int) *models.Value { return &models.Value{N: n} }

func nps(touchpoint string, score int) models.Submission {
	return models.Submission{Touchpoint: touchpoint, Metric: "nps", Score: value(score)}
}

// bank is a shelf with two workspaces, several metrics and levels, and a journey.
func bank(t testing.TB) *shelf {
	s := newShelf("2026-11-20T12:00:00Z")
	s.open("bank", "Europe/Helsinki")
	s.open("shop", "America/New_York")
	s.put("bank", models.Entry{Kind: models.JourneyKind, Key: "home-loan", Touchpoints: []string{"booking", "meeting", "closing"}})
	longAgo := s.now.AddDate(0, 0, -60)
	s.invite("bank", 40, models.Customer, models.Keys{models.Survey: "meetings", models.Touchpoint: "meeting", models.Channel: "sms", models.Segment: "family", models.Team: "helsinki-3"})
	s.invite("bank", 12, models.Employee, models.Keys{models.Team: "helsinki-3"})
	s.invite("shop", 4, models.Employee, models.Keys{})
	for _, a := range []struct {
		n   int64
		sub models.Submission
	}{
		{6, models.Submission{Touchpoint: "meeting", Segment: "family", Channel: "sms", Team: "helsinki-3", Survey: "meetings", Metric: "csat", Score: value(5)}},
		{3, models.Submission{Touchpoint: "meeting", Segment: "family", Channel: "sms", Team: "helsinki-3", Metric: "csat", Score: value(2)}},
		{2, models.Submission{Touchpoint: "booking", Segment: "student", Channel: "web", Metric: "csat", Score: value(4), CollectedAt: &longAgo}},
		{4, models.Submission{Touchpoint: "closing", Segment: "family", Channel: "web", Metric: "nps", Score: value(10)}},
		{1, models.Submission{Touchpoint: "closing", Segment: "family", Channel: "web", Metric: "nps", Score: value(3)}},
		{4, models.Submission{Team: "helsinki-3", Metric: "pulse", Score: value(4)}},
		{5, models.Submission{Team: "turku-1", Metric: "pulse", Score: value(3)}},
		{1, models.Submission{Metric: "fcr", Score: &models.Value{N: 1, YesNo: true}}},
	} {
		s.answer(t, "bank", a.n, a.sub)
	}
	s.answer(t, "shop", 1, nps("checkout", 8))
	s.defineKPI("bank", models.KPI{Key: "revenue", Name: "Revenue", Kind: models.FinancialKPI, Unit: "EUR", Better: "higher", AddsUp: models.BySum})
	s.defineKPI("bank", models.KPI{Key: "engagement", Name: "Engagement", Kind: models.EmployeeKPI, Unit: models.RatioUnit, Better: "higher", AddsUp: models.ByMean})
	s.aimKPI("bank", models.KPITarget{KPI: "revenue", Period: models.MonthLength, Level: "touchpoint", Key: "closing", Value: 250_000, Owner: "sales"})
	for _, month := range []string{"2026-07", "2026-08", "2026-09", "2026-10"} {
		s.observe(t, "bank", "revenue", monthly(month, 184_200.5, `,"touchpoint":"closing"`), monthly(month, 1000, `,"touchpoint":"booking"`))
		s.observe(t, "bank", "engagement", monthly(month, 0.5, `,"team":"helsinki-3","size":12`), monthly(month, 0.75, `,"team":"turku-1","size":36`))
	}
	return s
}

func TestExpositionIsAsAgreed(t *testing.T) {
	e := newExporter(t, bank(t))
	refresh(t, e)
	got := get(t, e, "/metrics/cx").Body.String()
	golden := filepath.Join("testdata", "bank.prom")
	if *update {
		if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("the exposition is not %s (-update writes it anew):\n%s", golden, got)
	}
	lint(t, got)
}

// lint has the text parsed, checked for series told twice, and its names judged.
func lint(t *testing.T, text string) {
	t.Helper()
	parser := expfmt.NewTextParser(model.LegacyValidation)
	parsed, err := parser.TextToMetricFamilies(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	gatherer := prometheus.Gatherers{prometheus.GathererFunc(func() (all []*dto.MetricFamily, _ error) {
		for _, f := range parsed {
			all = append(all, f)
		}
		return all, nil
	})}
	problems, err := testutil.GatherAndLint(gatherer)
	if err != nil || len(problems) > 0 {
		t.Errorf("lint: %v %v", problems, err)
	}
	promtool, err := exec.LookPath("promtool")
	if err != nil {
		t.Log("promtool is not on the PATH: its check of the exposition was LEFT OUT")
		return
	}
	check := exec.Command(promtool, "check", "metrics")
	check.Stdin = strings.NewReader(text)
	if out, err := check.CombinedOutput(); err != nil {
		t.Errorf("promtool check metrics: %v\n%s", err, out)
	}
}

func TestUnchangedSnapshotServesTheSameBytes(t *testing.T) {
	s := bank(t)
	e := newExporter(t, s)
	refresh(t, e)
	before := e.snapshot.published.Load()
	s.pass(2e9)
	refresh(t, e)
	if e.snapshot.published.Load() != before {
		t.Error("nothing changed, yet the exposition was encoded anew")
	}
	s.mu.Lock()
	s.revise("bank", "nps", models.DayOf(s.now, mustZone(t, "Europe/Helsinki"))) // says changed, is not
	s.mu.Unlock()
	refresh(t, e)
	if e.snapshot.published.Load() != before {
		t.Error("a day was replaced by the same counts, yet the exposition was encoded anew")
	}
	s.answer(t, "bank", 1, nps("closing", 9))
	refresh(t, e)
	after := e.snapshot.published.Load()
	if after == before || after.version != before.version+1 {
		t.Error("an answer came in, and the exposition is the same")
	}
}

func TestPageOfOneWorkspaceHasOnlyItsSeries(t *testing.T) {
	e := newExporter(t, bank(t))
	refresh(t, e)
	all, bank, shop := get(t, e, "/metrics/cx").Body.String(), get(t, e, "/metrics/cx?workspace=bank").Body.String(), get(t, e, "/metrics/cx?workspace=shop").Body.String()
	if strings.Contains(shop, `"bank"`) || strings.Contains(bank, `"shop"`) || !strings.Contains(shop, `workspace="shop"`) {
		t.Errorf("the pages of the workspaces are mixed:\n%s", shop)
	}
	series := func(text string) int { return strings.Count(text, "workspace=") }
	if series(all) != series(bank)+series(shop) {
		t.Errorf("%d series in all, %d + %d by workspace", series(all), series(bank), series(shop))
	}
	lint(t, shop)
}

func body(t *testing.T, r io.Reader) string {
	t.Helper()
	b, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
