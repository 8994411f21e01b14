package sample

import "fmt"

// population is how many people the bank knows.
const population = 12_000

// How much moods differ, in standard deviations of an answer (see tilt).
const (
	personSpread   = 0.4  // from person to person: some are never pleased
	occasionSpread = 0.4  // from one encounter to the next
	betterPerYear  = 0.06 // the bank improves, slowly
)

// segment is a way of life that customers share.
type segment struct {
	key    string
	mood   float64
	spends float64 // euros that the bank earns of one in a month
}

func segments() []choice[segment] {
	return []choice[segment]{
		{segment{youngAdults, -0.12, 55}, 28},
		{segment{families, 0, 115}, 44},
		{segment{seniors, 0.14, 80}, 28},
	}
}

// team is a group of staff, and where it is a branch, of customers.
type team struct {
	key       string
	customers float64 // the branch's share of the customers; 0 where it has none of its own
	mood      float64 // of those it serves
	staff     int     // its people: enough that its answers may be shown
	spirit    float64 // their own mood at work
	slump     float64 // how far their spirits fell, and stayed; see spirits
}

func teams() []team {
	return []team{
		{helsinki, 38, 0, 24, 0, 0},
		{tampere, 26, 0.1, 18, 0.2, 0},
		{turku, 21, 0.05, 15, 0.1, 0},
		{oulu, 15, -0.12, 12, -0.2, 1.6},
		{contactCentre, 0, 0, 30, -0.25, 0},
		{digital, 0, 0, 20, 0.15, 0},
	}
}

// languages are what the customers write in.
func languages() []choice[string] {
	return []choice[string]{{"fi", 80}, {"sv", 11}, {"en", 9}}
}

// person is a customer, or one who thinks of becoming one.
type person struct {
	id       string
	segment  string
	branch   team
	language string
	mood     float64 // the person's own and the segment's; it lasts
	spends   float64 // the segment's
}

// drawPeople draws all of the bank's people. Everything about a person follows from the seed and the number.
func (b *Bank) drawPeople() {
	b.people = make([]person, population)
	for i := range b.people {
		r := b.chance(personStream, uint64(i+1))
		s := pick(r, b.segments)
		b.people[i] = person{
			id:       fmt.Sprintf("c-%04d", i+1),
			segment:  s.key,
			branch:   pick(r, b.branches),
			language: pick(r, languages()),
			mood:     s.mood + personSpread*r.NormFloat64(),
			spends:   s.spends,
		}
	}
}

// team is the team of that key; one without a key or a mood where there is none.
func (b *Bank) team(key string) team {
	for _, t := range b.teams {
		if t.key == key {
			return t
		}
	}
	return team{}
}
