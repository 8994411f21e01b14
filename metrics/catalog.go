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

// catalog is what a workspace may be asked about: its metrics, keys and journeys.
type catalog struct {
	metrics  models.Metrics
	keys     [dimensions][]string // sorted
	journeys []models.Entry       // sorted by key
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
	c := catalog{metrics: found}
	for _, e := range entries {
		if e.Kind == models.JourneyKind {
			c.journeys = append(c.journeys, e)
		} else if d, ok := models.Level(e.Kind).Dimension(); ok {
			c.keys[d] = append(c.keys[d], e.Key)
		}
	}
	for _, keys := range c.keys {
		slices.Sort(keys)
	}
	slices.SortFunc(c.journeys, func(a, b models.Entry) int { return strings.Compare(a.Key, b.Key) })
	return c, nil
}

// sameShown reports whether what c and o say of metrics and journeys reads the same in series.
func (c catalog) sameShown(o catalog) bool {
	return maps.Equal(c.metrics, o.metrics) && slices.EqualFunc(c.journeys, o.journeys, func(a, b models.Entry) bool {
		return a.Key == b.Key && slices.Equal(a.Touchpoints, b.Touchpoints)
	})
}
