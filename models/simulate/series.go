package main

import (
	"math/rand/v2"

	"github.com/mittari/mittari/models"
	"github.com/mittari/mittari/models/score"
)

// cell is one row of the tables: a kind of series in a world.
type cell struct {
	asked
	world
	rate   int    // answers a day
	parts  []part // of a company by a model; none: one group
	window int    // days that the figures of its rules are made of
}

// series are the closed days of one of a cell's series.
type series struct {
	cell
	climate *climate
	random  *rand.Rand
	drift   []restless
	days    []score.Histogram
	groups  [][]score.Histogram // by day, then by part
}

func newSeries(c cell, seed, stream uint64) *series {
	random := rand.New(rand.NewPCG(seed, stream)) //nolint:gosec // a simulation is to be repeatable
	s := &series{cell: c, climate: newClimate(c.world, float64(c.rate), random), random: random}
	for range c.parts {
		s.drift = append(s.drift, restless{carry: mixCarry, now: random.NormFloat64()})
	}
	return s
}

// next plays a day.
func (s *series) next(c change) {
	w := s.climate.next()
	w.above += c.points
	w.rate *= c.volume
	if len(s.parts) == 0 {
		s.days = append(s.days, s.answers(w.rate, w.above, s.random))
		return
	}
	all := s.NewHistogram()
	groups := mix(s.asked, w, s.parts, s.drift, s.random)
	for _, h := range groups {
		all.Merge(h)
	}
	s.days, s.groups = append(s.days, all), append(s.groups, groups)
}

// settings are the exporter's defaults. What floors should be is no figure of an alert and is not gauged.
func settings() models.WatchSettings {
	s := models.DefaultWatch()
	s.GaugeFloors = false
	return s
}

// morning is the day after the last one, as the exporter sees it: the watch is the one that it publishes.
func (s *series) morning() *morning {
	today := len(s.days)
	since := max(0, today-s.window)
	m := &morning{series: s, target: s.score + s.usualAbove()}
	if len(s.parts) == 0 {
		w := models.NewWatch(s.Metric, settings(), models.Day(today))
		for day := since; day < today; day++ {
			w.Add(models.Day(day), s.days[day])
		}
		m.watch = w
		return m
	}
	w := models.NewCompanyWatch(companyModel(s.Key, s.parts), s.Metric, settings(), models.Day(today))
	for day := since; day < today; day++ {
		w.Add(models.Day(day), s.days[day])
		w.AddGroups(models.Day(day), func(key string) score.Histogram { return s.groups[day][key[0]-'a'] })
	}
	m.watch = w
	return m
}

// scoreOf is the plain score of so many days that ended so many days ago; the
// usual one where there are no answers.
func (s *series) scoreOf(days, ago int) float64 {
	sum := s.NewHistogram()
	until := len(s.days) - ago
	for _, day := range s.days[max(0, until-days):max(0, until)] {
		sum.Merge(day)
	}
	if e, ok := s.Unpulled(sum); ok {
		return e.Center
	}
	return s.score
}
