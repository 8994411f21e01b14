package sample

import (
	"testing"
	"time"

	"github.com/mittari/mittari/models"
)

// count is how many of the bank's customers' answers came on the days that fit.
func count(b *Bank, fits func(day models.Day, s models.Submission) bool) (n float64) {
	for _, s := range said() {
		if s.Segment != "" || s.Touchpoint != "" {
			if fits(models.DayOf(*s.CollectedAt, b.zone), s) {
				n++
			}
		}
	}
	return n
}

func TestWeekendsAreQuietAndBranchesClosed(t *testing.T) {
	b := friday()
	weekend := func(day models.Day, _ models.Submission) bool { return weekday(day) >= 5 }
	saturdays := count(b, weekend) / 2
	workdays := count(b, func(day models.Day, s models.Submission) bool { return !weekend(day, s) }) / 5
	if saturdays > 0.6*workdays || saturdays < 0.1*workdays {
		t.Errorf("a weekend day has %.2f of a working day's answers, want a dip", saturdays/workdays)
	}
	if n := count(b, func(day models.Day, s models.Submission) bool { return weekend(day, s) && s.Channel == "kiosk" }); n > 0 {
		t.Errorf("%.0f answers at the kiosks of closed branches", n)
	}
}

func TestSummerAndDecemberAreQuiet(t *testing.T) {
	b := friday()
	in := func(month time.Month) float64 {
		return count(b, func(day models.Day, _ models.Submission) bool { return day.Start(b.zone).Month() == month })
	}
	if july, may := in(time.July), in(time.May); july > 0.75*may {
		t.Errorf("July has %.2f of May's answers, want a lull", july/may)
	}
	if december, october := in(time.December), in(time.October); december > 0.9*october {
		t.Errorf("December has %.2f of October's answers, want a lull", december/october)
	}
}

func TestEveryYearHasMoreAnswersThanTheOneBefore(t *testing.T) {
	b := friday()
	var years [3]float64
	for i := range years {
		until := b.last + 1 - models.Day(365*(2-i))
		years[i] = count(b, func(day models.Day, _ models.Submission) bool { return day >= until-365 && day < until })
	}
	if years[1] < 1.15*years[0] || years[2] < 1.15*years[1] {
		t.Errorf("the years have %v answers, want growth", years)
	}
}

func TestClockChangesLoseNoDayAndNoHour(t *testing.T) {
	b := friday()
	days := map[models.Day]int{}
	offsets := map[int]int{}
	for _, s := range said() {
		days[models.DayOf(*s.CollectedAt, b.zone)]++
		_, offset := s.CollectedAt.Zone()
		offsets[offset]++
	}
	for day := b.last - 3*365 + 1; day <= b.last; day++ {
		if days[day] == 0 {
			t.Errorf("nobody answered on %v", day)
		}
	}
	if offsets[2*3600] == 0 || offsets[3*3600] == 0 || len(offsets) != 2 {
		t.Errorf("offsets from UTC are %v, want winter's and summer's", offsets)
	}
}
