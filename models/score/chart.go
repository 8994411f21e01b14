package score

import "math"

// Standardized is how far a period's answers lie above an expected score, in
// standard errors: z = (m − mean) / √(sd²/n + floor²). Mean, sd (of one answer,
// see Spread) and floor (see DropZ) are in points and come from a time before.
// A period without answers says nothing and yields 0. It reports false for an
// sd that is not above zero or a floor below zero.
func (s Scale) Standardized(h Histogram, mean, sd, floor float64) (float64, bool) {
	if !(sd > 0) || !(floor >= 0) || math.IsInf(sd+floor, 1) || math.IsNaN(mean) || math.IsInf(mean, 0) {
		return 0, false
	}
	n := h.N()
	if n <= 0 {
		return 0, true
	}
	return (s.moments(h).mean - mean) / math.Sqrt(sd*sd/float64(n)+floor*floor), true
}

// StandardizedIndex is Standardized for an Index: how far now's lies above
// base's, both over the strata that both have (see Paired), in standard errors:
// z = (Σ W·m₁ − Σ W·m₀) / √(Σ W²·sd₀²/n₁ + floor²), m₁ and n₁ of now's strata, m₀
// and sd₀ of base's. It reports false where Index does, and for a floor below zero.
func (s Scale) StandardizedIndex(now, base []Stratum, floor, leastCoverage float64) (float64, bool) {
	now, base = Paired(now, base)
	counted, coverage, ok1 := weighed(now)
	usual, _, ok0 := weighed(base)
	if !ok1 || !ok0 || !(coverage >= leastCoverage) || !(floor >= 0) || math.IsInf(floor, 1) {
		return 0, false
	}
	prior := s.estimator().prior(s)
	above, variance := 0.0, floor*floor
	for i, h := range counted {
		m := s.moments(usual[i].Answers)
		above += h.Weight * (s.moments(h.Answers).mean - m.mean)
		variance += h.Weight * h.Weight * m.and(prior).variance / h.size()
	}
	return above / math.Sqrt(variance), true
}

// CUSUM is Page's one-sided chart for a lasting drop (Page 1954): it sums what
// each z falls short by, beyond a reference, and forgets when there's nothing left.
// It finds slow declines that no single period shows.
type CUSUM struct {
	Reference float64 // k ≥ 0: half the drop to be found, in standard errors of a period
	Threshold float64 // h > 0: alarm where the sum passes it; see CUSUMThreshold
}

// Next is the sum after a period: max(0, sum − z − k). It starts at 0.
func (c CUSUM) Next(sum, z float64) float64 { return math.Max(0, sum-z-c.Reference) }

// EWMA is the chart of the exponentially weighted moving average (Roberts 1959).
type EWMA struct {
	Weight float64 // λ of the newest z, 0 < λ ≤ 1
	Limit  float64 // L: alarm where the average is further from zero than L standard errors
}

// Next is the average after a period: (1−λ)·average + λ·z. It starts at 0.
func (e EWMA) Next(average, z float64) float64 { return (1-e.Weight)*average + e.Weight*z }

// StdErr is the average's standard deviation after so many periods without any
// change: √(λ/(2−λ)·(1−(1−λ)^2t)); a negative number asks for the limit √(λ/(2−λ)).
func (e EWMA) StdErr(periods int) float64 {
	v := e.Weight / (2 - e.Weight)
	if periods >= 0 {
		v *= 1 - math.Pow(1-e.Weight, 2*float64(periods))
	}
	return math.Sqrt(v)
}

// Bound is how far from zero the average may go for ever: L·√(λ/(2−λ)).
func (e EWMA) Bound() float64 { return e.Limit * e.StdErr(-1) }

// LikelihoodCUSUM sums the evidence of each answer for one mix of categories
// against another: log p₁/p₀, indexed by Top, Middle and Bottom (Page 1954).
// It sees a change of the mix that leaves the score as it was.
type LikelihoodCUSUM [3]float64

// NewLikelihoodCUSUM weighs the change from mix p0 to mix p1, shares indexed by
// Top, Middle and Bottom. It reports false unless both are shares that add up
// to 1, and where a category is possible in one mix only: one answer would decide.
func NewLikelihoodCUSUM(p0, p1 [3]float64) (LikelihoodCUSUM, bool) {
	var c LikelihoodCUSUM
	for i := range c {
		if p0[i] == 0 && p1[i] == 0 {
			continue // a scale without a middle
		}
		if !(p0[i] > 0 && p1[i] > 0) {
			return LikelihoodCUSUM{}, false
		}
		c[i] = math.Log(p1[i] / p0[i])
	}
	return c, sumsToOne(p0) && sumsToOne(p1)
}

// Next is the sum after a period: max(0, sum + Σ counts·log p₁/p₀). It starts at 0.
func (c LikelihoodCUSUM) Next(sum float64, counts [3]int64) float64 {
	for i, n := range counts {
		sum += float64(n) * c[i]
	}
	return math.Max(0, sum)
}

func sumsToOne(p [3]float64) bool { return math.Abs(p[Top]+p[Middle]+p[Bottom]-1) <= 1e-9 }
