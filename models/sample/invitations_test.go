package sample

import (
	"reflect"
	"testing"

	"github.com/mittari/mittari/models"
)

func asked(b *Bank) []models.SubmittedInvitation {
	invitations := b.NewInvitations()
	for _, s := range said() {
		invitations.Add(s)
	}
	return invitations.All()
}

func TestTheBankAsksTheSameEachTimeAndPlausiblyMany(t *testing.T) {
	b := friday()
	all := asked(b)
	if again := asked(friday()); !reflect.DeepEqual(all, again) {
		t.Error("an equal bank asked others")
	}
	rules := models.InvitationRules{Zone: b.zone, Now: b.now, Policy: models.DefaultInvitationPolicy(), NewID: func() string { return "id" }}
	invited, answered := map[string]int64{}, map[string]int64{}
	slots := map[models.Invitation]bool{}
	for _, s := range all {
		accepted, err := s.Check(rules)
		if err != nil {
			t.Fatal(err)
		}
		i := accepted.Invitation()
		if slots[i.Slot()] {
			t.Errorf("%+v is told twice", i)
		}
		slots[i.Slot()] = true
		invited[string(i.Audience)+" "+i.Keys[models.Channel]] += i.N
	}
	staff := map[string]bool{staffPulse: true, staffQuarter: true}
	for _, s := range said() {
		if *s.Solicited {
			answered[map[bool]string{true: "employee ", false: "customer "}[staff[s.Survey]]+s.Channel]++
		}
	}
	for _, c := range []struct {
		who         string
		least, most float64
	}{{"customer sms", 0.2, 0.28}, {"customer web", 0.1, 0.16}, {"customer phone", 0.33, 0.43}, {"customer kiosk", 0.04, 0.08}, {"employee web", 0.75, 1}} {
		if rate := float64(answered[c.who]) / float64(invited[c.who]); !(rate >= c.least && rate <= c.most) {
			t.Errorf("%s: %d of %d answered", c.who, answered[c.who], invited[c.who])
		}
	}
	if len(all) > len(said())*3/4 {
		t.Errorf("%d numbers of %d answers", len(all), len(said()))
	}
}
