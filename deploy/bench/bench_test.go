package main

import (
	"bytes"
	"context"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/mittari/mittari/models/store/storetest"
)

// forTests is a bench whose program is built; it ends with the test.
func forTests(t *testing.T) *bench {
	t.Helper()
	o, err := parse(nil, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	b := &bench{options: o, ctx: t.Context(), stderr: io.Discard, begun: time.Now()}
	t.Cleanup(func() {
		if err := b.close(); err != nil {
			t.Error(err)
		}
	})
	if err := b.prepare(); err != nil {
		t.Fatal(err)
	}
	return b
}

func TestResponsesMadeInSQLAreWhatTheServerWouldHaveStored(t *testing.T) {
	b := forTests(t)
	postgres := storetest.Postgres(t)
	pages := map[string]string{}
	for _, database := range []string{postgres, "sqlite://" + b.sqlite("made")} {
		name, _, _ := strings.Cut(database, ":")
		if err := b.migrate(database); err != nil {
			t.Fatal(name, err)
		}
		if err := fill(t.Context(), database, 1000, b.begun); err != nil {
			t.Fatal(name, err)
		}
		if err := b.verify(database); err != nil {
			t.Error(name, err)
		}
		ours, err := b.serve(database)
		if err != nil {
			t.Fatal(name, err)
		}
		page, err := ours.series(b)
		if err != nil {
			t.Fatal(name, err)
		}
		pages[name] = string(page)
		if !strings.Contains(pages[name], `cx_score_sample_size{workspace="default",metric="csat",level="company",window="365d"} 200`) {
			t.Errorf("%s: the series tell other numbers", name)
		}
	}
	sent := sentPage(t, b)
	for name, page := range pages {
		if page != sent {
			t.Errorf("%s: the series differ from those of the same responses when they are sent", name)
		}
	}
}

// sentPage are the series once the 1000 responses have been sent in bulk.
func sentPage(t *testing.T, b *bench) string {
	t.Helper()
	ours, err := b.serve("sqlite://" + b.sqlite("sent"))
	if err != nil {
		t.Fatal(err)
	}
	files, err := b.bulkFiles(1000)
	if err != nil {
		t.Fatal(err)
	}
	took, err := b.refreshAfter(ours, func() error {
		_, err := b.sendAll(ours, "", files, 1000)
		return err
	})
	if err != nil || took <= 0 {
		t.Fatal(took, err)
	}
	page, err := ours.series(b)
	if err != nil {
		t.Fatal(err)
	}
	return string(page)
}

func TestFlagsAreCheckedAllAtOnce(t *testing.T) {
	for _, c := range []struct {
		args string
		want []string // of what is said; nothing: it is right
	}{
		{"", nil},
		{"-quick -rows 1,11 -connections 8 -time 2s", nil},
		{"-rows 12 -time 1ms -rounds 0", []string{"-rows must be numbers from 1 to 11", "-time must be", "-rounds must be"}},
		{"-connections x now", []string{"-connections must be numbers", `"now"`}},
		{"-slow", []string{"not defined", "Flags:"}},
	} {
		var said bytes.Buffer
		_, err := parse(strings.Fields(c.args), &said)
		if (err == nil) != (c.want == nil) {
			t.Errorf("%q: %v", c.args, err)
		}
		for _, want := range c.want {
			if !strings.Contains(said.String(), want) {
				t.Errorf("%q: %q is not said: %s", c.args, want, &said)
			}
		}
	}
}

func TestQuickIsShorterButForWhatIsGiven(t *testing.T) {
	o, err := parse([]string{"-quick", "-many", "7", "-rows", "2"}, io.Discard)
	if short := quick(); err != nil || o.many != 7 || o.bulk != short.bulk || o.time != short.time || o.rounds != short.rounds {
		t.Errorf("%+v, %v", o, err)
	}
	if !o.wants([]int{1, 2}) || o.wants([]int{3}) {
		t.Error("other rows are measured than were asked for")
	}
	if !strings.Contains(o.sizesTold(), "not at full size") {
		t.Errorf("it does not say that it is quick: %s", o.sizesTold())
	}
}

func TestRatiosAreOfMediansAndSpreadsOfPairs(t *testing.T) {
	var p pairs
	for _, pair := range [][2]float64{{10, 40}, {20, 50}, {10, 100}} {
		p.add(pair[0], pair[1])
	}
	least, most := p.spread()
	if p.ratio() != 5 || least != 2.5 || most != 10 {
		t.Errorf("%v, %v to %v", p.ratio(), least, most)
	}
	if got := p.inverse().ratio(); got != 0.2 {
		t.Errorf("the inverse is %v", got)
	}
	for want, values := range map[float64][]float64{0: nil, 3: {3}, 2: {3, 1}, 4: {9, 4, 1}} {
		if got := middle(values); got != want {
			t.Errorf("the median of %v is %v", values, got)
		}
	}
}

func TestTableSaysWhatWasMissed(t *testing.T) {
	b := &bench{stderr: io.Discard, begun: time.Now()}
	b.tell(1, "posts", "naive", pairs{[]float64{100, 100}, []float64{390, 410}}, perSecond, atLeast(4))
	b.tell(2, "posts", "nothing", pairs{[]float64{100}, []float64{44}}, perSecond, atLeastPercent(45))
	b.tellFaster(6, "scrape", "library", pairs{[]float64{.05}, []float64{.005}}, atLeast(5))
	r := b.tell(9, "memory", "few", pairs{[]float64{100e6}, []float64{100e6}}, megabytes, atMost(1.1))
	r.also, r.alsoFailed = "under 50 MB", true
	var table bytes.Buffer
	b.report(&table, machine{})
	for _, want := range []string{
		"| 1 | posts | naive | 100/s | 400/s | 4.00× | 3.90× – 4.10× | ≥ 4.00× | yes |",
		"| 2 | posts | nothing | 100/s | 44/s | 44 % | 44 % – 44 % | ≥ 45 % | **missed** |",
		"| 6 | scrape | library | 50ms | 5ms | 10.0× | 10.0× – 10.0× | ≥ 5.00× | yes |",
		"| 9 | memory | few | 100.0 MB | 100.0 MB | 1.00× | 1.00× – 1.00× | ≤ 1.10×; under 50 MB | **missed** |",
	} {
		if !strings.Contains(table.String(), want+"\n") {
			t.Errorf("%s\nis not in\n%s", want, &table)
		}
	}
	if allReached(b.results) {
		t.Error("all is reached, it says")
	}
}

func TestEndOfTheRunEndsWhatItStarted(t *testing.T) {
	b := forTests(t)
	ctx, cancel := context.WithCancel(b.ctx)
	b.ctx = ctx
	ours, err := b.serve("sqlite://" + b.sqlite("ended"))
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	select {
	case <-ours.Ended:
	case <-time.After(30 * time.Second):
		t.Error("the server goes on")
	}
}
