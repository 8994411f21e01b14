package models

import "time"

// Kind is a catalog of a workspace: one for each dimension, and journeys.
type Kind string

// Kinds are the catalogs, by the name of the level they serve.
func Kinds() []Kind {
	var kinds []Kind
	for _, l := range Levels()[1:] {
		kinds = append(kinds, Kind(l))
	}
	return kinds
}

// JourneyKind is the catalog of journeys.
const JourneyKind = Kind(JourneyLevel)

// Entry is what a catalog says of one key: of a touchpoint, segment, channel, team, survey or journey.
type Entry struct {
	Kind        Kind      `json:"-"`
	Key         string    `json:"key" example:"checkout"`
	Name        string    `json:"name,omitempty" example:"Check-out"`
	Description string    `json:"description,omitempty" example:"Paying, from the basket to the receipt"`
	Touchpoints []string  `json:"touchpoints,omitempty"` // journeys only: their keys in order
	CreatedAt   time.Time `json:"created_at" format:"date-time" example:"2026-01-02T08:00:00Z"`
	UpdatedAt   time.Time `json:"updated_at" format:"date-time" example:"2026-11-20T08:04:00Z"`
}

// maxSteps is the greatest number of touchpoints on a journey.
const maxSteps = 100

// Check names every fault of an entry at once.
func (e Entry) Check() error {
	var faults Faults
	if !validKey(e.Key) {
		faults.Add("key", keyRule)
	}
	checkText("name", e.Name, maxName, &faults)
	checkText("description", e.Description, maxDescription, &faults)
	if e.Kind != JourneyKind && len(e.Touchpoints) > 0 {
		faults.Add("touchpoints", "only a journey has touchpoints")
	}
	if e.Kind == JourneyKind && (len(e.Touchpoints) == 0 || len(e.Touchpoints) > maxSteps) {
		faults.Add("touchpoints", "a journey needs 1 to %d touchpoints, in order", maxSteps)
	}
	seen := map[string]bool{}
	for i, t := range e.Touchpoints {
		if !validKey(t) {
			faults.Add(index("touchpoints", i), keyRule)
		} else if seen[t] {
			faults.Add(index("touchpoints", i), "%q stands on the journey already", t)
		}
		seen[t] = true
	}
	return faults.Err("the " + string(e.Kind) + " can't be stored as it is")
}
