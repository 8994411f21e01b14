package models

import "time"

// PeriodLength is how long the periods are that a figure is recorded for. They
// are those of the calendar, one after the other: each day belongs to one.
type PeriodLength string

// The lengths, the shortest first.
const (
	DayLength     PeriodLength = "day"
	WeekLength    PeriodLength = "week" // from Monday
	MonthLength   PeriodLength = "month"
	QuarterLength PeriodLength = "quarter" // from the 1st of January, April, July and October
	YearLength    PeriodLength = "year"
)

// PeriodLengths are all of them, the shortest first.
func PeriodLengths() []PeriodLength {
	return []PeriodLength{DayLength, WeekLength, MonthLength, QuarterLength, YearLength}
}

// Start is the first day of the period that holds d.
func (l PeriodLength) Start(d Day) Day { return l.beside(d, 0) }

// Next is the first day of the period after the one that holds d.
func (l PeriodLength) Next(d Day) Day { return l.beside(d, 1) }

// beside is the first day of the period that is so many periods after the one that holds d.
func (l PeriodLength) beside(d Day, periods int) Day {
	y, m, _ := d.date().Date()
	switch l {
	case WeekLength:
		return Weekly.start(d) + 7*Day(periods)
	case MonthLength, QuarterLength, YearLength:
		months := map[PeriodLength]int{MonthLength: 1, QuarterLength: 3, YearLength: 12}[l]
		first := (int(m)-1)/months*months + 1
		return dayOfDate(y, time.Month(first+periods*months), 1)
	}
	return d + Day(periods)
}

// Parts are the first days of the periods of length l that the period of length
// whole from start on is made of; none where they don't fit into it, as weeks don't into months.
func (l PeriodLength) Parts(whole PeriodLength, start Day) []Day {
	if !l.fits(whole) {
		return nil
	}
	var parts []Day
	for d := start; d < whole.Next(start); d = l.Next(d) {
		parts = append(parts, d)
	}
	return parts
}

// fits reports whether periods of length whole are made of whole periods of length l.
func (l PeriodLength) fits(whole PeriodLength) bool {
	switch {
	case l == whole || l == DayLength:
		return true
	case l == MonthLength:
		return whole == QuarterLength || whole == YearLength
	}
	return l == QuarterLength && whole == YearLength
}
