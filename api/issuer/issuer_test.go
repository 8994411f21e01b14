package issuer_test

import (
	"bytes"
	"context"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/mittari/mittari/api/issuer"
	"github.com/mittari/mittari/api/issuer/issuertest"
	"github.com/mittari/mittari/models"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// house is an issuer of the test's, and who judges its tokens.
type house struct {
	*issuertest.Issuer
	judge *issuer.Issuer
	clock *clock
	log   *bytes.Buffer
}

type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

func newHouse(t *testing.T, claims issuer.Claims) house {
	t.Helper()
	h := house{issuertest.New(t, ""), nil, &clock{at: time.Date(2026, 11, 20, 8, 4, 0, 0, time.UTC)}, &bytes.Buffer{}}
	h.judge = h.judgeOf(t, h.URL, claims)
	return h
}

func (h house) judgeOf(t *testing.T, url string, claims issuer.Claims) *issuer.Issuer {
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	return issuer.New(issuer.Config{URL: url, Audience: issuertest.Audience, Claims: claims, Client: &http.Client{Transport: transport, Timeout: time.Minute},
		Now: h.clock.now, Log: slog.New(slog.NewTextHandler(h.log, nil))})
}

// usual are the defaults of the settings.
func usual() issuer.Claims {
	return issuer.Claims{WorkspaceClaim: "mittari_workspace", ScopesClaim: "scope"}
}

// good are the claims that a good token has beside those of every one.
func good(more ...any) map[string]any {
	claims := map[string]any{"mittari_workspace": "acme", "scope": "openid scores:read responses:write"}
	for i := 0; i < len(more); i += 2 {
		claims[more[i].(string)] = more[i+1]
	}
	return claims
}

func (h house) keyOf(t *testing.T, others map[string]any) (models.Key, error) {
	t.Helper()
	return h.judge.KeyOf(t.Context(), h.Token(t, h.Claims(h.clock.now(), others)))
}

func refused(t *testing.T, what string, err error, code models.Code) {
	t.Helper()
	if models.ErrorCode(err) != code {
		t.Errorf("%s gave %v, want %s", what, err, code)
	}
}

func TestTokenAmountsToAKeyOfItsClaims(t *testing.T) {
	h := newHouse(t, usual())
	key, err := h.keyOf(t, good())
	if err != nil {
		t.Fatal(err)
	}
	now := h.clock.now()
	if key.Workspace != "acme" || key.Name != "oidc:alice" || !slices.Equal(key.Scopes, []models.Scope{models.WriteResponses, models.ReadScores}) ||
		!key.CreatedAt.Equal(now) || !key.ExpiresAt.Equal(now.Add(5*time.Minute)) || key.Hash != [32]byte{} {
		t.Errorf("it amounts to %+v", key)
	}
	again, err := h.keyOf(t, good("exp", now.Add(time.Hour).Unix(), "aud", []string{"other", issuertest.Audience}, "scope", []string{"admin"}))
	if err != nil || again.ID != key.ID {
		t.Errorf("another token of the subject has the id %s, %v, want %s", again.ID, err, key.ID)
	}
	for _, other := range []map[string]any{good("sub", "bob"), good("mittari_workspace", "bank")} {
		if k, err := h.keyOf(t, other); err != nil || k.ID == key.ID {
			t.Errorf("%v has the id of another: %+v, %v", other, k, err)
		}
	}
	late, err := h.keyOf(t, good("exp", now.Add(-time.Second).Unix()))
	if err != nil || !late.Expired(now) {
		t.Errorf("an expired token gave %+v, %v", late, err)
	}
	if asked := h.Asked.Load(); asked != 1 {
		t.Errorf("the issuer was asked %d times for its keys", asked)
	}
}

func TestTokenThatIsNotTheIssuersForThisServerIsRefused(t *testing.T) {
	h := newHouse(t, usual())
	stranger := issuertest.New(t, "")
	now := h.clock.now()
	claims := h.Claims(now, good())
	for name, token := range map[string]string{
		"another audience":          h.Token(t, h.Claims(now, good("aud", "shop"))),
		"no audience":               h.Token(t, h.Claims(now, good("aud", nil))),
		"another issuer":            h.Token(t, h.Claims(now, good("iss", stranger.URL))),
		"a stranger's signature":    stranger.Token(t, claims),
		"a stranger's token":        stranger.Token(t, stranger.Claims(now, good())),
		"no signature":              issuertest.Unsigned(t, claims),
		"the public key as secret":  h.Forged(t, claims),
		"no subject":                h.Token(t, h.Claims(now, good("sub", nil))),
		"a subject with spaces":     h.Token(t, h.Claims(now, good("sub", "a b"))),
		"a long subject":            h.Token(t, h.Claims(now, good("sub", strings.Repeat("s", 256)))),
		"no end":                    h.Token(t, h.Claims(now, good("exp", nil))),
		"not valid yet":             h.Token(t, h.Claims(now, good("nbf", now.Add(2*time.Minute).Unix()))),
		"a signature cut off":       strings.TrimRight(h.Token(t, claims), "AQgw")[:300],
		"another text than signed":  strings.Join([]string{strings.Split(h.Token(t, claims), ".")[0], strings.Split(h.Token(t, h.Claims(now, good("sub", "bob"))), ".")[1], strings.Split(h.Token(t, claims), ".")[2]}, "."),
		"nothing that is a token":   "eyJ.e.",
		"claims that are no object": h.Token(t, nil),
	} {
		key, err := h.judge.KeyOf(t.Context(), token)
		refused(t, name, err, models.Unauthorized)
		if key.Workspace != "" || len(key.Scopes) > 0 {
			t.Errorf("%s: it amounts to %+v all the same", name, key)
		}
		if err != nil && strings.Contains(err.Error(), token) {
			t.Errorf("%s: the refusal holds the token", name)
		}
	}
	if _, err := h.keyOf(t, good("nbf", now.Add(30*time.Second).Unix())); err != nil {
		t.Errorf("an issuer whose clock is half a minute ahead: %v", err)
	}
}

func TestTokenThatAllowsNothingIsForbidden(t *testing.T) {
	h := newHouse(t, usual())
	for name, others := range map[string]map[string]any{
		"no workspace": good("mittari_workspace", nil), "an empty workspace": good("mittari_workspace", ""), "a number": good("mittari_workspace", 7),
		"a strange workspace": good("mittari_workspace", "a\x00b"), "no scope": good("scope", nil), "others' scopes": good("scope", "openid profile"),
		"a scope of no text": good("scope", []any{"admin", 7}), "part of a scope": good("scope", "scores"),
	} {
		_, err := h.keyOf(t, others)
		refused(t, name, err, models.Forbidden)
	}
}

func TestGroupsAreMappedToScopesAndNothingElseIs(t *testing.T) {
	scopes, err := issuer.ParseScopes("analysts=scores:read, responses:read;ops = admin;analysts=catalog:write")
	if err != nil {
		t.Fatal(err)
	}
	h := newHouse(t, issuer.Claims{Workspace: "bank", WorkspaceClaim: "mittari_workspace", ScopesClaim: "realm.access.roles", Scopes: scopes})
	roles := func(roles ...string) map[string]any {
		return good("realm", map[string]any{"access": map[string]any{"roles": roles}})
	}
	key, err := h.keyOf(t, roles("analysts", "cooks"))
	if err != nil || key.Workspace != "bank" || !slices.Equal(key.Scopes, []models.Scope{models.ReadResponses, models.ReadScores, models.WriteCatalog}) {
		t.Errorf("it amounts to %+v, %v", key, err)
	}
	if key, err := h.keyOf(t, roles("ops")); err != nil || !key.Allows(models.WriteObservations) {
		t.Errorf("it amounts to %+v, %v", key, err)
	}
	for _, others := range []map[string]any{roles("admin"), roles("scores:read"), good(), good("realm", "ops"), good("realm.access", map[string]any{"roles": "ops"})} {
		_, err := h.keyOf(t, others)
		refused(t, "what is not mapped", err, models.Forbidden)
	}
	if key, err := h.keyOf(t, good("realm.access.roles", "ops")); err != nil || !key.Allows(models.Admin) {
		t.Errorf("a claim whose name has dots amounts to %+v, %v", key, err)
	}
	for _, text := range []string{"analysts", "analysts=", "analysts=scores", "a=admin;", "a=admin;b=scores:read,"} {
		_, err := issuer.ParseScopes(text)
		refused(t, text, err, models.Invalid)
	}
}

func TestKeyThatTheIssuerHasTakenUpSinceIsFetchedOnceInAWhile(t *testing.T) {
	h := newHouse(t, usual())
	before := h.Token(t, h.Claims(h.clock.now(), good()))
	if _, err := h.judge.KeyOf(t.Context(), before); err != nil {
		t.Fatal(err)
	}
	h.Rotate(t)
	after := h.Token(t, h.Claims(h.clock.now(), good()))
	for range 20 { // whoever makes keys up
		_, err := h.judge.KeyOf(t.Context(), after)
		refused(t, "a key that is not known yet, a moment after the last fetch", err, models.Unauthorized)
	}
	if asked := h.Asked.Load(); asked != 1 {
		t.Errorf("the issuer was asked %d times for its keys", asked)
	}
	h.clock.pass(10 * time.Second)
	if _, err := h.judge.KeyOf(t.Context(), after); err != nil {
		t.Errorf("the new key is not taken: %v", err)
	}
	_, err := h.judge.KeyOf(t.Context(), before)
	refused(t, "a key that was withdrawn", err, models.Unauthorized)
}

func TestIssuerThatDoesNotAnswerAtFirstIsAskedAgain(t *testing.T) {
	h := newHouse(t, usual())
	address := strings.TrimPrefix(h.URL, "http://")
	h.Stop()
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var running sync.WaitGroup
	running.Go(func() { h.judge.Run(ctx) })
	token := h.Token(t, h.Claims(h.clock.now(), good()))
	_, err := h.judge.KeyOf(t.Context(), token)
	refused(t, "a token while the issuer is down", err, models.Busy)
	up := issuertest.New(t, address)
	token = up.Token(t, up.Claims(h.clock.now(), good()))
	for deadline := time.Now().Add(time.Minute); ; {
		if _, err = h.judge.KeyOf(t.Context(), token); err == nil {
			break
		}
		refused(t, "a token while the issuer starts", err, models.Busy)
		if time.Now().After(deadline) {
			t.Fatal("the issuer is up, and its tokens are not taken")
		}
	}
	up.Stop() // and what is known stays
	h.clock.pass(time.Hour)
	if _, err := h.judge.KeyOf(t.Context(), up.Token(t, up.Claims(h.clock.now(), good()))); err != nil {
		t.Errorf("the issuer is down again, and a key that is known is not taken: %v", err)
	}
	up.Rotate(t)
	_, err = h.judge.KeyOf(t.Context(), up.Token(t, up.Claims(h.clock.now(), good())))
	refused(t, "a key that can't be asked for", err, models.Busy)
	stop()
	running.Wait()
	if log := h.log.String(); strings.Count(log, "does not tell its keys") != 2 || strings.Count(log, "tokens of the issuer are let in") != 1 || strings.Contains(log, token) {
		t.Errorf("the log is\n%s", log)
	}
}

func TestIssuerThatCallsItselfOtherwiseIsNotBelieved(t *testing.T) {
	h := newHouse(t, usual())
	h.judge = h.judgeOf(t, h.URL+"/", usual())
	_, err := h.keyOf(t, good("iss", h.URL+"/"))
	refused(t, "a token of an issuer with another name", err, models.Busy)
	if log := h.log.String(); !strings.Contains(log, "did not match the issuer URL") {
		t.Errorf("the log does not say why: %s", log)
	}
}
