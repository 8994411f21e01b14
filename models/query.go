package models

import (
	"time"

	"github.com/mittari/mittari/models/score"
)

// CountQuery asks for the counts of one metric's answers, added up.
type CountQuery struct {
	Metric string
	Period Period
	Filter Keys       // "" selects every value of its dimension
	By     *Dimension // told apart by this dimension; nil: not at all
	Among  []string   // of By: only these keys; nil: all
	Limit  int        // rows at most, any of them; 0: all
	Daily  bool       // told apart by day
}

// GroupCount is one row of the answer to a CountQuery. Day is 0 unless Daily
// was asked for, Key is "" unless By was.
type GroupCount struct {
	Day   Day
	Key   string
	Score int
	N     int64
}

// Score is one metric's score for a group and a period, as it is told to people.
// Nothing but the period is told of a group that is Suppressed.
type Score struct {
	Metric     Metric
	Level      Level
	Key        string
	Period     Period
	Histogram  score.Histogram
	Result     *score.Result // nil: no answers, or suppressed
	Suppressed bool
	Modelled   bool          // the company's, by a CompanyModel
	Coverage   float64       // of a Modelled score: the share of the weight that had answers, 0…1
	Journey    *JourneyScore // of a journey, see NewJourney; else nil
}

// NewScore evaluates a group's histogram, unless the group is too small to be shown.
func NewScore(m Metric, level Level, key string, period Period, h score.Histogram) Score {
	s := Score{Metric: m, Level: level, Key: key, Period: period}
	if m.Suppressed(h.N()) {
		s.Suppressed = true
		return s
	}
	s.Histogram = h
	if r, ok := m.Evaluate(h); ok {
		s.Result = &r
	}
	return s
}

// ObservationFilter selects observations of a KPI. Zero fields select everything that holds now.
type ObservationFilter struct {
	Period      PeriodLength
	Starts      Period // the first days of periods; Until 0: no end
	Keys        Keys
	Person      string
	WithPersons bool      // false: observations of persons are left out
	AsOf        time.Time // what was known then; zero: now
	Begun       time.Time // without AsOf: also those that were replaced after it, so that who reads page by page misses none; zero: only those that hold
	Before      string    // those recorded before the one with this id
	Limit       int
}
