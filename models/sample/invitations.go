package sample

import (
	"cmp"
	"math"
	"slices"

	"github.com/mittari/mittari/models"
)

// invitationStream is a stream of chance of its own, so that who is asked does
// not shift what is answered. It lies beyond all others; see chance.
const invitationStream uint64 = 1 << 50

// answering is the share of those asked who answer, by channel.
func answering() map[string]float64 {
	return map[string]float64{sms: 0.24, web: 0.13, phone: 0.38, kiosk: 0.06}
}

// Invitations is how many the bank asked, counted from those who answered. It is
// filled while the bank's Submissions go by.
type Invitations struct {
	bank     *Bank
	answered map[models.Invitation]int // by Slot
	staff    map[string]models.Audience
}

// NewInvitations begins with nobody.
func (b *Bank) NewInvitations() *Invitations {
	i := &Invitations{bank: b, answered: map[models.Invitation]int{}, staff: map[string]models.Audience{}}
	for _, w := range b.waves {
		i.staff[w.survey] = models.Employee
	}
	return i
}

// Add notes that one of those asked answered; who was not asked is passed over.
func (i *Invitations) Add(s models.Submission) {
	if s.Solicited != nil && *s.Solicited {
		i.answered[models.Invitation{
			Audience: cmp.Or(i.staff[s.Survey], models.Customer), Day: models.DayOf(*s.CollectedAt, i.bank.zone),
			Keys: models.Keys{models.Survey: s.Survey, models.Touchpoint: s.Touchpoint, models.Channel: s.Channel, models.Team: s.Team},
		}]++
	}
}

// All are the numbers asked, by day and keys, the same ones for the same bank: of
// the staff all who work in the team, of customers as many as make those who
// answered a plausible part, which differs from day to day.
func (i *Invitations) All() []models.SubmittedInvitation {
	slots := make([]models.Invitation, 0, len(i.answered))
	for slot := range i.answered {
		slots = append(slots, slot)
	}
	slices.SortFunc(slots, func(a, b models.Invitation) int {
		return cmp.Or(cmp.Compare(a.Day, b.Day), slices.Compare(a.Keys[:], b.Keys[:]))
	})
	all := make([]models.SubmittedInvitation, len(slots))
	for at, slot := range slots {
		n := int64(i.asked(slot, uint64(at)))
		all[at] = models.SubmittedInvitation{Audience: slot.Audience, Survey: slot.Keys[models.Survey], Touchpoint: slot.Keys[models.Touchpoint],
			Channel: slot.Keys[models.Channel], Team: slot.Keys[models.Team], Day: slot.Day.String(), N: &n}
	}
	return all
}

// asked is how many had to be asked for so many to answer.
func (i *Invitations) asked(slot models.Invitation, at uint64) int {
	answered := i.answered[slot]
	if slot.Audience == models.Employee {
		return i.bank.team(slot.Keys[models.Team]).staff
	}
	rate := answering()[slot.Keys[models.Channel]]
	spread := math.Exp(0.2 * i.bank.chance(invitationStream, at).NormFloat64())
	return answered + int(math.Round(float64(answered)*(1-rate)/rate*spread))
}
