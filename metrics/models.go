package metrics

import (
	"github.com/mittari/mittari/models"
	"github.com/mittari/mittari/models/score"
)

// score is the group's in a window: the company's by its model where the metric has one.
func (w *workspace) score(t *tally, g group, window int) models.Score {
	model, modelled := w.catalog.models[t.metric.Key]
	if !modelled || g.level != models.CompanyLevel {
		return models.NewScore(t.metric, g.level, g.key, t.periods[window], t.histogram(g, window))
	}
	return model.Score(t.metric, t.periods[window], func(key string) score.Histogram {
		return t.histogram(w.weighed(t, model, key), window)
	})
}

// weighed is one of the groups that the model weighs; one without answers pools nothing.
func (w *workspace) weighed(t *tally, model models.CompanyModel, key string) group {
	g := group{level: model.Level, key: key}
	if d, is := model.Level.Dimension(); is {
		if first, counted := t.groups[d][w.labels[d].numbers[key]]; counted {
			g.first = []cell{first}
		}
	}
	return g
}
