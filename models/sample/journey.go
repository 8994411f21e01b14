package sample

import (
	"fmt"
	"math/rand/v2"

	"github.com/mittari/mittari/models"
)

// journey is a way through several encounters that people walk one after the other.
type journey struct {
	perDay float64 // people who begin on an ordinary day at the end of the three years
	season season
	steps  []step
}

// step is an encounter on a journey. Those who give up after having become
// known to the bank are asked the last step's questions all the same.
type step struct {
	encounter
	wait     [2]int    // days since the step before, at least and at most
	times    []float64 // how often it happens once, twice, …
	answered float64   // the share of those asked who answer
	goesOn   float64   // the share who go on, in an even mood; after the last step: who become customers
}

// homeLoan is the journey to a home loan: awareness, booking a meeting, the meeting,
// calls, and the end, for those who became customers and those who didn't.
func homeLoan() journey {
	return journey{perDay: 34, season: homeSeason(), steps: []step{
		{times: []float64{1}, answered: 0.3, goesOn: 0.3, encounter: encounter{
			survey: homeLoanKey, touchpoint: awareness, team: digital, rhythm: homeHours(), anonymous: true,
			channels:   []choice[string]{{web, 1}},
			questions:  []question{{metric: "ces_easy", weights: []float64{27, 73}}},
			properties: []property{{"device", []choice[any]{{"phone", 5}, {"computer", 4}, {"tablet", 1}}}},
		}},
		{wait: [2]int{1, 6}, times: []float64{1}, answered: 0.55, goesOn: 0.9, encounter: encounter{
			survey: homeLoanKey, touchpoint: booking, team: byBranch, rhythm: homeHours(),
			channels:  []choice[string]{{sms, 1}},
			questions: []question{{metric: "ces", weights: []float64{34, 36, 16, 10, 4}}},
		}},
		{wait: [2]int{2, 12}, times: []float64{1}, answered: 0.65, goesOn: 0.8, encounter: encounter{
			survey: homeLoanKey, touchpoint: meeting, team: byBranch, rhythm: branchHours(),
			channels: []choice[string]{{sms, 7}, {web, 3}},
			questions: []question{
				{metric: "csat", weights: []float64{3, 5, 11, 38, 43}},
				{metric: "fcr", weights: []float64{35, 65}},
				{metric: "expectation", weights: []float64{4, 12, 44, 27, 13}, skipped: 0.4},
				{metric: "effectiveness", weights: []float64{3, 5, 13, 40, 39}, skipped: 0.4},
				{metric: "ease", weights: []float64{3, 7, 16, 41, 33}, skipped: 0.4},
				{metric: "emotion", weights: []float64{3, 7, 22, 38, 30}, skipped: 0.4},
			},
			properties: []property{{"remote", []choice[any]{{false, 7}, {true, 3}}}},
		}},
		{wait: [2]int{2, 9}, times: []float64{5, 3, 2}, answered: 0.5, goesOn: 0.85, encounter: encounter{
			survey: homeLoanKey, touchpoint: followUp, team: byBranch, rhythm: phoneHours(),
			channels:  []choice[string]{{phone, 5}, {sms, 5}},
			questions: []question{{metric: "csat", weights: []float64{4, 7, 15, 40, 34}}},
		}},
		{wait: [2]int{3, 20}, times: []float64{1}, answered: 0.5, goesOn: 0.7, encounter: encounter{
			survey: homeLoanKey, touchpoint: decision, team: byBranch, rhythm: phoneHours(),
			channels: []choice[string]{{sms, 4}, {web, 3}, {phone, 3}},
			questions: []question{
				{metric: "nps", weights: []float64{2, 1, 2, 2, 3, 6, 6, 14, 22, 21, 21}},
				{metric: "expectation", weights: []float64{6, 14, 44, 25, 11}, skipped: 0.3},
			},
			tags: [3]string{"", "", "call-back"},
		}},
	}}
}

// How the outcome of the journey colours its end.
const (
	gotLoan = 0.25
	noLoan  = -0.35
)

// walk is one person on a journey.
type walk struct {
	r      *rand.Rand
	id     string
	person person
	day    models.Day // of what happened last
	plan   agenda
}

// walk puts on the agenda what one person says along the journey that begins on the day.
func (b *Bank) walk(r *rand.Rand, day models.Day, n int, plan agenda) {
	w := &walk{r: r, id: submissionID(homeLoanKey, day, n), person: b.people[r.IntN(population)], day: day, plan: plan}
	end := b.journey.steps[len(b.journey.steps)-1]
	known, arrived := false, true
	for _, s := range b.journey.steps[:len(b.journey.steps)-1] {
		mood := b.take(w, s)
		known = !s.anonymous
		arrived = s.passed(r, mood)
		plan.passed.count(s.touchpoint, w.day, arrived)
		if !arrived {
			break
		}
	}
	if known {
		became := arrived && end.passed(r, w.person.mood)
		b.end(w, end, became)
		if arrived {
			plan.passed.count(end.touchpoint, w.day, became)
		}
	}
}

// take is a step of the walk, as often as it happens; the mood is that of the last time.
func (b *Bank) take(w *walk, s step) (mood float64) {
	for round := range 1 + draw(w.r, s.times) {
		w.day = s.next(w.r, w.day)
		o := b.occasion(w.r, s.encounter, w.person, w.day)
		o.id = stepID(w.id, s.touchpoint, round)
		mood = o.mood
		if w.r.Float64() < s.answered {
			w.plan.add(w.day, b.submission(w.r, o))
		}
	}
	return mood
}

// end is what a walker says of the whole, whatever came of it.
func (b *Bank) end(w *walk, s step, became bool) {
	w.day = s.next(w.r, w.day)
	o := b.occasion(w.r, s.encounter, w.person, w.day)
	o.id = stepID(w.id, s.touchpoint, 0)
	o.mood += noLoan
	if became {
		o.mood += gotLoan - noLoan
	}
	said := b.submission(w.r, o)
	said.Properties = with(said.Properties, "became_customer", became)
	if became {
		said.Properties["loan_eur"] = float64(60_000 + 5_000*w.r.IntN(60))
	}
	if w.r.Float64() < s.answered {
		w.plan.add(w.day, said)
	}
}

// passed draws whether one who left the step in the mood goes on from it.
func (s step) passed(r *rand.Rand, mood float64) bool {
	return tilt(r, []float64{1 - s.goesOn, s.goesOn}, mood) == 1
}

// next is the open day on which the step follows what happened on the day given.
func (s step) next(r *rand.Rand, day models.Day) models.Day {
	wait := s.wait[0] + r.IntN(s.wait[1]-s.wait[0]+1)
	return s.rhythm.open(day + models.Day(wait))
}

// stepID names a step of a walk: the second call and later ones by their number.
func stepID(walk, touchpoint string, round int) string {
	if round == 0 {
		return walk + "-" + touchpoint
	}
	return fmt.Sprintf("%s-%s-%d", walk, touchpoint, round+1)
}
