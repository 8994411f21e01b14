package models

import (
	"encoding/json"
	"strings"
	"testing"
)

func invitationRules(t *testing.T) InvitationRules {
	t.Helper()
	r := rules(t)
	return InvitationRules{Zone: r.Zone, Now: r.Now, Policy: DefaultInvitationPolicy(), NewID: r.NewID}
}

func checkInvitation(t *testing.T, text string) (Invitation, error) {
	t.Helper()
	var s SubmittedInvitation
	if err := json.Unmarshal([]byte(text), &s); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	a, err := s.Check(invitationRules(t))
	return a.Invitation(), err
}

func TestEveryFaultOfAnInvitationNamesItsFieldAndTheRemedy(t *testing.T) {
	for text, want := range map[string][2]string{
		`{}`:                                                                {"n", "say how many were asked by n and day, or who by person"},
		`{"survey":"s","day":"2026-11-20"}`:                                 {"n", "is missing"},
		`{"n":5}`:                                                           {"day", "must be the date they were asked on"},
		`{"n":5,"day":"20.11.2026"}`:                                        {"day", "such as 2026-01-31"},
		`{"n":5,"day":"1969-12-31"}`:                                        {"day", "before 1970"},
		`{"n":5,"day":"2026-11-22"}`:                                        {"day", "is in the future"},
		`{"n":-1,"day":"2026-11-20"}`:                                       {"n", "must be 0 to"},
		`{"n":1000000001,"day":"2026-11-20"}`:                               {"n", "must be 0 to"},
		`{"n":5,"day":"2026-11-20","source":"a b"}`:                         {"source", "a b"},
		`{"n":5,"day":"2026-11-20","team":"ä"}`:                             {"team", "ä"},
		`{"n":5,"day":"2026-11-20","audience":"all"}`:                       {"audience", `"customer" or "employee"`},
		`{"n":5,"day":"2026-11-20","invitation_id":"x"}`:                    {"invitation_id", "goes not together with n"},
		`{"n":5,"day":"2026-11-20","invited_at":"2026-11-20T08:00:00Z"}`:    {"invited_at", "goes not together with n"},
		`{"person":"p","n":1}`:                                              {"n", "goes not together with person"},
		`{"person":"p","day":"2026-11-20"}`:                                 {"day", "goes not together with person"},
		`{"person":"p","source":"s"}`:                                       {"source", "goes not together with person"},
		`{"person":"p","invited_at":"2026-11-20T08:36:00Z"}`:                {"invited_at", "in the future"},
		`{"person":"p","invited_at":"2026-08-21T20:00:00Z"}`:                {"invited_at", "longer ago than the 90 days that persons are remembered"},
		`{"person":"` + strings.Repeat("p", 201) + `"}`:                     {"person", "200 characters"},
		`{"person":"p","invitation_id":"` + strings.Repeat("i", 201) + `"}`: {"invitation_id", "200 characters"},
	} {
		_, err := checkInvitation(t, text)
		holdsOneFault(t, err, want[0], want[1])
	}
	_, err := checkInvitation(t, `{"n":-1,"day":"x","team":"ä","audience":"x","source":"ä"}`)
	if faults := faultsOf(t, err); len(faults) != 5 {
		t.Errorf("not every fault is named at once: %v", faults)
	}
}

func TestAnInvitationIsOfTheWorkspacesDay(t *testing.T) {
	for text, day := range map[string]string{
		`{"person":"p"}`: "2026-11-20",
		`{"person":"p","invited_at":"2026-11-19T21:59:59Z"}`: "2026-11-19", // Helsinki is two hours ahead
		`{"person":"p","invited_at":"2026-11-19T22:00:00Z"}`: "2026-11-20",
		`{"person":"p","invited_at":"2026-08-21T21:00:00Z"}`: "2026-08-22",
		`{"n":0,"day":"2026-11-21"}`:                         "2026-11-21",
	} {
		i, err := checkInvitation(t, text)
		if err != nil || i.Day.String() != day || i.Audience != Customer {
			t.Errorf("%s is %+v, %v", text, i, err)
		}
	}
}

func TestPersonsAreLeftAloneByTheCalendar(t *testing.T) {
	survey, other := Occasion{Survey: "s"}, Occasion{Touchpoint: "t"}
	for _, c := range []struct {
		name    string
		last    LastInvited
		policy  InvitationPolicy
		next    Day
		because string
	}{
		{"never asked", nil, DefaultInvitationPolicy(), 1000, "not asked"},
		{"asked today", LastInvited{other: 1000}, DefaultInvitationPolicy(), 1030, "any invitation leaves a person alone for 30 days"},
		{"asked 29 days ago", LastInvited{other: 971}, DefaultInvitationPolicy(), 1001, "any invitation"},
		{"asked 30 days ago", LastInvited{other: 970}, DefaultInvitationPolicy(), 1000, "not asked"},
		{"asked the same 30 days ago", LastInvited{survey: 970}, DefaultInvitationPolicy(), 1060, "an invitation to the survey s leaves a person alone for 90 days"},
		{"asked the same 90 days ago", LastInvited{survey: 910}, DefaultInvitationPolicy(), 1000, "not asked"},
		{"both", LastInvited{survey: 950, other: 999}, DefaultInvitationPolicy(), 1040, "the survey s"},
		{"no rest", LastInvited{survey: 1000}, InvitationPolicy{}, 1000, "not asked"},
		{"a longer rest after any", LastInvited{survey: 990, other: 999}, InvitationPolicy{RestDays: 60, RestDaysSameSurvey: 10}, 1059, "any invitation"},
	} {
		e := c.policy.Eligible(c.last, survey, 1000)
		if e.Next != c.next || e.Eligible != (c.next == 1000) || !strings.Contains(e.Reason, c.because) {
			t.Errorf("%s: %+v, want the day %d, %s", c.name, e, c.next, c.because)
		}
	}
	if e := DefaultInvitationPolicy().Eligible(LastInvited{{}: 950}, Occasion{}, 1000); !e.Eligible {
		t.Errorf("an invitation to nothing in particular is taken for the same as another: %+v", e)
	}
	if OccasionOf(Keys{Survey: "s", Touchpoint: "t"}) != survey || OccasionOf(Keys{Touchpoint: "t"}) != other {
		t.Error("an occasion is the survey, or without one the touchpoint")
	}
}

func TestAPolicyOfRestIsBoundedAndSaysHowLongPersonsAreRemembered(t *testing.T) {
	holdsOneFault(t, InvitationPolicy{RestDays: -1}.Check(), "rest_days", "0 to 730 days")
	holdsOneFault(t, InvitationPolicy{RestDaysSameSurvey: 731}.Check(), "rest_days_same_survey", "0 to 730 days")
	for policy, since := range map[InvitationPolicy]Day{{}: 970, {RestDays: 40}: 960, {RestDays: 40, RestDaysSameSurvey: 730}: 270} {
		if err := policy.Check(); err != nil || policy.Remembered(1000).Since != since {
			t.Errorf("%+v: since %d, %v", policy, policy.Remembered(1000).Since, err)
		}
	}
}

func TestResponseRateIsToldOfEnoughPeopleAndNeverAboveOne(t *testing.T) {
	metrics := StandardMetrics()
	for _, c := range []struct {
		name                       string
		audience                   Audience
		unasked, answered, invited int64
		rate                       float64 // −1: none
		suppressed                 bool
	}{
		{"one of four", Customer, 0, 1, 4, 0.25, false},
		{"none of four", Customer, 3, 0, 4, 0, false},
		{"nobody asked", Customer, 0, 7, 0, -1, false},
		{"more than were asked", Customer, 0, 5, 4, -1, false},
		{"all", Customer, 9, 4, 4, 1, false},
		{"nothing", Customer, 0, 0, 0, -1, false},
		{"enough employees", Employee, 0, 5, 6, 5.0 / 6, false},
		{"unasked ones too", Employee, 3, 2, 8, 0.25, false},
		{"too few answered", Employee, 0, 4, 8, -1, true},
		{"too few were asked", Employee, 0, 5, 4, -1, true},
		{"employees of whom nobody was asked", Employee, 0, 5, 0, -1, false},
	} {
		r := NewResponseRate(metrics.Participation(c.audience), CompanyLevel, "", Period{1, 2}, []int64{c.unasked, c.answered, c.invited})
		if r.Suppressed != c.suppressed || (r.Interval != nil) != (c.rate >= 0) || r.Interval != nil && r.Rate != c.rate {
			t.Errorf("%s: %+v", c.name, r)
		}
		if r.Suppressed && r != (ResponseRate{Audience: c.audience, Level: CompanyLevel, Period: Period{1, 2}, Suppressed: true}) {
			t.Errorf("%s: something is told: %+v", c.name, r)
		}
		if i := r.Interval; i != nil && !(i.Lower >= 0 && i.Lower <= r.Rate && r.Rate <= i.Upper && i.Upper <= 1) {
			t.Errorf("%s: %v outside %+v", c.name, r.Rate, i)
		}
	}
	if r := NewResponseRate(metrics.Participation(Customer), CompanyLevel, "", Period{1, 2}, nil); r.Suppressed || r.Interval != nil {
		t.Errorf("of no histogram: %+v", r)
	}
}
