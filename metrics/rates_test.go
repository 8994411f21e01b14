package metrics

import (
	"testing"
	"time"

	"github.com/mittari/mittari/models"
)

func TestResponseRateIsToldWithItsIntervalByAudienceAndGroup(t *testing.T) {
	s := newShelf("2026-11-20T12:00:00Z")
	s.open("bank", "UTC")
	s.invite("bank", 20, models.Customer, models.Keys{models.Channel: "sms"})
	s.invite("bank", 10, models.Customer, models.Keys{models.Channel: "web", models.Team: "a"})
	s.invite("bank", 6, models.Employee, models.Keys{models.Team: "a"})
	yes, no := true, false
	for range 5 {
		s.answer(t, "bank", 1, models.Submission{Channel: "sms", Metric: "nps", Score: value(9), Solicited: &yes})
		s.answer(t, "bank", 1, pulse("a", 4))
	}
	s.answer(t, "bank", 2, models.Submission{Channel: "sms", Metric: "nps", Score: value(1), Solicited: &no})
	e := newExporter(t, s)
	wantLines(t, scores(t, e, "cx_response_rate", `window="28d"`),
		`cx_response_rate{workspace="bank",audience="customer",level="company",window="28d"} 0.16666666666666666`,
		`cx_response_rate{workspace="bank",audience="customer",level="channel",channel="sms",window="28d"} 0.25`,
		`cx_response_rate{workspace="bank",audience="customer",level="channel",channel="web",window="28d"} 0`,
		`cx_response_rate{workspace="bank",audience="customer",level="team",team="a",window="28d"} 0`,
		`cx_response_rate{workspace="bank",audience="employee",level="company",window="28d"} 0.8333333333333334`,
		`cx_response_rate{workspace="bank",audience="employee",level="team",team="a",window="28d"} 0.8333333333333334`)
	if got := windowsOf(scores(t, e, "cx_response_rate_upper", `"customer"`, `"company"`)); got != "7d 28d 90d 365d" {
		t.Errorf("told for the windows %s", got)
	}
	wantLines(t, scores(t, e, "cx_unasked_responses", `window="7d"`, `"sms"`), `cx_unasked_responses{workspace="bank",audience="customer",level="channel",channel="sms",window="7d"} 2`)
	wantLines(t, scores(t, e, "cx_invitations_total"),
		`cx_invitations_total{workspace="bank",audience="customer",survey="",touchpoint="",segment="",channel="sms"} 20`,
		`cx_invitations_total{workspace="bank",audience="customer",survey="",touchpoint="",segment="",channel="web"} 10`,
		`cx_invitations_total{workspace="bank",audience="employee",survey="",touchpoint="",segment="",channel=""} 6`)
}

func TestThereIsNoResponseRateWhereMoreAnsweredThanWereAsked(t *testing.T) {
	s := newShelf("2026-11-20T12:00:00Z")
	s.open("bank", "UTC")
	s.invite("bank", 3, models.Customer, models.Keys{})
	s.pass(8 * 24 * time.Hour)
	s.answer(t, "bank", 2, nps("", 9))
	e := newExporter(t, s)
	if got := windowsOf(scores(t, e, "cx_response_rate")); got != "28d 90d 365d" {
		t.Errorf("two of three answered a week later: told for %s", got)
	}
	s.answer(t, "bank", 2, nps("", 9))
	wantLines(t, scores(t, e, "cx_response_rate"))
	if got := windowsOf(scores(t, e, "cx_response_rate_responses")); got != "7d 28d 90d 365d" {
		t.Errorf("that four answered is told for %s", got)
	}
}

func TestInvitationsOfKeysWithoutRoomAreOtherAndNeverFewer(t *testing.T) {
	s := newShelf("2026-11-20T12:00:00Z")
	s.open("bank", "UTC")
	s.bound = 1
	s.invite("bank", 7, models.Customer, models.Keys{models.Survey: "a"})
	s.invite("bank", 5, models.Customer, models.Keys{models.Survey: "b"})
	e := newExporter(t, s)
	of := func(survey, n string) string {
		return `cx_invitations_total{workspace="bank",audience="customer",survey="` + survey + `",touchpoint="",segment="",channel=""} ` + n
	}
	wantLines(t, scores(t, e, "cx_invitations_total"), of("a", "7"), of("other", "5"))
	s.put("bank", models.Entry{Kind: "survey", Key: "b"})
	s.invite("bank", 1, models.Customer, models.Keys{models.Survey: "b"})
	wantLines(t, scores(t, e, "cx_invitations_total"), of("a", "7"), of("b", "6"), of("other", "5"))
}

func TestSmallGroupOfEmployeesHasNoResponseRate(t *testing.T) {
	s := newShelf("2026-11-20T12:00:00Z")
	s.open("bank", "UTC")
	s.invite("bank", 4, models.Employee, models.Keys{models.Team: "small"})
	s.answer(t, "bank", 5, pulse("small", 4)) // from before, and somebody who was not asked
	e := newExporter(t, s)
	for _, name := range []string{"cx_response_rate", "cx_response_rate_invited", "cx_response_rate_responses", "cx_unasked_responses", "cx_invitations_total"} {
		wantLines(t, scores(t, e, name))
	}
	s.invite("bank", 1, models.Employee, models.Keys{models.Team: "small"})
	if got := scores(t, e, "cx_response_rate", `team="small"`); len(got) != 4 {
		t.Errorf("five of five are not told: %q", got)
	}
}
