package main

import (
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/stat/distuv"

	"github.com/mittari/mittari/models"
	"github.com/mittari/mittari/models/score"
)

// world is a way in which answers come.
type world struct {
	rate    int // answers a day
	name    string
	daily   float64 // standard deviation of the day's true score about its mean, points
	carry   float64 // how much of a day's deviation the next one keeps: AR(1)
	weekend float64 // points by which Saturdays and Sundays are lower, with fewer answers
}

func worlds() []world {
	var worlds []world
	for _, rate := range []int{5, 20, 100, 1000, 10_000} {
		worlds = append(worlds,
			world{rate: rate, name: "even"},
			world{rate: rate, name: "restless", daily: 4, carry: 0.5},
			world{rate: rate, name: "restless, weekends", daily: 4, carry: 0.5, weekend: 4})
	}
	return worlds
}

// weekendVolume is how many answers a weekend day has for one of a weekday.
const weekendVolume = 0.4

// The usual answers: NPS 30.
const (
	usualScore  = 30.0
	usualMiddle = 0.3
)

// stream makes one series of days.
type stream struct {
	world
	metric    models.Metric
	random    *rand.Rand
	deviation float64
	weekday   int
}

func newStream(w world, seed, series uint64) *stream {
	s := &stream{world: w, metric: models.StandardMetrics()["nps"], random: rand.New(rand.NewPCG(seed, series))} //nolint:gosec // a simulation is to be repeatable
	s.deviation = s.daily * s.random.NormFloat64()
	s.weekday = s.random.IntN(7)
	return s
}

// day draws the next day's answers, whose true score is shifted by so many points.
func (s *stream) day(shift float64) score.Histogram {
	s.weekday = (s.weekday + 1) % 7
	rate := float64(s.rate)
	mean := usualScore + s.deviation + shift
	if s.weekend > 0 && s.weekday >= 5 {
		rate *= weekendVolume
		mean -= s.weekend
	}
	s.deviation = s.carry*s.deviation + s.daily*math.Sqrt(1-s.carry*s.carry)*s.random.NormFloat64()
	n := distuv.Poisson{Lambda: rate, Src: s.random}.Rand()
	h := s.metric.NewHistogram()
	top := math.Min(1, math.Max(0, (1-usualMiddle+mean/100)/2))
	promoters := draw(n, top, s.random)
	middle := draw(n-promoters, math.Min(1, usualMiddle/math.Max(1-top, 1e-9)), s.random)
	s.metric.Add(h, 10, int64(promoters))
	s.metric.Add(h, 8, int64(middle))
	s.metric.Add(h, 3, int64(n-promoters-middle))
	return h
}

func draw(n, p float64, random rand.Source) float64 {
	if n <= 0 || p <= 0 {
		return 0
	}
	if p >= 1 {
		return n
	}
	return distuv.Binomial{N: n, P: p, Src: random}.Rand()
}
