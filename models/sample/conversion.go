package sample

import "github.com/mittari/mittari/models"

// passage is how many came to a step of the journey, and how many of them went on to the next.
type passage struct{ came, wentOn float64 }

// passages are counted by touchpoint, then by day.
type passages map[string]map[models.Day]passage

// count counts one who came to the step on the day.
func (p passages) count(touchpoint string, day models.Day, wentOn bool) {
	if p[touchpoint] == nil {
		p[touchpoint] = map[models.Day]passage{}
	}
	of := p[touchpoint][day]
	of.came++
	if wentOn {
		of.wentOn++
	}
	p[touchpoint][day] = of
}

// journeyFigures are of those who came to each step the share who went on; at
// the last one, who became customers. All who walk count, be it that they answer nothing.
func (b *Bank) journeyFigures(yield func(string, models.SubmittedObservation) bool) bool {
	plan := newAgenda()
	for day := b.months[0] - warmUp; day <= b.last; day++ {
		b.setOff(day, plan)
		plan.take(day)
	}
	for m, month := range b.months {
		for _, s := range b.journey.steps {
			var of passage
			for day := month; day < models.MonthLength.Next(month); day++ {
				of.came += plan.passed[s.touchpoint][day].came
				of.wentOn += plan.passed[s.touchpoint][day].wentOn
			}
			o := b.monthly(m, rounded(of.wentOn/of.came, 4), of.came)
			o.Touchpoint = s.touchpoint
			if of.came > 0 && !yield(conversion, o) {
				return false
			}
		}
	}
	return true
}
