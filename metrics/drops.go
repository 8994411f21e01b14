package metrics

import (
	"maps"
	"slices"

	dto "github.com/prometheus/client_model/go"

	"github.com/mittari/mittari/models"
	"github.com/mittari/mittari/models/score"
)

// dropsText is what the text of a metric's drops is called beside that of its
// scores. They change when a closed day does, the scores with every answer.
const dropsText = "/drops" // no metric's key holds a slash

// watch is what a group's closed days amount to: models.Watch, or the company's by its model.
type watch interface {
	Add(day models.Day, answers score.Histogram)
	Drops() []models.ArmDrop
	Decline() (models.Decline, bool)
	Volumes() map[string]models.Volume
	BelowTarget(target float64) (z float64, ok bool)
}

// watched lets every group's closed days go by.
func (w *workspace) watched(t *tally, groups []group) []watch {
	watches := make([]watch, len(groups))
	for i := range groups {
		watches[i] = models.NewWatch(t.metric, w.bounds.watch, w.today)
	}
	model, modelled := w.catalog.models[t.metric.Key]
	weighed, _ := model.Level.Dimension()
	var company *models.CompanyWatch
	if modelled {
		company = models.NewCompanyWatch(model, t.metric, w.bounds.watch, w.today)
		watches[0] = company // the first of the groups
	}
	cells := make([]int64, t.used)
	h := t.metric.NewHistogram()
	for day := longest(w.today).Since; day < w.today; day++ {
		clear(cells)
		unpack(t.days[day], func(c cell, n int64) { cells[c] = n })
		for i, g := range groups {
			t.pool(h, g, cells)
			watches[i].Add(day, h)
		}
		if modelled {
			company.AddGroups(day, func(key string) score.Histogram {
				t.pool(h, w.groupOf(t, weighed, key), cells)
				return h
			})
		}
	}
	return watches
}

// pool makes h the answers of the group among the cells.
func (t *tally) pool(h score.Histogram, g group, cells []int64) {
	clear(h)
	for _, first := range g.first {
		h.Merge(cells[int(first) : int(first)+t.metric.Size()])
	}
}

// dropSeries tells what the closed days amount to.
func (w *workspace) dropSeries(s *series, t *tally) {
	groups, targets := w.groups(t), w.targetsOf(t.metric.Key)
	w.drops[t.metric.Key] = nil
	for i, watched := range w.watched(t, groups) {
		labels := w.groupLabels(t, groups[i])
		if target, set := targets[models.Target{Level: groups[i].level, Key: groups[i].key}]; set {
			s.target(labels, target, watched)
		}
		for _, d := range watched.Drops() {
			s.drop(append(slices.Clip(labels), label("arm", d.Arm.Name)), d)
			if d.Alarming() {
				w.drops[t.metric.Key] = append(w.drops[t.metric.Key], d.Of(t.metric.Key, groups[i].level, groups[i].key, w.today))
			}
		}
		if d, ok := watched.Decline(); ok {
			s.gauge(cusumFamily, labels, d.Cusum)
			s.gauge(declineCoverageFamily, labels, float64(d.BaselineDays)/models.DeclineBaseline)
			if d.Days > 0 {
				start := (w.today - models.Day(d.Days)).Start(w.zone)
				s.gauge(declineStartFamily, labels, float64(start.Unix()))
			}
		}
		volumes := watched.Volumes()
		for _, arm := range slices.Sorted(maps.Keys(volumes)) {
			with, v := append(slices.Clip(labels), label("arm", arm)), volumes[arm]
			s.gauge(volumeFamily, with, float64(v.Responses))
			s.gauge(volumeExpectedFamily, with, v.Expected)
			s.gauge(volumeZFamily, with, v.Z)
		}
	}
}

func (s *series) drop(labels []*dto.LabelPair, d models.ArmDrop) {
	s.gauge(baselineFamily, labels, d.Baseline)
	s.gauge(dropPointsFamily, labels, d.Points)
	s.gauge(dropZFamily, labels, d.Z)
	s.gauge(dropSizeFamily, labels, float64(d.SampleSize))
	s.gauge(baselineSizeFamily, labels, float64(d.BaselineSize))
	s.gauge(baselineCoverageFamily, labels, float64(d.BaselineDays)/models.BaselineDays)
	if d.Floor != nil {
		s.gauge(floorFamily, labels, *d.Floor)
	}
}
