package score

import "math"

// Estimate is a score made ready for further reckoning, in differences and
// weighted sums: a middle and its error, both in points.
type Estimate struct {
	SampleSize int64   // answers really given
	Center     float64 // points
	Variance   float64 // of Center, points²
}

// StdErr is √Variance, in points.
func (e Estimate) StdErr() float64 { return math.Sqrt(e.Variance) }

// Interval is Center ± z·StdErr, not clipped.
func (e Estimate) Interval(confidence float64) Interval {
	half := normalQuantile(confidence) * e.StdErr()
	return Interval{e.Center - half, e.Center + half}
}

// moments sum up answers by what they are worth: mean in points, variance of
// one answer in points² (divided by n). Those of no answers are zero.
type moments struct{ n, mean, variance float64 }

// and are the moments of both together.
func (m moments) and(o moments) moments {
	n := m.n + o.n
	apart := m.mean - o.mean
	return moments{n, (m.n*m.mean + o.n*o.mean) / n, (m.n*m.variance+o.n*o.variance)/n + m.n/n*(o.n/n)*apart*apart}
}

// moments are those of a histogram's answers by what its headline takes them to be worth.
func (s Scale) moments(h Histogram) moments {
	if h.N() <= 0 {
		return moments{}
	}
	return s.estimator().moments(s, h)
}

// smoothed are the moments with the headline's pseudo-answers: defined and
// with a variance for one answer, for equal ones, and for none at all.
func (s Scale) smoothed(h Histogram) moments { return s.moments(h).and(s.estimator().prior(s)) }

// Estimate is the score with pseudo-answers added, which keep the variance
// above zero for one answer or where all are equal, and let it widen, as it
// should, where few have answered:
//
//   - net: ¾ top, 1½ middle, ¾ bottom: 100·M and 100²·V of AdjustedWald (Rocks 2016).
//   - share: z²/2 = 1.92 in and 1.92 out of the top category, the middle of
//     Wilson's interval (Agresti and Coull 1998). By exact enumeration of a
//     group of 5 to 100 against 13 times as many, DropZ > 2.7 then comes by
//     chance 0 to 4.2 times in 1,000 (nominal 3.5) at any share from 30 to
//     98 %; with one in, one out (Agresti and Caffo 2000) up to 9.7 times.
//   - mean: 2 spread evenly over the scale's values. By simulation on good,
//     bad, tight and polarised answers DropZ > 2.7 stays within 4 in 1,000 from
//     30 answers on and within 8 at 2 to 10; a prior on the variance alone (3
//     answers) makes it up to 11 and 35.
//
// Without answers it reports false.
func (s Scale) Estimate(h Histogram) (Estimate, bool) {
	n := h.N()
	if n <= 0 {
		return Estimate{}, false
	}
	m := s.smoothed(h)
	return Estimate{SampleSize: n, Center: m.mean, Variance: m.variance / m.n}, true
}

// Unpulled is the Estimate without the pull of the pseudo-answers towards the
// middle of the scale: Center is the score as it is published. It is for many
// groups of different sizes, beside which the pull would look like movement.
// Without answers it reports false.
func (s Scale) Unpulled(h Histogram) (Estimate, bool) {
	n := h.N()
	if n <= 0 {
		return Estimate{}, false
	}
	plain := s.moments(h)
	m := plain.and(s.estimator().prior(s))
	return Estimate{SampleSize: n, Center: plain.mean, Variance: m.variance / m.n}, true
}

// Spread is the standard deviation of one answer about the score, in points,
// with the pseudo-answers of Estimate, so that it is above zero. Without answers it reports false.
func (s Scale) Spread(h Histogram) (float64, bool) {
	if h.N() <= 0 {
		return 0, false
	}
	return math.Sqrt(s.smoothed(h).variance), true
}

// DropZ is how many standard errors now lies below base; negative where it lies above:
// (M_base − M_now) / √(V_base + V_now + floor²). The floor, in points ≥ 0, is
// the movement of the score from period to period that sampling doesn't explain.
// Without answers on either side, or without any variance, it reports false.
func DropZ(now, base Estimate, floor float64) (float64, bool) {
	variance := base.Variance + now.Variance + floor*floor
	if now.SampleSize <= 0 || base.SampleSize <= 0 || !(variance > 0) || !(floor >= 0) || math.IsInf(floor, 1) {
		return 0, false
	}
	return (base.Center - now.Center) / math.Sqrt(variance), true
}

// Drop is how far a score fell, and how surely.
type Drop struct {
	Points float64 // score before − score now, as published
	Z      float64 // DropZ of the two estimates
}

// Drop tells how far now lies below base; see DropZ. Without answers on either side it reports false.
func (s Scale) Drop(now, base Histogram, floor float64) (Drop, bool) {
	e1, _ := s.Estimate(now)
	e0, _ := s.Estimate(base)
	z, ok := DropZ(e1, e0, floor)
	if !ok {
		return Drop{}, false
	}
	return Drop{Points: s.moments(base).mean - s.moments(now).mean, Z: z}, true
}

func (netScore) moments(s Scale, h Histogram) moments {
	c := s.Categories(h)
	n := float64(c[Top] + c[Middle] + c[Bottom])
	net := float64(c[Top]-c[Bottom]) / n
	return moments{n: n, mean: 100 * net, variance: 100 * 100 * math.Max(0, float64(c[Top]+c[Bottom])/n-net*net)}
}

func (netScore) prior(Scale) moments { return moments{n: 3, variance: 100 * 100 / 2.0} }

func (netScore) least() float64 { return -100 }

func (shareScore) moments(s Scale, h Histogram) moments {
	n, top := float64(h.N()), float64(s.Categories(h)[Top])
	return moments{n: n, mean: 100 * top / n, variance: 100 * 100 * (top / n) * ((n - top) / n)}
}

func (shareScore) prior(Scale) moments {
	z := normalQuantile(Confidence)
	return moments{n: z * z, mean: 50, variance: 50 * 50}
}

func (shareScore) least() float64 { return 0 }

func (meanScore) moments(s Scale, h Histogram) moments {
	n := h.N()
	m := moments{n: float64(n)}
	mean := h.mean(s.Min, n)
	for i, c := range h {
		d := (float64(s.Min+i) - mean) * s.perUnit()
		m.variance += float64(c) / m.n * d * d
	}
	m.mean = s.Points(mean)
	return m
}

func (meanScore) prior(s Scale) moments {
	values := float64(s.Size())
	return moments{n: 2, mean: 50, variance: 100 * 100 / 12.0 * (values + 1) / (values - 1)}
}

func (meanScore) least() float64 { return 0 }
