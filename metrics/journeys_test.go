package metrics

import (
	"math"
	"slices"
	"testing"

	"github.com/mittari/mittari/models"
)

func TestJourneyIsPublishedByItsMeanAndByPeakAndEnd(t *testing.T) {
	s, e := open(t, "2026-11-20T12:00:00Z")
	s.put("bank", models.Entry{Kind: models.JourneyKind, Key: "loan", Touchpoints: []string{"book", "meet", "quiet", "sign"}})
	for touchpoint, good := range map[string]int64{"book": 90, "meet": 20, "sign": 80, "lobby": 0} {
		for answer, n := range map[int]int64{5: good, 1: 100 - good} {
			if n > 0 {
				s.answer(t, "bank", n, models.Submission{Touchpoint: touchpoint, Metric: "csat", Score: value(answer)})
			}
		}
	}
	refresh(t, e)
	of := []string{`level="journey"`, `journey="loan"`, `metric="csat"`}
	in := slices.Concat(of, []string{`window="28d"`})
	for name, want := range map[string]float64{"cx_score": 190 / 3., "cx_journey_peak_position": 2, "cx_journey_end_position": 4} {
		if got := number(t, e, name, in...); math.Abs(got-want) > 1e-9 {
			t.Errorf("%s is %v, want %v", name, got, want)
		}
	}
	for method, want := range map[string]float64{"mean": 190 / 3., "peak_end": 50} {
		with := slices.Concat(in, []string{`method="` + method + `"`})
		got, lower, upper := number(t, e, "cx_journey_score", with...), number(t, e, "cx_journey_score_lower", with...), number(t, e, "cx_journey_score_upper", with...)
		if math.Abs(got-want) > 1e-9 || !(lower < got && got < upper) {
			t.Errorf("by %s: %v in %v to %v, want %v", method, got, lower, upper, want)
		}
	}
	for touchpoint, want := range map[string]float64{"book": 1, "meet": 2, "sign": 4} {
		if got := number(t, e, "cx_journey_step_position", slices.Concat(of, []string{`touchpoint="` + touchpoint + `"`})...); got != want {
			t.Errorf("%s is step %v, want %v", touchpoint, got, want)
		}
	}
	if all := scores(t, e, "cx_journey_step_position"); len(all) != 3 {
		t.Errorf("steps without answers, or of no journey, are told: %q", all)
	}
	s.put("bank", models.Entry{Kind: models.JourneyKind, Key: "loan", Touchpoints: []string{"sign", "meet"}})
	refresh(t, e)
	if peak, end := number(t, e, "cx_journey_peak_position", in...), number(t, e, "cx_journey_end_position", in...); peak != 2 || end != 2 {
		t.Errorf("after the journey was put in another order, peak %v and end %v, want 2 and 2", peak, end)
	}
}
