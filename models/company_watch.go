package models

import (
	"math"

	"github.com/mittari/mittari/models/score"
)

// CompanyWatch is the Watch of a company whose score is calculated by a
// CompanyModel: drops and slow declines are those of the weighted score, each
// period compared with its baseline by the groups that answered in both. Only
// the volumes count all answers, whoever gave them.
type CompanyWatch struct {
	*Watch  // sees all answers together
	model   CompanyModel
	keys    []string          // the model's
	groups  []pools           // by key
	latest  []score.Histogram // the groups' answers of the latest day
	gauges  []FloorGauge      // by arm, of the weighted score
	usual   []score.Stratum   // the decline's baseline; nil before its first day, and when it is not enough
	decline *Decline          // nil with it
}

// NewCompanyWatch begins before the first day; see NewWatch.
func NewCompanyWatch(c CompanyModel, m Metric, s WatchSettings, today Day) *CompanyWatch {
	w := &CompanyWatch{Watch: NewWatch(m, s, today), model: c, keys: c.Keys(), gauges: make([]FloorGauge, len(s.Arms))}
	for range w.keys {
		w.groups = append(w.groups, newPools(m, s, today))
		w.latest = append(w.latest, m.NewHistogram())
	}
	return w
}

// AddGroups takes the next day's answers of each of the model's groups, beside
// Add, which takes those of all. What answers gives is read before it is called again.
func (w *CompanyWatch) AddGroups(day Day, answers func(key string) score.Histogram) {
	for i, key := range w.keys {
		h := answers(key)
		w.groups[i].add(day, h)
		clear(w.latest[i])
		w.latest[i].Merge(h)
	}
	w.measure()
	days, _ := DeclinePeriods(w.today)
	if day == days.Since {
		w.begin()
	}
	if w.decline != nil {
		now := w.strata(func(i int) score.Histogram { return w.latest[i] })
		w.decline.next(w.metric.StandardizedIndex(now, w.usual, w.settings.DeclineFloor, LeastCoverage))
	}
}

// strata are the model's groups with what each has for answers.
func (w *CompanyWatch) strata(answers func(group int) score.Histogram) []score.Stratum {
	strata, _ := w.model.strata(w.metric, w.keys, answers)
	return strata
}

// measure gauges the floors, by the periods in which every group answered: a
// group that is silent for a while moves the score, and is no movement of it.
func (w *CompanyWatch) measure() {
	for arm := range w.arms {
		if !w.groups[0].arms[arm].over {
			continue
		}
		part := w.strata(func(i int) score.Histogram { return w.groups[i].arms[arm].part })
		if x, ok := w.metric.Index(part, 1); ok {
			w.gauges[arm].Add(x.Estimate())
		}
	}
}

// begin starts the decline, if there is a baseline for one.
func (w *CompanyWatch) begin() {
	usual := w.strata(func(i int) score.Histogram { return w.groups[i].usual })
	if _, ok := w.metric.Index(usual, LeastCoverage); ok {
		w.usual, w.decline = usual, &Decline{}
	}
}

// firstDay is the first with an answer that counts; today until there is one.
func (w *CompanyWatch) firstDay() Day {
	first := w.today
	for _, g := range w.groups {
		first = min(first, g.first)
	}
	return first
}

// Drops are the arms' drops; those that can't be told are left out, and so are
// those for which less than LeastCoverage of the weight has answers both now
// and in the baseline.
func (w *CompanyWatch) Drops() []ArmDrop {
	var drops []ArmDrop
	for i, a := range w.arms {
		d, ok := w.drop(i)
		if !ok {
			continue
		}
		found := ArmDrop{Drop: d, Arm: a.arm, BaselineDays: a.arm.baselineDays(w.today, w.firstDay())}
		if floor, measured := w.gauges[i].Floor(); measured {
			found.Floor = &floor
		}
		drops = append(drops, found)
	}
	return drops
}

func (w *CompanyWatch) drop(arm int) (Drop, bool) {
	now, baseline := score.Paired(
		w.strata(func(i int) score.Histogram { return w.groups[i].arms[arm].now }),
		w.strata(func(i int) score.Histogram { return w.groups[i].arms[arm].baseline }))
	x1, _ := w.metric.Index(now, LeastCoverage)
	x0, _ := w.metric.Index(baseline, LeastCoverage)
	z, ok := score.DropZ(x1.Estimate(), x0.Estimate(), w.arms[arm].arm.Floor)
	return Drop{Drop: score.Drop{Points: x0.Value - x1.Value, Z: z}, Baseline: x0.Value,
		SampleSize: x1.SampleSize, BaselineSize: x0.SampleSize}, ok
}

// Decline is the slow decline of the weighted score; false when there is no baseline for one.
func (w *CompanyWatch) Decline() (Decline, bool) {
	if w.decline == nil {
		return Decline{}, false
	}
	d := *w.decline
	d.BaselineDays = declineBaselineDays(w.today, w.firstDay())
	return d, true
}

// BelowTarget is Watch's for the weighted score; false with less than LeastCoverage of the weight.
func (w *CompanyWatch) BelowTarget(target float64) (z float64, ok bool) {
	longest := len(w.arms) - 1
	x, ok := w.metric.Index(w.strata(func(i int) score.Histogram { return w.groups[i].arms[longest].now }), LeastCoverage)
	floor := w.arms[longest].arm.Floor
	return (target - x.Value) / math.Sqrt(x.Variance+floor*floor), ok
}
