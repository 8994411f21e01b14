package metrics

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"github.com/mittari/mittari/models"
)

// pastKPIs are the figures of a workspace's KPIs while its days go by. A figure
// is known when its period is over, as it was corrected last; when it was sent is
// not asked. A year's figures are held at a time, and those that are told.
type pastKPIs struct {
	workspace *workspace
	year      models.Day // the next one to be read
	kpis      map[string]*pastKPI
}

type pastKPI struct {
	coming []models.KPIValue // whose periods are not over, those that end first first
	latest map[kpiSlot]models.KPIValue
}

// newPastKPIs begins with the years that the workspace's today looks at.
func newPastKPIs(w *workspace) *pastKPIs {
	p := &pastKPIs{workspace: w, year: firstKPIYear(w.today), kpis: map[string]*pastKPI{}}
	for _, k := range w.catalog.kpis {
		w.kpis[k.Key] = &kpi{KPI: k}
		p.kpis[k.Key] = &pastKPI{latest: map[kpiSlot]models.KPIValue{}}
	}
	return p
}

// moveTo makes the workspace tell the figures that are known when the day begins.
func (p *pastKPIs) moveTo(ctx context.Context, source Source, today models.Day) error {
	for ; p.year <= lastKPIYear(today); p.year = models.YearLength.Next(p.year) {
		for key, k := range p.kpis {
			begun, err := p.workspace.begunIn(ctx, source, p.workspace.kpis[key].KPI, p.year)
			if err != nil {
				return err
			}
			k.coming = append(k.coming, begun...)
			slices.SortStableFunc(k.coming, func(a, b models.KPIValue) int { return cmp.Compare(over(a), over(b)) })
		}
	}
	for key, k := range p.kpis {
		k.moveTo(today)
		p.workspace.kpis[key].told = slices.SortedFunc(maps.Values(k.latest), compareKPIValues)
	}
	return nil
}

// over is the day with which the figure's period is over.
func over(v models.KPIValue) models.Day { return v.Period.Next(v.Start) }

func (k *pastKPI) moveTo(today models.Day) {
	ended := 0
	for ; ended < len(k.coming) && over(k.coming[ended]) <= today; ended++ {
		v := k.coming[ended]
		k.latest[kpiSlot{v.Period, v.Level, v.Key}] = v
	}
	k.coming = k.coming[ended:]
	maps.DeleteFunc(k.latest, func(_ kpiSlot, v models.KPIValue) bool { return v.Start < firstKPIYear(today) })
}

// begunIn are a KPI's figures of all periods that begin in the year.
func (w *workspace) begunIn(ctx context.Context, source Source, k models.KPI, year models.Day) ([]models.KPIValue, error) {
	var begun []models.KPIValue
	err := w.eachOfYear(ctx, source, k, year, func(rollup *models.KPIRollup, level models.Level, length models.PeriodLength, begins models.Period) {
		for _, v := range rollup.Values(level, length) {
			if v.Start >= begins.Since && v.Start < begins.Until {
				begun = append(begun, v)
			}
		}
	})
	return begun, err
}
