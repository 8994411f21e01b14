package api_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mittari/mittari/models"
)

type responseRate struct {
	Audience   string    `json:"audience"`
	Level      string    `json:"level"`
	Key        string    `json:"key"`
	Since      time.Time `json:"since"`
	Until      time.Time `json:"until"`
	Invited    *int64    `json:"invited"`
	Responses  *int64    `json:"responses"`
	Unasked    *int64    `json:"unasked_responses"`
	Rate       *float64  `json:"rate"`
	Lower      *float64  `json:"lower"`
	Upper      *float64  `json:"upper"`
	Suppressed bool      `json:"suppressed"`
}

// rates are response rates in short: "key responses/invited+unasked", with "-" where there is no rate.
func (c caller) rates(t testing.TB, query string) string {
	t.Helper()
	list := read[struct {
		ResponseRates []responseRate `json:"response_rates"`
	}](t, c.get(t, "/v1/response-rate"+query).want(t, http.StatusOK))
	var words []string
	for _, r := range list.ResponseRates {
		switch {
		case r.Suppressed:
			words = append(words, r.Key+" suppressed")
		case r.Rate == nil:
			words = append(words, fmt.Sprintf("%s %d/%d+%d -", r.Key, *r.Responses, *r.Invited, *r.Unasked))
		default:
			words = append(words, fmt.Sprintf("%s %d/%d+%d", r.Key, *r.Responses, *r.Invited, *r.Unasked))
		}
	}
	return strings.TrimSpace(strings.Join(words, ", "))
}

// invite records an invitation and must get the status.
func (c caller) invite(t testing.TB, body string, status int) reply {
	t.Helper()
	return c.post(t, "/v1/invitations", body).want(t, status)
}

func TestInvitationsAreRecordedAndToldByTheirOutcomes(t *testing.T) {
	t.Parallel()
	g := goldenFile(t, "invitations")
	onEachDatabase(t, func(t *testing.T, s *server) {
		admin := s.as(t, home)
		number := `{"day":"2026-11-19","survey":"s","channel":"sms","n":%d}`
		person := `{"person":"p","survey":"s","invitation_id":"i"}`
		g.check(t, "a number", admin.post(t, "/v1/invitations", fmt.Sprintf(number, 100)))
		g.check(t, "another number", admin.post(t, "/v1/invitations", fmt.Sprintf(number, 120)))
		g.check(t, "a person", admin.post(t, "/v1/invitations", person))
		g.check(t, "a retry", admin.post(t, "/v1/invitations", person))
		g.check(t, "an enforced retry", admin.post(t, "/v1/invitations?enforce=true", person))
		g.check(t, "another under its id", admin.post(t, "/v1/invitations", strings.Replace(person, `"s"`, `"t"`, 1)))
		g.check(t, "too early", admin.post(t, "/v1/invitations?enforce=true", `{"person":"p"}`))
		g.check(t, "too early, and not enforced", admin.post(t, "/v1/invitations", `{"person":"p"}`))
		g.check(t, "a fault", admin.post(t, "/v1/invitations", `{"person":"p","n":5,"day":"x","team":"a b","audience":"all"}`))
		g.check(t, "an unknown field", admin.post(t, "/v1/invitations", `{"people":5}`))
		g.check(t, "an unknown parameter", admin.post(t, "/v1/invitations?force=true", person))
		many := "[" + fmt.Sprintf(number, 120) + `,{"person":"q"},{"person":"q"},{}]`
		g.check(t, "many", admin.post(t, "/v1/invitations?enforce=true", many))
		g.check(t, "lines", admin.send(t, "POST", "/v1/invitations?enforce=true", strings.Trim(strings.ReplaceAll(many, "},{", "}\n{"), "[]"), "Content-Type: "+ndjson))
		g.check(t, "rates", admin.get(t, "/v1/response-rate?group_by=channel"))
		if got := admin.rates(t, ""); got != "0/123+0" {
			t.Errorf("invited are %s", got)
		}
		s.isExact(t)
	})
}

// isExact fails unless home's rollups are what its responses and invitations add up to.
func (s *server) isExact(t *testing.T) {
	t.Helper()
	if found, err := s.store.Verify(t.Context(), home, false); err != nil || len(found) > 0 {
		t.Errorf("the rollups differ: %+v, %v", found, err)
	}
}

func TestWhetherAPersonMayBeAskedIsToldWithWhenAndWhy(t *testing.T) {
	t.Parallel()
	g := goldenFile(t, "eligibility")
	onEachDatabase(t, func(t *testing.T, s *server) {
		sender := s.as(t, home, models.WriteResponses)
		sender.invite(t, `{"person":"p","survey":"s","invited_at":"2026-10-10T08:00:00Z"}`, http.StatusCreated)
		sender.invite(t, `{"person":"q","touchpoint":"t"}`, http.StatusCreated)
		for name, query := range map[string]string{
			"of the same survey": "?person=p&survey=s", "of another": "?person=p&survey=u", "asked today": "?person=q&touchpoint=t", "never asked": "?person=r",
		} {
			g.check(t, name, sender.get(t, "/v1/invitations/eligibility"+query))
		}
		g.check(t, "several", sender.post(t, "/v1/invitations/eligibility", `{"persons":["p","q","r","p"],"survey":"s"}`))
		for name, query := range map[string]string{"nobody": "", "twice": "?person=p&person=q", "what is unknown": "?person=p&team=a"} {
			g.check(t, name, sender.get(t, "/v1/invitations/eligibility"+query))
		}
		for name, body := range map[string]string{"no persons": `{"persons":[]}`, "no names": `{"persons":["","\u0000"],"survey":"\u0000"}`, "what does not fit": `{"persons":"p"}`} {
			g.check(t, name, sender.post(t, "/v1/invitations/eligibility", body))
		}
		admin := s.as(t, home)
		g.check(t, "policy at first", admin.get(t, "/v1/invitations/policy"))
		g.check(t, "policy", admin.send(t, "PUT", "/v1/invitations/policy", `{"rest_days":0,"rest_days_same_survey":20}`))
		g.check(t, "a policy's faults", admin.send(t, "PUT", "/v1/invitations/policy", `{"rest_days":-1,"rest_days_same_survey":1000}`))
		g.check(t, "policy then", admin.get(t, "/v1/invitations/policy"))
		g.check(t, "several then", sender.post(t, "/v1/invitations/eligibility", `{"persons":["p","q"],"touchpoint":"t"}`))
	})
}

func TestOfManySendersWhoAskOnePersonOneIsLetThrough(t *testing.T) {
	t.Parallel()
	onEachDatabase(t, func(t *testing.T, s *server) {
		sender := s.as(t, home)
		var mu sync.Mutex
		statuses := map[int]int{}
		var senders sync.WaitGroup
		for range 8 {
			senders.Go(func() {
				r := sender.post(t, "/v1/invitations?enforce=true", `{"person":"p","survey":"s"}`)
				mu.Lock()
				defer mu.Unlock()
				statuses[r.status]++
			})
		}
		senders.Wait()
		if statuses[http.StatusCreated] != 1 || statuses[http.StatusConflict] != 7 {
			t.Errorf("statuses %v, want one 201 and seven 409", statuses)
		}
		if got := sender.rates(t, ""); got != "0/1+0" {
			t.Errorf("invited are %s", got)
		}
		s.clock.pass(90 * 24 * time.Hour)
		sender.post(t, "/v1/invitations?enforce=true", `{"person":"p","survey":"s"}`).want(t, http.StatusCreated)
	})
}

func TestResponseRatesAreToldByGroupPeriodAndAudience(t *testing.T) {
	t.Parallel()
	g := goldenFile(t, "response_rates")
	onEachDatabase(t, func(t *testing.T, s *server) {
		admin := s.as(t, home)
		admin.send(t, "PUT", "/v1/journeys/j", `{"touchpoints":["a","b"]}`).want(t, http.StatusCreated)
		admin.invite(t, `[{"day":"2026-11-18","touchpoint":"a","channel":"sms","n":8},{"day":"2026-11-19","touchpoint":"b","channel":"web","n":4},
			{"day":"2026-11-19","audience":"employee","team":"crew","n":6},{"day":"2026-11-19","audience":"employee","team":"few","n":4}]`, http.StatusOK)
		for _, more := range []string{`"touchpoint":"a","channel":"sms"`, `"touchpoint":"a","channel":"sms","solicited":true`, `"touchpoint":"a","channel":"sms","solicited":false`, `"touchpoint":"c","channel":"kiosk"`} {
			admin.record(t, `{"metric":"nps","score":9,"collected_at":"2026-11-19T08:00:00Z",`+more+`}`)
		}
		admin.post(t, "/v1/responses/bulk", staff("crew", 5)+staff("few", 4)).want(t, http.StatusOK)
		for query, want := range map[string]string{
			"":                                   "3/12+1",
			"?group_by=channel":                  "kiosk 1/0+0 -, sms 2/8+1, web 0/4+0",
			"?group_by=journey":                  "j 2/12+1",
			"?group_by=touchpoint&channel=sms":   "a 2/8+1",
			"?audience=employee":                 "5/10+0",
			"?audience=employee&group_by=team":   "crew 5/6+0, few suppressed",
			"?audience=employee&team=few":        "suppressed",
			"?audience=employee&group_by=survey": "",
			"?window=today":                      "0/0+0 -",
			"?since=2026-11-18&interval=day":     "0/8+0,  3/4+1,  0/0+0 -",
			"?since=2026-11-19&until=2026-11-20&group_by=touchpoint": "a 2/0+1 -, b 0/4+0, c 1/0+0 -",
		} {
			if got := admin.rates(t, query); got != want {
				t.Errorf("%s: %q, want %q", query, got, want)
			}
		}
		g.check(t, "company", admin.get(t, "/v1/response-rate"))
		g.check(t, "teams of employees", admin.get(t, "/v1/response-rate?audience=employee&group_by=team&window=7d"))
		g.check(t, "faults", admin.get(t, "/v1/response-rate?audience=all&group_by=region&window=x&interval=y&metric=nps"))
		s.isExact(t)
	})
}

// TestResponseRateTellsNotWhenTheLastOfAFewEmployeesAnswers watches a team of
// six from its first answer to its last: what is told changes when five have
// answered, and not when the sixth does.
func TestResponseRateTellsNotWhenTheLastOfAFewEmployeesAnswers(t *testing.T) {
	t.Parallel()
	onEachDatabase(t, func(t *testing.T, s *server) {
		admin := s.as(t, home)
		admin.invite(t, `[{"day":"2026-11-20","audience":"employee","team":"a","n":6},{"day":"2026-11-20","audience":"employee","team":"b","n":20}]`, http.StatusOK)
		admin.post(t, "/v1/responses/bulk", staff("b", 10)).want(t, http.StatusOK)
		var seen []string
		for range 6 {
			admin.post(t, "/v1/responses/bulk", staff("a", 1)).want(t, http.StatusOK)
			seen = append(seen, admin.rates(t, "?audience=employee&group_by=team&team=a")+" of "+admin.rates(t, "?audience=employee"))
		}
		few, five := " of 10/26+0", "a 5/6+0 of 15/26+0"
		want := []string{"a suppressed" + few, "a suppressed" + few, "a suppressed" + few, "a suppressed" + few, five, five}
		if strings.Join(seen, "; ") != strings.Join(want, "; ") {
			t.Errorf("seen one after the other:\n%s\nwant\n%s", strings.Join(seen, "\n"), strings.Join(want, "\n"))
		}
	})
}
