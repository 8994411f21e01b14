package store

import (
	"reflect"
	"testing"

	"github.com/mittari/mittari/models"
)

// targetOf is a target of a touchpoint that bears the mark.
func targetOf(mark string) models.Target {
	return models.Target{Metric: "nps", Level: "touchpoint", Key: mark, Value: 40, From: 20_000, Owner: mark}
}

func TestTargetIsPutReplacedAndTakenAway(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, h house) {
		h.workspace(t, "bank")
		company := models.Target{Metric: "nps", Level: models.CompanyLevel, Value: 12.5, From: 20_100, Owner: "board"}
		for _, target := range []models.Target{targetOf("web"), company} {
			if created, err := h.PutTarget(t.Context(), "bank", target); err != nil || !created {
				t.Fatalf("a new target: created %v, %v", created, err)
			}
		}
		company.Value = -3
		if created, err := h.PutTarget(t.Context(), "bank", company); err != nil || created {
			t.Errorf("the same group and day again: created %v, %v", created, err)
		}
		got, err := h.FindTargets(t.Context(), "bank")
		if want := []models.Target{company, targetOf("web")}; err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("got %+v (%v), want %+v", got, err, want)
		}
		if err := h.DeleteTarget(t.Context(), "bank", company); err != nil {
			t.Error(err)
		}
		if err := h.DeleteTarget(t.Context(), "bank", company); models.ErrorCode(err) != models.NotFound {
			t.Errorf("taken away twice: %v", err)
		}
	})
}
