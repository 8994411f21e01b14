package sample

import (
	"math"
	"math/rand/v2"

	"github.com/mittari/mittari/models"
)

// figuresMonths is how many months there are figures of: whole ones, the last of which is over.
const figuresMonths = 36

// How customers come and go.
const (
	oldCustomers = 0.5   // the share of the people who were customers before the first month; the others come in one of the months
	leaving      = 0.012 // how likely one in an even mood leaves in a month
	unpleased    = -1.2  // what a person's mood of 1 does to the logarithm of that
)

// life is when a person was a customer, in months of figures: from the end of
// the month before the first to the end of the last one that he stayed through.
type life struct {
	came int // the first month, 0 also of those who came before
	left int // the month in which he left; figuresMonths for one who stays
	old  bool
}

// drawLives draws when each of the bank's people is a customer.
func (b *Bank) drawLives() {
	b.lives = make([]life, population)
	for i, p := range b.people {
		r := b.chance(lifeStream, uint64(i))
		l := life{old: r.Float64() < oldCustomers, left: figuresMonths}
		if !l.old {
			l.came = r.IntN(figuresMonths)
		}
		for m := l.came; m < figuresMonths; m++ {
			if r.Float64() < leaving*math.Exp(unpleased*p.mood+leavingBy*b.spirits(p.branch, b.months[m]+15-leaversFollow)) {
				l.left = m
				break
			}
		}
		b.lives[i] = l
		for m := l.came; m <= min(l.left, figuresMonths-1); m++ {
			b.members[m] = append(b.members[m], i)
		}
	}
}

// customer draws one of those who are customers on the day.
func (b *Bank) customer(r *rand.Rand, day models.Day) person {
	month := 0
	for month < figuresMonths-1 && b.months[month+1] <= day {
		month++
	}
	of := b.members[month]
	return b.people[of[r.IntN(len(of))]]
}

// monthsUntil are the first days of the months before the one that holds the day, the oldest first.
func monthsUntil(last models.Day) []models.Day {
	months := make([]models.Day, figuresMonths)
	month := models.MonthLength.Start(last)
	for m := range months {
		month = models.MonthLength.Start(month - 1)
		months[figuresMonths-1-m] = month
	}
	return months
}
