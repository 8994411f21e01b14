package score

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"
	"pgregory.net/rapid"
)

// satisfaction is a scale from 1 to 5 with the headline given.
func satisfaction(h Headline) Scale {
	return Scale{Min: 1, Max: 5, Better: Higher, Top: 4, Bottom: 2, Headline: h}
}

func TestEstimateOfANetScoreIsTheAdjustedWald(t *testing.T) {
	for _, c := range netCases {
		e, ok := plainNetScale().Estimate(Histogram{c.detractors, c.passives, c.promoters})
		if ok != (c.want != nil) {
			t.Fatalf("%+v: estimated: %v", c, ok)
		}
		if ok && (!near(e.Center, 100*c.want.Center) || !near(e.StdErr(), 100*c.want.SE) || e.SampleSize != c.promoters+c.passives+c.detractors) {
			t.Errorf("got %+v, want %+v × 100", e, *c.want)
		}
	}
}

// The figures are statsmodels' agresti_coull, within 0 and 1.
func TestEstimateOfAShareIsAgrestiAndCoulls(t *testing.T) {
	type agresti struct {
		Input struct {
			Successes, N int64
			Conf         float64
		}
		Expected *struct {
			Interval pair `json:"agresti_coull"`
		}
	}
	cases := []struct {
		successes, n int64
		want         pair
	}{
		{1, 1, pair{0.167499485479, 1}},
		{0, 5, pair{0, 0.489054859633}},
		{9, 10, pair{0.574032262605, 1}},
		{812, 1000, pair{0.786577489385, 0.835034613320}},
	}
	var shared []agresti
	readShared(t, "csat_wilson", &shared)
	for _, c := range shared {
		if c.Expected != nil && c.Input.Conf == Confidence {
			cases = append(cases, struct {
				successes, n int64
				want         pair
			}{c.Input.Successes, c.Input.N, c.Expected.Interval})
		}
	}
	for _, c := range cases {
		e, ok := satisfaction(Share).Estimate(Histogram{c.n - c.successes, 0, 0, c.successes, 0})
		if got := e.Interval(Confidence).clip(0, 100); !ok || !c.want.near(got.scale(0.01, 0)) {
			t.Errorf("%d of %d: got %v, want %v × 100", c.successes, c.n, got, c.want)
		}
	}
}

func TestEstimateOfAMeanHasTwoAnswersSpreadOverTheScale(t *testing.T) {
	for _, c := range []struct {
		answers          Histogram
		center, variance float64
	}{
		{Histogram{0, 0, 0, 0, 1}, 200. / 3, 12500. / 27},   // (100 + 0.4·250)/3; (17500/3 − 40000/9)/3
		{Histogram{0, 0, 6, 0, 0}, 50, 2 * 1250. / 64},      // what the two are worth differs from 50 by 1250 on average, squared
		{Histogram{10, 20, 40, 20, 10}, 50, 77500. / 10404}, // (75000 + 2500)/102²
	} {
		e, ok := satisfaction(Mean).Estimate(c.answers)
		if !ok || !near(e.Center, c.center) || !near(e.Variance, c.variance) {
			t.Errorf("%v: got %+v, want %v and %v", c.answers, e, c.center, c.variance)
		}
	}
}

func TestEveryEstimateIsFiniteAndUnsure(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := scales().Draw(t, "scale")
		now, base := histograms(s).Draw(t, "now"), histograms(s).Draw(t, "base")
		floor := rapid.Float64Range(0, 10).Draw(t, "floor")
		e, ok := s.Estimate(now)
		spread, spreads := s.Spread(now)
		if ok != (now.N() > 0) || spreads != ok {
			t.Fatalf("estimated: %v, spread: %v, with %d answers", ok, spreads, now.N())
		}
		low, high := s.headlineRange()
		if ok && (!(e.Center >= low && e.Center <= high) || !(e.Variance > 0) || !(spread > 0) || !finite(e.Variance, spread)) {
			t.Fatalf("%+v", e)
		}
		d, both := s.Drop(now, base, floor)
		if both != (now.N() > 0 && base.N() > 0) || !finite(d.Points, d.Z) {
			t.Fatalf("drop: %v, %+v", both, d)
		}
		if back, _ := s.Drop(base, now, floor); math.Abs(d.Z+back.Z) > 1e-9*math.Max(1, math.Abs(d.Z)) || math.Abs(d.Points+back.Points) > 1e-9 {
			t.Fatalf("%+v turned round is %+v", d, back)
		}
		wider, _ := s.Drop(now, base, floor+1)
		if math.Abs(wider.Z) > math.Abs(d.Z) {
			t.Fatalf("a higher floor made %v of %v", wider.Z, d.Z)
		}
	})
}

func TestDropIsMeasuredAgainstTheNoiseAndTheFloor(t *testing.T) {
	now, base := Estimate{100, 20, 9}, Estimate{1000, 30, 16}
	for _, c := range []struct {
		floor, want float64
	}{{0, 2}, {12, 10. / 13}} {
		if z, ok := DropZ(now, base, c.floor); !ok || !near(z, c.want) {
			t.Errorf("floor %v: z = %v, want %v", c.floor, z, c.want)
		}
	}
	everybody := Estimate{SampleSize: 100, Center: 10}
	for name, refused := range map[string]func() (float64, bool){
		"nobody now":               func() (float64, bool) { return DropZ(Estimate{}, base, 1) },
		"nobody before":            func() (float64, bool) { return DropZ(now, Estimate{}, 1) },
		"no variance and no floor": func() (float64, bool) { return DropZ(everybody, everybody, 0) },
		"floor below zero":         func() (float64, bool) { return DropZ(now, base, -1) },
		"floor not a number":       func() (float64, bool) { return DropZ(now, base, math.NaN()) },
		"floor without end":        func() (float64, bool) { return DropZ(now, base, math.Inf(1)) },
	} {
		if z, ok := refused(); ok || z != 0 {
			t.Errorf("%s: z = %v", name, z)
		}
	}
	if _, ok := DropZ(everybody, base, 0); !ok {
		t.Error("a whole population, known exactly, was refused")
	}
}

// The drop that fires at z > 2.7 comes by chance 3.5 times in 1,000 for a normal deviate.
func TestAShareRarelySeemsToDropByChance(t *testing.T) {
	s := Scale{Min: 0, Max: 1, Better: Higher, Top: 1, Bottom: 0, Headline: Share}
	for _, n := range []int64{5, 10, 30} {
		for _, p := range []float64{0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 0.98} {
			week, baseline := distuv.Binomial{N: float64(n), P: p}, distuv.Binomial{N: float64(13 * n), P: p}
			alarms := 0.0
			for k0 := range 13*n + 1 {
				base, _ := s.Estimate(Histogram{13*n - k0, k0})
				for k := range n + 1 {
					now, _ := s.Estimate(Histogram{n - k, k})
					if z, _ := DropZ(now, base, 0); z > 2.7 {
						alarms += baseline.Prob(float64(k0)) * week.Prob(float64(k))
					}
				}
			}
			if alarms > 0.0042 {
				t.Errorf("%d answers at %v %%: %.2f in 1,000", n, 100*p, 1000*alarms)
			}
		}
	}
}

func TestAMeanRarelySeemsToDropByChance(t *testing.T) {
	for name, p := range map[string][]float64{
		"good": {.02, .03, .10, .35, .50}, "middling": {.1, .2, .4, .2, .1}, "poor": {.50, .25, .15, .07, .03}, "polarised": {.20, .05, .05, .20, .50},
	} {
		for _, n := range []int64{5, 30} {
			random := rand.New(rand.NewPCG(7, uint64(n)))
			const runs = 4000
			alarms := 0
			for range runs {
				d, _ := satisfaction(Mean).Drop(drawn(random, p, n), drawn(random, p, 13*n), 0)
				if d.Z > 2.7 {
					alarms++
				}
			}
			if rate := float64(alarms) / runs; rate > 0.011 { // 8 in 1,000 and twice the error of 4,000 runs
				t.Errorf("%s, %d answers: %.1f in 1,000", name, n, 1000*rate)
			}
		}
	}
}

// drawn is a histogram of n answers, each value with its probability.
func drawn(random *rand.Rand, p []float64, n int64) Histogram {
	h, left := make(Histogram, len(p)), 1.0
	for i := range p {
		if i == len(p)-1 || n == 0 {
			h[i] = n
			break
		}
		h[i] = int64(distuv.Binomial{N: float64(n), P: math.Min(1, p[i]/left), Src: random}.Rand())
		n -= h[i]
		left -= p[i]
	}
	return h
}

func ExampleScale_Drop() {
	nps := Scale{Min: 0, Max: 10, Better: Higher, Top: 9, Bottom: 6, Headline: Net}
	week := Histogram{6, 2, 2, 2, 2, 3, 3, 10, 15, 10, 20}
	baseline := Histogram{60, 30, 30, 30, 30, 30, 30, 200, 200, 300, 400}
	d, ok := nps.Drop(week, baseline, 2.5)
	fmt.Printf("%.1f points, z = %.2f, %v\n", d.Points, d.Z, ok)
	// Output: 21.0 points, z = 2.22, true
}

func TestQuantileOfTheIntervalsIsThatOfTheNormalDistribution(t *testing.T) {
	confidence := Confidence // not a constant, so that it is rounded as any other
	if want := distuv.UnitNormal.Quantile(1 - (1-confidence)/2); confidenceQuantile != want {
		t.Errorf("z of %v is %v, not %v", confidence, want, confidenceQuantile)
	}
}
