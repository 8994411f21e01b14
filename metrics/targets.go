package metrics

import (
	"slices"

	dto "github.com/prometheus/client_model/go"

	"github.com/mittari/mittari/models"
)

// targetsOf are the metric's targets that hold today, by level and key.
func (w *workspace) targetsOf(metric string) map[models.Target]models.Target {
	targets := map[models.Target]models.Target{}
	for _, t := range models.CurrentTargets(w.catalog.targets, w.today) {
		if t.Metric == metric {
			targets[models.Target{Level: t.Level, Key: t.Key}] = t
		}
	}
	return targets
}

// target tells a group's target, with its owner, and how surely the score is below it.
func (s *series) target(labels []*dto.LabelPair, t models.Target, watched watch) {
	s.gauge(targetFamily, append(slices.Clip(labels), label("owner", t.Owner)), t.Value)
	if z, ok := watched.BelowTarget(t.Value); ok {
		s.gauge(targetZFamily, labels, z)
	}
}

// targetSeries tells the targets of the metric's groups alone, without how surely the scores are below them.
func (w *workspace) targetSeries(s *series, t *tally) {
	targets := w.targetsOf(t.metric.Key)
	for _, g := range w.groups(t) {
		if target, set := targets[models.Target{Level: g.level, Key: g.key}]; set {
			s.gauge(targetFamily, append(w.groupLabels(t, g), label("owner", target.Owner)), target.Value)
		}
	}
}
