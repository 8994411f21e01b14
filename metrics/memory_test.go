package metrics

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/mittari/mittari/models"
)

// grid is a shelf on which every day of a year has n answers of every score in
// each of 100 combinations of keys: 400,000 rows.
type grid struct {
	*shelf
	n int64
}

func newGrid(n int64) grid {
	s := newShelf("2026-11-20T12:00:00Z")
	s.bound = 1000
	s.open("grid", "UTC")
	for i := range 10 {
		for _, d := range models.Dimensions() {
			s.put("grid", models.Entry{Kind: models.Kind(d.String()), Key: gridKey(i)})
		}
	}
	return grid{s, n}
}

func gridKey(i int) string { return fmt.Sprint("key-", i) }

func (g grid) EachCount(_ context.Context, _, metric string, p models.Period, do func(models.Count) error) error {
	if metric != "nps" {
		return nil
	}
	today := models.DayOf(g.clock(), time.UTC)
	for day := max(p.Since, today-364); day < min(p.Until, today+1); day++ {
		for i := range 100 {
			keys := models.Keys{gridKey(i % 3), gridKey(i % 10), gridKey(i / 10 % 10), gridKey(i / 50), gridKey(i % 7)}
			for answer := range 11 {
				if err := do(models.Count{Metric: "nps", Day: day, Keys: keys, Score: answer, N: g.n}); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// held is the memory that an exporter over the grid holds.
func (g grid) held(t *testing.T) uint64 {
	e := newExporter(t, g.shelf)
	before := heap()
	e.snapshot.source = g
	begun := time.Now()
	refresh(t, e)
	took := time.Since(begun)
	held := heap() - before
	published := e.snapshot.published.Load()
	answers := 365 * 100 * 11 * g.n
	t.Logf("%d answers, %d series of %d bytes: %d KiB held, read in %s", answers, published.series, len(published.all.plain), held>>10, took)
	return held
}

func TestMemoryGrowsNotWithAnswers(t *testing.T) {
	few, many := newGrid(1).held(t), newGrid(100).held(t)
	if many > few+few/2 {
		t.Errorf("%d KiB are held for 100 times the answers, %d KiB for these", many>>10, few>>10)
	}
	if many > 16<<20 {
		t.Errorf("%d KiB are held", many>>10)
	}
}
