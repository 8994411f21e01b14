package metrics

import (
	"context"
	"fmt"
	"math"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/mittari/mittari/models"
)

func TestKeysPastTheBoundAreOther(t *testing.T) {
	s := newShelf("2026-11-20T12:00:00Z")
	s.bound = 2
	s.open("bank", "UTC")
	for i, touchpoint := range []string{"a", "b", "c", "d", "d"} {
		s.answer(t, "bank", 1, nps(touchpoint, 6+i))
	}
	e := newExporter(t, s)
	wantLines(t, scores(t, e, "cx_score_sample_size", `level="touchpoint"`, `window="7d"`),
		`cx_score_sample_size{workspace="bank",metric="nps",level="touchpoint",touchpoint="a",window="7d"} 1`,
		`cx_score_sample_size{workspace="bank",metric="nps",level="touchpoint",touchpoint="b",window="7d"} 1`,
		`cx_score_sample_size{workspace="bank",metric="nps",level="touchpoint",touchpoint="other",window="7d"} 3`)
	wantLines(t, lines(get(t, e, "/metrics/cx").Body.String(), "cx_responses_total", `touchpoint="other"`, "promoter"),
		`cx_responses_total{workspace="bank",metric="nps",touchpoint="other",segment="",channel="",category="promoter"} 2`)
	wantLines(t, lines(get(t, e, "/metrics").Body.String(), "mittari_snapshot_folded_label_values", "touchpoint"),
		`mittari_snapshot_folded_label_values{dimension="touchpoint",workspace="bank"} 2`)
}

func TestKeyThatGetsAnEntryLeavesOther(t *testing.T) {
	s := newShelf("2026-11-20T12:00:00Z")
	s.bound = 1
	s.open("bank", "UTC")
	for _, touchpoint := range []string{"a", "b", "c"} {
		s.answer(t, "bank", 1, nps(touchpoint, 9))
	}
	e := newExporter(t, s)
	refresh(t, e)
	s.put("bank", models.Entry{Kind: "touchpoint", Key: "b"})
	wantLines(t, scores(t, e, "cx_score_sample_size", `level="touchpoint"`, `window="7d"`),
		`cx_score_sample_size{workspace="bank",metric="nps",level="touchpoint",touchpoint="a",window="7d"} 1`,
		`cx_score_sample_size{workspace="bank",metric="nps",level="touchpoint",touchpoint="b",window="7d"} 1`,
		`cx_score_sample_size{workspace="bank",metric="nps",level="touchpoint",touchpoint="other",window="7d"} 1`)
	wantLines(t, lines(get(t, e, "/metrics/cx").Body.String(), "cx_responses_total", `touchpoint="other"`, "promoter"),
		`cx_responses_total{workspace="bank",metric="nps",touchpoint="other",segment="",channel="",category="promoter"} 2`) // never less
}

func TestNewKeyIsNeverCountedAsOtherForAWhile(t *testing.T) {
	s, e := open(t, "2026-11-20T12:00:00Z")
	refresh(t, e)
	s.answer(t, "bank", 1, nps("", 9))
	s.meanwhile = func() { s.answer(t, "bank", 1, nps("gate", 9)) } // after the revisions were read
	for range 2 {
		wantLines(t, scores(t, e, "cx_responses_total", "promoter"),
			`cx_responses_total{workspace="bank",metric="nps",touchpoint="",segment="",channel="",category="promoter"} 1`,
			`cx_responses_total{workspace="bank",metric="nps",touchpoint="gate",segment="",channel="",category="promoter"} 1`)
	}
	wantLines(t, scores(t, e, "cx_score", `touchpoint="other"`))
}

func TestCombinationsPastTheBoundAreOther(t *testing.T) {
	s := newShelf("2026-11-20T12:00:00Z")
	s.open("bank", "UTC")
	for i := range 50 {
		s.answer(t, "bank", 1, models.Submission{Touchpoint: fmt.Sprint("t", i%10), Team: fmt.Sprint("m", i/10), Metric: "nps", Score: value(9)})
	}
	e := newExporter(t, s)
	e.snapshot.maxLeaves = 20
	promoters := scores(t, e, "cx_window_responses", "promoter", `window="7d"`)
	if len(promoters) != 21 {
		t.Errorf("%d combinations, want 20 and the one that is other", len(promoters))
	}
	wantLines(t, lines(strings.Join(promoters, "\n"), "cx_window_responses", `touchpoint="other"`),
		`cx_window_responses{workspace="bank",metric="nps",touchpoint="other",segment="other",channel="other",team="other",category="promoter",window="7d"} 30`)
	wantLines(t, lines(get(t, e, "/metrics").Body.String(), "mittari_snapshot_folded_label_values", "combination"),
		`mittari_snapshot_folded_label_values{dimension="combination",workspace="bank"} 30`)
}

// flood is a shelf on which every answer of a day has a touchpoint of its own.
type flood struct {
	*shelf
	touchpoints int
}

func (f flood) EachCount(_ context.Context, _, metric string, p models.Period, do func(models.Count) error) error {
	today := models.DayOf(f.clock(), time.UTC)
	if metric != "nps" || today < p.Since || today >= p.Until {
		return nil
	}
	for i := range f.touchpoints {
		c := models.Count{Metric: "nps", Day: today, Keys: models.Keys{models.Touchpoint: fmt.Sprint("t-", i)}, Score: i % 11, N: 1}
		if err := do(c); err != nil {
			return err
		}
	}
	return nil
}

func TestMillionTouchpointsLeaveMemoryFlat(t *testing.T) {
	const million = 1_000_000
	s := newShelf("2026-11-20T12:00:00Z")
	s.open("bank", "UTC")
	for i := range 10 {
		s.put("bank", models.Entry{Kind: "touchpoint", Key: fmt.Sprint("t-", i)})
	}
	e := newExporter(t, s)
	e.snapshot.source = flood{s, 1000}
	refresh(t, e)
	before, series := heap(), e.snapshot.published.Load().series
	e.snapshot.source = flood{s, million}
	s.revise("bank", "nps", models.DayOf(s.clock(), time.UTC))
	refresh(t, e)
	if grown := int64(heap()) - int64(before); grown > 256<<10 {
		t.Errorf("the heap grew by %d KiB", grown>>10)
	}
	published := e.snapshot.published.Load()
	if published.series != series {
		t.Errorf("%d series, %d before", published.series, series)
	}
	wantLines(t, lines(string(published.all.plain), "cx_score_sample_size", `touchpoint="other"`, `window="7d"`),
		`cx_score_sample_size{workspace="bank",metric="nps",level="touchpoint",touchpoint="other",window="7d"} 999990`)
	for _, f := range e.snapshot.state.Load().folded {
		if f.dimension == "touchpoint" && math.Abs(f.count/million-1) > .1 {
			t.Errorf("%.0f values are said to be folded, they are 999990", f.count)
		}
	}
}

func heap() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

func TestDistinctCountsEachValueOnce(t *testing.T) {
	for _, c := range []struct {
		values    int
		tolerance float64
	}{{0, 0}, {1, 0}, {1000, 0}, {1024, 0}, {1025, .1}, {50_000, .1}} {
		var d distinct
		for range 2 {
			for i := range c.values {
				d.add(fmt.Sprint("value ", i))
			}
		}
		if off := math.Abs(d.count() - float64(c.values)); off > c.tolerance*float64(c.values) {
			t.Errorf("%d values are told as %.0f", c.values, d.count())
		}
		if c.values > 0 && !d.maybe("value 0") {
			t.Errorf("%d values: one that was shown is said not to have been", c.values)
		}
		if d.maybe("another") && c.values <= sketchSize {
			t.Errorf("%d values: one that was not shown is said to have been", c.values)
		}
	}
}
