package score

import (
	"math"

	"gonum.org/v1/gonum/stat/distuv"
)

// Confidence is the coverage of every published interval.
const Confidence = 0.95

// confidenceQuantile is normalQuantile(Confidence), worked out once: every score asks for it.
const confidenceQuantile = 1.9599639845400536

// Interval is a two-sided confidence interval; Lower ≤ Upper.
type Interval struct{ Lower, Upper float64 }

func (i Interval) scale(f, shift float64) Interval {
	a, b := i.Lower*f+shift, i.Upper*f+shift
	return Interval{math.Min(a, b), math.Max(a, b)}
}

func (i Interval) clip(lo, hi float64) Interval {
	return Interval{math.Max(lo, i.Lower), math.Min(hi, i.Upper)}
}

// normalQuantile is z with P(|Z| ≤ z) = confidence for a standard normal Z.
func normalQuantile(confidence float64) float64 {
	if confidence == Confidence {
		return confidenceQuantile
	}
	return distuv.UnitNormal.Quantile(1 - (1-confidence)/2)
}

// NetEstimate is the adjusted Wald estimate of a net score as a proportion in [−1, 1].
type NetEstimate struct {
	Center   float64 // M, the adjusted net score
	StdErr   float64 // √V
	Interval Interval
}

// AdjustedWald estimates the net score of top, middle and bottom counts with
// three pseudo-answers added, ¾ to top and bottom and 1½ to the middle:
// M = (T−B)/(n+3), V = ((T+B+1.5)/(n+3) − M²)/(n+3), M ± z√V, not clipped.
// It keeps its coverage where plain Wald collapses to zero width (Rocks 2016).
// Without answers it reports false.
func AdjustedWald(top, middle, bottom int64, confidence float64) (NetEstimate, bool) {
	if top+middle+bottom <= 0 {
		return NetEstimate{}, false
	}
	n := float64(top+middle+bottom) + 3
	m := float64(top-bottom) / n
	se := math.Sqrt((float64(top+bottom)+1.5)/n-m*m) / math.Sqrt(n)
	z := normalQuantile(confidence)
	return NetEstimate{Center: m, StdErr: se, Interval: Interval{m - z*se, m + z*se}}, true
}

// Wilson is the score interval of a proportion k of n (Wilson 1927), within
// [0, 1]. Without answers it reports false.
func Wilson(k, n int64, confidence float64) (Interval, bool) {
	if n <= 0 {
		return Interval{}, false
	}
	return wilson(k, n, normalQuantile(confidence)), true
}

// wilson is the interval of a proportion k of n whose ends lie z standard errors from it; n > 0.
func wilson(k, n int64, z float64) Interval {
	fn, p := float64(n), float64(k)/float64(n)
	center := p + z*z/(2*fn)
	half := z * math.Sqrt(p*(1-p)/fn+z*z/(4*fn*fn))
	denominator := 1 + z*z/fn
	i := Interval{(center - half) / denominator, (center + half) / denominator}
	if k == 0 {
		i.Lower = 0
	}
	if k == n {
		i.Upper = 1
	}
	return i.clip(0, 1)
}

// MeanEstimate describes the answers of a histogram on their own scale.
// SD and StdErr are NaN for a single answer. Interval is Student's t with
// n−1 degrees of freedom, not clipped, and nil for one answer or no variance:
// there a t interval has no or zero width and would claim a certainty nobody has.
type MeanEstimate struct {
	N        int64
	Mean     float64
	SD       float64 // with n−1
	StdErr   float64 // SD/√n
	Interval *Interval
}

// MeanOf estimates the mean answer of a histogram whose first element counts
// the answers of value low. Without answers it reports false.
func MeanOf(low int, h Histogram, confidence float64) (MeanEstimate, bool) {
	n := h.N()
	if n <= 0 {
		return MeanEstimate{}, false
	}
	e := MeanEstimate{N: n, Mean: h.mean(low, n), SD: math.NaN(), StdErr: math.NaN()}
	if n == 1 {
		return e, true
	}
	var squares float64
	for i, c := range h {
		d := float64(low+i) - e.Mean
		squares += float64(c) * d * d
	}
	e.setSpread(squares)
	if e.SD > 0 && !oneValue(h) {
		e.setInterval(confidence)
	}
	return e, true
}

// setSpread sets SD and StdErr from the sum of the squared distances from the mean of two answers or more.
func (e *MeanEstimate) setSpread(squares float64) {
	e.SD = math.Sqrt(squares / float64(e.N-1))
	e.StdErr = e.SD / math.Sqrt(float64(e.N))
}

func (e *MeanEstimate) setInterval(confidence float64) {
	half := studentQuantile(confidence, e.N-1) * e.StdErr
	e.Interval = &Interval{e.Mean - half, e.Mean + half}
}

// mean is the mean answer when the first element counts the answers of value low; n is h.N().
func (h Histogram) mean(low int, n int64) float64 {
	var sum float64
	for i, c := range h {
		sum += float64(c) * float64(low+i)
	}
	return sum / float64(n)
}

// oneValue reports whether all answers are equal; rounding alone could make SD > 0 there.
func oneValue(h Histogram) bool {
	values := 0
	for _, c := range h {
		if c > 0 {
			values++
		}
	}
	return values <= 1
}

// studentQuantile is t with P(|T| ≤ t) = confidence for Student's t with df degrees of freedom.
func studentQuantile(confidence float64, df int64) float64 {
	return distuv.StudentsT{Mu: 0, Sigma: 1, Nu: float64(df)}.Quantile(1 - (1-confidence)/2)
}
