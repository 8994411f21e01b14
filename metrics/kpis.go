package metrics

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/mittari/mittari/models"
)

// kpisText stands before a KPI's key in the name of its text; no metric's key holds a slash.
const kpisText = "kpi/"

// kpiYears is how many calendar years of observations are looked at, tomorrow's
// included: a year's figure is told from its last part on until that of the next
// year, which has a year's time to come. Older figures are told no more.
const kpiYears = 3

// kpiRest is how many times as long as it took a KPI is not read again: one that
// is observed all the time must not keep the scores waiting.
const kpiRest = 10

// kpiShare is how long KPIs are read in one refresh before the others are left
// to the next one, which follows when the scores are published.
const kpiShare = 2 * time.Second

// kpi is what the snapshot holds of a KPI: not its observations, but what they amount to.
type kpi struct {
	models.KPI
	told  []models.KPIValue // the latest of each length, level and key, in this order
	stale bool              // the observations, or how they are read, are not what they were
	read  time.Time         // when it was begun to read them
	took  time.Duration
	// It takes longer than kpiShare: see RefreshKPIs.
	beside bool
}

// kpiSlot is what one figure is told of.
type kpiSlot struct {
	length models.PeriodLength
	level  models.Level
	key    string
}

// adoptKPIs takes over the KPIs of the catalog: those that are new, or not what
// they were, or of employees who are to be shown in greater groups, are to be
// read before anything is told of them, and those that are gone leave no series behind.
func (w *workspace) adoptKPIs(before catalog) {
	retargeted := !slices.Equal(before.kpiTargets, w.catalog.kpiTargets)
	found := map[string]*kpi{}
	for _, k := range w.catalog.kpis {
		known := w.kpis[k.Key]
		if known == nil || known.KPI != k || k.Kind == models.EmployeeKPI && before.anonymity != w.catalog.anonymity {
			known = &kpi{KPI: k, stale: true, beside: known != nil && known.beside}
		}
		found[k.Key] = known
		if retargeted {
			w.dirty[kpisText+k.Key] = true
		}
	}
	for key, k := range w.kpis {
		if found[key] != k {
			w.dirty[kpisText+key] = true
		}
	}
	w.kpis = found
}

// inheritKPIs tells what was told before until the KPIs are read.
func (w *workspace) inheritKPIs(before *workspace) {
	for key, k := range before.kpis {
		w.kpis[key] = &kpi{KPI: k.KPI, told: k.told, stale: true, beside: k.beside}
		w.dirty[kpisText+key] = true
	}
}

// staleKPIs has the KPIs read again that there are.
func (w *workspace) staleKPIs(keys map[string]bool) {
	for key := range keys {
		if k := w.kpis[key]; k != nil {
			k.stale = true
		}
	}
}

// moveKPIs follows the day: targets begin, and with a year the years that are looked at.
func (w *workspace) moveKPIs(before models.Day) {
	for key, k := range w.kpis {
		k.stale = k.stale || lastKPIYear(before) != lastKPIYear(w.today)
		if len(w.catalog.kpiTargets) > 0 {
			w.dirty[kpisText+key] = true
		}
	}
}

// lastKPIYear is the first day of the last year that observations may be of: a sender's clock may be ahead.
func lastKPIYear(today models.Day) models.Day { return models.YearLength.Start(today + daysAhead) }

// firstKPIYear is the first day of the first year that is looked at.
func firstKPIYear(today models.Day) models.Day {
	year := lastKPIYear(today)
	for range kpiYears - 1 {
		year = models.YearLength.Start(year - 1)
	}
	return year
}

// readKPIs reads those that are stale, apart from those that have to wait. One
// that takes longer than kpiShare is left, to be read beside the scores from now on.
func (w *workspace) readKPIs(ctx context.Context, source Source, now func() time.Time) error {
	first := now()
	for _, key := range slices.Sorted(maps.Keys(w.kpis)) {
		k, begun := w.kpis[key], now()
		if begun.Sub(first) > kpiShare {
			return nil
		}
		if k.beside || !k.due(begun) {
			continue
		}
		inTime, cancel := context.WithTimeout(ctx, kpiShare)
		told, err := w.latest(inTime, source, k.KPI)
		k.beside = inTime.Err() != nil && ctx.Err() == nil
		cancel()
		if k.beside {
			continue
		}
		if err != nil {
			return err
		}
		if !slices.Equal(told, k.told) {
			w.dirty[kpisText+key] = true
		}
		k.told, k.stale, k.read, k.took = told, false, begun, now().Sub(begun)
	}
	return nil
}

// latest is the KPI's last figure of each length, level and key. The years are
// read one by one, so that the memory needed is that of one.
func (w *workspace) latest(ctx context.Context, source Source, k models.KPI) ([]models.KPIValue, error) {
	found := map[kpiSlot]models.KPIValue{}
	year := lastKPIYear(w.today)
	for range kpiYears {
		values, err := w.latestOfYear(ctx, source, k, year)
		if err != nil {
			return nil, err
		}
		for _, v := range values {
			slot := kpiSlot{v.Period, v.Level, v.Key}
			if _, later := found[slot]; !later {
				found[slot] = v
			}
		}
		year = models.YearLength.Start(year - 1)
	}
	return slices.SortedFunc(maps.Values(found), compareKPIValues), nil
}

// latestOfYear is the same of the periods that begin in the year.
func (w *workspace) latestOfYear(ctx context.Context, source Source, k models.KPI, year models.Day) ([]models.KPIValue, error) {
	var values []models.KPIValue
	err := w.eachOfYear(ctx, source, k, year, func(rollup *models.KPIRollup, level models.Level, length models.PeriodLength, begins models.Period) {
		values = append(values, rollup.Latest(level, length, begins)...)
	})
	return values, err
}

// eachOfYear adds up the KPI's observations of the periods that begin in the
// year, keys folded, and does something with each level and length that may be told.
func (w *workspace) eachOfYear(ctx context.Context, source Source, k models.KPI, year models.Day,
	do func(*models.KPIRollup, models.Level, models.PeriodLength, models.Period)) error {
	begins := models.Period{Since: year, Until: models.YearLength.Next(year)}
	rollup, folded := models.NewKPIRollup(k, w.catalog.anonymity), map[models.Level]bool{}
	err := source.EachKPIPart(ctx, w.model.Key, k.Key, models.KPIStarts(begins), func(p models.KPIPart) error {
		for _, d := range models.KPIDimensions() {
			told := w.labels[d].fold(p.Keys[d])
			if told != p.Keys[d] {
				folded[models.Level(d.String())] = true
			}
			p.Keys[d] = told
		}
		rollup.Add(p)
		return nil
	})
	if err != nil {
		return err
	}
	for _, length := range rollup.Lengths() {
		for _, level := range models.KPILevels() {
			// The API tells the groups that are another here one by one: less those, another would be a small group.
			if k.Kind != models.EmployeeKPI || !folded[level] {
				do(rollup, level, length, begins)
			}
		}
	}
	return nil
}

func compareKPIValues(a, b models.KPIValue) int {
	place := func(v models.KPIValue) (length, level int) {
		return slices.Index(models.PeriodLengths(), v.Period), slices.Index(models.KPILevels(), v.Level)
	}
	aLength, aLevel := place(a)
	bLength, bLevel := place(b)
	return cmp.Or(cmp.Compare(aLength, bLength), cmp.Compare(aLevel, bLevel), strings.Compare(a.Key, b.Key))
}
