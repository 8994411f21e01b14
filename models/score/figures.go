package score

import (
	"math"
	"slices"
)

// Figures are what was measured of independent people, one figure of each, in rising order.
type Figures []float64

// NewFigures puts figures in order; the slice is the Figures' from then on.
func NewFigures(figures []float64) Figures {
	slices.Sort(figures)
	return figures
}

// Total is the sum, always added up in the same order.
func (f Figures) Total() float64 {
	var sum float64
	for _, v := range f {
		sum += v
	}
	return sum
}

// Median is the figure in the middle, or the mean of the two there. Without figures it reports false.
func (f Figures) Median() (float64, bool) {
	n := len(f)
	if n == 0 {
		return 0, false
	}
	if n%2 == 1 {
		return f[n/2], true
	}
	return f[n/2-1] + (f[n/2]-f[n/2-1])/2, true
}

// Mean estimates the mean: Student's t, and no interval of one figure or where
// all are equal. Without figures it reports false.
func (f Figures) Mean(confidence float64) (MeanEstimate, bool) {
	n := int64(len(f))
	if n == 0 {
		return MeanEstimate{}, false
	}
	e := MeanEstimate{N: n, Mean: f.Total() / float64(n), SD: math.NaN(), StdErr: math.NaN()}
	if n == 1 {
		return e, true
	}
	var squares float64
	for _, v := range f {
		squares += (v - e.Mean) * (v - e.Mean)
	}
	e.setSpread(squares)
	if !f.equal() {
		e.setInterval(confidence)
	}
	return e, true
}

// equal reports whether there is one figure, again and again, or none.
func (f Figures) equal() bool { return len(f) == 0 || f[0] == f[len(f)-1] }

// CompareFigures compares two groups' means by Welch's t: now − before, in the
// figures' own unit. It reports false where either side has one figure or no
// variance: Welch's t would take that side as known exactly.
func CompareFigures(now, before Figures, confidence float64) (Difference, bool) {
	if now.equal() || before.equal() {
		return Difference{}, false
	}
	e1, _ := now.Mean(confidence)
	e0, _ := before.Mean(confidence)
	return e1.welch(e0, confidence), true
}
