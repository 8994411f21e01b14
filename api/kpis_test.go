package api_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/mittari/mittari/models"
)

// Definitions of KPIs.
const (
	sales   = `{"name":"Sales","kind":"financial","unit":"EUR","better":"higher","adds_up":"sum"}`
	absence = `{"name":"Absence","kind":"employee","unit":"ratio","better":"lower","adds_up":"mean"}`
	churn   = `{"name":"Churn","kind":"customer","unit":"ratio","better":"lower","adds_up":"mean","yes_no":true}`
)

// observed is an observation of October, with more fields.
func observed(value float64, more string) string {
	return fmt.Sprintf(`{"period":"month","start":"2026-10-01","value":%v%s}`, value, more)
}

func (c caller) putKPI(t testing.TB, key, body string) reply {
	t.Helper()
	return c.send(t, "PUT", "/v1/kpis/"+key, body)
}

func (c caller) observe(t testing.TB, kpi, body string) reply {
	t.Helper()
	return c.post(t, "/v1/kpis/"+kpi+"/observations", body)
}

func TestKPIIsDefinedReadAndErased(t *testing.T) {
	t.Parallel()
	g := goldenFile(t, "kpis")
	onEachDatabase(t, func(t *testing.T, s *server) {
		admin := s.as(t, home)
		g.check(t, "none", admin.get(t, "/v1/kpis"))
		g.check(t, "created", admin.putKPI(t, "sales", sales))
		g.check(t, "replaced", admin.putKPI(t, "sales", strings.Replace(sales, "EUR", "SEK", 1)))
		g.check(t, "read", s.as(t, home, models.ReadScores).get(t, "/v1/kpis/sales"))
		g.check(t, "list", admin.get(t, "/v1/kpis"))
		admin.observe(t, "sales", observed(1, "")).want(t, http.StatusCreated)
		g.check(t, "redefined with observations", admin.putKPI(t, "sales", sales))
		g.check(t, "called otherwise", admin.putKPI(t, "sales", strings.NewReplacer("EUR", "SEK", "Sales", "Net sales").Replace(sales)))
		g.check(t, "erased", admin.send(t, "DELETE", "/v1/kpis/sales", ""))
		g.check(t, "erased twice", admin.send(t, "DELETE", "/v1/kpis/sales", ""))
		g.check(t, "unknown", admin.get(t, "/v1/kpis/sales"))
	})
}

func TestEveryExampleOfAKPICanBePutAsItIs(t *testing.T) {
	t.Parallel()
	admin := newServer(t, setup{}).as(t, home)
	examples := read[struct{ KPIs []map[string]any }](t, admin.get(t, "/v1/kpis/examples").want(t, http.StatusOK)).KPIs
	for _, e := range examples {
		body, err := json.Marshal(e)
		if err != nil {
			t.Fatal(err)
		}
		admin.putKPI(t, fmt.Sprint(e["key"]), string(body)).want(t, http.StatusCreated)
	}
	if len(examples) < 10 {
		t.Errorf("%d examples", len(examples))
	}
}

func TestEveryFaultOfAKPIIsNamed(t *testing.T) {
	t.Parallel()
	admin := newServer(t, setup{}).as(t, home)
	for name, c := range map[string]struct {
		key, body string
		fields    []string
	}{
		"nothing":           {"k", `{}`, []string{"name", "kind", "unit", "adds_up"}},
		"all of it wrong":   {"k", `{"name":"K","kind":"joy","unit":"smiles per hour","better":"up","adds_up":"average"}`, []string{"kind", "unit", "better", "adds_up"}},
		"no currency":       {"k", strings.Replace(sales, "EUR", "EUX", 1), []string{"unit"}},
		"the examples' key": {"examples", sales, []string{"key"}},
		"another key":       {"k", strings.Replace(sales, "{", `{"key":"l",`, 1), []string{"key"}},
		"not text":          {"k", strings.Replace(sales, `"EUR"`, `7`, 1), []string{"unit"}},
		"yes or no of EUR":  {"k", strings.Replace(sales, "}", `,"yes_no":true}`, 1), []string{"adds_up", "unit"}},
	} {
		t.Run(name, func(t *testing.T) {
			wantFaults(t, admin.putKPI(t, c.key, c.body), c.fields...)
		})
	}
}

// wantFaults ends the test unless exactly these fields are at fault.
func wantFaults(t *testing.T, r reply, fields ...string) {
	t.Helper()
	var at []string
	for _, f := range wantProblem(t, r, http.StatusUnprocessableEntity, "invalid").Errors {
		at = append(at, f.Field)
	}
	if !slices.Equal(at, fields) {
		t.Errorf("faults in %v, want %v: %s", at, fields, r.body)
	}
}

func TestKPITargetIsSetListedToldAndTakenAway(t *testing.T) {
	t.Parallel()
	g := goldenFile(t, "kpi_targets")
	onEachDatabase(t, func(t *testing.T, s *server) {
		admin := s.as(t, home)
		company := `{"period":"month","level":"company","value":%v,"from":"%s","owner":"board"}`
		g.check(t, "of no KPI", admin.send(t, "PUT", "/v1/kpis/sales/targets", fmt.Sprintf(company, 100, "2026-01-01")))
		admin.putKPI(t, "sales", sales).want(t, http.StatusCreated)
		g.check(t, "created", admin.send(t, "PUT", "/v1/kpis/sales/targets", fmt.Sprintf(company, 100, "2026-01-01")))
		g.check(t, "replaced", admin.send(t, "PUT", "/v1/kpis/sales/targets", fmt.Sprintf(company, 110.5, "2026-01-01")))
		admin.send(t, "PUT", "/v1/kpis/sales/targets", fmt.Sprintf(company, 120, "2026-10-01")).want(t, http.StatusCreated)
		admin.send(t, "PUT", "/v1/kpis/sales/targets", `{"period":"month","level":"team","key":"north","value":9,"from":"2026-01-01","owner":"north"}`).want(t, http.StatusCreated)
		g.check(t, "list", admin.get(t, "/v1/kpis/sales/targets"))
		for _, start := range []string{"2026-09-01", "2026-10-01"} {
			admin.observe(t, "sales", strings.Replace(observed(5, `,"team":"north"`), "2026-10-01", start, 1)).want(t, http.StatusCreated)
		}
		g.check(t, "told of the company", admin.get(t, "/v1/kpis/sales/values?period=month"))
		g.check(t, "told of teams", admin.get(t, "/v1/kpis/sales/values?period=month&group_by=team&since=2026-10-01"))
		where := "/v1/kpis/sales/targets?period=month&level=team&group=north&from=2026-01-01"
		admin.send(t, "DELETE", where, "").want(t, http.StatusNoContent)
		g.check(t, "taken away twice", admin.send(t, "DELETE", where, ""))
		g.check(t, "of a day that is none", admin.send(t, "DELETE", "/v1/kpis/sales/targets?period=month&level=company&from=soon", ""))
		g.check(t, "faults", admin.send(t, "PUT", "/v1/kpis/sales/targets", `{"period":"fortnight","level":"journey","from":"soon","owner":"a b"}`))
	})
}
