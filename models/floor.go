package models

import (
	"math"

	"github.com/mittari/mittari/models/score"
)

// leastParts is the least number of periods that a floor can be measured from.
const leastParts = 8

// leastPartAnswers is how many answers each of them must have: fewer say little of the movement itself.
const leastPartAnswers = 30

// FloorGauge measures how far a score moves by itself from period to period,
// beyond what sampling explains: what an Arm's floor should be.
type FloorGauge struct{ n, sum, squares, sampling float64 }

// Add takes a period's score. Small periods are passed over.
func (g *FloorGauge) Add(period score.Estimate) {
	if period.SampleSize < leastPartAnswers {
		return
	}
	g.n++
	g.sum += period.Center
	g.squares += period.Center * period.Center
	g.sampling += period.Variance
}

// Floor is √(s² − mean SE²): the standard deviation between the periods less
// that of sampling, by the method of moments, in points ≥ 0. It includes real
// changes, so it is a suggestion for a quiet year. It reports false with fewer than eight periods.
func (g *FloorGauge) Floor() (float64, bool) {
	if g.n < leastParts {
		return 0, false
	}
	variance := (g.squares - g.sum*g.sum/g.n) / (g.n - 1)
	return math.Sqrt(math.Max(0, variance-g.sampling/g.n)), true
}
