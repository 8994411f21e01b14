package score

import (
	"math"

	"gonum.org/v1/gonum/stat/distuv"
)

// Difference is how the scores of two independent groups of answers to one
// question differ: now − before, so that a drop is negative. Value, Center,
// StdErr and Interval are in the unit of what was compared.
type Difference struct {
	Value    float64  // of the scores as they are published
	Center   float64  // the middle that Z tests: Value, but for a net score with its pseudo-answers
	StdErr   float64  // of Center, > 0
	Z        float64  // test statistic: a normal deviate, or Student's t where DF > 0
	DF       float64  // Welch's degrees of freedom, 0 for a normal deviate
	P        float64  // two-sided: how often chance alone makes a difference as large as this
	PDrop    float64  // one-sided: how often chance alone makes a drop as deep as this
	Interval Interval // 95 % of a Scale's; excludes zero exactly where P is below 5 %
}

// Compare tests whether a score changed between two independent groups of
// answers on the scale, in points (−200…200 for a net score, −100…100 else).
// net: AdjustedWaldDifference; share: Newcombe; mean: Welch. It reports false
// without answers on either side and, for a mean, where either side has one
// answer or no variance: Welch's t would take that side as known exactly.
func (s Scale) Compare(now, before Histogram) (Difference, bool) {
	return s.estimator().compare(s, now, before)
}

func (netScore) compare(s Scale, now, before Histogram) (Difference, bool) {
	d, ok := AdjustedWaldDifference(s.Categories(now), s.Categories(before), Confidence)
	return d.scale(100, 200), ok
}

func (shareScore) compare(s Scale, now, before Histogram) (Difference, bool) {
	d, ok := Newcombe(s.Categories(now)[Top], now.N(), s.Categories(before)[Top], before.N(), Confidence)
	return d.scale(100, 100), ok
}

func (meanScore) compare(s Scale, now, before Histogram) (Difference, bool) {
	if oneValue(now) || oneValue(before) {
		return Difference{}, false
	}
	if s.Better == Lower { // what got less got better
		now, before = before, now
	}
	d, ok := Welch(s.Min, now, before, Confidence)
	return d.scale(math.Abs(s.perUnit()), 100), ok
}

// scale changes the unit and keeps the interval within ±most of the new one.
func (d Difference) scale(f, most float64) Difference {
	d.Value, d.Center, d.StdErr = d.Value*f, d.Center*f, d.StdErr*f
	d.Interval = d.Interval.scale(f, 0).clip(-most, most)
	return d
}

// setNormal sets the probabilities of Z as a normal deviate.
func (d *Difference) setNormal() {
	d.P, d.PDrop = 2*distuv.UnitNormal.CDF(-math.Abs(d.Z)), distuv.UnitNormal.CDF(d.Z)
}

// AdjustedWaldDifference compares two net scores as proportions, counts
// indexed by Top, Middle and Bottom. Each sample gets AdjustedWald's three
// pseudo-answers: Center = M₁−M₀, StdErr = √(V₁+V₀), Z = Center/StdErr,
// Center ± z·StdErr, not clipped (Rocks 2016). Plain Wald has no error at all
// where everybody agrees. Without answers on either side it reports false.
func AdjustedWaldDifference(now, before [3]int64, confidence float64) (Difference, bool) {
	e1, ok1 := AdjustedWald(now[Top], now[Middle], now[Bottom], confidence)
	e0, ok0 := AdjustedWald(before[Top], before[Middle], before[Bottom], confidence)
	if !ok1 || !ok0 {
		return Difference{}, false
	}
	d := Difference{Value: plainNet(now) - plainNet(before), Center: e1.Center - e0.Center, StdErr: math.Hypot(e1.StdErr, e0.StdErr)}
	d.Z = d.Center / d.StdErr
	d.setNormal()
	half := normalQuantile(confidence) * d.StdErr
	d.Interval = Interval{d.Center - half, d.Center + half}
	return d, true
}

func plainNet(c [3]int64) float64 {
	return float64(c[Top]-c[Bottom]) / float64(c[Top]+c[Middle]+c[Bottom])
}

// Newcombe compares two proportions, k₁ of n₁ now with k₀ of n₀ before, by the
// hybrid score interval (Newcombe 1998, method 10): from the Wilson intervals
// l…u of both, d − √((p₁−l₁)²+(u₀−p₀)²) … d + √((u₁−p₁)²+(p₀−l₀)²).
// Z is the width, in standard errors, at which that interval just reaches
// zero, so that test and interval never disagree; StdErr is the interval's
// half-width / z. Without answers on either side it reports false.
func Newcombe(k1, n1, k0, n0 int64, confidence float64) (Difference, bool) {
	if n1 <= 0 || n0 <= 0 {
		return Difference{}, false
	}
	now, before := proportion{k1, n1}, proportion{k0, n0}
	d := Difference{Value: now.value() - before.value()}
	d.Center = d.Value
	z := normalQuantile(confidence)
	d.Interval = Interval{d.Value - now.reachDown(before, z), d.Value + before.reachDown(now, z)}.clip(-1, 1)
	d.StdErr = (d.Interval.Upper - d.Interval.Lower) / (2 * z)
	switch {
	case d.Value > 0:
		d.Z = now.deviates(before)
	case d.Value < 0:
		d.Z = -before.deviates(now)
	}
	d.setNormal()
	return d, true
}

// proportion is k of n, n > 0.
type proportion struct{ k, n int64 }

func (p proportion) value() float64 { return float64(p.k) / float64(p.n) }

// reachDown is how far below p − q Newcombe's interval of z standard errors begins.
func (p proportion) reachDown(q proportion, z float64) float64 {
	i, j := wilson(p.k, p.n, z), wilson(q.k, q.n, z)
	return math.Hypot(p.value()-i.Lower, j.Upper-q.value())
}

// deviates is the z at which Newcombe's interval for p − q > 0 begins at zero.
// There is one: the wider the interval, the further it reaches, and in the end beyond zero.
func (p proportion) deviates(q proportion) float64 {
	z, _ := whereRising(func(z float64) float64 { return p.reachDown(q, z) }, p.value()-q.value(), math.MaxFloat32)
	return z
}

// Welch compares two means by Welch's t for unequal variances, with
// Satterthwaite's degrees of freedom (Welch 1947); the first element of both
// histograms counts the answers of value low. A side without variance counts
// as known exactly. It reports false where either side has fewer than two
// answers, or neither has any variance.
func Welch(low int, now, before Histogram, confidence float64) (Difference, bool) {
	e1, _ := MeanOf(low, now, confidence)
	e0, _ := MeanOf(low, before, confidence)
	if e1.N < 2 || e0.N < 2 || (oneValue(now) && oneValue(before)) {
		return Difference{}, false
	}
	return e1.welch(e0, confidence), true
}

// welch compares the mean with another; both are of two answers or more, and one of them has a variance.
func (e MeanEstimate) welch(before MeanEstimate, confidence float64) Difference {
	v1, v0 := e.StdErr*e.StdErr, before.StdErr*before.StdErr
	d := Difference{Value: e.Mean - before.Mean, StdErr: math.Sqrt(v1 + v0)}
	d.Center = d.Value
	d.Z = d.Value / d.StdErr
	a, b := v1/(v1+v0), v0/(v1+v0)
	d.DF = 1 / (a*a/float64(e.N-1) + b*b/float64(before.N-1))
	student := distuv.StudentsT{Mu: 0, Sigma: 1, Nu: d.DF}
	d.P, d.PDrop = 2*student.CDF(-math.Abs(d.Z)), student.CDF(d.Z)
	half := student.Quantile(1-(1-confidence)/2) * d.StdErr
	d.Interval = Interval{d.Value - half, d.Value + half}
	return d
}
