package models

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestWindowsEndWithToday(t *testing.T) {
	today := day(t, "2026-03-29")
	want := map[string]string{"today": "2026-03-29", "7d": "2026-03-23", "28d": "2026-03-02", "90d": "2025-12-30", "365d": "2025-03-30"}
	for _, w := range Windows() {
		p := w.Period(today)
		if p.Since.String() != want[w.Name] || p.Until != today+1 || p.Days() != w.Days {
			t.Errorf("%s is %v to %v, %d days", w.Name, p.Since, p.Until, p.Days())
		}
		if found, ok := WindowByName(w.Name); !ok || found != w {
			t.Errorf("%s is not found by its name", w.Name)
		}
	}
	if len(Windows()) != len(want) || !slices.IsSortedFunc(Windows(), func(a, b Window) int { return a.Days - b.Days }) {
		t.Errorf("the windows are %v", Windows())
	}
	if _, ok := WindowByName("29d"); ok {
		t.Error("a window of a name that is none was found")
	}
	if _, ok := WindowByName(DefaultWindow); !ok {
		t.Error("the default window is none")
	}
}

func TestPeriodsAreCutAtTheCalendarsBorders(t *testing.T) {
	for _, c := range []struct {
		since, until string
		interval     Interval
		want         string
	}{
		{"2026-11-19", "2026-11-22", Daily, "2026-11-19 2026-11-20 2026-11-21"},
		{"2026-11-19", "2026-12-02", Weekly, "2026-11-19 2026-11-23 2026-11-30"}, // Thursday, then Mondays
		{"2026-11-23", "2026-11-30", Weekly, "2026-11-23"},
		{"2025-12-30", "2026-01-07", Weekly, "2025-12-30 2026-01-05"},
		{"1969-12-20", "1970-01-06", Weekly, "1969-12-20 1969-12-22 1969-12-29 1970-01-05"},
		{"2024-01-31", "2024-03-02", Monthly, "2024-01-31 2024-02-01 2024-03-01"},
		{"2025-12-01", "2026-01-01", Monthly, "2025-12-01"},
		{"1969-11-15", "1970-01-02", Monthly, "1969-11-15 1969-12-01 1970-01-01"},
		{"2026-01-01", "2026-01-01", Monthly, ""},
		{"2026-01-02", "2026-01-01", Daily, ""},
	} {
		got := ""
		for i, part := range (Period{day(t, c.since), day(t, c.until)}).Cut(c.interval) {
			if i > 0 {
				got += " "
			}
			got += part.Since.String()
		}
		if got != c.want {
			t.Errorf("%s to %s by %s begins at %q, want %q", c.since, c.until, c.interval, got, c.want)
		}
	}
}

func TestTheCutPartsAreThePeriodExactly(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		interval := rapid.SampledFrom([]Interval{Daily, Weekly, Monthly}).Draw(t, "interval")
		since := Day(rapid.IntRange(-2000, 40_000).Draw(t, "since"))
		p := Period{since, since + Day(rapid.IntRange(0, 800).Draw(t, "days"))}
		next := p.Since
		for i, part := range p.Cut(interval) {
			if part.Since != next || part.Until <= part.Since {
				t.Fatalf("part %d is %v to %v, after %v", i, part.Since, part.Until, next)
			}
			first, last := calendar(interval, part.Since), calendar(interval, part.Until-1)
			if first != last {
				t.Fatalf("part %d holds %s and %s", i, first, last)
			}
			if part.Until < p.Until && calendar(interval, part.Until) == last {
				t.Fatalf("%s is cut in two at %v", last, part.Until)
			}
			next = part.Until
		}
		if next != p.Until {
			t.Fatalf("the parts end at %v, not at %v", next, p.Until)
		}
	})
}

// calendar names the interval that a day lies in, the way the standard library counts.
func calendar(interval Interval, d Day) string {
	at := time.Date(1970, 1, 1+int(d), 0, 0, 0, 0, time.UTC)
	switch interval {
	case Weekly:
		year, week := at.ISOWeek()
		return fmt.Sprintf("week %d of %d", week, year)
	case Monthly:
		return at.Format("2006-01")
	}
	return at.Format(time.DateOnly)
}
