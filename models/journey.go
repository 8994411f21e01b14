package models

import "github.com/mittari/mittari/models/score"

// JourneyScore condenses the scores of a journey's steps, beside the score of all
// answers given on it, in which a step counts by how many answer there. That
// people remember the peak and the end is well known; that a score of these two
// foretells what they do any better than the plain mean of the steps is not:
// the two are known to perform alike, so both are told.
type JourneyScore struct {
	Steps   []JourneyStep // that have answers, in the journey's order
	Mean    PointsWithin  // of the steps' scores, every step alike
	PeakEnd PointsWithin  // of the two steps that are remembered
	Peak    JourneyStep   // see score.PeakEnd
	End     JourneyStep   // the last step with answers
}

// JourneyStep is a touchpoint by its place on a journey.
type JourneyStep struct {
	Touchpoint string
	Position   int // from 1
}

// PointsWithin is a figure in points with its 95 % interval.
type PointsWithin struct {
	Points   float64
	Interval score.Interval
}

// NewJourney evaluates a journey from the answers at each of its touchpoints,
// nil for none. Beside the score of all answers, see NewScore, there is a
// JourneyScore where at least one step has answers; a step with too few of them
// to be shown counts as one without.
func NewJourney(m Metric, journey Entry, period Period, answers func(touchpoint string) score.Histogram) Score {
	all := m.NewHistogram()
	var steps []score.Histogram
	var places []JourneyStep
	for i, touchpoint := range journey.Touchpoints {
		h := answers(touchpoint)
		all.Merge(h)
		if h.N() > 0 && !m.Suppressed(h.N()) {
			steps = append(steps, h)
			places = append(places, JourneyStep{touchpoint, i + 1})
		}
	}
	s := NewScore(m, JourneyLevel, journey.Key, period, all)
	if remembered, ok := m.PeakEnd(steps); ok && !s.Suppressed {
		s.Journey = &JourneyScore{Steps: places, Mean: meanOfSteps(m, steps), Peak: places[remembered.Peak], End: places[remembered.End],
			PeakEnd: PointsWithin{remembered.Value, remembered.Interval}}
	}
	return s
}

// meanOfSteps is the plain mean of the steps' scores; each of them has answers.
func meanOfSteps(m Metric, steps []score.Histogram) PointsWithin {
	var strata []score.Stratum
	for _, h := range steps {
		strata = append(strata, score.Stratum{Answers: h, Weight: 1})
	}
	x, _ := m.Index(strata, 0)
	return PointsWithin{x.Value, x.Interval}
}
