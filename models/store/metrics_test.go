package store

import (
	"fmt"
	"strings"
	"testing"

	"github.com/mittari/mittari/models"
	"github.com/mittari/mittari/models/score"
)

// comfort is a metric of somebody's own.
func comfort() models.Metric {
	return models.Metric{Key: "comfort", Name: "Comfort ä", Question: "How was the seat?", Audience: models.Customer, Threshold: 1, CommentThreshold: 1,
		Scale: score.Scale{Min: -3, Max: 3, Better: score.Lower, Top: -1, Bottom: 1, Headline: score.Mean}}
}

func TestAWorkspacesOwnMetricStandsBesideTheStandardOnes(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, h house) {
		for i, name := range []string{"Comfort", "Comfort", "Seats"} {
			m := comfort()
			m.Name = name
			if created, err := h.PutMetric(t.Context(), "bank", m); err != nil || created != (i == 0) {
				t.Fatalf("put %d: created %v, %v", i, created, err)
			}
			metrics, err := h.FindMetrics(t.Context(), "bank")
			if err != nil {
				t.Fatal(err)
			}
			want := models.StandardMetrics()
			want["comfort"] = m
			same(t, "catalog", metrics, want)
		}
		h.commit(t, "bank", `{"metric":"comfort","score":-3}`)
		same(t, "counted", h.counted(t, "bank", "comfort"), map[int]int64{-3: 1})
	})
}

func TestAMetricWithAnswersKeepsTheirScale(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, h house) {
		other := func(do func(*models.Metric)) models.Metric { m := comfort(); do(&m); return m }
		standard := models.StandardMetrics()["nps"]
		_, err := h.PutMetric(t.Context(), "bank", standard)
		hasCode(t, "a standard metric", err, models.Conflict)
		if want := `"nps" is a standard metric and stays as it is; choose another key`; fmt.Sprint(err) != want {
			t.Errorf("it says %v, want %s", err, want)
		}
		wider := other(func(m *models.Metric) { m.Max = 4 })
		for _, m := range []models.Metric{wider, comfort()} { // nobody has answered yet
			if _, err := h.PutMetric(t.Context(), "bank", m); err != nil {
				t.Fatal(err)
			}
		}
		id := h.commit(t, "bank", `{"metric":"comfort","score":1}`)[0]
		if err := h.EraseResponse(t.Context(), "bank", id); err != nil { // its arrival has been published
			t.Fatal(err)
		}
		for name, m := range map[string]models.Metric{
			"another maximum":  wider,
			"another minimum":  other(func(m *models.Metric) { m.Min = -4 }),
			"another good end": other(func(m *models.Metric) { m.Better, m.Top, m.Bottom = score.Higher, 1, -1 }),
			"another audience": other(func(m *models.Metric) { m.Audience = models.Employee }),
		} {
			_, err := h.PutMetric(t.Context(), "bank", m)
			hasCode(t, name, err, models.Conflict)
			if !strings.Contains(fmt.Sprint(err), "answers on the scale -3 to 3 (lower is better, customer)") || !strings.Contains(fmt.Sprint(err), "define a new metric") {
				t.Errorf("%s: it says %v", name, err)
			}
		}
		recut := other(func(m *models.Metric) { m.Name, m.Top, m.Bottom, m.Headline = "Seats", -2, 2, score.Net })
		if created, err := h.PutMetric(t.Context(), "bank", recut); err != nil || created {
			t.Errorf("other cut points: created %v, %v", created, err)
		}
		metrics, err := h.FindMetrics(t.Context(), "bank")
		if err != nil {
			t.Fatal(err)
		}
		same(t, "stored", metrics["comfort"], recut)
	})
}

func TestAMetricWhoseAnswersWaitOrAreExcludedKeepsItsAudience(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, h house) {
		mood := comfort()
		mood.Audience = models.Employee
		if _, err := h.PutMetric(t.Context(), "bank", mood); err != nil {
			t.Fatal(err)
		}
		excluded := true
		id := h.commit(t, "bank", `{"metric":"comfort","score":1}`)[0] // one of five: it is not counted yet
		for _, when := range []string{"waiting", "excluded"} {
			_, err := h.PutMetric(t.Context(), "bank", comfort())
			hasCode(t, when, err, models.Conflict)
			if _, err := h.UpdateResponse(t.Context(), "bank", id, models.Patch{Excluded: &excluded}); err != nil {
				t.Fatal(err)
			}
		}
	})
}
