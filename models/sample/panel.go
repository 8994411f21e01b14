package sample

import "github.com/mittari/mittari/models"

// panelOneIn is how many of those who said whether they recommend the bank there
// is one of whose own figures are recorded: enough to tell what a promoter brings.
const panelOneIn = 5

// panel are the places of those people.
func (b *Bank) panel() []int {
	answered := map[string]bool{}
	for s := range b.Submissions() {
		if s.Answers[0].Metric == "nps" {
			answered[s.Person] = true
		}
	}
	var places []int
	for i, p := range b.people {
		if i%panelOneIn == 0 && answered[p.id] {
			places = append(places, i)
		}
	}
	return places
}

// personFigures are whether each customer of the panel stayed through a month, and what he brought in a quarter.
func (b *Bank) personFigures(yield func(string, models.SubmittedObservation) bool) bool {
	panel := b.panel()
	for _, i := range panel {
		l := b.lives[i]
		for m := l.came; m <= min(l.left, figuresMonths-1); m++ {
			o := b.monthly(m, 0, 0)
			o.Person, o.Value.YesNo = b.people[i].id, true
			if m < l.left {
				o.Value.N = 1
			}
			if !yield(retention, o) {
				return false
			}
		}
	}
	for _, i := range panel {
		months := b.bought(i)
		for m, month := range b.months[:figuresMonths-2] {
			euros := months[m] + months[m+1] + months[m+2]
			if models.QuarterLength.Start(month) != month || euros == 0 {
				continue
			}
			o := models.SubmittedObservation{Period: models.QuarterLength, Start: month.String(), Person: b.people[i].id,
				Value: &models.Figure{N: rounded(euros, 2)}}
			if !yield(revenue, o) {
				return false
			}
		}
	}
	return true
}
