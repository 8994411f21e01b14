package sample

import (
	"math"
	"math/rand/v2"
	"testing"
)

func TestMoodMovesAnswersOnEveryScaleAlike(t *testing.T) {
	for name, weights := range map[string][]float64{
		"yes or no": {40, 60}, "five": {5, 10, 20, 40, 25}, "eleven": {2, 1, 2, 4, 5, 8, 10, 18, 24, 16, 10},
	} {
		t.Run(name, func(t *testing.T) {
			r := rand.New(rand.NewPCG(7, 7))
			mean := func(mood float64) (mean, sd float64) {
				const n = 60_000
				var sum, squares float64
				for range n {
					x := float64(tilt(r, weights, mood))
					sum, squares = sum+x, squares+x*x
				}
				return sum / n, math.Sqrt(squares/n - sum/n*sum/n)
			}
			even, sd := mean(0)
			for _, mood := range []float64{-0.3, 0.3} {
				if is, _ := mean(mood); math.Abs((is-even)/sd-mood) > 0.06 {
					t.Errorf("a mood of %v moves the mean by %.2f standard deviations", mood, (is-even)/sd)
				}
			}
		})
	}
}

func TestDrawFollowsTheWeights(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	var seen [3]int
	for range 10_000 {
		seen[draw(r, []float64{1, 0, 3})]++
	}
	if seen[1] != 0 || math.Abs(float64(seen[0])-2500) > 200 {
		t.Errorf("drawn %v times, want one in four, none and three in four", seen)
	}
}

func TestPoissonHasItsMeanAndVariance(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 9))
	for _, expected := range []float64{0, 0.4, 3, 30} {
		const n = 20_000
		var sum, squares float64
		for range n {
			x := float64(poisson(r, expected))
			sum, squares = sum+x, squares+x*x
		}
		mean, variance := sum/n, squares/n-sum/n*sum/n
		if math.Abs(mean-expected) > 0.05+0.02*expected || math.Abs(variance-expected) > 0.05+0.05*expected {
			t.Errorf("mean %.2f and variance %.2f, want %v", mean, variance, expected)
		}
	}
}
