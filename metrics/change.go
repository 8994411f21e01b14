package metrics

import (
	"context"
	"maps"
	"slices"

	"github.com/mittari/mittari/models"
)

// refresh reads what changed. It reports false when all has to be read again.
//
// An answer that brings a new key is committed together with the key. So the
// catalogs, when a key is unknown, are read after the arrivals: what counts as
// other is other, and not a key that got known in between.
func (w *workspace) refresh(ctx context.Context, source Source, changed change) (bool, error) {
	arrivals, err := source.FindArrivals(ctx, w.model.Key)
	if err != nil {
		return false, err
	}
	invited, err := source.FindInvitationArrivals(ctx, w.model.Key)
	if err != nil {
		return false, err
	}
	if changed.catalogs || w.unknownKeys(arrivals) || w.unknownInvited(invited) {
		c, err := readCatalog(ctx, source, w.model.Key)
		if err != nil || !w.adopt(c) {
			return false, err
		}
	}
	for metric, days := range changed.days {
		for _, p := range spans(days, w.held()) {
			if err := w.read(ctx, source, metric, p); err != nil {
				return false, err
			}
		}
	}
	w.countArrivals(arrivals)
	w.countInvited(invited)
	w.staleKPIs(changed.kpis)
	w.stalePersons(changed)
	return true, nil
}

// adopt takes over what changed in the catalogs. It reports false, and changes
// nothing, when counts were folded by what no longer holds, so that all of them
// have to be read again.
func (w *workspace) adopt(c catalog) bool {
	for metric, t := range w.tallies {
		if c.metrics.Counted(metric).Scale != t.metric.Scale {
			return false
		}
	}
	for d, keys := range c.keys {
		known := w.labels[d].numbers
		for _, key := range w.catalog.keys[d] {
			if _, kept := slices.BinarySearch(keys, key); !kept {
				return false
			}
		}
		for _, key := range keys {
			if _, old := known[key]; !old && w.labels[d].folded.maybe(key) {
				return false
			}
		}
	}
	if !w.catalog.sameShown(c) {
		for metric, t := range w.tallies {
			t.metric = c.metrics.Counted(metric)
			w.changed(metric, w.held().Since)
		}
		w.dirty[arrivalsText], w.dirty[invitedText] = true, true
	}
	before := w.catalog
	w.adoptPersons(c)
	w.catalog = c
	w.addKeys(c)
	w.adoptKPIs(before)
	return true
}

// spans are periods that hold all the days given and, between them, not many
// others: reading a few days too many costs less than asking once for each.
func spans(days map[models.Day]bool, within models.Period) []models.Period {
	const gap = 7
	var spans []models.Period
	for _, day := range slices.Sorted(maps.Keys(days)) {
		if day < within.Since || day >= within.Until {
			continue
		}
		last := len(spans) - 1
		if last >= 0 && day-spans[last].Until < gap && day-spans[last].Since < readDays {
			spans[last].Until = day + 1
		} else {
			spans = append(spans, models.Period{Since: day, Until: day + 1})
		}
	}
	return spans
}
