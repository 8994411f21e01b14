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

// worths are n answers worth the same points.
type worths struct{ points, n float64 }

// moments sum up answers by what they are worth: mean in points, variance of
// one answer in points² (divided by n).
type moments struct{ n, mean, variance float64 }

func momentsOf(answers []worths) moments {
	var m moments
	for _, a := range answers {
		m.n += a.n
		m.mean += a.n * a.points
	}
	m.mean /= m.n
	for _, a := range answers {
		d := a.points - m.mean
		m.variance += a.n / m.n * d * d
	}
	return m
}

// worths are a histogram's answers by what its headline takes them to be worth.
func (s Scale) worths(h Histogram) []worths {
	e := s.estimator()
	answers := make([]worths, 0, len(h)+3)
	for i, n := range h {
		answers = append(answers, worths{e.worth(s.Min + i), float64(n)})
	}
	return answers
}

// smoothed are the moments with the headline's pseudo-answers: defined and
// with a variance for one answer, for equal ones, and for none at all.
func (s Scale) smoothed(h Histogram) moments {
	return momentsOf(append(s.worths(h), s.estimator().prior()...))
}

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
	return Drop{Points: momentsOf(s.worths(base)).mean - momentsOf(s.worths(now)).mean, Z: z}, true
}

func (s netScore) worth(v int) float64 { return 100 * float64(1-s.Category(v)) }

func (s netScore) prior() []worths { return []worths{{100, 0.75}, {0, 1.5}, {-100, 0.75}} }

func (s shareScore) worth(v int) float64 {
	if s.Category(v) == Top {
		return 100
	}
	return 0
}

func (s shareScore) prior() []worths {
	z := normalQuantile(Confidence)
	return []worths{{100, z * z / 2}, {0, z * z / 2}}
}

func (s meanScore) worth(v int) float64 { return s.Points(float64(v)) }

func (s meanScore) prior() []worths {
	each := 2 / float64(s.Size())
	prior := make([]worths, s.Size())
	for i := range prior {
		prior[i] = worths{s.Points(float64(s.Min + i)), each}
	}
	return prior
}
