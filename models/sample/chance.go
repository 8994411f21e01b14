package sample

import (
	"math"
	"math/rand/v2"
)

// choice is a value and how often it comes up beside the others; the weights need not add up to anything.
type choice[T any] struct {
	value  T
	weight float64
}

// pick draws one of the choices by their weights.
func pick[T any](r *rand.Rand, choices []choice[T]) T {
	weights := make([]float64, len(choices))
	for i, c := range choices {
		weights[i] = c.weight
	}
	return choices[draw(r, weights)].value
}

// draw is an index into the weights, each as likely as its weight.
func draw(r *rand.Rand, weights []float64) int {
	var sum float64
	for _, w := range weights {
		sum += w
	}
	left := r.Float64() * sum
	for i, w := range weights {
		if left -= w; left < 0 {
			return i
		}
	}
	return len(weights) - 1
}

// tilt draws an index into the weights after a mood has shifted them towards
// the end (mood > 0) or the beginning. The weights are multiplied by
// exp(mood·x/sd), where sd is the standard deviation of the index x under the
// weights: to first order the mean moves by mood standard deviations, on a
// scale of two values as on one of eleven.
func tilt(r *rand.Rand, weights []float64, mood float64) int {
	var n, sum, squares float64
	for i, w := range weights {
		x := float64(i)
		n, sum, squares = n+w, sum+w*x, squares+w*x*x
	}
	mean := sum / n
	perStep := mood / math.Sqrt(squares/n-mean*mean)
	tilted := make([]float64, len(weights))
	for i, w := range weights {
		tilted[i] = w * math.Exp(perStep*(float64(i)-mean))
	}
	return draw(r, tilted)
}

// poisson draws how many come when so many are expected (Knuth 1969, by
// multiplication: fit for some tens).
func poisson(r *rand.Rand, expected float64) int {
	limit := math.Exp(-expected)
	n := 0
	for p := r.Float64(); p > limit; p *= r.Float64() {
		n++
	}
	return n
}
