package metrics

import (
	dto "github.com/prometheus/client_model/go"

	"github.com/mittari/mittari/models"
	"github.com/mittari/mittari/models/score"
)

// score is the group's in a window: the company's by its model where the metric
// has one, a journey's by its steps too.
func (w *workspace) score(t *tally, g group, window int) models.Score {
	in := func(d models.Dimension) func(string) score.Histogram {
		return func(key string) score.Histogram { return t.histogram(w.groupOf(t, d, key), window) }
	}
	model, modelled := w.catalog.models[t.metric.Key]
	switch d, _ := model.Level.Dimension(); {
	case g.level == models.CompanyLevel && modelled:
		return model.Score(t.metric, t.periods[window], in(d))
	case g.level == models.JourneyLevel:
		return models.NewJourney(t.metric, *g.journey, t.periods[window], in(models.Touchpoint))
	}
	return models.NewScore(t.metric, g.level, g.key, t.periods[window], t.histogram(g, window))
}

// groupOf is the dimension's group of that key; one without answers pools nothing.
func (w *workspace) groupOf(t *tally, d models.Dimension, key string) group {
	g := group{level: models.Level(d.String()), key: key}
	if number, known := w.labels[d].numbers[key]; known {
		if first, counted := t.groups[d][number]; counted {
			g.first = []cell{first}
		}
	}
	return g
}

// modelled tells of a company's score by its model how much of the weight had
// answers, and beside it the score of all of them together, which the groups' scores add up to.
func (s *series) modelled(labels []*dto.LabelPair, told models.Score, m models.Metric, all score.Histogram) {
	if told.Coverage > 0 {
		s.gauge(coverageFamily, labels, told.Coverage)
	}
	pooled, ok := m.Evaluate(all)
	if !ok || m.Suppressed(pooled.SampleSize) {
		return
	}
	s.gauge(pooledFamily, labels, pooled.Score)
	if pooled.StdErr != nil {
		s.gauge(pooledStderrFamily, labels, *pooled.StdErr)
	}
	s.gauge(pooledSizeFamily, labels, float64(pooled.SampleSize))
}
