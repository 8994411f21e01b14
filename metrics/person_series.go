package metrics

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	dto "github.com/prometheus/client_model/go"

	"github.com/mittari/mittari/models"
)

// personSeries tells what is linked with persons, of what may be.
func (w *workspace) personSeries(s *series) {
	questions := slices.SortedFunc(maps.Keys(w.persons), func(a, b question) int {
		return cmp.Or(strings.Compare(a.kpi, b.kpi), strings.Compare(a.metric, b.metric))
	})
	for _, q := range questions {
		if t := w.persons[q]; w.mayAsk(q) && t.value != nil {
			w.valueSeries(s, t.value)
		} else if w.mayAsk(q) {
			w.conversionSeries(s, t)
		}
	}
}

func (w *workspace) valueSeries(s *series, v *models.PersonValue) {
	if v.Persons == 0 {
		return
	}
	labels := []*dto.LabelPair{label("workspace", w.model.Key), label("kpi", v.KPI.Key), label("metric", v.Metric.Key)}
	s.gauge(personStartFamily, labels, float64(v.Period.Since.Start(w.zone).Unix()))
	categories := categoryLabels(v.Metric)
	for i, c := range v.Categories {
		if c.Suppressed || c.Mean == nil {
			continue
		}
		with := append(slices.Clip(labels), categories[i])
		s.gauge(personMeanFamily, with, *c.Mean)
		s.gauge(personCountFamily, with, float64(c.Persons))
		if c.Interval != nil {
			s.gauge(personLowerFamily, with, c.Interval.Lower)
			s.gauge(personUpperFamily, with, c.Interval.Upper)
		}
	}
	if d := v.Difference; d != nil {
		s.gauge(personGapFamily, labels, d.Value)
		s.gauge(personGapLowerFamily, labels, d.Interval.Lower)
		s.gauge(personGapUpperFamily, labels, d.Interval.Upper)
	}
}

// conversionSeries tells all nine numbers of each window in which there are any.
func (w *workspace) conversionSeries(s *series, t *told) {
	windows, categories := windowLabels(), t.metric.CategoryNames()
	for i, c := range t.conversions {
		if c.Pairs() == 0 {
			continue
		}
		for from, earlier := range categories {
			for to, later := range categories {
				s.gauge(conversionFamily, []*dto.LabelPair{label("workspace", w.model.Key), label("metric", t.metric.Key),
					label("from", earlier), label("to", later), windows[i]}, float64(c[from][to]))
			}
		}
	}
}
