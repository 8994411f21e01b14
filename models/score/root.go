package score

import "math"

// whereRising finds the x in [0, most] at which a rising f reaches want, to
// 12 digits, by doubling and halving. It reports false where f begins above
// want or doesn't reach it.
func whereRising(f func(x float64) float64, want, most float64) (float64, bool) {
	if f(0) > want {
		return 0, false
	}
	low, high := 0.0, math.Min(1, most)
	for f(high) < want {
		if high >= most {
			return 0, false
		}
		low, high = high, math.Min(2*high, most)
	}
	for high-low > 1e-12*high {
		middle := low + (high-low)/2
		if middle == low || middle == high {
			break
		}
		if f(middle) < want {
			low = middle
		} else {
			high = middle
		}
	}
	return high, true
}
