package sample

import (
	"math"

	"github.com/mittari/mittari/models"
)

// The planted lead: how the staff feels, their customers feel two months later,
// and four months after that it shows in how many of them stay.
const (
	customersFollow = 61                    // days: two months
	leaversFollow   = customersFollow + 122 // and four more
)

// What spirits of 1 do.
const (
	warmth      = 0.12  // to the mood of the customers, when they follow (see tilt)
	cheer       = 0.25  // to the mood of the staff itself
	engagedBy   = 0.09  // to the share of the staff who are engaged
	absentBy    = -0.01 // to the share of working time that is lost to illness
	leavingBy   = -0.6  // to the logarithm of how likely a customer leaves
	slumpBegan  = 400   // days before the last day on which a team's slump began
	slumpDeepen = 60    // days that it took
)

// swell is a wave that comes and goes.
type swell struct{ days, height, phase float64 }

// swells add up to the spirits that all teams share: irregular, so that a series
// that follows another one fits it at one lag only, and calm while the planted drop is on.
func swells() []swell {
	return []swell{{363, 0.4, 3.6}, {207, 0.5, 4.8}, {143, 0.3, 2.1}, {116, 0.5, 4.2}}
}

// spirits is how high those of a team are on a day beside what is usual there:
// within about ±1.5, and lower where there is a slump.
func (b *Bank) spirits(t team, day models.Day) float64 {
	ago := float64(b.last - day)
	var high float64
	for _, s := range b.swells {
		high += s.height * math.Sin(2*math.Pi*ago/s.days+s.phase)
	}
	return high - t.slump*min(1, max(0, (slumpBegan-ago)/slumpDeepen))
}
