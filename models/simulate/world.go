package main

import (
	"math"
	"math/rand/v2"

	"github.com/mittari/mittari/models"
	"github.com/mittari/mittari/models/score"
)

// world is a way in which answers come.
type world struct {
	name     string
	daily    float64 // standard deviation of the day's true score about its mean, points
	weekend  float64 // points by which Saturdays and Sundays are lower
	weekends bool    // Saturdays and Sundays bring fewer answers
	young    bool    // it is judged from the first answer on, for a year
	volume   float64 // standard deviation of a day's number of answers about its mean, a part of it
	weekly   float64 // the same of a week's
	season   float64 // by which part the number of answers rises and falls in a year
	closed   int     // days of a year, at random, without an answer
}

// scoreWorlds are those in which scores are judged.
func scoreWorlds() []world {
	return []world{
		{name: "even"},
		{name: "restless", daily: 4},
		{name: "restless, weekends", daily: 4, weekend: 4, weekends: true},
	}
}

// companyWorlds are those of a company whose score is calculated by a model.
func companyWorlds() []world {
	return []world{
		{name: "even, by a model"},
		{name: "restless, weekends, by a model", daily: 4, weekend: 4, weekends: true},
	}
}

// volumeWorlds are those in which the numbers of answers are judged.
func volumeWorlds() []world {
	return []world{
		{name: "even"},
		{name: "weekends", weekends: true},
		{name: "restless days, weekends", weekends: true, volume: 0.3},
		{name: "restless weeks, weekends", weekends: true, weekly: 0.2},
		{name: "very restless weeks, weekends", weekends: true, weekly: 0.4},
		{name: "season, weekends", weekends: true, season: 0.2},
		{name: "closed on 10 days a year, weekends", weekends: true, closed: 10},
	}
}

const (
	carry         = 0.5 // how much of a day's deviation the next one keeps: AR(1)
	weekendVolume = 0.4 // answers of a weekend day for one of a weekday
)

// restless is a first-order autoregressive process with mean 0 and standard deviation 1.
type restless struct{ carry, now float64 }

func (r *restless) next(random *rand.Rand) float64 {
	r.now = r.carry*r.now + math.Sqrt(1-r.carry*r.carry)*random.NormFloat64()
	return r.now
}

// weather is what a day is like.
type weather struct {
	rate  float64 // answers expected
	above float64 // points of the true score above the usual
}

// climate makes a world's days.
type climate struct {
	world
	rate          float64
	random        *rand.Rand
	day           int
	score, volume restless
	week          float64
}

// newClimate begins a week before the first day, so that it may begin on any day of the week.
func newClimate(w world, rate float64, random *rand.Rand) *climate {
	c := &climate{world: w, rate: rate, random: random, score: restless{carry: carry}, volume: restless{carry: carry}}
	c.day = 7 * random.IntN(53)
	for range 7 + random.IntN(7) {
		c.next()
	}
	return c
}

func (c *climate) next() weather {
	w := weather{rate: c.rate, above: c.daily * c.score.next(c.random)}
	if c.weekends {
		w.rate *= 7 / (5 + 2*weekendVolume) // so that it is the rate on average
	}
	if c.day%7 == 0 {
		c.week = c.random.NormFloat64()
	}
	if c.day%7 >= 5 {
		w.above -= c.weekend
		if c.weekends {
			w.rate *= weekendVolume
		}
	}
	// Log-normal, so that there are never fewer than none.
	w.rate *= spread(c.world.volume, c.volume.next(c.random)) * spread(c.weekly, c.week)
	w.rate *= 1 + c.season*math.Sin(2*math.Pi*float64(c.day)/365)
	if c.random.Float64() < float64(c.closed)/365 {
		w.rate = 0
	}
	c.day++
	return w
}

// spread is a factor with mean 1 and about that standard deviation.
func spread(sd, deviate float64) float64 { return math.Exp(sd*deviate - sd*sd/2) }

// usualAbove is how far the world's score is above the usual in the long run.
func (w world) usualAbove() float64 {
	weekend := 2 * weekendVolume
	return -w.weekend * weekend / (5 + weekend)
}

// part is a part of a company whose score is calculated by a model.
type part struct {
	key    string
	weight float64
	above  float64 // points above the company's score
}

// parts make a company that is at its usual score.
func parts() []part {
	return []part{{"a", 0.4, 12}, {"b", 0.3, 0}, {"c", 0.2, -9}, {"d", 0.1, -30}}
}

// The mix of a company's answers: how far, and how slowly, a part's number of
// them wanders from its weight. The parts' answers count for fewer than they are
// by that: 20 for about 17.
const (
	mixSpread = 0.4
	mixCarry  = 0.98
)

// mix draws a company's day by parts; the number of all answers is not touched by it.
func mix(a asked, w weather, parts []part, drift []restless, random *rand.Rand) []score.Histogram {
	sizes, all := make([]float64, len(parts)), 0.0
	for i, p := range parts {
		sizes[i] = p.weight * spread(mixSpread, drift[i].next(random))
		all += sizes[i]
	}
	var groups []score.Histogram
	for i, p := range parts {
		groups = append(groups, a.answers(w.rate*sizes[i]/all, w.above+p.above, random))
	}
	return groups
}

func companyModel(metric string, parts []part) models.CompanyModel {
	c := models.CompanyModel{Metric: metric, Level: models.Level(models.Segment.String()), Weights: map[string]float64{}}
	for _, p := range parts {
		c.Weights[p.key] = p.weight
	}
	return c
}
