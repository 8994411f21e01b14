package models

import "time"

// SubmittedInvitation is one that somebody was asked, or how many were, as it arrives, not checked yet.
//
// @Description Who was asked, in one of two forms; the keys are those that the answers will carry.
// @Description
// @Description `n` with its `day` says how many were asked that day so far, by the same keys. Sent again it takes the place
// @Description of what was said before, so that a retry counts nothing twice and a mistake is put right by the right number.
// @Description Where several senders ask by the same keys, each names itself by `source`, and their numbers add up.
// @Description
// @Description `person` says that this person was asked, one more; the person is remembered for the rest period (see
// @Description `PUT /v1/invitations/policy`) and 30 days at least. With an `invitation_id` of your own a retry is safe for as long. Send each
// @Description invitation in one of the two forms: what is sent in both is counted twice.
type SubmittedInvitation struct {
	Audience   Audience `json:"audience,omitempty" default:"customer"` // whose answers are asked for
	Survey     string   `json:"survey,omitempty" example:"relationship"`
	Touchpoint string   `json:"touchpoint,omitempty" example:"meeting"`
	Channel    string   `json:"channel,omitempty" example:"sms"`
	Segment    string   `json:"segment,omitempty" example:"home-loan"`
	Team       string   `json:"team,omitempty" example:"helsinki-3"`

	Day    string `json:"day,omitempty" format:"date" example:"2026-11-20"` // the day they were asked on, in the workspace's time zone
	N      *int64 `json:"n,omitempty" minimum:"0" example:"250"`            // how many were asked that day so far
	Source string `json:"source,omitempty" example:"mailer-2"`              // which of several senders says so

	Person       string     `json:"person,omitempty" maxLength:"200" example:"c-1029"`                           // an external id, never a name
	InvitedAt    *time.Time `json:"invited_at,omitempty" format:"date-time" example:"2026-11-20T10:04:00+02:00"` // now unless given
	InvitationID string     `json:"invitation_id,omitempty" maxLength:"200" example:"mail-55120"`                // the sender's own id: makes a retry safe
}

// maxInvited is the greatest number that may be asked a day by the same keys.
const maxInvited = 1_000_000_000

// InvitationRules is what an invitation is checked against.
type InvitationRules struct {
	Zone    *time.Location // the workspace's
	Now     time.Time
	Policy  InvitationPolicy
	NewID   func() string // a UUIDv7
	Persons Persons
}

// Invitation is that one person was asked, or how many were.
type Invitation struct {
	Audience Audience
	Day      Day
	Keys     Keys
	N        int64  // how many were asked; 1 for a person
	Source   string // of a number

	ID           string // of a person's invitation; a UUIDv7
	Person       string // "" for a number
	InvitationID string
	InvitedAt    time.Time
	timed        bool // the sender said when
}

// PersonSource is the Source of what persons' invitations add up to; no key is like it.
const PersonSource = "_persons"

// Slot is what there is one number of: the same day, keys, audience and source.
func (i Invitation) Slot() Invitation {
	source := i.Source
	if i.Person != "" {
		source = PersonSource
	}
	return Invitation{Audience: i.Audience, Day: i.Day, Keys: i.Keys, Source: source}
}

// RepeatedBy reports whether the other says the same under the same invitation_id.
func (i Invitation) RepeatedBy(o Invitation) bool {
	return i.Person == o.Person && i.Audience == o.Audience && i.Keys == o.Keys && (!o.timed || i.InvitedAt.Equal(o.InvitedAt))
}

// AcceptedInvitation is one that has passed every check: the only thing that can be stored.
type AcceptedInvitation struct{ invitation Invitation }

// Invitation is the invitation that was accepted.
func (a AcceptedInvitation) Invitation() Invitation { return a.invitation }

// InvitationOutcome is what became of one accepted invitation.
type InvitationOutcome struct {
	ID  string // of a person's invitation that is stored
	New bool   // false: a retry, or another number for what was known
	Err error  // nil, or why it is not stored; an *Error
}

// InvitationCount is how many were ever asked. It never goes down.
type InvitationCount struct {
	Audience Audience
	Keys     Keys // without team
	N        int64
}

// Check judges an invitation by the rules. Every fault is named at once.
func (s SubmittedInvitation) Check(rules InvitationRules) (AcceptedInvitation, error) {
	var faults Faults
	i := Invitation{Audience: s.Audience, Source: s.Source, Person: s.Person, InvitationID: s.InvitationID,
		Keys: Keys{Survey: s.Survey, Touchpoint: s.Touchpoint, Channel: s.Channel, Segment: s.Segment, Team: s.Team}}
	if i.Audience == "" {
		i.Audience = Customer
	}
	if i.Audience != Customer && i.Audience != Employee {
		faults.Add("audience", `must be "customer" or "employee"`)
	}
	for d, key := range i.Keys {
		checkKey(Dimension(d).String(), key, &faults)
	}
	switch {
	case s.Person != "":
		s.checkPerson(&i, rules, &faults)
	case s.N != nil:
		s.checkNumber(&i, rules, &faults)
	default:
		faults.Add("n", "is missing: say how many were asked by n and day, or who by person")
	}
	i.Person = rules.Persons.Stored(i.Person)
	return AcceptedInvitation{i}, faults.Err("the invitation was not stored")
}

func (s SubmittedInvitation) checkPerson(i *Invitation, rules InvitationRules, faults *Faults) {
	i.N, i.ID, i.InvitedAt, i.timed = 1, rules.NewID(), instant(rules.Now), s.InvitedAt != nil
	checkPerson(s.Person, faults)
	checkText("invitation_id", s.InvitationID, maxID, faults)
	notBeside(faults, "person", map[string]bool{"n": s.N != nil, "day": s.Day != "", "source": s.Source != ""})
	if i.timed {
		i.InvitedAt = instant(*s.InvitedAt)
	}
	i.Day = DayOf(i.InvitedAt, rules.Zone)
	if i.InvitedAt.After(rules.Now.Add(futureTolerance)) {
		faults.Add("invited_at", "is in the future by more than 5 minutes; check the sender's clock and time zone")
	}
	if i.Day < rules.Policy.forgotten(DayOf(rules.Now, rules.Zone)) {
		faults.Add("invited_at", "is longer ago than the %d days that persons are remembered; say how many were asked that day by n and day", rules.Policy.remembered())
	}
}

func (s SubmittedInvitation) checkNumber(i *Invitation, rules InvitationRules, faults *Faults) {
	i.N = *s.N
	if i.N < 0 || i.N > maxInvited {
		faults.Add("n", "must be 0 to %d", maxInvited)
	}
	checkKey("source", s.Source, faults)
	notBeside(faults, "n", map[string]bool{"invited_at": s.InvitedAt != nil, "invitation_id": s.InvitationID != ""})
	day, err := ParseDay(s.Day)
	switch {
	case err != nil: // not today unless given: a retry after midnight would count twice
		faults.Add("day", "must be the date they were asked on, such as 2026-01-31")
	case day < 0:
		faults.Add("day", "must not be before 1970")
	case day > DayOf(rules.Now, rules.Zone)+1: // a sender's clock may be ahead
		faults.Add("day", "is in the future")
	}
	i.Day = day
}

// notBeside names the fields that are given beside one that they don't belong to.
func notBeside(faults *Faults, field string, given map[string]bool) {
	for _, name := range sortedKeys(given) {
		if given[name] {
			faults.Add(name, "goes not together with %s: say how many were asked (n, day, source), or who (person, invited_at, invitation_id)", field)
		}
	}
}

// AlreadyInvited is the Conflict of an invitation_id that was used for another invitation.
func AlreadyInvited(invitationID, id string) error {
	err := Errorf(Conflict, "invitation_id %q was stored before with other content, as invitation %s; use a new one for a new invitation", invitationID, id)
	err.Faults = []Fault{{"invitation_id", "was used before"}}
	return err
}

// NotEligible is the Conflict of an invitation that comes too early.
func NotEligible(e Eligibility) error {
	err := Errorf(Conflict, "the person may not be asked now: %s", e.Reason)
	err.Faults = []Fault{{"person", "may be asked from " + e.Next.String() + " on"}}
	return err
}
