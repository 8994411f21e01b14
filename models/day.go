package models

import (
	"fmt"
	"time"
)

// Day is a calendar day in a workspace's time zone, counted from 1970-01-01 = 0.
type Day int

// DayOf is the day that t falls on in the time zone.
func DayOf(t time.Time, zone *time.Location) Day {
	y, m, d := t.In(zone).Date()
	return dayOfDate(y, m, d)
}

func dayOfDate(y int, m time.Month, d int) Day {
	return Day(time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix() / 86400)
}

// ParseDay reads YYYY-MM-DD.
func ParseDay(s string) (Day, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return 0, fmt.Errorf("%q is not a date like 2026-01-31", s)
	}
	return Day(t.Unix() / 86400), nil
}

// Start is the moment the day begins in the time zone: midnight, or the first
// moment after it where the clocks skip midnight.
func (d Day) Start(zone *time.Location) time.Time {
	y, m, dd := d.date().Date()
	t := time.Date(y, m, dd, 0, 0, 0, 0, zone)
	if DayOf(t, zone) < d { // midnight was skipped: the day begins where the clocks changed
		_, t = t.ZoneBounds()
	}
	return t
}

func (d Day) date() time.Time { return time.Unix(int64(d)*86400, 0).UTC() }

// String is the day as YYYY-MM-DD.
func (d Day) String() string { return d.date().Format(time.DateOnly) }

// Period is a run of whole days, Since included and Until not.
type Period struct{ Since, Until Day }

// Days is the number of days in the period.
func (p Period) Days() int { return int(p.Until - p.Since) }

// from is the part of the period that begins with the day given, or all of it when that is earlier.
func (p Period) from(day Day) Period { return Period{max(p.Since, day), p.Until} }

// Window is a period that ends with today and moves with it.
type Window struct {
	Name string
	Days int // today included
}

// Windows are those that are published as series, the shortest first.
func Windows() []Window {
	return []Window{{"today", 1}, {"7d", 7}, {"28d", 28}, {"90d", 90}, {"365d", 365}}
}

// DefaultWindow is the name of the window of a score nobody gave a period for.
const DefaultWindow = "28d"

// WindowByName finds a window; false when there is none of that name.
func WindowByName(name string) (Window, bool) {
	for _, w := range Windows() {
		if w.Name == name {
			return w, true
		}
	}
	return Window{}, false
}

// Period is the window's days when today is the day given.
func (w Window) Period(today Day) Period {
	return Period{Since: today + 1 - Day(w.Days), Until: today + 1}
}

// Interval is a length that a period is cut into.
type Interval string

// The intervals: calendar days, weeks from Monday, calendar months.
const (
	Daily   Interval = "day"
	Weekly  Interval = "week"
	Monthly Interval = "month"
)

// start is the first day of the interval that holds d.
func (i Interval) start(d Day) Day {
	switch i {
	case Weekly:
		return d - ((d+3)%7+7)%7 // 1970-01-01 was a Thursday
	case Monthly:
		y, m, _ := d.date().Date()
		return dayOfDate(y, m, 1)
	}
	return d
}

func (i Interval) next(d Day) Day {
	switch i {
	case Weekly:
		return i.start(d) + 7
	case Monthly:
		y, m, _ := d.date().Date()
		return dayOfDate(y, m+1, 1)
	}
	return d + 1
}

// Cut divides the period at the interval's borders. The first and the last part
// may be shorter than an interval; together they are the period exactly.
func (p Period) Cut(i Interval) []Period {
	var parts []Period
	for since := p.Since; since < p.Until; {
		until := min(i.next(since), p.Until)
		parts = append(parts, Period{since, until})
		since = until
	}
	return parts
}
