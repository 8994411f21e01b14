package main

import (
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/stat/distuv"

	"github.com/mittari/mittari/models"
	"github.com/mittari/mittari/models/score"
)

// usual are the usual answers to a metric: for each value of its scale, how many of 100.
type usual struct {
	metric string
	shares []float64
}

// played are the metrics that are played: each headline, either direction. The
// others of the catalog are scored alike: of a share only the share counts.
func played() []usual {
	return []usual{
		{"nps", []float64{2, 1, 1, 2, 2, 6, 6, 13, 17, 22, 28}},
		{"expectation", []float64{5, 15, 40, 28, 12}},
		{"csat", []float64{4, 6, 10, 35, 45}},
		{"ces", []float64{40, 30, 15, 10, 5}},
		{"fcr", []float64{25, 75}},
		{"cx3d", []float64{1, 1, 2, 3, 4, 6, 8, 11, 16, 16, 15, 10, 7}},
	}
}

// asked are a metric's usual answers, ready to be shifted.
type asked struct {
	models.Metric
	shares []float64 // by value, adding up to 1
	points []float64 // that an answer of the value is worth
	score  float64   // of the usual answers
}

func ask(u usual) asked {
	a := asked{Metric: models.StandardMetrics()[u.metric]}
	for i, share := range u.shares {
		one := a.NewHistogram()
		one[i] = 1
		r, _ := a.Evaluate(one)
		a.shares = append(a.shares, share/100)
		a.points = append(a.points, r.Score)
		a.score += share / 100 * r.Score
	}
	return a
}

// room is how near a true score comes to the ends of its range, points.
const room = 2.0

// shifted are the shares of answers whose score lies so many points above the
// usual: those nearest to the usual ones (an exponential tilt), so that a good
// day is one on which every kind of answer is a little better.
func (a asked) shifted(by float64) []float64 {
	want := min(100-room, max(a.LeastScore()+room, a.score+by))
	shares := make([]float64, len(a.shares))
	for tilt, rounds := 0.0, 0; rounds < 50; rounds++ { // Newton's method
		var sum, mean, squares float64
		for i, p := range a.points {
			shares[i] = a.shares[i] * math.Exp(tilt*p)
			sum, mean, squares = sum+shares[i], mean+shares[i]*p, squares+shares[i]*p*p
		}
		mean, squares = mean/sum, squares/sum
		for i := range shares {
			shares[i] /= sum
		}
		if math.Abs(mean-want) < 1e-6 {
			break
		}
		tilt += (want - mean) / (squares - mean*mean)
	}
	return shares
}

// answers draws about so many answers (Poisson) whose true score lies so many points above the usual.
func (a asked) answers(rate, above float64, random rand.Source) score.Histogram {
	h := a.NewHistogram()
	left := 0.0
	if rate > 0 {
		left = distuv.Poisson{Lambda: rate, Src: random}.Rand()
	}
	rest := 1.0
	for i, share := range a.shifted(above) {
		n := draw(left, share/rest, random)
		h[i] = int64(n)
		left, rest = left-n, rest-share
	}
	return h
}

// draw is how many of n come to pass, each with probability p.
func draw(n, p float64, random rand.Source) float64 {
	if n <= 0 || p <= 0 {
		return 0
	}
	if p >= 1-1e-12 {
		return n
	}
	return distuv.Binomial{N: n, P: p, Src: random}.Rand()
}
