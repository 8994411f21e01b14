package metrics

import (
	"slices"

	dto "github.com/prometheus/client_model/go"

	"github.com/mittari/mittari/models"
)

// kpiSeries tells a KPI's figures, the first moment of the period that each is
// of, and its targets that hold today. A figure of too few employees is not told, nor that there is one.
func (w *workspace) kpiSeries(s *series, key string) {
	k, known := w.kpis[key]
	if !known {
		return
	}
	for _, v := range k.told {
		if v.Suppressed {
			continue
		}
		labels := w.kpiLabels(k.KPI, v.Period, v.Level, v.Key)
		s.gauge(kpiFamily, labels, v.Value)
		s.gauge(kpiStartFamily, labels, float64(v.Start.Start(w.zone).Unix()))
	}
	for _, t := range models.CurrentKPITargets(w.catalog.kpiTargets, w.today) {
		if t.KPI == key {
			labels := w.kpiLabels(k.KPI, t.Period, t.Level, t.Key)
			s.gauge(kpiTargetFamily, append(slices.Clip(labels), label("owner", t.Owner)), t.Value)
		}
	}
}

func (w *workspace) kpiLabels(k models.KPI, length models.PeriodLength, level models.Level, key string) []*dto.LabelPair {
	labels := []*dto.LabelPair{label("workspace", w.model.Key), label("kpi", k.Key), label("kind", string(k.Kind)), label("unit", k.Unit),
		label("period", string(length)), label("level", string(level))}
	if level != models.CompanyLevel {
		labels = append(labels, label(string(level), key))
	}
	return labels
}
