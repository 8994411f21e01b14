package metrics

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/mittari/mittari/models"
)

// dimensions is the number of dimensions.
const dimensions = len(models.Keys{})

// catalog is what a workspace may be asked about: its metrics, keys, journeys and KPIs.
type catalog struct {
	metrics  models.Metrics
	keys     [dimensions][]string // sorted
	journeys []models.Entry       // sorted by key
	targets  []models.Target
	models   map[string]models.CompanyModel // by metric

	kpis       []models.KPI
	kpiTargets []models.KPITarget
	anonymity  models.Anonymity
}

func readCatalog(ctx context.Context, source Source, workspace string) (catalog, error) {
	found, err := source.FindMetrics(ctx, workspace)
	if err != nil {
		return catalog{}, err
	}
	entries, err := source.FindEntries(ctx, workspace, "")
	if err != nil {
		return catalog{}, err
	}
	targets, err := source.FindTargets(ctx, workspace)
	if err != nil {
		return catalog{}, err
	}
	c := catalog{metrics: found, targets: targets}
	if c.models, err = readModels(ctx, source, workspace); err != nil {
		return catalog{}, err
	}
	if err := c.readKPIs(ctx, source, workspace); err != nil {
		return catalog{}, err
	}
	for _, e := range entries {
		if e.Kind == models.JourneyKind {
			c.journeys = append(c.journeys, e)
		} else if d, ok := models.Level(e.Kind).Dimension(); ok {
			c.keys[d] = append(c.keys[d], e.Key)
		}
	}
	c.addNamed()
	for d, keys := range c.keys {
		slices.Sort(keys)
		c.keys[d] = slices.Compact(keys)
	}
	slices.SortFunc(c.journeys, func(a, b models.Entry) int { return strings.Compare(a.Key, b.Key) })
	return c, nil
}

func readModels(ctx context.Context, source Source, workspace string) (map[string]models.CompanyModel, error) {
	found, err := source.FindModels(ctx, workspace)
	byMetric := map[string]models.CompanyModel{}
	for _, m := range found {
		byMetric[m.Metric] = m
	}
	return byMetric, err
}

func (c *catalog) readKPIs(ctx context.Context, source Source, workspace string) error {
	var err error
	if c.kpis, err = source.FindKPIs(ctx, workspace); err != nil {
		return err
	}
	if c.kpiTargets, err = source.FindKPITargets(ctx, workspace); err != nil {
		return err
	}
	c.anonymity, err = source.AnonymityByWorkspace(ctx, workspace)
	return err
}

// addNamed makes the groups known that the models weigh and the KPIs' targets
// are for, so that none of them is told as another, whatever the catalogs have room for.
func (c *catalog) addNamed() {
	for _, m := range c.models {
		if d, is := m.Level.Dimension(); is {
			c.keys[d] = append(c.keys[d], m.Keys()...)
		}
	}
	for _, t := range c.kpiTargets {
		if d, is := t.Level.Dimension(); is {
			c.keys[d] = append(c.keys[d], t.Key)
		}
	}
}

// sameShown reports whether what c and o say of metrics, targets, models and journeys reads the same in series.
func (c catalog) sameShown(o catalog) bool {
	return maps.Equal(c.metrics, o.metrics) && slices.Equal(c.targets, o.targets) && maps.EqualFunc(c.models, o.models, models.CompanyModel.Same) && slices.EqualFunc(c.journeys, o.journeys, func(a, b models.Entry) bool {
		return a.Key == b.Key && slices.Equal(a.Touchpoints, b.Touchpoints)
	})
}
