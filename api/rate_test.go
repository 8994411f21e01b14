package api_test

import (
	"fmt"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/mittari/mittari/api"
	"github.com/mittari/mittari/models"
)

// refusals counts what the limits refused.
type refusals struct {
	mu sync.Mutex
	by map[string]int
}

func (r *refusals) add(limit string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.by == nil {
		r.by = map[string]int{}
	}
	r.by[limit]++
}

func (r *refusals) of(limit string) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.by[limit]
}

func TestKeyThatSendsTooMuchIsToldWhenToComeBackAndOthersAreServed(t *testing.T) {
	t.Parallel()
	g := goldenFile(t, "rate")
	var refused refusals
	s := newServer(t, setup{config: func(c *api.Config) { c.KeyLimit, c.Limited = api.Limit{Rate: 0.2, Burst: 3}, refused.add }})
	busy, calm := s.as(t, home, models.ReadScores), s.as(t, other)
	for range 3 {
		busy.get(t, "/v1/scores?metric=nps").want(t, http.StatusOK)
	}
	late := busy.get(t, "/v1/scores?metric=nps")
	wantProblem(t, late, http.StatusTooManyRequests, "too_many_requests")
	g.check(t, "key", late)
	calm.get(t, "/v1/scores?metric=nps").want(t, http.StatusOK)
	s.clock.pass(4 * time.Second)
	if after := busy.get(t, "/v1/scores?metric=nps").want(t, http.StatusTooManyRequests).header.Get("Retry-After"); after != "1" {
		t.Errorf("Retry-After %s, want 1", after)
	}
	s.clock.pass(time.Second)
	busy.get(t, "/v1/scores?metric=nps").want(t, http.StatusOK)
	busy.get(t, "/v1/scores?metric=nps").want(t, http.StatusTooManyRequests)
	if n := refused.of("key"); n != 3 {
		t.Errorf("%d refusals were counted, want 3", n)
	}
}

func TestBulkRequestCountsAsOneForEachHundredLinesAndIsNeverBroken(t *testing.T) {
	t.Parallel()
	s := newServer(t, setup{config: func(c *api.Config) { c.KeyLimit = api.Limit{Rate: 500, Burst: 2} }})
	shop := s.as(t, home)
	outcomes := shop.post(t, "/v1/responses/bulk", numberedLines(1, 1000)).want(t, http.StatusOK).outcomes(t)
	if len(outcomes) != 1000 || outcomes[999].Status != http.StatusCreated {
		t.Fatalf("%d outcomes, the last %+v", len(outcomes), outcomes[len(outcomes)-1])
	}
	// 11 were spent, of 2: the clock stood still, so the next one has to wait for 10.
	shop.get(t, "/v1/metrics").want(t, http.StatusTooManyRequests)
	s.clock.pass(18 * time.Millisecond)
	shop.get(t, "/v1/metrics").want(t, http.StatusTooManyRequests)
	s.clock.pass(2 * time.Millisecond)
	shop.get(t, "/v1/metrics").want(t, http.StatusOK)
}

// guess sends keys that nobody has, until one is not looked up any more.
func guess(t *testing.T, s *server, most int, headers ...string) reply {
	t.Helper()
	for i := range most {
		r := caller{server: s, token: fmt.Sprintf("guessed-key-%d-of-many-characters", i)}.send(t, "GET", "/v1/metrics", "", headers...)
		if r.status != http.StatusUnauthorized {
			return r
		}
	}
	return reply{status: http.StatusUnauthorized}
}

func TestGuessingKeysIsEndedButHonestClientsOfTheSameAddressAreServed(t *testing.T) {
	t.Parallel()
	g := goldenFile(t, "guessing")
	var refused refusals
	s := newServer(t, setup{config: func(c *api.Config) { c.AddressLimit, c.Limited = api.Limit{Rate: 0.001, Burst: 20}, refused.add }})
	known, late := s.as(t, home), s.as(t, other)
	known.get(t, "/v1/metrics").want(t, http.StatusOK)
	ended := guess(t, s, 21)
	wantProblem(t, ended, http.StatusTooManyRequests, "too_many_requests")
	g.check(t, "address", ended)
	if refused.of("address") != 1 {
		t.Errorf("%d refusals were counted, want 1", refused.of("address"))
	}
	for range 3 {
		known.get(t, "/v1/metrics").want(t, http.StatusOK)
		s.clock.pass(time.Minute) // it is looked up anew
	}
	id := read[struct {
		ID, Workspace, Name, Token string
		Scopes                     []models.Scope
		CreatedAt                  time.Time `json:"created_at"`
	}](t, known.post(t, "/v1/keys", `{"name":"a","scopes":["admin"]}`).want(t, http.StatusCreated)).ID
	known.send(t, "DELETE", "/v1/keys/"+id, "").want(t, http.StatusNoContent) // every key is forgotten
	known.get(t, "/v1/metrics").want(t, http.StatusOK)
	late.get(t, "/v1/metrics").want(t, http.StatusTooManyRequests)
	s.clock.pass(16 * time.Minute)
	late.get(t, "/v1/metrics").want(t, http.StatusOK)
}

func TestKnownKeysAreNeverLimitedByAddress(t *testing.T) {
	t.Parallel()
	s := newServer(t, setup{config: func(c *api.Config) { c.AddressLimit = api.Limit{Rate: 0.001, Burst: 1} }})
	for _, scope := range models.Scopes() {
		for range 10 {
			s.as(t, home, scope).get(t, "/v1/metrics").want(t, http.StatusOK)
		}
	}
	caller{server: s}.get(t, "/v1/metrics").want(t, http.StatusUnauthorized)
	caller{server: s}.get(t, "/healthz").want(t, http.StatusOK)
}

func TestOnlyTrustedProxiesSayWhereARequestComesFrom(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		trusted   []string
		elsewhere int
	}{
		"none":           {nil, http.StatusTooManyRequests},
		"another":        {[]string{"192.0.2.0/24"}, http.StatusTooManyRequests},
		"this one":       {[]string{"127.0.0.1"}, http.StatusUnauthorized},
		"this one's net": {[]string{"127.0.0.0/8"}, http.StatusUnauthorized},
		"IPv6 as well":   {[]string{"::1", "127.0.0.1"}, http.StatusUnauthorized},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newServer(t, setup{config: func(config *api.Config) {
				config.AddressLimit, config.TrustedProxies = api.Limit{Rate: 0.001, Burst: 5}, c.trusted
			}})
			from := func(address string) string { return "X-Forwarded-For: 198.51.100.4, " + address }
			if r := guess(t, s, 6, from("203.0.113.7")); r.status != http.StatusTooManyRequests {
				t.Fatalf("6 guesses of one address gave %d", r.status)
			}
			if r := guess(t, s, 1, from("203.0.113.8"), "X-Real-IP: 198.51.100.6"); r.status != c.elsewhere {
				t.Errorf("a guess of another address gave %d, want %d", r.status, c.elsewhere)
			}
			if r := guess(t, s, 1, "X-Forwarded-For: 192.0.2.77, 198.51.100.4, 203.0.113.7"); r.status != http.StatusTooManyRequests {
				t.Errorf("what a client itself put before its address was believed: %d", r.status)
			}
		})
	}
}
