package score

import "math"

// Stratum is one part of the whole that an Index is calculated for: a segment,
// a service, a touchpoint.
type Stratum struct {
	Answers    Histogram // none: the stratum is left out and its weight missed
	Weight     float64   // its share of the population or its importance; any unit, ≥ 0
	Population int64     // how many could have answered, where that is known and finite; else 0
}

// Index is a score calculated from the scores of strata by weight, so that it
// moves when a stratum's score moves and not when the mix of those who answer
// does. Figures are in points.
//
// W is a stratum's weight over the weights of the strata that have answers; n
// its answers, m their score, s² and σ̃² the variance of one answer (with n−1,
// and with the pseudo-answers of Estimate), f = 1 − n/N, or 1 where the
// population N is unknown or less than n.
type Index struct {
	SampleSize int64
	Value      float64  // Σ W·m
	Variance   float64  // Σ W²·σ̃²/n·f; good for small strata and such as agree. Zero only if everybody has answered
	Interval   Interval // 95 %: Value ± z√Variance, within the headline's range
	Coverage   float64  // the share of all weight that has answers, 0…1

	Stratified     *float64 // textbook standard error √(Σ W²·s²/n·f); nil if a stratum has one answer only
	PostStratified *float64 // standard error where the sample was not drawn by strata: √(n/(n−1) Σ W²v_h/n_h), v_h with n_h; nil for one answer
	Pooled         float64  // the score of all answers thrown together, for comparison
	DesignEffect   float64  // Kish: n Σ W²/n_h, by how much weighting widens the variance; ≥ 1
	EffectiveSize  float64  // n / DesignEffect
}

// Index calculates the score of the whole from strata of one metric (Cochran
// 1977; Kish 1965). Strata without answers or weight are left out; it reports
// false where the rest have less than leastCoverage (0…1) of all weight, where
// nothing is left, or where a weight is negative or not finite.
//
// The pseudo-answers enter the variance and never Value: their pull towards the
// middle is the same in every stratum and adds up where errors cancel out. With
// 10 strata of 5 answers and a net score of 60 it makes a week look like a drop
// three times in ten.
func (s Scale) Index(strata []Stratum, leastCoverage float64) (Index, bool) {
	counted, coverage, ok := weighed(strata)
	if !ok || !(coverage >= leastCoverage) {
		return Index{}, false
	}
	x := Index{Coverage: coverage}
	var stratified, postStratified, spread float64
	single, prior := false, s.estimator().prior(s)
	for _, h := range counted {
		n, f := h.size(), h.uncounted()
		m := s.moments(h.Answers)
		w2 := h.Weight * h.Weight
		x.SampleSize += h.Answers.N()
		x.Value += h.Weight * m.mean
		x.Variance += w2 * m.and(prior).variance / n * f
		x.Pooled += n * m.mean
		spread += w2 / n
		postStratified += w2 * m.variance / n
		stratified += w2 * m.variance / (n - 1) * f // s²/n = v/(n−1)
		single = single || n == 1
	}
	n := float64(x.SampleSize)
	x.Pooled /= n
	x.DesignEffect, x.EffectiveSize = n*spread, 1/spread
	if !single {
		x.Stratified = root(stratified)
	}
	if n > 1 {
		x.PostStratified = root(n / (n - 1) * postStratified)
	}
	x.Interval = x.Estimate().Interval(Confidence).clip(s.estimator().least(), 100)
	return x, true
}

// Estimate makes the index ready for DropZ. Two periods are comparable when
// they are made of the same strata by the same weights: see Paired.
func (x Index) Estimate() Estimate {
	return Estimate{SampleSize: x.SampleSize, Center: x.Value, Variance: x.Variance}
}

// Paired leaves out of both periods the strata that have no answers in either
// one, so that a stratum that fell silent doesn't move the index. Both lists
// name the same strata in the same order; base's weights are replaced by now's.
func Paired(now, base []Stratum) (pairedNow, pairedBase []Stratum) {
	pairedNow, pairedBase = make([]Stratum, 0, len(now)), make([]Stratum, 0, len(now))
	for i := range min(len(now), len(base)) {
		a, b := now[i], base[i]
		b.Weight = a.Weight
		if a.Answers.N() <= 0 || b.Answers.N() <= 0 {
			a.Answers, b.Answers = nil, nil
		}
		pairedNow, pairedBase = append(pairedNow, a), append(pairedBase, b)
	}
	return pairedNow, pairedBase
}

// weighed returns the strata with answers and weight, their weights adding up
// to 1, and the share of all weight that they had.
func weighed(strata []Stratum) (counted []Stratum, coverage float64, ok bool) {
	var all, covered float64
	counted = make([]Stratum, 0, len(strata))
	for _, h := range strata {
		if !(h.Weight >= 0) {
			return nil, 0, false
		}
		all += h.Weight
		if h.Weight > 0 && h.Answers.N() > 0 {
			covered += h.Weight
			counted = append(counted, h)
		}
	}
	if !(covered > 0) || math.IsInf(all, 1) {
		return nil, 0, false
	}
	for i := range counted {
		counted[i].Weight /= covered
	}
	return counted, covered / all, true
}

func (h Stratum) size() float64 { return float64(h.Answers.N()) }

// uncounted is the finite population correction 1 − n/N. A population less than
// the answers is a wrong figure and corrects nothing.
func (h Stratum) uncounted() float64 {
	if n := h.Answers.N(); h.Population >= n && n > 0 {
		return 1 - float64(n)/float64(h.Population)
	}
	return 1
}

func root(variance float64) *float64 {
	r := math.Sqrt(variance)
	return &r
}
