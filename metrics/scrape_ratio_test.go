//go:build unix && !race

package metrics

import (
	"syscall"
	"testing"
	"time"
)

func processorTime(t testing.TB) time.Duration {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		t.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

// fastest is the least processor time that each of some things to do takes, done
// in turn: it tells much the same on a busy machine as on an idle one.
func fastest(t testing.TB, runs int, do ...func(i int)) []time.Duration {
	least := make([]time.Duration, len(do))
	for run := range runs {
		for k := range do {
			begun := processorTime(t)
			do[k](run)
			if took := processorTime(t) - begun; run == 0 || took < least[k] {
				least[k] = took
			}
		}
	}
	return least
}

func TestScrapeIsFasterThanTheLibrary(t *testing.T) {
	s := chain(t)
	e := newExporter(t, s)
	refresh(t, e)
	published := e.snapshot.published.Load()
	library := baseline(t, string(published.all.plain))
	if ours, theirs := scrape(t, e.Handler(), "identity"), scrape(t, library, "identity"); ours != theirs {
		t.Fatalf("%d bytes, %d by the library", ours, theirs)
	}
	took := fastest(t, 9,
		func(int) { scrape(t, library, "identity") },
		func(int) {
			for range 100 {
				scrape(t, e.Handler(), "identity")
			}
		},
		func(i int) { touch(t, s, i) }, // not ours to time
		func(int) {
			refresh(t, e)
			scrape(t, e.Handler(), "identity")
		})
	t.Logf("%d series: client_golang %s, unchanged %s, changed %s", published.series, took[0], took[1]/100, took[3])
	if took[1]/100*5 > took[0] {
		t.Errorf("an unchanged scrape takes %s, by the library %s", took[1]/100, took[0])
	}
	if took[3]*10 > took[0]*13 {
		t.Errorf("a change and the scrape after it take %s, a scrape by the library %s", took[3], took[0])
	}
}
