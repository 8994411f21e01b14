package models

import (
	"math"
	"testing"

	"github.com/mittari/mittari/models/score"
)

// csatOf are n answers of which so many are satisfied.
func csatOf(satisfied, n int64) score.Histogram {
	return score.Histogram{n - satisfied, 0, 0, satisfied, 0}
}

func homeLoan() Entry {
	return Entry{Kind: JourneyKind, Key: "home-loan", Touchpoints: []string{"book", "meet", "call", "sign"}}
}

func TestJourneyTellsThePlainMeanAndThePeakAndTheEndBesideAllAnswers(t *testing.T) {
	m := StandardMetrics()["csat"]
	period := Period{10, 20}
	s := NewJourney(m, homeLoan(), period, byKey(map[string]score.Histogram{
		"book": csatOf(900, 1000), "meet": csatOf(200, 1000), "sign": csatOf(80, 100), "elsewhere": csatOf(0, 9000),
	}))
	if s.Level != JourneyLevel || s.Key != "home-loan" || s.Period != period || s.Result == nil || s.Result.SampleSize != 2100 || math.Abs(s.Result.Score-100*1180/2100.) > 1e-9 {
		t.Fatalf("all answers: %+v %+v", s, s.Result)
	}
	j := s.Journey
	if j == nil || math.Abs(j.Mean.Points-190/3.) > 1e-9 || math.Abs(j.PeakEnd.Points-50) > 1e-9 {
		t.Fatalf("by steps: %+v, want means of 63.3 and 50", j)
	}
	if j.Peak != (JourneyStep{"meet", 2}) || j.End != (JourneyStep{"sign", 4}) || len(j.Steps) != 3 || j.Steps[2] != j.End {
		t.Errorf("peak %v, end %v of %v", j.Peak, j.End, j.Steps)
	}
	for _, p := range []PointsWithin{j.Mean, j.PeakEnd} {
		if !(p.Interval.Lower < p.Points && p.Points < p.Interval.Upper && p.Interval.Upper-p.Interval.Lower < 15) {
			t.Errorf("%+v", p)
		}
	}
}

func TestJourneyWithoutAnswersHasNoScore(t *testing.T) {
	s := NewJourney(StandardMetrics()["csat"], homeLoan(), Period{10, 20}, byKey(nil))
	if s.Journey != nil || s.Result != nil || s.Suppressed || s.Histogram.N() != 0 {
		t.Errorf("%+v", s)
	}
}

func TestStepsOfTooFewEmployeesAreLeftOut(t *testing.T) {
	m := StandardMetrics()["pulse"]
	s := NewJourney(m, homeLoan(), Period{10, 20}, byKey(map[string]score.Histogram{"book": csatOf(3, 6), "meet": csatOf(0, 4), "sign": csatOf(4, 4)}))
	if s.Journey == nil || len(s.Journey.Steps) != 1 || s.Journey.End != (JourneyStep{"book", 1}) || s.Journey.Mean.Points != 50 || s.Journey.PeakEnd.Points != 50 {
		t.Errorf("only the first step may be told: %+v", s.Journey)
	}
	if s := NewJourney(m, homeLoan(), Period{10, 20}, byKey(map[string]score.Histogram{"book": csatOf(2, 4)})); !s.Suppressed || s.Journey != nil || s.Result != nil {
		t.Errorf("four employees are told: %+v", s)
	}
}
