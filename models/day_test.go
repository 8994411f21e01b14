package models

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

// zones are those whose clocks do all that clocks do: skip or repeat midnight,
// change by half an hour, by seconds, or by a whole day.
func zones() []string {
	return []string{"UTC", "Europe/Helsinki", "America/Sao_Paulo", "Africa/Cairo", "Pacific/Apia", "America/Havana", "America/St_Johns",
		"Africa/Monrovia", "Atlantic/Azores", "Asia/Kathmandu", "Asia/Gaza", "Asia/Beirut", "Australia/Lord_Howe", "America/Nuuk", "Pacific/Kwajalein"}
}

func day(tb testing.TB, s string) Day {
	tb.Helper()
	d, err := ParseDay(s)
	if err != nil {
		tb.Fatal(err)
	}
	return d
}

func TestADayBeginsWhereItsZoneBeginsIt(t *testing.T) {
	for _, c := range []struct {
		name, zone, day, start string
		hours                  float64 // how long the day is
	}{
		{"an ordinary day", "Europe/Helsinki", "2026-11-20", "2026-11-19T22:00:00Z", 24},
		{"clocks go forward at three", "Europe/Helsinki", "2026-03-29", "2026-03-28T22:00:00Z", 23},
		{"clocks go back at four", "Europe/Helsinki", "2026-10-25", "2026-10-24T21:00:00Z", 25},
		{"midnight is skipped", "America/Sao_Paulo", "2018-11-04", "2018-11-04T03:00:00Z", 23},
		{"midnight comes back to the day before", "America/Sao_Paulo", "2018-02-18", "2018-02-18T03:00:00Z", 24},
		{"the day before it is longer", "America/Sao_Paulo", "2018-02-17", "2018-02-17T02:00:00Z", 25},
		{"midnight is skipped", "Africa/Cairo", "2023-04-28", "2023-04-27T22:00:00Z", 23},
		{"midnight comes twice", "America/Havana", "2023-11-05", "2023-11-05T04:00:00Z", 25},
		{"the last day before the date line", "Pacific/Apia", "2011-12-29", "2011-12-29T10:00:00Z", 24},
		{"a day that never was", "Pacific/Apia", "2011-12-30", "2011-12-30T10:00:00Z", 0},
		{"the first day beyond the date line", "Pacific/Apia", "2011-12-31", "2011-12-30T10:00:00Z", 24},
		{"clocks that count in seconds", "Africa/Monrovia", "1972-01-07", "1972-01-07T00:44:30Z", 24 - 44.5/60},
	} {
		t.Run(c.zone+" "+c.day+" "+c.name, func(t *testing.T) {
			z, d := zone(t, c.zone), day(t, c.day)
			start := d.Start(z)
			if got := start.UTC().Format(time.RFC3339); got != c.start {
				t.Errorf("begins at %s, want %s", got, c.start)
			}
			if hours := (d + 1).Start(z).Sub(start).Hours(); hours != c.hours {
				t.Errorf("is %v hours long, want %v", hours, c.hours)
			}
		})
	}
}

func TestADaysFirstMomentIsItsOwnAndTheOneBeforeIsNot(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		z, err := time.LoadLocation(rapid.SampledFrom(zones()).Draw(t, "zone"))
		if err != nil {
			t.Fatal(err)
		}
		d := Day(rapid.IntRange(-365, 70*365).Draw(t, "day"))
		start := d.Start(z)
		if missing := start.Equal((d + 1).Start(z)); DayOf(start, z) != d && !missing {
			t.Fatalf("%v begins at %v, which is on %v", d, start, DayOf(start, z))
		}
		if before := DayOf(start.Add(-1), z); before >= d {
			t.Fatalf("%v begins at %v, and the moment before is on %v", d, start, before)
		}
	})
}

func TestAMomentIsOnOneDayOfItsZone(t *testing.T) {
	at := time.Date(2026, 11, 19, 22, 0, 0, 0, time.UTC)
	for zoneName, want := range map[string]string{"UTC": "2026-11-19", "Europe/Helsinki": "2026-11-20", "Pacific/Apia": "2026-11-20", "America/Havana": "2026-11-19"} {
		if got := DayOf(at, zone(t, zoneName)).String(); got != want {
			t.Errorf("in %s it is %s, want %s", zoneName, got, want)
		}
	}
	if got := DayOf(at.Add(-1), zone(t, "Europe/Helsinki")).String(); got != "2026-11-19" {
		t.Errorf("a moment before midnight in Helsinki is on %s", got)
	}
}

func TestADayIsReadAsItIsWritten(t *testing.T) {
	for _, s := range []string{"1970-01-01", "1969-12-31", "2024-02-29", "2026-11-20", "0001-01-01", "9999-12-31"} {
		if got := day(t, s).String(); got != s {
			t.Errorf("%s became %s", s, got)
		}
	}
	for _, s := range []string{"", "2026-2-1", "2025-02-29", "2026-13-01", "20.11.2026", "2026-11-20T00:00:00Z", " 2026-11-20"} {
		if d, err := ParseDay(s); err == nil {
			t.Errorf("%q became %v", s, d)
		}
	}
	if _, err := ParseDay("tomorrow"); err == nil || err.Error() != `"tomorrow" is not a date like 2026-01-31` {
		t.Errorf("the error says %v", err)
	}
}
