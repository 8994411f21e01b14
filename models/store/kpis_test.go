package store

import (
	"cmp"
	"context"
	"encoding/json"
	"testing"
	"time"

	"github.com/mittari/mittari/models"
	"github.com/mittari/mittari/models/score"
)

// turnover is a definition that adds up by sum.
func turnover(key string) models.KPI {
	return models.KPI{Key: key, Name: key, Kind: models.FinancialKPI, Unit: "EUR", Better: score.Higher, AddsUp: models.BySum}
}

func kpiTargetOf(mark string) models.KPITarget {
	return models.KPITarget{KPI: "sales", Period: models.MonthLength, Level: "team", Key: mark, Value: 40, From: 20_000, Owner: mark}
}

// define stores a KPI that adds up by sum unless it says otherwise.
func (h house) define(t *testing.T, workspace string, k models.KPI) models.KPI {
	t.Helper()
	whole := turnover(k.Key)
	whole.Name, whole.Kind, whole.AddsUp = cmp.Or(k.Name, whole.Name), cmp.Or(k.Kind, whole.Kind), cmp.Or(k.AddsUp, whole.AddsUp)
	stored, _, err := h.PutKPI(t.Context(), workspace, whole)
	if err != nil {
		t.Fatal(err)
	}
	return stored
}

func (h house) acceptObservations(t *testing.T, workspace, kpi string, texts ...string) []models.AcceptedObservation {
	t.Helper()
	k, err := h.KPIByKey(t.Context(), workspace, kpi)
	if err != nil {
		t.Fatal(err)
	}
	batch := make([]models.AcceptedObservation, len(texts))
	for i, text := range texts {
		var s models.SubmittedObservation
		if err := json.Unmarshal([]byte(text), &s); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		batch[i], err = s.Check(models.ObservationRules{KPI: k, Today: models.DayOf(h.now.read(), time.UTC), NewID: NewID})
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
	}
	return batch
}

// observe stores observations, none of which may be refused.
func (h house) observe(t *testing.T, workspace, kpi string, texts ...string) []models.ObservationOutcome {
	t.Helper()
	outcomes, err := h.CommitObservations(t.Context(), workspace, kpi, h.acceptObservations(t, workspace, kpi, texts...), models.EachByItself)
	if err != nil {
		t.Fatal(err)
	}
	for i, o := range outcomes {
		if o.Err != nil {
			t.Fatalf("%s: %v", texts[i], o.Err)
		}
	}
	return outcomes
}

func TestKPIIsDefinedRedefinedAndErased(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, h house) {
		h.workspace(t, "bank")
		first, created, err := h.PutKPI(t.Context(), "bank", turnover("sales"))
		if err != nil || !created || first.CreatedAt.IsZero() {
			t.Fatalf("%+v, %v, %v", first, created, err)
		}
		h.now.pass(time.Hour)
		monthly := turnover("sales")
		monthly.AddsUp, monthly.Unit = models.ByLast, "SEK" // nothing is observed yet
		second, created, err := h.PutKPI(t.Context(), "bank", monthly)
		if err != nil || created || second.Unit != "SEK" || !second.CreatedAt.Equal(first.CreatedAt) || !second.UpdatedAt.After(first.UpdatedAt) {
			t.Errorf("redefined: %+v, %v, %v", second, created, err)
		}
		found, err := h.FindKPIs(t.Context(), "bank")
		if err != nil {
			t.Fatal(err)
		}
		same(t, "found", found, []models.KPI{second})
		h.observe(t, "bank", "sales", `{"period":"month","start":"2026-10-01","value":1}`)
		if err := h.DeleteKPI(t.Context(), "bank", "sales"); err != nil {
			t.Fatal(err)
		}
		hasCode(t, "erased twice", h.DeleteKPI(t.Context(), "bank", "sales"), models.NotFound)
		h.define(t, "bank", models.KPI{Key: "sales"})
		h.observe(t, "bank", "sales", `{"period":"day","start":"2026-10-01","value":1}`) // the months are forgotten
		left, err := h.FindObservations(t.Context(), "bank", "sales", models.ObservationFilter{AsOf: h.now.read(), WithPersons: true, Limit: 9})
		if err != nil || len(left) != 1 || left[0].Period != models.DayLength {
			t.Errorf("left: %+v, %v", left, err)
		}
	})
}

func TestKPIWithObservationsKeepsWhatOldFiguresSay(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, h house) {
		h.workspace(t, "bank")
		h.define(t, "bank", models.KPI{Key: "sales"})
		h.observe(t, "bank", "sales", `{"period":"month","start":"2026-10-01","value":1}`)
		for name, change := range map[string]func(*models.KPI){
			"unit": func(k *models.KPI) { k.Unit = "SEK" }, "adds up": func(k *models.KPI) { k.AddsUp = models.ByLast },
			"yes or no": func(k *models.KPI) { k.YesNo = true },
		} {
			k := turnover("sales")
			change(&k)
			_, _, err := h.PutKPI(t.Context(), "bank", k)
			hasCode(t, name, err, models.Conflict)
		}
		k := turnover("sales")
		k.Name, k.Kind, k.Better = "Sales", models.OperationalKPI, score.Lower
		if _, _, err := h.PutKPI(t.Context(), "bank", k); err != nil {
			t.Errorf("name, kind and good end: %v", err)
		}
		k.Kind = models.EmployeeKPI
		_, _, err := h.PutKPI(t.Context(), "bank", k)
		hasCode(t, "figures of an unknown number of employees", err, models.Conflict)
		h.define(t, "bank", models.KPI{Key: "absence", Kind: models.EmployeeKPI})
		h.observe(t, "bank", "absence", october(1, `,"size":9`))
		_, _, err = h.PutKPI(t.Context(), "bank", turnover("absence"))
		hasCode(t, "employees laid open", err, models.Conflict)
	})
}

func TestKPITargetIsPutReplacedAndTakenAway(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, h house) {
		h.workspace(t, "bank")
		_, err := h.PutKPITarget(t.Context(), "bank", kpiTargetOf("web"))
		hasCode(t, "a target of no KPI", err, models.NotFound)
		h.define(t, "bank", models.KPI{Key: "sales"})
		company := models.KPITarget{KPI: "sales", Period: models.YearLength, Level: models.CompanyLevel, Value: 12.5, From: 20_100, Owner: "board"}
		for _, target := range []models.KPITarget{kpiTargetOf("web"), company} {
			if created, err := h.PutKPITarget(t.Context(), "bank", target); err != nil || !created {
				t.Fatalf("a new target: created %v, %v", created, err)
			}
		}
		company.Value = -3
		if created, err := h.PutKPITarget(t.Context(), "bank", company); err != nil || created {
			t.Errorf("the same figure and day again: created %v, %v", created, err)
		}
		got, err := h.FindKPITargets(t.Context(), "bank")
		if err != nil {
			t.Fatal(err)
		}
		same(t, "targets", got, []models.KPITarget{kpiTargetOf("web"), company})
		if err := h.DeleteKPITarget(t.Context(), "bank", company); err != nil {
			t.Error(err)
		}
		hasCode(t, "taken away twice", h.DeleteKPITarget(t.Context(), "bank", company), models.NotFound)
	})
}

func TestEveryChangeOfKPIsReachesTheExporters(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, h house) {
		h.workspace(t, "bank")
		observed := models.KPIRevision("sales")
		for _, c := range []struct {
			name string
			do   func(ctx context.Context) error
			want []string
		}{
			{"defined", func(ctx context.Context) error { _, _, err := h.PutKPI(ctx, "bank", turnover("sales")); return err }, []string{""}},
			{"a target", func(ctx context.Context) error { _, err := h.PutKPITarget(ctx, "bank", kpiTargetOf("a")); return err }, []string{""}},
			{"no target", func(ctx context.Context) error { return h.DeleteKPITarget(ctx, "bank", kpiTargetOf("a")) }, []string{""}},
			{"observed", func(context.Context) error {
				h.observe(t, "bank", "sales", `{"period":"month","start":"2026-10-01","value":1}`)
				return nil
			}, []string{observed.Metric}},
			{"observed the same", func(context.Context) error {
				h.observe(t, "bank", "sales", `{"period":"month","start":"2026-10-01","value":1}`)
				return nil
			}, nil},
			{"corrected", func(context.Context) error {
				h.observe(t, "bank", "sales", `{"period":"month","start":"2026-10-01","value":2}`)
				return nil
			}, []string{observed.Metric}},
			{"a team of its own", func(context.Context) error {
				h.observe(t, "bank", "sales", `{"period":"month","start":"2026-10-01","value":2,"team":"north"}`)
				return nil
			}, []string{"", observed.Metric}},
			{"erased", func(ctx context.Context) error { return h.DeleteKPI(ctx, "bank", "sales") }, []string{""}},
		} {
			h.now.pass(time.Hour)
			if err := c.do(t.Context()); err != nil {
				t.Fatalf("%s: %v", c.name, err)
			}
			var about []string
			for _, r := range h.revisions(t, h.now.read().Truncate(time.Microsecond)) {
				about = append(about, r.Metric)
			}
			if len(about) == 2 && about[0] != "" {
				about[0], about[1] = about[1], about[0]
			}
			same(t, c.name, about, c.want)
		}
		if entry, err := h.EntryByKey(t.Context(), "bank", "team", "north"); err != nil || entry.Key != "north" {
			t.Errorf("the team's entry: %+v, %v", entry, err)
		}
	})
}
