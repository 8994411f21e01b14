package score

import (
	"math"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"
)

// netOf are n answers with a net score of so many points: promoters and detractors only.
func netOf(points float64, n int64) Histogram {
	h := nps().NewHistogram()
	promoters := int64(math.Round(float64(n) * (1 + points/100) / 2))
	nps().Add(h, 10, promoters)
	nps().Add(h, 0, n-promoters)
	return h
}

func TestJourneyIsRememberedByItsPeakAndItsEnd(t *testing.T) {
	const many = 10_000
	for name, c := range map[string]struct {
		steps     []Histogram
		peak, end int
		value     float64
	}{
		"the worst step":               {[]Histogram{netOf(40, many), netOf(-20, many), netOf(50, many), netOf(30, many)}, 1, 3, 5},
		"the best step":                {[]Histogram{netOf(10, many), netOf(80, many), netOf(0, many), netOf(20, many)}, 1, 3, 50},
		"the end is the peak":          {[]Histogram{netOf(40, many), netOf(50, many), netOf(-60, many)}, 2, 2, -60},
		"of two the worse":             {[]Histogram{netOf(60, many), netOf(20, 100)}, 1, 1, 20},
		"of two the worse comes first": {[]Histogram{netOf(20, 100), netOf(60, many)}, 0, 1, 40},
		"all alike":                    {[]Histogram{netOf(20, many), netOf(20, many), netOf(20, many)}, 0, 2, 20},
		"one step":                     {[]Histogram{netOf(30, 100)}, 0, 0, 30},
		"silent steps are passed over": {[]Histogram{nil, netOf(40, many), nil, netOf(-20, many), netOf(50, many), nps().NewHistogram()}, 3, 4, 15},
		"a few answers make no peak":   {[]Histogram{netOf(40, many), netOf(-100, 2), netOf(0, many), netOf(60, many)}, 3, 3, 60},
		"one answer":                   {[]Histogram{netOf(100, 1)}, 0, 0, 100},
	} {
		got, ok := nps().PeakEnd(c.steps)
		if !ok || got.Peak != c.peak || got.End != c.end || math.Abs(got.Value-c.value) > 1e-6 {
			t.Errorf("%s: %+v %v, want steps %d and %d at %v", name, got, ok, c.peak, c.end, c.value)
		}
	}
	for name, steps := range map[string][]Histogram{"no steps": nil, "no answers": {nil, nps().NewHistogram()}} {
		if got, ok := nps().PeakEnd(steps); ok {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

func TestPeakAndEndLieWithinTheirIntervalAndTheSteps(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := scales().Draw(t, "scale")
		steps := rapid.SliceOfN(histograms(s), 1, 8).Draw(t, "steps")
		p, ok := s.PeakEnd(steps)
		least, most, any := math.Inf(1), math.Inf(-1), false
		for _, h := range steps {
			if r, given := s.Evaluate(h); given {
				least, most, any = math.Min(least, r.Score), math.Max(most, r.Score), true
			}
		}
		if ok != any {
			t.Fatalf("told: %v, answers: %v", ok, any)
		}
		if !ok {
			return
		}
		const tiny = 1e-6
		if !(p.Value >= least-tiny && p.Value <= most+tiny) {
			t.Errorf("%v lies outside of the steps' %v to %v", p.Value, least, most)
		}
		if low, high := s.headlineRange(); !(p.Interval.Lower >= low && p.Interval.Upper <= high && p.Interval.Lower <= p.Value+tiny && p.Value <= p.Interval.Upper+tiny) {
			t.Errorf("%v is not in %+v within %v to %v", p.Value, p.Interval, low, high)
		}
		if steps[p.Peak].N() == 0 || steps[p.End].N() == 0 || p.End < p.Peak {
			t.Errorf("%+v names a step without answers, or one behind the end", p)
		}
	})
}

func TestIntervalOfPeakAndEndHoldsTheTruthHoweverUnclearThePeakIs(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for name, truth := range map[string][]float64{
		"alike": {40, 40, 40, 40}, "best as far as worst": {30, 0, 60, 30}, "nearly": {30, 5, 60, 30}, "clear": {40, 10, 45, 42, 38},
	} {
		var steps []Histogram
		for _, v := range truth {
			steps = append(steps, netOf(v, 1e6))
		}
		want, _ := nps().PeakEnd(steps)
		for _, n := range []int{10, 100, 1000} {
			const rounds = 400
			held := 0
			for range rounds {
				for i, v := range truth {
					steps[i] = nps().NewHistogram()
					promoters := int64(draws(random, n, (1+v/100)/2))
					nps().Add(steps[i], 10, promoters)
					nps().Add(steps[i], 0, int64(n)-promoters)
				}
				if p, _ := nps().PeakEnd(steps); p.Interval.Lower <= want.Value && want.Value <= p.Interval.Upper {
					held++
				}
			}
			if share := float64(held) / rounds; share < 0.92 {
				t.Errorf("%s, %d answers a step: the interval holds the truth %.3f of the time", name, n, share)
			}
		}
	}
}

// draws is how many of n tries succeed.
func draws(random *rand.Rand, n int, p float64) int {
	k := 0
	for range n {
		if random.Float64() < p {
			k++
		}
	}
	return k
}
