package score

import (
	"math"

	"gonum.org/v1/gonum/integrate/quad"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat/distuv"
)

// What run lengths can be computed to 5 digits at least; beyond it they are refused.
const (
	widest  = 100 // of a chart's range, in standard deviations of one step
	longest = 1e9 // periods
)

// ARL is the average number of periods until the alarm, the last included, if
// every z is normal with standard deviation 1 and lies shift below what was
// expected: 0 tells how often the chart cries wolf, more how quickly it finds a
// drop. It starts at sum 0 and solves Page's integral equation by Nyström's
// method. It reports false for a reference or threshold below zero or beyond what can be computed.
func (c CUSUM) ARL(shift float64) (float64, bool) {
	k, h := c.Reference, c.Threshold
	if !(k >= 0) || !(h > 0) || h > widest || !finite(k, shift) {
		return 0, false
	}
	x, w := nodes(0, h, h)
	return runLength(append([]float64{0}, x...), func(from, to float64, i int) float64 {
		if i == 0 { // all that falls to zero or below
			return distuv.UnitNormal.CDF(k - shift - from)
		}
		return w[i-1] * distuv.UnitNormal.Prob(to-from+k-shift)
	})
}

// ARL is the average number of periods until the average leaves ±Bound, for
// z's as with CUSUM but a shift in either direction. It starts at 0. Watched on
// one side only, the chart cries wolf half as often: twice the figure at shift
// 0, nearly. It reports false for a weight outside (0, 1], a limit not above
// zero, or beyond what can be computed.
func (e EWMA) ARL(shift float64) (float64, bool) {
	l, bound := e.Weight, e.Bound()
	if !(l > 0 && l <= 1) || !(bound > 0) || 2*bound > widest*l || !finite(shift) {
		return 0, false
	}
	x, w := nodes(-bound, bound, 2*bound/l)
	return runLength(append([]float64{0}, x...), func(from, to float64, i int) float64 {
		if i == 0 { // where it starts; it never comes back to exactly there
			return 0
		}
		return w[i-1] / l * distuv.UnitNormal.Prob((to-(1-l)*from)/l-shift)
	})
}

// CUSUMThreshold is the threshold h that makes a CUSUM of reference k raise one
// false alarm in so many periods on average. k = ¼ and 365 periods: h = 6.68;
// k = ½: 4.08. It reports false where no threshold does.
func CUSUMThreshold(k, periods float64) (float64, bool) {
	return chartBound(periods, func(h float64) (float64, bool) { return CUSUM{k, h}.ARL(0) })
}

// EWMALimit is the limit L that makes an EWMA of weight λ raise one false alarm,
// up or down, in so many periods on average. λ = 0.1 and 182.5 periods, so
// about 365 watched for drops only: L = 2.42. It reports false where no limit does.
func EWMALimit(weight, periods float64) (float64, bool) {
	return chartBound(periods, func(l float64) (float64, bool) { return EWMA{weight, l}.ARL(0) })
}

// chartBound finds where the run length, which rises with the bound, is the one wanted.
func chartBound(periods float64, arl func(bound float64) (float64, bool)) (float64, bool) {
	if !(periods > 1 && periods <= longest) {
		return 0, false
	}
	return whereRising(func(bound float64) float64 {
		length, ok := arl(math.Max(bound, 1e-9))
		if !ok { // too long; or bad parameters, for which the first bound is already too wide
			return math.Inf(1)
		}
		return length
	}, periods, widest)
}

// nodes are the points and weights of Gauss–Legendre quadrature over a range
// that is so many standard deviations of the integrand wide.
func nodes(low, high, width float64) (x, weights []float64) {
	n := 24 + int(math.Ceil(4*width))
	x, weights = make([]float64, n), make([]float64, n)
	quad.Legendre{}.FixedLocations(x, weights, low, high)
	return x, weights
}

// runLength solves L(i) = 1 + Σ_j mass(x_i, x_j, j)·L(j), the mean number of steps
// of a chain from x_0 until it has left the points x, where mass is the
// probability to step from the one to the other.
func runLength(x []float64, mass func(from, to float64, i int) float64) (float64, bool) {
	a, ones := mat.NewDense(len(x), len(x), nil), mat.NewVecDense(len(x), nil)
	for i, from := range x {
		ones.SetVec(i, 1)
		for j, to := range x {
			a.Set(i, j, -mass(from, to, j))
		}
		a.Set(i, i, a.At(i, i)+1)
	}
	var lengths mat.VecDense
	if err := lengths.SolveVec(a, ones); err != nil {
		return 0, false
	}
	if l := lengths.AtVec(0); l >= 1-1e-9 && l <= longest {
		return l, true
	}
	return 0, false
}

func finite(figures ...float64) bool {
	for _, f := range figures {
		if math.IsNaN(f) || math.IsInf(f, 0) {
			return false
		}
	}
	return true
}
