package sample

import "github.com/mittari/mittari/models"

// The planted drop: the contact centre changed its telephone system.
const (
	dropBegan = 70    // days before the last day on which it is first felt: ten weeks
	dropEnded = 15    // days before the last day on which it is last felt; the two weeks after are good again
	dropMood  = -0.52 // how much worse people feel (see tilt)
	// dropPoints is what dropMood takes from the headline of the metric, on the average of many seeds.
	dropPoints = 20
)

// Drop is the one thing that really went wrong in the bank, and was mended: a
// score fell at once, stayed down and rose at once. All that is asked at the
// touchpoint falls with it, first contact resolution too; nothing else does,
// but what is added up from it, such as the company's score.
type Drop struct {
	Touchpoint  string
	Team        string // the only one at the touchpoint
	Metric      string
	First, Last models.Day // both included: 70 and 15 days before the last day of the answers
	Points      float64    // how far the expected score lies below that of other days
}

// Drop is the fact that is planted in the bank's answers.
func (b *Bank) Drop() Drop {
	return Drop{
		Touchpoint: phoneService, Team: contactCentre, Metric: "csat",
		First: b.last - dropBegan, Last: b.last - dropEnded, Points: dropPoints,
	}
}

// During is the period of the drop: 56 days.
func (d Drop) During() models.Period { return models.Period{Since: d.First, Until: d.Last + 1} }

// Before is the period of the same length before the drop.
func (d Drop) Before() models.Period {
	return models.Period{Since: d.First - models.Day(d.During().Days()), Until: d.First}
}

// After is the period from the drop's end to the last day of the answers: 15 days.
func (d Drop) After() models.Period {
	return models.Period{Since: d.Last + 1, Until: d.Last + dropEnded + 1}
}

func (d Drop) covers(touchpoint, team string, day models.Day) bool {
	return touchpoint == d.Touchpoint && team == d.Team && day >= d.First && day <= d.Last
}
