package sample

import (
	"math"

	"github.com/mittari/mittari/models"
)

// What the bank earns of a customer, and what it spends.
const (
	pleased      = 1.1  // what a person's mood of 1 does to the logarithm of the revenue: promoters bring more
	richness     = 0.4  // how much it differs from person to person
	irregularity = 0.3  // and from month to month
	dearer       = 0.03 // growth of prices in a year
	spent        = 640_000
)

// yearOfMoney is how much is done in each month, from January.
func yearOfMoney() season {
	return season{0.97, 0.96, 1, 1.01, 1.03, 1.02, 0.93, 0.98, 1.01, 1.02, 1.02, 1.05}
}

// bought is what the bank earns of person i in each month.
func (b *Bank) bought(i int) [figuresMonths]float64 {
	p, l, r := b.people[i], b.lives[i], b.chance(moneyStream, uint64(i))
	usual := p.spends * math.Exp(pleased*p.mood+richness*r.NormFloat64())
	var months [figuresMonths]float64
	for m := l.came; m <= min(l.left, figuresMonths-1); m++ {
		months[m] = usual * b.price(m) * math.Exp(irregularity*r.NormFloat64())
	}
	return months
}

// price is how dear month m is against an ordinary one today.
func (b *Bank) price(m int) float64 {
	return yearOfMoney()[b.months[m].Start(b.zone).Month()-1] * math.Pow(1+dearer, -b.yearsAgo(b.months[m]))
}

// moneyFigures are the branches' revenue, and the bank's costs and margin.
func (b *Bank) moneyFigures(yield func(string, models.SubmittedObservation) bool) bool {
	earned := map[string]*[figuresMonths]float64{}
	for _, branch := range b.branches {
		earned[branch.value.key] = &[figuresMonths]float64{}
	}
	for i, p := range b.people {
		for m, euros := range b.bought(i) {
			earned[p.branch.key][m] += euros
		}
	}
	for m := range b.months {
		for _, branch := range b.branches {
			if !yield(revenue, ofTeam(b.monthly(m, rounded(earned[branch.value.key][m], 2), 0), branch.value.key)) {
				return false
			}
		}
	}
	return b.companyFigures(earned, yield)
}

func (b *Bank) companyFigures(earned map[string]*[figuresMonths]float64, yield func(string, models.SubmittedObservation) bool) bool {
	cost := func(month models.Day) float64 {
		return spent * math.Pow(1+dearer, -b.yearsAgo(month)) * (1 + 0.02*b.chance(figureStream, uint64(month)).NormFloat64())
	}
	for m, month := range b.months {
		if !yield(costs, b.monthly(m, rounded(cost(month), 2), 0)) {
			return false
		}
	}
	for m, month := range b.months {
		var all float64
		for _, branch := range b.branches {
			all += earned[branch.value.key][m]
		}
		if !yield(margin, b.monthly(m, rounded(1-cost(month)/all, 4), rounded(all, 2))) {
			return false
		}
	}
	return true
}
