package models

import "fmt"

// InvitationPolicy says how long people are left alone after they were asked.
type InvitationPolicy struct {
	RestDays           int `json:"rest_days" minimum:"0" maximum:"730" example:"30"`             // after any invitation; 0: no rest
	RestDaysSameSurvey int `json:"rest_days_same_survey" minimum:"0" maximum:"730" example:"90"` // after one to the same survey, or without a survey to the same touchpoint
}

// Bounds of a policy, in days.
const (
	maxRest         = 730
	leastRemembered = 30 // retries are recognised for as long at least
)

// DefaultInvitationPolicy is what a workspace begins with: a month between any
// two questions and a quarter between two of the same, as is usual in the field.
func DefaultInvitationPolicy() InvitationPolicy {
	return InvitationPolicy{RestDays: 30, RestDaysSameSurvey: 90}
}

// Check names every fault of a policy at once.
func (p InvitationPolicy) Check() error {
	var faults Faults
	for _, rest := range []struct {
		field string
		days  int
	}{{"rest_days", p.RestDays}, {"rest_days_same_survey", p.RestDaysSameSurvey}} {
		if rest.days < 0 || rest.days > maxRest {
			faults.Add(rest.field, "must be 0 to %d days", maxRest)
		}
	}
	return faults.Err("the policy stays as it is")
}

// remembered is for how many days it has to be known who was asked.
func (p InvitationPolicy) remembered() int {
	return max(p.RestDays, p.RestDaysSameSurvey, leastRemembered)
}

// forgotten is the first day that is remembered: who was asked before it is not needed any more.
func (p InvitationPolicy) forgotten(today Day) Day { return today - Day(p.remembered()) }

// Remembered are the days of which it is known who was asked, today's invitations and those of a clock ahead included.
func (p InvitationPolicy) Remembered(today Day) Period {
	return Period{Since: p.forgotten(today), Until: today + 2}
}

// Occasion is what a person is asked for: the survey, or without one the touchpoint.
// Without either it is like no other.
type Occasion struct{ Survey, Touchpoint string }

// OccasionOf is the occasion of an invitation with the keys.
func OccasionOf(k Keys) Occasion {
	if k[Survey] != "" {
		return Occasion{Survey: k[Survey]}
	}
	return Occasion{Touchpoint: k[Touchpoint]}
}

func (o Occasion) String() string {
	if o.Survey != "" {
		return "the survey " + o.Survey
	}
	return "the touchpoint " + o.Touchpoint
}

// LastInvited is when one person was last asked, by occasion.
type LastInvited map[Occasion]Day

// Add notes that the person was asked on a day.
func (l LastInvited) Add(o Occasion, day Day) {
	if last, known := l[o]; !known || day > last {
		l[o] = day
	}
}

// Eligibility tells whether a person may be asked, and if not when and why.
type Eligibility struct {
	Eligible bool
	Next     Day // the first day on which the person may be asked; the day asked about when that is now
	Reason   string
}

// Eligible judges whether a person who was last asked as told may be asked on a
// day. Rest is counted in calendar days, so that what is sent every thirtieth
// morning is never too early by a minute.
func (p InvitationPolicy) Eligible(last LastInvited, o Occasion, day Day) Eligibility {
	e := Eligibility{Eligible: true, Next: day, Reason: "not asked within the rest period"}
	later := func(asked Day, rest int, of string) {
		if next := asked + Day(rest); rest > 0 && next > e.Next {
			e = Eligibility{Next: next, Reason: fmt.Sprintf("asked on %s; %s leaves a person alone for %d days", asked, of, rest)}
		}
	}
	for _, asked := range last {
		later(asked, p.RestDays, "any invitation")
	}
	if asked, before := last[o]; before && o != (Occasion{}) {
		later(asked, p.RestDaysSameSurvey, "an invitation to "+o.String())
	}
	return e
}
