package sample

import (
	"math/rand/v2"
	"time"

	"github.com/mittari/mittari/models"
)

// rhythm is when something happens within a week and a day.
type rhythm struct {
	week  [7]float64     // from Monday, 1 is an ordinary day, 0 closed
	hours []choice[span] // of the day, local time
}

// span is the part of a day from one full hour to another.
type span struct{ from, to int }

// season is how a year goes, from January; 1 is an ordinary month.
type season [12]float64

// The rhythms: the branches, the phone service, what people do at home, and the staff's.
func branchHours() rhythm {
	return rhythm{
		week:  [7]float64{1.1, 1, 1, 1, 1.1, 0, 0},
		hours: []choice[span]{{span{10, 12}, 3}, {span{12, 13}, 1}, {span{13, 16}, 4}, {span{16, 18}, 2}},
	}
}

func phoneHours() rhythm {
	return rhythm{
		week:  [7]float64{1.25, 1.1, 1, 1, 1, 0.4, 0.2},
		hours: []choice[span]{{span{8, 12}, 5}, {span{12, 16}, 4}, {span{16, 20}, 2}},
	}
}

func homeHours() rhythm {
	return rhythm{
		week:  [7]float64{1.05, 1.05, 1, 1, 0.95, 0.7, 0.75},
		hours: []choice[span]{{span{7, 9}, 1}, {span{9, 16}, 3}, {span{16, 19}, 3}, {span{19, 22}, 4}},
	}
}

func workHours() rhythm {
	return rhythm{
		week:  [7]float64{1, 1, 1, 1, 1, 0, 0},
		hours: []choice[span]{{span{8, 11}, 4}, {span{11, 13}, 1}, {span{13, closing}, 3}},
	}
}

// closing is the hour at which a staff survey closes.
const closing = 16

// The seasons: everyday business slows down in July and late in December,
// the buying of homes stands nearly still then and is busiest in spring.
func everydaySeason() season {
	return season{1.05, 1, 1, 1, 1, 0.9, 0.7, 0.95, 1.05, 1.05, 1.05, 0.8}
}

func homeSeason() season {
	return season{1, 1.05, 1.15, 1.2, 1.15, 0.9, 0.6, 1, 1.15, 1.1, 1, 0.6}
}

// weekday is 0 on Monday. 1970-01-01, day 0, was a Thursday.
func weekday(day models.Day) int { return int(day+3) % 7 }

// open is the first day from the one given on which the rhythm isn't closed.
func (rh rhythm) open(day models.Day) models.Day {
	for rh.week[weekday(day)] == 0 {
		day++
	}
	return day
}

// hour is the moment of a full hour of the day.
func hour(day models.Day, h int, zone *time.Location) time.Time {
	y, m, d := day.Start(zone).Date()
	return time.Date(y, m, d, h, 0, 0, 0, zone)
}

// moment draws a time within the rhythm's hours of the day.
func (rh rhythm) moment(r *rand.Rand, day models.Day, zone *time.Location) time.Time {
	hours := pick(r, rh.hours)
	second := r.IntN((hours.to - hours.from) * 3600)
	return hour(day, hours.from, zone).Add(time.Duration(second) * time.Second)
}
