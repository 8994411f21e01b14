package api_test

import (
	"context"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mittari/mittari/api"
	"github.com/mittari/mittari/models"
)

type key struct {
	ID        string         `json:"id"`
	Workspace string         `json:"workspace"`
	Name      string         `json:"name"`
	Scopes    []models.Scope `json:"scopes"`
	CreatedAt time.Time      `json:"created_at"`
	ExpiresAt *time.Time     `json:"expires_at"`
	RevokedAt *time.Time     `json:"revoked_at"`
	LastUsed  *time.Time     `json:"last_used_at"`
	Expired   bool           `json:"expired"`
	Token     string         `json:"token"`
}

// newKey makes a key over the API and gives it with a caller that uses it.
func (c caller) newKey(t testing.TB, body string) (key, caller) {
	t.Helper()
	made := read[key](t, c.post(t, "/v1/keys", body).want(t, http.StatusCreated))
	return made, caller{server: c.server, token: made.Token}
}

func TestTokenIsToldOnceAndNeverAgain(t *testing.T) {
	t.Parallel()
	g := goldenFile(t, "keys")
	onEachDatabase(t, func(t *testing.T, s *server) {
		admin := s.as(t, home)
		created := admin.post(t, "/v1/keys", `{"name":"web shop","scopes":["responses:write","scores:read"]}`)
		g.check(t, "created", created)
		made := read[key](t, created)
		if !regexp.MustCompile(`^mtr_[A-Za-z0-9_-]{43}$`).MatchString(made.Token) {
			t.Errorf("token %q, want 256 bits", made.Token)
		}
		shop := caller{server: s, token: made.Token}
		shop.record(t, goodLine)
		shop.scores(t, "?metric=nps")
		wantProblem(t, shop.get(t, "/v1/responses"), http.StatusForbidden, "forbidden")
		listed := admin.get(t, "/v1/keys").want(t, http.StatusOK)
		g.check(t, "listed", listed)
		if strings.Contains(listed.body, made.Token) || strings.Contains(listed.body, "token") || strings.Contains(strings.ToLower(listed.body), "hash") {
			t.Errorf("the list tells a token or a hash: %s", listed.body)
		}
		if strings.Contains(s.logs.String(), made.Token) {
			t.Error("the token is in the log")
		}
		if _, second := admin.newKey(t, `{"name":"web shop","scopes":["admin"]}`); second.token == made.Token {
			t.Error("two keys have one token")
		}
	})
}

func TestRevokedKeyIsRefusedAtOnce(t *testing.T) {
	t.Parallel()
	onEachDatabase(t, func(t *testing.T, s *server) {
		admin := s.as(t, home)
		made, shop := admin.newKey(t, `{"name":"shop","scopes":["responses:write"]}`)
		shop.record(t, goodLine)
		for range 2 { // again changes nothing
			admin.send(t, "DELETE", "/v1/keys/"+made.ID, "").want(t, http.StatusNoContent)
			p := wantProblem(t, shop.post(t, "/v1/responses", goodLine), http.StatusUnauthorized, "unauthorized")
			if !strings.Contains(p.Detail, "revoked") {
				t.Errorf("the detail does not say why: %s", p.Detail)
			}
			s.clock.pass(time.Hour)
		}
		revoked := time.Time{}
		for _, k := range read[struct{ Keys []key }](t, admin.get(t, "/v1/keys")).Keys {
			if k.ID == made.ID && k.RevokedAt != nil {
				revoked = *k.RevokedAt
			}
		}
		if want := s.clock.now().Add(-2 * time.Hour); !revoked.Equal(want) {
			t.Errorf("revoked at %s, want the first time, %s", revoked, want)
		}
		wantProblem(t, admin.send(t, "DELETE", "/v1/keys/"+someID, ""), http.StatusNotFound, "not_found")
		if n := admin.counted(t, "nps"); n != 1 {
			t.Errorf("%d answers are counted, want the one that the key had stored", n)
		}
	})
}

func TestKeyRevokedOnAnotherReplicaIsRefusedWithinFiveSeconds(t *testing.T) {
	t.Parallel()
	s := newServer(t, setup{})
	made, shop := s.as(t, home).newKey(t, `{"name":"shop","scopes":["scores:read"]}`)
	shop.scores(t, "?metric=nps")
	if err := s.store.RevokeKey(t.Context(), home, made.ID); err != nil { // past this server
		t.Fatal(err)
	}
	s.clock.pass(5 * time.Second)
	wantProblem(t, shop.get(t, "/v1/scores?metric=nps"), http.StatusUnauthorized, "unauthorized")
}

func TestSchemeMayBeWrittenInAnyCase(t *testing.T) {
	t.Parallel()
	s := newServer(t, setup{})
	token := s.as(t, home).token
	for _, header := range []string{"Bearer " + token, "bearer " + token, "BEARER  " + token} {
		if r := (caller{server: s}).get(t, "/v1/metrics", "Authorization: "+header); r.status != http.StatusOK {
			t.Errorf("%.8q…: status %d", header, r.status)
		}
	}
	for _, header := range []string{token, "Bearer " + token + "x", "Bearer " + strings.ToUpper(token), "Bearer," + token, "Token " + token} {
		wantProblem(t, caller{server: s}.get(t, "/v1/metrics", "Authorization: "+header), http.StatusUnauthorized, "unauthorized")
	}
}

func TestFaultyKeyIsRefusedByName(t *testing.T) {
	t.Parallel()
	g := goldenFile(t, "key_faults")
	admin := newServer(t, setup{}).as(t, home)
	for name, body := range map[string]string{
		"nothing said":           `{}`,
		"unknown scopes":         `{"name":"x","scopes":["responses:write","everything",""]}`,
		"no scopes":              `{"name":"x","scopes":[]}`,
		"wrong types":            `{"name":7,"scopes":"admin","workspace":"other"}`,
		"a name too long":        `{"name":"` + strings.Repeat("n", 201) + `","scopes":["admin"]}`,
		"an end that has passed": `{"name":"x","scopes":["admin"],"expires_at":"2026-11-20T08:04:00Z"}`,
		"two ends":               `{"name":"","scopes":["admin"],"expires_at":"2027-11-20T08:04:00Z","expires_in":"90d"}`,
		"no lifetime":            `{"name":"x","scopes":["admin"],"expires_in":"soon"}`,
		"an end without a zone":  `{"name":"x","scopes":["admin"],"expires_at":"2027-11-20T08:04:00"}`,
		"a token of one's":       `{"name":"x","scopes":["admin"],"token":"mine"}`,
	} {
		t.Run(name, func(t *testing.T) {
			r := admin.post(t, "/v1/keys", body)
			wantProblem(t, r, http.StatusUnprocessableEntity, "invalid")
			g.check(t, name, r)
		})
	}
	if keys := read[struct{ Keys []key }](t, admin.get(t, "/v1/keys")).Keys; len(keys) != 1 {
		t.Errorf("%d keys, want the admin's alone", len(keys))
	}
}

// keyNamed is the one key of that name, as it is listed.
func (c caller) keyNamed(t *testing.T, name string) key {
	t.Helper()
	for _, k := range read[struct{ Keys []key }](t, c.get(t, "/v1/keys")).Keys {
		if k.Name == name {
			return k
		}
	}
	t.Fatalf("no key %q is listed", name)
	return key{}
}

func TestKeyIsRefusedFromTheMomentOnAtWhichItExpires(t *testing.T) {
	t.Parallel()
	g := goldenFile(t, "key_life")
	onEachDatabase(t, func(t *testing.T, s *server) {
		admin := s.as(t, home)
		g.check(t, "made", admin.post(t, "/v1/keys", `{"name":"made","scopes":["scores:read"],"expires_at":"2026-11-21T10:00:00.25+02:00"}`))
		made, shop := admin.newKey(t, `{"name":"shop","scopes":["scores:read"],"expires_in":"12h"}`)
		end := s.clock.now().Add(12 * time.Hour)
		if made.ExpiresAt == nil || !made.ExpiresAt.Equal(end) {
			t.Errorf("it ends at %v, want %s", made.ExpiresAt, end)
		}
		s.clock.pass(12*time.Hour - time.Nanosecond)
		shop.scores(t, "?metric=nps") // and now it is remembered for five seconds
		if admin.keyNamed(t, "shop").Expired {
			t.Error("it is listed as expired before its time")
		}
		s.clock.pass(time.Nanosecond)
		refused := shop.get(t, "/v1/scores?metric=nps")
		wantProblem(t, refused, http.StatusUnauthorized, "unauthorized")
		g.check(t, "expired", refused)
		if r := (caller{server: s, token: made.Token + "x"}).get(t, "/v1/scores?metric=nps"); strings.Contains(r.body, "expired") || strings.Contains(r.body, "shop") {
			t.Errorf("who does not hold the key is told of it: %s", r.body)
		}
		g.check(t, "listed", admin.get(t, "/v1/keys"))
	})
}

func TestWhenAKeyWasUsedIsNotedBehindTheRequests(t *testing.T) {
	t.Parallel()
	onEachDatabase(t, func(t *testing.T, s *server) {
		admin := s.as(t, home)
		expired, late := admin.newKey(t, `{"name":"late","scopes":["admin"],"expires_in":"1h"}`)
		revoked, gone := admin.newKey(t, `{"name":"gone","scopes":["admin"]}`)
		admin.send(t, "DELETE", "/v1/keys/"+revoked.ID, "").want(t, http.StatusNoContent)
		_, shop := admin.newKey(t, `{"name":"shop","scopes":["responses:write"]}`)
		s.clock.pass(time.Hour)
		for range 3 {
			shop.record(t, `{"metric":"nps","score":9}`)
		}
		wantProblem(t, late.get(t, "/v1/metrics"), http.StatusUnauthorized, "unauthorized")
		wantProblem(t, gone.get(t, "/v1/metrics"), http.StatusUnauthorized, "unauthorized")
		if at := admin.keyNamed(t, "shop").LastUsed; at != nil {
			t.Errorf("it was written on the way, %s", at)
		}
		s.handler.NoteUses(t.Context())
		if at := admin.keyNamed(t, "shop").LastUsed; at == nil || !at.Equal(s.clock.now().Truncate(time.Minute)) {
			t.Errorf("last used at %v, want %s", at, s.clock.now())
		}
		for _, k := range []key{expired, revoked} {
			if at := admin.keyNamed(t, k.Name).LastUsed; at != nil {
				t.Errorf("%q let nobody in, and yet it counts as used at %s", k.Name, at)
			}
		}
		s.clock.pass(-10 * time.Minute) // another machine's clock
		shop.record(t, `{"metric":"nps","score":9}`)
		s.handler.NoteUses(t.Context())
		if at := admin.keyNamed(t, "shop").LastUsed; at.Before(s.clock.now()) {
			t.Errorf("it moved back to %s", at)
		}
	})
}

func TestUsesAreWrittenWhenTheServerStops(t *testing.T) {
	t.Parallel()
	s := newServer(t, setup{})
	admin := s.as(t, home)
	admin.get(t, "/v1/metrics")
	ended, end := context.WithCancel(t.Context())
	end()
	s.handler.Run(ended)
	if at := admin.keyNamed(t, "home [admin]").LastUsed; at == nil {
		t.Error("what was used since the last minute is forgotten")
	}
}

// mistakenStore finds another key than the one that was asked for.
type mistakenStore struct{ api.Store }

func (s mistakenStore) KeyByHash(ctx context.Context, hash [32]byte) (models.Key, error) {
	k, err := s.Store.KeyByHash(ctx, hash)
	k.Hash[31] ^= 1
	return k, err
}

func TestKeyIsComparedWithWhatWasSent(t *testing.T) {
	t.Parallel()
	s := newServer(t, setup{config: func(c *api.Config) { c.Store = mistakenStore{c.Store} }})
	wantProblem(t, s.as(t, home).get(t, "/v1/metrics"), http.StatusUnauthorized, "unauthorized")
}

// slowStore stops in the middle of a lookup when it is asked to: it has read, but not answered.
type slowStore struct {
	api.Store
	stop   *sync.Once
	read   chan<- struct{} // told that the lookup has read
	answer <-chan struct{} // lets it answer
}

func (s slowStore) pause() {
	s.stop.Do(func() {
		s.read <- struct{}{}
		<-s.answer
	})
}

func (s slowStore) KeyByHash(ctx context.Context, hash [32]byte) (models.Key, error) {
	k, err := s.Store.KeyByHash(ctx, hash)
	if k.Name == "slow" {
		s.pause()
	}
	return k, err
}

func (s slowStore) FindMetrics(ctx context.Context, workspace string) (models.Metrics, error) {
	m, err := s.Store.FindMetrics(ctx, workspace)
	if workspace == other {
		s.pause()
	}
	return m, err
}

func slowServer(t *testing.T) (s *server, hasRead <-chan struct{}, goOn chan<- struct{}) {
	t.Helper()
	reads, goes := make(chan struct{}), make(chan struct{})
	return newServer(t, setup{config: func(c *api.Config) {
		c.Store = slowStore{c.Store, &sync.Once{}, reads, goes}
	}}), reads, goes
}

func TestRevocationIsNotForgottenByALookupUnderWay(t *testing.T) {
	t.Parallel()
	s, hasRead, goOn := slowServer(t)
	admin := s.as(t, home)
	made, slow := admin.newKey(t, `{"name":"slow","scopes":["scores:read"]}`)
	first := make(chan reply, 1)
	go func() { first <- slow.get(t, "/v1/metrics") }()
	next(t, hasRead)
	admin.send(t, "DELETE", "/v1/keys/"+made.ID, "").want(t, http.StatusNoContent)
	goOn <- struct{}{}
	next(t, first) // it came before the revocation was answered, and may have been let in
	wantProblem(t, slow.get(t, "/v1/metrics"), http.StatusUnauthorized, "unauthorized")
}

func TestMetricIsNotForgottenByALookupUnderWay(t *testing.T) {
	t.Parallel()
	s, hasRead, goOn := slowServer(t)
	admin := s.as(t, other)
	first := make(chan reply, 1)
	go func() { first <- admin.post(t, "/v1/responses", goodLine) }()
	next(t, hasRead)
	admin.putMetric(t, "friendly", friendliness).want(t, http.StatusCreated)
	goOn <- struct{}{}
	next(t, first).want(t, http.StatusCreated)
	admin.record(t, `{"metric":"friendly","score":7}`)
}
