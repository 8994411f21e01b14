package metrics

import (
	"github.com/mittari/mittari/models"
	"github.com/mittari/mittari/models/score"
)

// arrival is what cx_responses_total is told apart by, apart from category.
type arrival struct{ metric, touchpoint, segment, channel string }

// arrived counts by score.Category.
type arrived [3]int64

func (a arrived) total() int64 { return a[score.Top] + a[score.Middle] + a[score.Bottom] }

// arrivalsText is the name of the encoded arrivals among the encoded metrics.
const arrivalsText = ""

func (w *workspace) unknownKeys(counts []models.ArrivalCount) bool {
	for _, c := range counts {
		if w.unknownKey(arrivalKeys(c.Arrival)) {
			return true
		}
	}
	return false
}

func (w *workspace) unknownKey(keys models.Keys) bool {
	for d, key := range keys {
		if _, known := w.labels[d].numbers[key]; !known {
			return true
		}
	}
	return false
}

func arrivalKeys(a models.Arrival) models.Keys {
	return models.Keys{models.Touchpoint: a.Touchpoint, models.Segment: a.Segment, models.Channel: a.Channel}
}

// countArrivals takes the counts over. None goes down, not even that of other
// when a key that was told as other got an entry in its catalog.
func (w *workspace) countArrivals(counts []models.ArrivalCount) {
	sums := make(map[arrival]arrived, len(w.arrivals))
	for _, c := range counts {
		m, known := w.catalog.metrics[c.Metric]
		if !known || c.Category < score.Top || c.Category > score.Bottom {
			continue
		}
		keys := arrivalKeys(c.Arrival)
		for d := range keys {
			keys[d] = w.labels[d].fold(keys[d])
		}
		a := arrival{m.Key, keys[models.Touchpoint], keys[models.Segment], keys[models.Channel]}
		sum := sums[a]
		sum[c.Category] += c.N
		sums[a] = sum
	}
	for a, before := range w.arrivals {
		sum := sums[a]
		for category := range sum {
			sum[category] = max(sum[category], before[category])
		}
		sums[a] = sum
	}
	for a, sum := range sums {
		if sum != w.arrivals[a] {
			w.dirty[arrivalsText] = true
		}
	}
	w.arrivals = sums
}
