package api_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/mittari/mittari/api"
	"github.com/mittari/mittari/models"
)

type observationPage struct {
	Observations []map[string]any `json:"observations"`
	NextCursor   string           `json:"next_cursor"`
}

// figures are what the page says, "team person value" of each observation, the latest first.
func (p observationPage) figures() []string {
	figures := []string{}
	for _, o := range p.Observations {
		var words []string
		for _, name := range []string{"team", "person", "value"} {
			if o[name] != nil {
				words = append(words, fmt.Sprint(o[name]))
			}
		}
		figures = append(figures, strings.Join(words, " "))
	}
	return figures
}

func (c caller) observations(t *testing.T, kpi, query string) observationPage {
	t.Helper()
	return read[observationPage](t, c.get(t, "/v1/kpis/"+kpi+"/observations"+query).want(t, http.StatusOK))
}

func (c caller) figures(t *testing.T, kpi, query string) []string {
	t.Helper()
	return c.observations(t, kpi, query).figures()
}

func wantFigures(t *testing.T, what string, got []string, want ...string) {
	t.Helper()
	if strings.Join(got, "; ") != strings.Join(want, "; ") {
		t.Errorf("%s: %q, want %q", what, got, want)
	}
}

func TestObservationIsNewThenTheSameThenReplacedAndTheEarlierOneKept(t *testing.T) {
	t.Parallel()
	g := goldenFile(t, "observations")
	onEachDatabase(t, func(t *testing.T, s *server) {
		admin := s.as(t, home)
		admin.putKPI(t, "sales", sales).want(t, http.StatusCreated)
		g.check(t, "new", admin.observe(t, "sales", observed(100, "")))
		first := s.clock.now()
		s.clock.pass(time.Hour)
		g.check(t, "the same", admin.observe(t, "sales", observed(100, `,"unit":"EUR"`)))
		g.check(t, "replaced", admin.observe(t, "sales", observed(90.5, "")))
		g.check(t, "now", admin.get(t, "/v1/kpis/sales/observations"))
		g.check(t, "as of then", admin.get(t, "/v1/kpis/sales/observations?as_of="+first.Format(time.RFC3339)))
		g.check(t, "as of before", admin.get(t, "/v1/kpis/sales/observations?as_of=2026-11-19"))
		g.check(t, "csv", admin.get(t, "/v1/kpis/sales/observations", "Accept: text/csv"))
		g.check(t, "lines", admin.get(t, "/v1/kpis/sales/observations", "Accept: "+ndjson))
		g.check(t, "another form", admin.get(t, "/v1/kpis/sales/observations", "Accept: text/html"))
		g.check(t, "a day within a month", admin.observe(t, "sales", `{"period":"day","start":"2026-10-03","value":1}`))
		g.check(t, "of no KPI", admin.observe(t, "joy", observed(1, "")))
	})
}

func TestEveryFaultOfAnObservationIsNamed(t *testing.T) {
	t.Parallel()
	admin := newServer(t, setup{}).as(t, home)
	for key, body := range map[string]string{"sales": sales, "churn": churn, "absence": absence,
		"staff": `{"name":"Staff","kind":"employee","unit":"{employee}","adds_up":"last"}`, "overtime": `{"name":"Overtime","kind":"employee","unit":"h","adds_up":"sum"}`} {
		admin.putKPI(t, key, body).want(t, http.StatusCreated)
	}
	for name, c := range map[string]struct {
		kpi, body string
		fields    []string
	}{
		"nothing":                         {"sales", `{}`, []string{"period", "start", "value"}},
		"a month from the 3rd":            {"sales", `{"period":"month","start":"2026-10-03","value":1}`, []string{"start"}},
		"a week from a Sunday":            {"sales", `{"period":"week","start":"2026-10-04","value":1}`, []string{"start"}},
		"a quarter from February":         {"sales", `{"period":"quarter","start":"2026-02-01","value":1}`, []string{"start"}},
		"a day that is none":              {"sales", `{"period":"day","start":"2026-02-30","value":1}`, []string{"start"}},
		"a day to come":                   {"sales", `{"period":"day","start":"2026-12-30","value":1}`, []string{"start"}},
		"a fortnight":                     {"sales", `{"period":"fortnight","start":"2026-10-01","value":1}`, []string{"period"}},
		"another unit":                    {"sales", observed(1, `,"unit":"SEK"`), []string{"unit"}},
		"no number":                       {"sales", `{"period":"month","start":"2026-10-01","value":"NaN"}`, []string{"value"}},
		"a number beyond all bounds":      {"sales", `{"period":"month","start":"2026-10-01","value":1e999}`, []string{"value"}},
		"yes of euros":                    {"sales", `{"period":"month","start":"2026-10-01","value":true}`, []string{"value"}},
		"a size of nothing":               {"sales", observed(1, `,"size":0`), []string{"size"}},
		"a person and a team":             {"sales", observed(1, `,"team":"a","person":"p"`), []string{"team"}},
		"a key that is none":              {"sales", observed(1, `,"team":"the north"`), []string{"team"}},
		"a field that is none":            {"sales", observed(1, `,"survey":"s"`), []string{"survey"}},
		"a mean of nobody knows how many": {"churn", observed(0.5, ""), []string{"size"}},
		"a share above 1":                 {"churn", observed(1.5, `,"size":9`), []string{"value"}},
		"half a yes":                      {"churn", observed(0.5, `,"person":"p"`), []string{"value"}},
		"an employee":                     {"absence", observed(0.5, `,"person":"p","size":9`), []string{"person"}},
		"an employee's hours":             {"overtime", observed(7, `,"person":"p"`), []string{"person", "size"}},
		"employees without their number":  {"absence", observed(0.5, ""), []string{"size"}},
		"employees' hours without number": {"overtime", observed(7, `,"team":"a"`), []string{"size"}},
		"employees of a segment":          {"absence", observed(0.5, `,"segment":"a","size":9`), []string{"segment"}},
		"employees of two groups":         {"absence", observed(0.5, `,"team":"a","channel":"web","size":9`), []string{"channel"}},
		"fewer than no employees":         {"staff", observed(-1, ""), []string{"value"}},
		"everything":                      {"absence", `{"period":"year","start":"2026-10-01","unit":"EUR","person":"p","team":"a b","size":-1}`, []string{"start", "team", "team", "unit", "value", "size", "person"}},
	} {
		t.Run(name, func(t *testing.T) { wantFaults(t, admin.observe(t, c.kpi, c.body), c.fields...) })
	}
	for _, kpi := range []string{"sales", "churn", "absence", "staff", "overtime"} {
		wantFigures(t, "after bad input only "+kpi, admin.figures(t, kpi, "?with_persons=true"))
	}
	for _, body := range []string{"", "null", "7", `{"period"`, `{"period":"month","start":"2026-10-01","value":NaN}`, observed(1, "") + observed(2, "")} {
		if r := admin.observe(t, "sales", body); r.status != http.StatusBadRequest && r.status != http.StatusUnprocessableEntity {
			t.Errorf("%q: %d", body, r.status)
		}
	}
	admin.observe(t, "sales", strings.Repeat(" ", megabyte)+observed(1, "")+strings.Repeat(" ", megabyte)).want(t, http.StatusRequestEntityTooLarge)
	admin.observe(t, "staff", observed(40, `,"team":"north"`)).want(t, http.StatusCreated)
}

func TestManyObservationsHaveAnOutcomeEachAndOneBadLineHarmsNoOther(t *testing.T) {
	t.Parallel()
	g := goldenFile(t, "observations_bulk")
	onEachDatabase(t, func(t *testing.T, s *server) {
		admin := s.as(t, home)
		admin.putKPI(t, "sales", sales).want(t, http.StatusCreated)
		admin.observe(t, "sales", observed(1, `,"team":"a"`)).want(t, http.StatusCreated)
		lines := []string{observed(1, `,"team":"a"`), observed(2, `,"team":"b"`), `{"period":"day","start":"2026-10-01","value":4,"team":"c"}`, observed(1, `,"team":"?"`), "rubbish", observed(3, `,"team":"a"`)}
		send := func(query, body string, headers ...string) reply {
			return admin.send(t, "POST", "/v1/kpis/sales/observations"+query, body, headers...)
		}
		text := strings.Join(lines, "\n")
		g.check(t, "dry run", send("?dry_run=true", text, "Content-Type: "+ndjson))
		wantFigures(t, "after the dry run", admin.figures(t, "sales", ""), "a 1")
		g.check(t, "lines", send("", text, "Content-Type: "+ndjson))
		wantFigures(t, "then", admin.figures(t, "sales", ""), "a 3", "b 2")
		g.check(t, "array", send("", " \n["+observed(5, "")+","+observed(6, `,"person":"p"`)+"]"))
		g.check(t, "one line", send("", observed(5, ""), "Content-Type: "+ndjson))
		g.check(t, "an array that breaks off", send("", "["+observed(5, "")+","))
		g.check(t, "nothing", send("", "", "Content-Type: "+ndjson))
		g.check(t, "one, dry", send("?dry_run=true", observed(8, `,"team":"z"`)))
		wantFigures(t, "at last", admin.figures(t, "sales", "?with_persons=true"), "p 6", "5", "a 3", "b 2")
	})
}

// breaking is a store that takes observations until it fails.
type breaking struct {
	api.Store
	chunks int
}

func (b *breaking) CommitObservations(ctx context.Context, workspace, kpi string, batch []models.AcceptedObservation, mode models.BatchMode) ([]models.ObservationOutcome, error) {
	if b.chunks--; b.chunks < 0 {
		return nil, errors.New("the disk is full of canaries")
	}
	return b.Store.CommitObservations(ctx, workspace, kpi, batch, mode)
}

func TestManyObservationsOfWhichSomeCantBeStoredAreToldLineByLineAndLoggedOnce(t *testing.T) {
	t.Parallel()
	s := newServer(t, setup{config: func(c *api.Config) { c.Store = &breaking{c.Store, 1} }})
	admin := s.as(t, home)
	admin.putKPI(t, "sales", sales).want(t, http.StatusCreated)
	var lines []string
	for i := range 700 {
		lines = append(lines, observed(float64(i), fmt.Sprintf(`,"person":"p%d"`, i)))
	}
	outcomes := admin.observe(t, "sales", "["+strings.Join(lines, ",")+"]").want(t, http.StatusOK).outcomes(t)
	for i, o := range outcomes {
		want := http.StatusCreated
		if i >= 500 {
			want = http.StatusInternalServerError
		}
		if o.Status != want || o.Problem != nil && strings.Contains(o.Problem.Detail, "canaries") {
			t.Fatalf("line %d: %+v, want %d", i+1, o, want)
		}
	}
	if n := strings.Count(s.logs.String(), "canaries"); n != 1 || len(outcomes) != 700 {
		t.Errorf("logged %d times, %d outcomes", n, len(outcomes))
	}
}

func TestObservationsAreListedByWhatTheyAreOfAndPageByPage(t *testing.T) {
	t.Parallel()
	onEachDatabase(t, func(t *testing.T, s *server) {
		admin := s.as(t, home)
		admin.putKPI(t, "sales", sales).want(t, http.StatusCreated)
		november := strings.Replace(observed(7, ""), "2026-10", "2026-11", 1)
		for _, body := range []string{observed(1, ""), observed(2, `,"team":"a"`), observed(3, `,"team":"b"`), observed(4, `,"person":"p"`),
			observed(5, `,"team":"a","segment":"s","channel":"c","touchpoint":"t"`), `{"period":"quarter","start":"2026-07-01","value":6,"channel":"c"}`, november} {
			admin.observe(t, "sales", body).want(t, http.StatusCreated)
		}
		reader := s.as(t, home, models.ReadObservations)
		for query, want := range map[string][]string{
			"": {"7", "6", "a 5", "b 3", "a 2", "1"}, "?with_persons=true": {"7", "6", "a 5", "p 4", "b 3", "a 2", "1"}, "?person=p": {"p 4"}, "?person=q": {},
			"?team=a": {"a 5", "a 2"}, "?team=a&segment=s": {"a 5"}, "?channel=c": {"6", "a 5"}, "?touchpoint=t": {"a 5"}, "?period=quarter": {"6"},
			"?since=2026-10-02": {"7"}, "?since=2026-01-01&until=2026-10-01": {"6"}, "?since=2026-10-01&until=2026-11-01": {"a 5", "b 3", "a 2", "1"}, "?limit=2": {"7", "6"},
		} {
			wantFigures(t, query, reader.figures(t, "sales", query), want...)
		}
		next, all := "", []string{}
		for range 4 {
			list := reader.observations(t, "sales", "?limit=2&cursor="+next)
			all = append(all, list.figures()...)
			if next = list.NextCursor; next == "" {
				break
			}
		}
		wantFigures(t, "in pages", all, "7", "6", "a 5", "b 3", "a 2", "1")
		for query, field := range map[string]string{"?period=hour": "period", "?since=soon": "since", "?since=2026-02-01&until=2026-01-01": "until", "?as_of=then": "as_of",
			"?survey=s": "survey", "?with_persons=yes": "with_persons", "?cursor=x": "cursor", "?limit=0": "limit"} {
			if p := wantProblem(t, reader.get(t, "/v1/kpis/sales/observations"+query), http.StatusBadRequest, "malformed"); p.faultOf(field) == "" {
				t.Errorf("%s: %+v", query, p)
			}
		}
	})
}
