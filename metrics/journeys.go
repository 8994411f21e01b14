package metrics

import (
	"slices"

	dto "github.com/prometheus/client_model/go"

	"github.com/mittari/mittari/models"
)

// journey tells a journey's score by its steps in a window: by their plain mean,
// and by the peak and the end, which are told by their places so that no series
// begins or ends when another step becomes the peak.
func (s *series) journey(labels []*dto.LabelPair, j models.JourneyScore) {
	s.pointsWithin(append(slices.Clip(labels), label("method", "mean")), j.Mean)
	s.pointsWithin(append(slices.Clip(labels), label("method", "peak_end")), j.PeakEnd)
	s.gauge(journeyPeakFamily, labels, float64(j.Peak.Position))
	s.gauge(journeyEndFamily, labels, float64(j.End.Position))
}

func (s *series) pointsWithin(labels []*dto.LabelPair, p models.PointsWithin) {
	s.gauge(journeyFamily, labels, p.Points)
	s.gauge(journeyLowerFamily, labels, p.Interval.Lower)
	s.gauge(journeyUpperFamily, labels, p.Interval.Upper)
}

// steps tells the places of a journey's touchpoints, by which their own scores can be put in order.
func (s *series) steps(labels []*dto.LabelPair, steps []models.JourneyStep) {
	for _, step := range steps {
		s.gauge(journeyStepFamily, append(slices.Clip(labels), label("touchpoint", step.Touchpoint)), float64(step.Position))
	}
}
