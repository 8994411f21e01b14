package api_test

import (
	"fmt"
	"math"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/mittari/mittari/models"
)

type kpiValue struct {
	Level, Key, Period, Start string
	Value, Size, Target       *float64
	Suppressed                bool
}

func (c caller) values(t *testing.T, kpi, query string) []kpiValue {
	t.Helper()
	return read[struct{ Values []kpiValue }](t, c.get(t, "/v1/kpis/"+kpi+"/values"+query).want(t, http.StatusOK)).Values
}

// told are the figures in words, "team month value", hidden ones with "-".
func (c caller) told(t *testing.T, kpi, query string) []string {
	t.Helper()
	words := []string{}
	for _, v := range c.values(t, kpi, query) {
		value := "-"
		if v.Suppressed != (v.Value == nil) {
			t.Errorf("%+v is both told and suppressed, or neither", v)
		}
		if v.Value != nil {
			value = fmt.Sprint(*v.Value)
		}
		words = append(words, strings.TrimSpace(v.Key+" "+v.Start+" "+value))
	}
	return words
}

func TestSumsMeansAndLastsAreRolledUpAsDefined(t *testing.T) {
	t.Parallel()
	g := goldenFile(t, "kpi_values")
	onEachDatabase(t, func(t *testing.T, s *server) {
		admin := s.as(t, home)
		for key, body := range map[string]string{"sales": sales, "churn": churn, "customers": `{"name":"Customers","kind":"customer","unit":"{customer}","adds_up":"last"}`} {
			admin.putKPI(t, key, body).want(t, http.StatusCreated)
		}
		for i, month := range []string{"2026-07", "2026-08", "2026-09"} {
			for segment, n := range map[string]int{"big": 90, "small": 10} {
				at := fmt.Sprintf(`{"period":"month","start":"%s-01","segment":"%s"`, month, segment)
				admin.observe(t, "sales", fmt.Sprintf(`%s,"value":%d}`, at, n*(i+1))).want(t, http.StatusCreated)
				admin.observe(t, "customers", fmt.Sprintf(`%s,"value":%d}`, at, n+i)).want(t, http.StatusCreated)
				admin.observe(t, "churn", fmt.Sprintf(`%s,"value":%v,"size":%d}`, at, map[string]float64{"big": 0.1, "small": 0.5}[segment], n*(i+1))).want(t, http.StatusCreated)
			}
		}
		reader := s.as(t, home, models.ReadScores)
		for name, want := range map[string][]string{
			"sales/values?period=quarter": {"2026-07-01 600"}, "sales/values?period=quarter&group_by=segment": {"big 2026-07-01 540", "small 2026-07-01 60"},
			"customers/values?period=quarter": {"2026-07-01 104"}, "customers/values?period=month&since=2026-08-01&until=2026-09-01": {"2026-08-01 102"},
			"churn/values?period=month": {"2026-07-01 0.14", "2026-08-01 0.14", "2026-09-01 0.14"}, // not 0.3, the average of averages
			"churn/values?period=year":  {}, "sales/values?period=week": {}, "sales/values?period=month&group_by=team": {},
		} {
			kpi, query, _ := strings.Cut(name, "/values")
			if got := reader.told(t, kpi, query); !slices.Equal(got, want) {
				t.Errorf("%s: %q, want %q", name, got, want)
			}
		}
		g.check(t, "churn by segment", reader.get(t, "/v1/kpis/churn/values?period=quarter&group_by=segment"))
		g.check(t, "faults", reader.get(t, "/v1/kpis/churn/values?group_by=journey&since=soon&window=7d"))
		g.check(t, "unknown", reader.get(t, "/v1/kpis/joy/values?period=month"))
	})
}

func TestFiguresOfEmployeesAreToldByTheWorkspacesThresholdAndWithoutTheirNumber(t *testing.T) {
	t.Parallel()
	onEachDatabase(t, func(t *testing.T, s *server) {
		admin := s.as(t, home)
		admin.putKPI(t, "absence", absence).want(t, http.StatusCreated)
		for team, n := range map[string]int{"a": 9, "b": 30, "c": 40, "d": 60} {
			admin.observe(t, "absence", observed(0.25, fmt.Sprintf(`,"team":"%s","size":%d`, team, n))).want(t, http.StatusCreated)
		}
		reader := s.as(t, home, models.ReadScores)
		want := []string{"a 2026-10-01 0.25", "b 2026-10-01 0.25", "c 2026-10-01 0.25", "d 2026-10-01 0.25"}
		if got := reader.told(t, "absence", "?period=month&group_by=team"); !slices.Equal(got, want) {
			t.Errorf("told %q", got)
		}
		for _, v := range append(reader.values(t, "absence", "?period=month&group_by=team"), reader.values(t, "absence", "?period=month")...) {
			if v.Size != nil {
				t.Errorf("it is told that %s is of %v employees", v.Key, *v.Size)
			}
		}
		admin.send(t, "PUT", "/v1/anonymity", `{"employees":20,"employee_comments":20,"customers":1}`).want(t, http.StatusOK)
		want = []string{"a 2026-10-01 -", "b 2026-10-01 -", "c 2026-10-01 0.25", "d 2026-10-01 0.25"}
		if got := reader.told(t, "absence", "?period=month&group_by=team"); !slices.Equal(got, want) {
			t.Errorf("with a threshold of 20 told %q", got)
		}
	})
}

func TestObservationsOfEmployeesAreListedToAdminsOnly(t *testing.T) {
	t.Parallel()
	g := goldenFile(t, "observations_of_employees")
	onEachDatabase(t, func(t *testing.T, s *server) {
		admin := s.as(t, home)
		admin.putKPI(t, "absence", absence).want(t, http.StatusCreated)
		admin.observe(t, "absence", observed(0.25, `,"team":"a","size":2`)).want(t, http.StatusCreated)
		wantFigures(t, "an admin", admin.figures(t, "absence", ""), "a 0.25")
		reader := s.as(t, home, models.ReadObservations)
		for _, form := range []string{"application/json", ndjson, "text/csv"} {
			g.check(t, "a reader", reader.get(t, "/v1/kpis/absence/observations", "Accept: "+form))
		}
		writer := s.as(t, home, models.WriteObservations)
		for _, guess := range []float64{0.25, 0.5} { // the right one and a wrong one
			for _, body := range []string{observed(guess, `,"team":"a","size":2`), "[" + observed(guess, `,"team":"a","size":2`) + "]"} {
				g.check(t, "a guess as "+body[:1], writer.post(t, "/v1/kpis/absence/observations?dry_run=true", body))
			}
		}
		g.check(t, "of persons", admin.observe(t, "absence", observed(0.25, `,"person":"e-1","size":2`)))
		g.check(t, "of too few", reader.server.as(t, home, models.ReadScores).get(t, "/v1/kpis/absence/values?period=month&group_by=team"))
		g.check(t, "laid open", admin.putKPI(t, "absence", strings.Replace(absence, "employee", "customer", 1)))
	})
}

// TestFigureOfASmallTeamCantBeFoundBySubtraction plays a manager who knows how
// many are in each team, and reads every figure there is.
func TestFigureOfASmallTeamCantBeFoundBySubtraction(t *testing.T) {
	t.Parallel()
	onEachDatabase(t, func(t *testing.T, s *server) {
		admin := s.as(t, home)
		admin.putKPI(t, "overtime", `{"name":"Overtime","kind":"employee","unit":"h","adds_up":"sum"}`).want(t, http.StatusCreated)
		secret := map[string]float64{"2026-07": 1031, "2026-08": 2063, "2026-09": 4127} // of the small team
		for month, hours := range secret {
			for team, n := range map[string]int{"small": 3, "next": 7, "large": 40} {
				value := map[string]float64{"small": hours, "next": 64, "large": 512}[team]
				admin.observe(t, "overtime", fmt.Sprintf(`{"period":"month","start":"%s-01","value":%v,"team":"%s","size":%d}`, month, value, team, n)).want(t, http.StatusCreated)
			}
		}
		reader := s.as(t, home, models.ReadScores)
		var figures []float64
		for _, period := range []string{"day", "week", "month", "quarter", "year"} {
			for _, level := range []string{"company", "team", "segment", "channel", "touchpoint"} {
				for _, since := range []string{"", "&since=2026-08-01", "&since=2026-01-01&until=2026-09-01"} {
					for _, v := range reader.values(t, "overtime", "?period="+period+"&group_by="+level+since) {
						if v.Value != nil {
							figures = append(figures, *v.Value)
						}
					}
				}
			}
		}
		if len(figures) < 9 {
			t.Fatalf("only %d figures are told: %v", len(figures), figures)
		}
		for month, hours := range secret {
			for _, whole := range figures {
				for _, known := range combinations(figures) {
					if math.Abs(whole-known-hours) < 1e-9 {
						t.Fatalf("%v less %v is what the small team worked in %s", whole, known, month)
					}
				}
			}
		}
	})
}

// combinations are the sums of up to three of the different figures.
func combinations(figures []float64) []float64 {
	slices.Sort(figures)
	figures = slices.Compact(figures)
	sums := []float64{0}
	for range 3 {
		for _, sum := range slices.Clone(sums) {
			for _, f := range figures {
				sums = append(sums, sum+f)
			}
		}
		slices.Sort(sums)
		sums = slices.Compact(sums)
	}
	return sums
}
