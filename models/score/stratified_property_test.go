package score

import (
	"math"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"
)

// strataOf draws strata with answers and weight.
func strataOf(s Scale) *rapid.Generator[[]Stratum] {
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Stratum {
		h := Stratum{Answers: histograms(s).Draw(t, "answers"), Weight: rapid.Float64Range(0.01, 100).Draw(t, "weight")}
		s.Add(h.Answers, rapid.IntRange(s.Min, s.Max).Draw(t, "one more"), 1)
		h.Population = h.Answers.N() * rapid.Int64Range(0, 3).Draw(t, "times as many")
		return h
	}), 1, 6)
}

func TestAShiftOfMixMovesThePooledScoreAndNotTheIndex(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := scales().Draw(t, "scale")
		strata := strataOf(s).Draw(t, "strata")
		before, _ := s.Index(strata, 1)
		shifted := make([]Stratum, len(strata))
		for i, h := range strata {
			more := rapid.Int64Range(1, 9).Draw(t, "times")
			shifted[i] = Stratum{Weight: h.Weight, Answers: s.NewHistogram()}
			for v, n := range h.Answers {
				shifted[i].Answers[v] = more * n
			}
		}
		if after, _ := s.Index(shifted, 1); math.Abs(after.Value-before.Value) > 1e-9 {
			t.Fatalf("%v became %v", before.Value, after.Value)
		}
	})
	segments := []Stratum{{Answers: Histogram{20, 10, 10}, Weight: 1}, {Answers: Histogram{0, 10, 30}, Weight: 1}}
	before, _ := plainNetScale().Index(segments, 1)
	segments[0].Answers = Histogram{200, 100, 100}
	after, _ := plainNetScale().Index(segments, 1)
	if before.Value != 25 || after.Value != 25 || !near(before.Pooled, 25) || !near(after.Pooled, -100*70./440) {
		t.Errorf("before %+v, after %+v", before, after)
	}
}

func TestStrataOfEqualAnswersMayBeMergedAndSplit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := scales().Draw(t, "scale")
		strata := strataOf(s).Draw(t, "strata")
		x, ok := s.Index(strata, 1)
		halves := append([]Stratum{}, strata...)
		halves[0].Weight /= 2
		halves = append(halves, halves[0])
		doubled := append([]Stratum{}, strata...)
		doubled[0].Answers = s.NewHistogram()
		doubled[0].Answers.Merge(strata[0].Answers)
		doubled[0].Answers.Merge(strata[0].Answers)
		split, _ := s.Index(halves, 1)
		merged, _ := s.Index(doubled, 1)
		if !ok || math.Abs(split.Value-merged.Value) > 1e-9 || math.Abs(split.Value-x.Value) > 1e-9 ||
			!near(split.EffectiveSize, merged.EffectiveSize) || math.Abs(*split.PostStratified-*merged.PostStratified) > 1e-7 {
			t.Fatalf("split %+v, merged %+v", split, merged)
		}
		low, high := s.headlineRange()
		if !(x.Value >= low-1e-9 && x.Value <= high+1e-9) || !(x.DesignEffect >= 1-1e-9) || !finite(x.Variance, x.Interval.Lower, x.Interval.Upper, x.EffectiveSize) {
			t.Fatalf("%+v", x)
		}
		if x.Interval.Lower < low || x.Interval.Upper > high || !(x.Variance >= 0) {
			t.Fatalf("%+v", x)
		}
		one, _ := s.Index(strata[:1], 1)
		if r, _ := s.Evaluate(strata[0].Answers); math.Abs(one.Value-r.Score) > 1e-9 || math.Abs(one.Pooled-r.Score) > 1e-9 {
			t.Fatalf("one stratum alone: %v, its score %v", one.Value, r.Score)
		}
	})
}

func TestManySmallStrataDoNotSeemToDrop(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 1))
	const runs, segments = 1500, 10
	alarms := 0
	for range runs {
		now, base := make([]Stratum, segments), make([]Stratum, segments)
		for i := range now {
			now[i] = Stratum{Answers: drawn(random, []float64{.1, .2, .7}, 5), Weight: 1}
			base[i] = Stratum{Answers: drawn(random, []float64{.1, .2, .7}, 65), Weight: 1}
		}
		x1, _ := plainNetScale().Index(now, 1)
		x0, _ := plainNetScale().Index(base, 1)
		if z, _ := DropZ(x1.Estimate(), x0.Estimate(), 0); z > 2.7 {
			alarms++
		}
	}
	if rate := float64(alarms) / runs; rate > 0.008 {
		t.Errorf("%.1f in 1,000 weeks", 1000*rate)
	}
}
