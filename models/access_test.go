package models

import (
	"bytes"
	"crypto/sha256"
	"strings"
	"testing"
	"time"
)

func TestEveryFaultOfAnEntryNamesItsFieldAndTheRemedy(t *testing.T) {
	touchpoint := Entry{Kind: "touchpoint", Key: "checkout", Name: "Check-out"}
	journey := Entry{Kind: JourneyKind, Key: "loan", Touchpoints: []string{"a", "b"}}
	for _, c := range []struct {
		name, field, remedy string
		entry               Entry
		change              func(*Entry)
	}{
		{"a key with a slash", "key", "must be 1 to 100 letters", touchpoint, func(e *Entry) { e.Key = "a/b" }},
		{"long name", "name", "200 characters at most, is 201", touchpoint, func(e *Entry) { e.Name = text(201) }},
		{"name with NUL", "name", "NUL", touchpoint, func(e *Entry) { e.Name = "\x00" }},
		{"long description", "description", "2000 characters at most, is 2001", touchpoint, func(e *Entry) { e.Description = text(2001) }},
		{"broken description", "description", "must be UTF-8", touchpoint, func(e *Entry) { e.Description = "\xff" }},
		{"steps of no journey", "touchpoints", "only a journey has touchpoints", touchpoint, func(e *Entry) { e.Touchpoints = []string{"a"} }},
		{"a journey to nowhere", "touchpoints", "a journey needs 1 to 100 touchpoints", journey, func(e *Entry) { e.Touchpoints = nil }},
		{"a journey without end", "touchpoints", "a journey needs 1 to 100 touchpoints", journey, func(e *Entry) { e.Touchpoints = steps(101) }},
		{"a step that is no key", "touchpoints[1]", "must be 1 to 100 letters", journey, func(e *Entry) { e.Touchpoints = []string{"a", ""} }},
		{"a step taken twice", "touchpoints[2]", `"a" stands on the journey already`, journey, func(e *Entry) { e.Touchpoints = []string{"a", "b", "a"} }},
	} {
		t.Run(c.name, func(t *testing.T) {
			e := c.entry
			c.change(&e)
			holdsOneFault(t, e.Check(), c.field, c.remedy)
		})
	}
	journey.Touchpoints = steps(100)
	for _, e := range []Entry{touchpoint, journey, {Kind: "team", Key: strings.Repeat("k", 100), Name: text(200), Description: text(2000)}} {
		if err := e.Check(); err != nil {
			t.Errorf("%s: %v", e.Kind, err)
		}
	}
}

func steps(n int) []string {
	return strings.Split(list(n, func(i int) string { return "step-" + strings.Repeat("x", i%90) + string(rune('a'+i/90)) }), ",")
}

func TestEveryFaultOfAKeyNamesItsFieldAndTheRemedy(t *testing.T) {
	now := time.Date(2026, 11, 20, 8, 4, 0, 0, time.UTC)
	at := func(d time.Duration) *time.Time { at := now.Add(d); return &at }
	right := Key{Name: "shop", Scopes: Scopes()}
	for _, c := range []struct {
		name, field, remedy string
		key                 Key
	}{
		{"no name", "name", "say who uses the key", Key{Scopes: Scopes()}},
		{"long name", "name", "200 characters at most, is 201", Key{Name: text(201), Scopes: Scopes()}},
		{"name with NUL", "name", "NUL", Key{Name: "a\x00", Scopes: Scopes()}},
		{"no scope", "scopes", "must name one of [responses:write responses:read scores:read observations:write observations:read catalog:write admin] at least", Key{Name: "shop"}},
		{"ended already", "expires_at", "a time to come", Key{Name: "shop", Scopes: Scopes(), ExpiresAt: at(0)}},
		{"ends in another age", "expires_at", "within 100 years", Key{Name: "shop", Scopes: Scopes(), ExpiresAt: at(101 * 365 * 24 * time.Hour)}},
		{"no such scope", "scopes[1]", `must be one of [responses:write responses:read scores:read observations:write observations:read catalog:write admin], is "all"`, Key{Name: "shop", Scopes: []Scope{Admin, "all"}}},
	} {
		t.Run(c.name, func(t *testing.T) { holdsOneFault(t, c.key.Check(now), c.field, c.remedy) })
	}
	for _, lifetime := range []string{"d", "90", "90m", "0d", "-1d", "1.5h", "36501d", "9999999999999999999h", " 1d"} {
		t.Run(lifetime, func(t *testing.T) {
			_, err := right.Lasting(lifetime, now)
			holdsOneFault(t, err, "expires_in", "90d or 12h")
		})
	}
	both := right
	both.ExpiresAt = at(time.Hour)
	_, err := both.Lasting("1d", now)
	holdsOneFault(t, err, "expires_in", "not both")
	if err := (Key{Name: text(200), Scopes: Scopes(), ExpiresAt: at(time.Microsecond)}).Check(now); err != nil {
		t.Error(err)
	}
	for lifetime, want := range map[string]*time.Time{"": nil, "1h": at(time.Hour), "90d": at(90 * 24 * time.Hour)} {
		k, err := right.Lasting(lifetime, now)
		if err != nil || (want == nil) != (k.ExpiresAt == nil) || want != nil && !k.ExpiresAt.Equal(*want) {
			t.Errorf("%q: %v, %v", lifetime, k.ExpiresAt, err)
		}
	}
}

func TestAKeyHasExpiredFromItsEndOn(t *testing.T) {
	end := time.Date(2026, 11, 20, 8, 4, 0, 0, time.UTC)
	k := Key{ExpiresAt: &end}
	if k.Expired(end.Add(-time.Nanosecond)) || !k.Expired(end) || !k.Expired(end.Add(time.Hour)) || (Key{}).Expired(end) {
		t.Error("a key is to expire at its end, and one without never")
	}
}

func TestAKeyAllowsItsScopesUntilItIsRevoked(t *testing.T) {
	revoked := time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC)
	writer, admin := Key{Scopes: []Scope{WriteResponses}}, Key{Scopes: []Scope{Admin}}
	for _, s := range Scopes() {
		if writer.Allows(s) != (s == WriteResponses) {
			t.Errorf("a writer's key allows %s: %v", s, writer.Allows(s))
		}
		if !admin.Allows(s) {
			t.Errorf("the admin's key does not allow %s", s)
		}
		if (Key{Scopes: Scopes(), RevokedAt: &revoked}).Allows(s) || (Key{}).Allows(s) {
			t.Errorf("a revoked key, or one without scopes, allows %s", s)
		}
	}
}

func TestATokenIsRandomAndOnlyItsHashIsKept(t *testing.T) {
	token, err := NewToken(bytes.NewReader(bytes.Repeat([]byte{0xfb}, 32)))
	if want := "mtr_" + strings.Repeat("-_v7", 10) + "-_s"; err != nil || token != want {
		t.Errorf("%q, %v, want %q", token, err, want)
	}
	if HashToken(token) != sha256.Sum256([]byte(token)) {
		t.Error("the hash is not the token's SHA-256")
	}
	if _, err := NewToken(bytes.NewReader(make([]byte, 31))); err == nil {
		t.Error("a token was made of too few random bytes")
	}
	first, _ := NewToken(nil)
	second, _ := NewToken(nil)
	if first == second || len(first) < MinTokenLength {
		t.Errorf("%q and %q", first, second)
	}
}

func TestEveryFaultOfAWorkspaceNamesItsFieldAndTheRemedy(t *testing.T) {
	right := Workspace{Key: "bank", Name: "Example Bank", TimeZone: "Europe/Helsinki"}
	for _, c := range []struct {
		name, field, remedy string
		change              func(*Workspace)
	}{
		{"no key", "key", "must be 1 to 63 of a–z, 0–9 and '-'", func(w *Workspace) { w.Key = "" }},
		{"capitals", "key", "must be 1 to 63", func(w *Workspace) { w.Key = "Bank" }},
		{"long key", "key", "must be 1 to 63", func(w *Workspace) { w.Key = strings.Repeat("b", 64) }},
		{"long name", "name", "200 characters at most, is 201", func(w *Workspace) { w.Name = text(201) }},
		{"name with NUL", "name", "NUL", func(w *Workspace) { w.Name = "\x00" }},
		{"no zone", "time_zone", "must be an IANA time zone such as Europe/Helsinki", func(w *Workspace) { w.TimeZone = "" }},
		{"the machine's zone", "time_zone", "must be an IANA time zone", func(w *Workspace) { w.TimeZone = "Local" }},
		{"no such zone", "time_zone", "must be an IANA time zone", func(w *Workspace) { w.TimeZone = "Europe/Atlantis" }},
		{"a path", "time_zone", "must be an IANA time zone", func(w *Workspace) { w.TimeZone = "../../etc/localtime" }},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := right
			c.change(&w)
			holdsOneFault(t, w.Check(), c.field, c.remedy)
		})
	}
	if err := right.Check(); err != nil {
		t.Error(err)
	}
}
