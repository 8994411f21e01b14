package main

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/mittari/mittari/metrics"
	"github.com/mittari/mittari/models"
	"github.com/mittari/mittari/models/score"
	"github.com/mittari/mittari/models/store"
)

// ledger is a store with a workspace of its own, its KPIs' series, and a clock that the test moves.
type ledger struct {
	t        *testing.T
	db       *store.Store
	exporter *metrics.Exporter
	at       time.Time
}

func openLedger(t *testing.T, database string) *ledger {
	l := &ledger{t: t, at: time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)}
	now := func() time.Time { return l.at }
	var err error
	if l.db, err = store.Open(t.Context(), store.Config{URL: database, MaxKeys: 2, Clock: now, Logger: slog.New(slog.DiscardHandler)}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.db.Close)
	if _, err := l.db.CreateWorkspace(t.Context(), models.Workspace{Key: "bank", TimeZone: "Europe/Helsinki"}); err != nil {
		t.Fatal(err)
	}
	if l.exporter, err = metrics.New(metrics.Config{Source: l.db, Log: slog.New(slog.DiscardHandler), Now: now}); err != nil {
		t.Fatal(err)
	}
	return l
}

func (l *ledger) define(key string, kind models.KPIKind, unit string, addsUp models.AddsUp) {
	l.t.Helper()
	k := models.KPI{Key: key, Name: key, Kind: kind, Unit: unit, Better: score.Higher, AddsUp: addsUp}
	if _, _, err := l.db.PutKPI(l.t.Context(), "bank", k); err != nil {
		l.t.Fatal(err)
	}
}

// observe stores observations of October 2026, each by its fields behind the period.
func (l *ledger) observe(kpi string, fields ...string) {
	l.t.Helper()
	k, err := l.db.KPIByKey(l.t.Context(), "bank", kpi)
	if err != nil {
		l.t.Fatal(err)
	}
	rules := models.ObservationRules{KPI: k, Today: models.DayOf(l.at, time.UTC), NewID: store.NewID}
	var batch []models.AcceptedObservation
	for _, f := range fields {
		var s models.SubmittedObservation
		if err := json.Unmarshal([]byte(`{"period":"month","start":"2026-10-01",`+f+`}`), &s); err != nil {
			l.t.Fatal(err)
		}
		accepted, err := s.Check(rules)
		if err != nil {
			l.t.Fatal(err)
		}
		batch = append(batch, accepted)
	}
	if _, err := l.db.CommitObservations(l.t.Context(), "bank", kpi, batch, models.EachByItself); err != nil {
		l.t.Fatal(err)
	}
}

// told are the KPIs' series now: names without cx_kpi_, labels without the workspace's.
func (l *ledger) told() []string {
	l.t.Helper()
	if err := l.exporter.Refresh(l.t.Context()); err != nil {
		l.t.Fatal(err)
	}
	page := httptest.NewRecorder()
	l.exporter.Handler().ServeHTTP(page, httptest.NewRequest("GET", "/metrics/cx", nil))
	var told []string
	for line := range strings.Lines(page.Body.String()) {
		if series, is := strings.CutPrefix(line, "cx_kpi_"); is && !strings.HasPrefix(series, "period_start") {
			told = append(told, strings.NewReplacer(`workspace="bank",`, "", `"`, "", "\n", "").Replace(series))
		}
	}
	return told
}

func (l *ledger) want(what string, want ...string) {
	l.t.Helper()
	if told := l.told(); !slices.Equal(told, want) {
		l.t.Errorf("%s:\n%s\nwant\n%s", what, strings.Join(told, "\n"), strings.Join(want, "\n"))
	}
}

func TestKPIsOfTheStoreAreToldAndFollowed(t *testing.T) {
	onBothDatabases(t, func(t *testing.T, database string) {
		l := openLedger(t, database)
		l.want("at first")
		const sales, margin = "value{kpi=sales,kind=financial,unit=EUR,period=month,level=", "value{kpi=margin,kind=financial,unit=ratio,period=month,level="
		l.define("sales", models.FinancialKPI, "EUR", models.BySum)
		l.define("margin", models.FinancialKPI, models.RatioUnit, models.ByMean)
		l.observe("sales", `"value":10,"person":"a"`, `"value":20.5,"person":"b"`)
		l.want("of persons", sales+"company} 30.5")
		l.observe("sales", `"value":11,"person":"a"`)
		l.want("corrected", sales+"company} 31.5")
		l.observe("margin", `"value":0.5,"size":10,"team":"a"`, `"value":0.2,"size":30,"team":"b"`, `"value":0.3,"size":10,"team":"c"`, `"value":0.8,"size":40,"team":"d"`)
		l.want("past the bound of keys", margin+"company} 0.511111111111111", margin+"team,team=a} 0.5", margin+"team,team=b} 0.2", margin+"team,team=other} 0.7", sales+"company} 31.5")
		target := models.KPITarget{KPI: "sales", Period: models.MonthLength, Level: models.CompanyLevel, Value: 40, From: models.DayOf(l.at, time.UTC) + 1, Owner: "board"}
		if _, err := l.db.PutKPITarget(t.Context(), "bank", target); err != nil {
			t.Fatal(err)
		}
		if err := l.db.DeleteKPI(t.Context(), "bank", "margin"); err != nil {
			t.Fatal(err)
		}
		l.want("without the margin", sales+"company} 31.5")
		l.at = time.Date(2026, 11, 20, 22, 0, 0, 0, time.UTC) // midnight in Helsinki
		l.want("when the target begins", sales+"company} 31.5", "target{kpi=sales,kind=financial,unit=EUR,period=month,level=company,owner=board} 40")
	})
}

func TestKPIOfFewEmployeesFollowsTheThreshold(t *testing.T) {
	onBothDatabases(t, func(t *testing.T, database string) {
		l := openLedger(t, database)
		l.define("absence", models.EmployeeKPI, models.RatioUnit, models.ByMean)
		const absence = "value{kpi=absence,kind=employee,unit=ratio,period=month,level="
		l.observe("absence", `"value":0.25,"size":4,"team":"a"`, `"value":0.5,"size":12,"team":"b"`)
		l.want("four and twelve", absence+"company} 0.4375")
		l.observe("absence", `"value":0.25,"size":8,"team":"a"`)
		l.want("eight and twelve", absence+"company} 0.4", absence+"team,team=a} 0.25", absence+"team,team=b} 0.5")
		raised := models.DefaultAnonymity()
		raised.Employees = 15
		if err := l.db.PutAnonymity(t.Context(), "bank", raised); err != nil {
			t.Fatal(err)
		}
		l.want("of fifteen at least", absence+"company} 0.4")
	})
}

func TestKPIIsTheSameInTheAPIAndTheSeries(t *testing.T) {
	onBothDatabases(t, func(t *testing.T, database string) {
		r := start(t, database)
		must := func(method, path, body string) string {
			t.Helper()
			status, text := r.send(method, path, body)
			if status >= 300 {
				t.Fatalf("%s %s: %d %s", method, path, status, text)
			}
			return text
		}
		must("PUT", "/v1/kpis/margin", `{"name":"Margin","kind":"financial","unit":"ratio","better":"higher","adds_up":"mean"}`)
		var observations []string
		for month := 1; month <= 9; month++ {
			for i, segment := range []string{"families", "seniors"} {
				observations = append(observations, fmt.Sprintf(`{"period":"month","start":"2026-%02d-01","value":%g,"size":%d,"segment":%q}`,
					month, 0.1+float64(month*(i+1))/70, 300*month+i, segment))
			}
		}
		must("POST", "/v1/kpis/margin/observations", "["+strings.Join(observations, ",")+"]")
		for _, period := range []string{"month", "quarter"} {
			for _, level := range []string{"company", "segment"} {
				last := map[string]float64{}
				for _, v := range decode[struct {
					Values []struct {
						Key   string
						Value float64
					}
				}](t, must("GET", "/v1/kpis/margin/values?period="+period+"&group_by="+level, "")).Values {
					last[v.Key] = v.Value
				}
				for key, want := range last {
					labels := fmt.Sprintf(`period=%q,level=%q`, period, level)
					if key != "" {
						labels += fmt.Sprintf(`,%s=%q`, level, key)
					}
					line := fmt.Sprintf(`cx_kpi_value{workspace="default",kpi="margin",kind="financial",unit="ratio",%s} %g`, labels, want)
					eventually(t, 15*time.Second, line, func() bool { return strings.Contains(r.scrape("/metrics/cx"), line+"\n") })
				}
				if want := map[string]int{"company": 1, "segment": 2}[level]; len(last) != want {
					t.Errorf("the API tells %v of %s by the %s", last, level, period)
				}
			}
		}
	})
}
