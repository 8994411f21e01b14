package score

import (
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"
)

// Resamples is how many samples a bootstrap draws: (Resamples+1)·2.5 % is a whole number.
const Resamples = 1999

const (
	leastResampled  = 20   // figures on either side: fewer say too little of their own distribution
	mostResampled   = 2000 // figures that are resampled one by one
	resampledBlocks = 400  // what more than that are put into
)

// BootstrapDifference is the interval of the difference of two means, now −
// before, by the bias-corrected and accelerated bootstrap (BCa; Efron and
// Tibshirani 1993, ch. 14). Unlike Welch's it need not lie evenly about the
// difference, which is what money, with its few large figures, asks for.
//
// Up to 2,000 figures are resampled one by one. More are put at random into 400
// blocks, which are resampled as they are, each with its sum and its size: what
// is drawn is the mean of random groups (Wolter 2007, ch. 2), whose distribution
// has the mean's own variance and skewness, at a cost that does not grow with the
// figures. The price is that the width of the interval is known to about
// 1/√(2·400) = 4 % only. The acceleration is always that of the figures themselves.
//
// The same figures and the same state of random give the same interval. It reports
// false with fewer than 20 figures on either side, or where neither has a variance.
// By simulation it holds the true difference of even figures 94 to 95 times in 100
// from 20 a side on, and of log-normal ones as skewed as money (σ = 1) 88 times with 20 a
// side, 90 with 50, 92 with 200 and 95 with thousands: of few, Welch's is the safer one.
func BootstrapDifference(now, before Figures, confidence float64, random *rand.Rand) (Interval, bool) {
	if min(len(now), len(before)) < leastResampled || now.equal() && before.equal() {
		return Interval{}, false
	}
	value := now.Total()/float64(len(now)) - before.Total()/float64(len(before))
	a, b := resampledFrom(now, random), resampledFrom(before, random)
	drawn := make([]float64, Resamples)
	below := 0.0
	for i := range drawn {
		drawn[i] = a.mean(random) - b.mean(random)
		switch {
		case drawn[i] < value:
			below++
		case drawn[i] == value:
			below += 0.5
		}
	}
	slices.Sort(drawn)
	below = math.Min(math.Max(below, 0.5), Resamples-0.5) // a quantile that is finite
	bias := distuv.UnitNormal.Quantile(below / Resamples)
	skew := acceleration(now, before)
	z := normalQuantile(confidence)
	return Interval{quantileOf(drawn, corrected(-z, bias, skew)), quantileOf(drawn, corrected(z, bias, skew))}, true
}

// resampled are what is drawn again and again: figures, or blocks of them.
type resampled []block

type block struct{ sum, size float64 }

func resampledFrom(f Figures, random *rand.Rand) resampled {
	if len(f) <= mostResampled {
		blocks := make(resampled, len(f))
		for i, v := range f {
			blocks[i] = block{v, 1}
		}
		return blocks
	}
	blocks := make(resampled, resampledBlocks)
	for _, v := range f {
		b := &blocks[random.Uint32N(resampledBlocks)]
		b.sum += v
		b.size++
	}
	return slices.DeleteFunc(blocks, func(b block) bool { return b.size == 0 })
}

// mean is that of as many blocks as there are, drawn with replacement.
func (r resampled) mean(random *rand.Rand) float64 {
	var all block
	for range r {
		b := r[random.Uint32N(uint32(len(r)))]
		all.sum += b.sum
		all.size += b.size
	}
	return all.sum / all.size
}

// acceleration is how fast the standard error changes with the difference: of
// each figure's influence u on it, Σu³ / 6(Σu²)^1.5.
func acceleration(now, before Figures) float64 {
	var squares, cubes float64
	for i, side := range []Figures{now, before} {
		n := float64(len(side))
		mean := side.Total() / n
		for _, v := range side {
			u := (v - mean) / n
			if i == 1 {
				u = -u
			}
			squares += u * u
			cubes += u * u * u
		}
	}
	return cubes / (6 * math.Pow(squares, 1.5))
}

// corrected is the probability below which the interval's end lies that would lie z standard errors off.
func corrected(z, bias, skew float64) float64 {
	shifted := bias + z
	left := 1 - skew*shifted
	if left <= 0 { // beyond what the correction can reach
		return distuv.UnitNormal.CDF(math.Copysign(math.MaxFloat64, shifted))
	}
	return distuv.UnitNormal.CDF(bias + shifted/left)
}

// quantileOf is the figure below which a share of those drawn lies, by steps of 1/(n+1), between two of them in proportion.
func quantileOf(sorted []float64, share float64) float64 {
	at := share*float64(len(sorted)+1) - 1
	low := int(math.Floor(at))
	switch {
	case low < 0:
		return sorted[0]
	case low >= len(sorted)-1:
		return sorted[len(sorted)-1]
	}
	return sorted[low] + (at-float64(low))*(sorted[low+1]-sorted[low])
}
