package store

import (
	"fmt"
	"testing"
	"time"

	"github.com/mittari/mittari/models"
)

func TestACompanyModelIsPutReplacedAndTakenAway(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, h house) {
		born := time.Date(2026, 11, 20, 8, 30, 0, 123456000, time.UTC)
		csat := models.CompanyModel{Metric: "csat", Level: "touchpoint", Weights: map[string]float64{"visit": 1}, UpdatedAt: born}
		want := models.CompanyModel{Metric: "nps", Level: "segment", Weights: map[string]float64{"a": 0.1, "b": 1e9, "10": 3}, UpdatedAt: born}
		for i, change := range []func(){
			func() {}, func() {}, // the second time it is there already
			func() { want.Level, want.Weights = "team", map[string]float64{"a": 1.0 / 3} },
		} {
			change()
			put := models.CompanyModel{Metric: want.Metric, Level: want.Level, Weights: want.Weights}
			stored, created, err := h.PutModel(t.Context(), "bank", put)
			if err != nil || created != (i == 0) {
				t.Fatalf("put %d: created %v, %v", i, created, err)
			}
			same(t, "told", stored, want)
			if i == 0 {
				if _, _, err := h.PutModel(t.Context(), "bank", csat); err != nil {
					t.Fatal(err)
				}
			}
			same(t, "found", h.models(t, "bank"), []models.CompanyModel{csat, want})
			h.now.pass(time.Hour)
			want.UpdatedAt = want.UpdatedAt.Add(time.Hour)
		}
		if err := h.DeleteModel(t.Context(), "bank", "nps"); err != nil {
			t.Fatal(err)
		}
		same(t, "left", h.models(t, "bank"), []models.CompanyModel{csat})
		err := h.DeleteModel(t.Context(), "bank", "nps")
		hasCode(t, "delete again", err, models.NotFound)
		if want := `there is no company model of "nps"`; fmt.Sprint(err) != want {
			t.Errorf("it says %v, want %s", err, want)
		}
	})
}

func (h house) models(t *testing.T, workspace string) []models.CompanyModel {
	t.Helper()
	found, err := h.FindModels(t.Context(), workspace)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range found {
		if m.UpdatedAt.Location() != time.UTC {
			t.Errorf("%+v is not in UTC", m)
		}
	}
	return found
}

func TestExportersLearnOfACompanyModel(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, h house) {
		for name, do := range map[string]func() error{
			"put": func() error {
				_, _, err := h.PutModel(t.Context(), "bank", modelOf("bank"))
				return err
			},
			"deleted": func() error {
				_, _, err := h.PutModel(t.Context(), "bank", modelOf("bank"))
				return firstError(err, h.DeleteModel(t.Context(), "bank", "nps"))
			},
		} {
			h.now.pass(time.Hour)
			if err := do(); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			revisions := h.revisions(t, h.now.read().Truncate(time.Microsecond))
			if len(revisions) == 0 || revisions[0].Metric != "" || revisions[0].Workspace != "bank" {
				t.Errorf("%s: revisions %+v", name, revisions)
			}
		}
	})
}

// modelOf weighs a segment that bears the mark.
func modelOf(mark string) models.CompanyModel {
	return models.CompanyModel{Metric: "nps", Level: "segment", Weights: map[string]float64{mark: 1}}
}
