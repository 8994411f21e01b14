package sample

import (
	"fmt"
	"math"
	"math/rand/v2"
	"time"

	"github.com/mittari/mittari/models"
)

// wave is a survey of the staff that comes back every few months: every team
// answers on one working day.
type wave struct {
	survey    string
	every     int // months, counted so that a quarter's falls in February, May, August and November
	from      int // the first working day from this day of the month
	questions []question
}

// leastAnswering is the least share of a team that answers a wave.
const leastAnswering = 0.75

func waves() []wave {
	return []wave{
		{survey: staffPulse, every: 1, from: 8, questions: []question{
			{metric: "pulse", weights: []float64{4, 10, 24, 42, 20}},
		}},
		{survey: staffQuarter, every: 3, from: 15, questions: []question{
			{metric: "enps", weights: []float64{3, 2, 3, 4, 5, 9, 10, 18, 22, 14, 10}},
			{metric: "job_satisfaction", weights: []float64{4, 9, 20, 45, 22}},
			{metric: "ex_effectiveness", weights: []float64{3, 9, 22, 44, 22}},
			{metric: "ex_ease", weights: []float64{6, 15, 28, 36, 15}},
			{metric: "ex_emotion", weights: []float64{5, 12, 30, 36, 17}},
		}},
	}
}

// falls reports whether the wave is on the day.
func (w wave) falls(day models.Day) bool {
	working := workHours()
	if working.open(day) != day {
		return false
	}
	for back := range models.Day(3) { // a weekend at most moves it
		date := (day - back).Start(time.UTC)
		if date.Day() == w.from && working.open(day-back) == day {
			return int(date.Month())%w.every == 2%w.every
		}
	}
	return false
}

// ask puts on the agenda what the staff answers if the wave is on the day and
// has been closed by now: a wave is handed in whole, so that no part of a team
// is ever small enough to give somebody away.
func (b *Bank) ask(r *rand.Rand, w wave, day models.Day, plan agenda) {
	if !w.falls(day) || b.now.Before(hour(day, closing, b.zone)) {
		return
	}
	first := 1
	for _, t := range b.teams {
		people := r.Perm(t.staff)
		answering := math.Ceil(float64(t.staff) * (leastAnswering + (1-leastAnswering)*r.Float64()))
		for _, i := range people[:int(answering)] {
			plan.add(day, b.staffAnswer(r, w, t, first+i, day))
		}
		first += t.staff
	}
}

// staffAnswer is what number n of the staff answers.
func (b *Bank) staffAnswer(r *rand.Rand, w wave, t team, n int, day models.Day) models.Submission {
	own := personSpread * b.chance(staffStream, uint64(n)).NormFloat64()
	return b.submission(r, occasion{
		encounter: encounter{survey: w.survey, channels: []choice[string]{{web, 1}}, questions: w.questions},
		id:        fmt.Sprintf("%s-%s-%03d", w.survey, day, n),
		at:        workHours().moment(r, day, b.zone),
		person:    person{id: fmt.Sprintf("e-%03d", n), language: "fi"},
		team:      t.key,
		mood:      own + t.spirit + cheer*b.spirits(t, day) + occasionSpread*r.NormFloat64(),
	})
}
