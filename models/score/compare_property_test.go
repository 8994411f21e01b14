package score

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

func TestADifferenceTurnedRoundIsItsOpposite(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := scales().Draw(t, "scale")
		now, before := histograms(s).Draw(t, "now"), histograms(s).Draw(t, "before")
		d, ok := s.Compare(now, before)
		back, same := s.Compare(before, now)
		if ok != same {
			t.Fatalf("compared: %v, turned round: %v", ok, same)
		}
		if !ok {
			return
		}
		for _, f := range []float64{d.Value, d.Center, d.StdErr, d.Z, d.DF, d.P, d.PDrop, d.Interval.Lower, d.Interval.Upper} {
			if !finite(f) {
				t.Fatalf("%+v", d)
			}
		}
		for _, sum := range []float64{d.Value + back.Value, d.Center + back.Center, d.Z + back.Z, d.PDrop + back.PDrop - 1,
			d.P - back.P, d.Interval.Lower + back.Interval.Upper} {
			if math.Abs(sum) > 1e-9*math.Max(1, math.Abs(d.Z)) {
				t.Fatalf("%+v turned round is %+v", d, back)
			}
		}
		low, high := s.headlineRange()
		if most := high - low; !(d.StdErr > 0) || math.Abs(d.Value) > most || d.Interval.Lower < -most || d.Interval.Upper > most || d.Interval.Lower > d.Interval.Upper {
			t.Fatalf("%+v", d)
		}
		sure := d.Interval.Lower > 1e-9 || d.Interval.Upper < -1e-9
		if (sure && d.P > 1-Confidence+1e-9) || (!sure && d.P < 1-Confidence-1e-9 && math.Min(math.Abs(d.Interval.Lower), math.Abs(d.Interval.Upper)) > 1e-9) {
			t.Fatalf("p and interval disagree: %+v", d)
		}
	})
}

func TestABetterAnswerNeverLowersTheDifference(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := scales().Draw(t, "scale")
		now, before := histograms(s).Draw(t, "now"), histograms(s).Draw(t, "before")
		from := rapid.IntRange(s.Min, s.Max).Draw(t, "from")
		s.Add(now, from, 1)
		was, had := s.Compare(now, before)
		s.Add(now, from, -1)
		s.Add(now, s.best(), 1)
		is, has := s.Compare(now, before)
		if had && has && (is.Value < was.Value-1e-9 || is.Center < was.Center-1e-9) {
			t.Fatalf("%+v became %+v", was, is)
		}
	})
}
