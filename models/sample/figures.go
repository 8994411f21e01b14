package sample

import (
	"iter"
	"math"

	"github.com/mittari/mittari/models"
)

// Observations are the KPIs' figures of 36 whole months, those of each KPI
// together and in the order of time. Every call of the sequence makes the same ones anew.
func (b *Bank) Observations() iter.Seq2[string, models.SubmittedObservation] {
	return func(yield func(kpi string, o models.SubmittedObservation) bool) {
		for _, part := range []func(func(string, models.SubmittedObservation) bool) bool{
			b.staffFigures, b.customerFigures, b.personFigures, b.moneyFigures, b.journeyFigures,
		} {
			if !part(yield) {
				return
			}
		}
	}
}

// monthly is a figure of month m, with the size that weighs it, or none.
func (b *Bank) monthly(m int, value, size float64) models.SubmittedObservation {
	o := models.SubmittedObservation{Period: models.MonthLength, Start: b.months[m].String(), Value: &models.Figure{N: value}}
	if size > 0 {
		o.Size = &size
	}
	return o
}

func ofTeam(o models.SubmittedObservation, team string) models.SubmittedObservation {
	o.Team = team
	return o
}

// The staff's figures of a team in even spirits and an ordinary month.
const (
	engaged = 0.68
	ill     = 0.04
)

// flu is by how much more of the working time is lost to illness, from January.
func flu() season {
	return season{0.012, 0.016, 0.008, 0, -0.003, -0.006, -0.012, -0.006, 0, 0.002, 0.006, 0.008}
}

// staffFigures are engagement, absence and the number of people of each team. Of the staff, who is
// engaged stays so until spirits change: there is less chance in it than in who answers.
func (b *Bank) staffFigures(yield func(string, models.SubmittedObservation) bool) bool {
	for _, kpi := range []string{engagement, absence, staff} {
		for m, month := range b.months {
			r := b.chance(figureStream, uint64(month))
			for _, t := range b.teams {
				people, high := float64(t.staff), b.spirits(t, month+15)
				value := math.Round(people*(engaged+0.1*t.spirit+engagedBy*high+0.015*r.NormFloat64())) / people
				lost := ill + flu()[month.Start(b.zone).Month()-1] + absentBy*(high+t.spirit) + 0.003*r.NormFloat64()
				o := b.monthly(m, rounded(value, 4), people)
				switch kpi {
				case absence:
					o = b.monthly(m, rounded(max(0.001, lost), 4), people)
				case staff:
					o = b.monthly(m, people, 0)
				}
				if !yield(kpi, ofTeam(o, t.key)) {
					return false
				}
			}
		}
	}
	return true
}

// customerFigures are the branches' customers at the end of each month, those who came and the share who stayed.
func (b *Bank) customerFigures(yield func(string, models.SubmittedObservation) bool) bool {
	type flow struct{ began, came, left float64 }
	flows := map[string]*[figuresMonths]flow{}
	for _, branch := range b.branches {
		flows[branch.value.key] = &[figuresMonths]flow{}
	}
	for i, l := range b.lives {
		of := flows[b.people[i].branch.key]
		for m := l.came; m <= min(l.left, figuresMonths-1); m++ {
			if m == l.came && !l.old {
				of[m].came++
			} else {
				of[m].began++
			}
			if m == l.left {
				of[m].left++
			}
		}
	}
	for _, kpi := range []string{customers, acquisition, retention} {
		for m := range b.months {
			for _, branch := range b.branches {
				f := flows[branch.value.key][m]
				all := f.began + f.came
				o := b.monthly(m, all-f.left, 0)
				switch kpi {
				case acquisition:
					o = b.monthly(m, f.came, 0)
				case retention:
					o = b.monthly(m, rounded(1-f.left/all, 6), all)
				}
				if !yield(kpi, ofTeam(o, branch.value.key)) {
					return false
				}
			}
		}
	}
	return true
}

// rounded is v with so many decimals.
func rounded(v float64, decimals int) float64 {
	tens := math.Pow10(decimals)
	return math.Round(v*tens) / tens
}
