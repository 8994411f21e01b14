package issuer

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"

	"github.com/mittari/mittari/models"
)

// FuzzClaims: no claims, settings of them, or keys of an issuer make their readers panic, and
// what a token amounts to is a workspace and scopes that there are.
func FuzzClaims(f *testing.F) {
	f.Add(`{"workspace":"bank","scope":"scores:read admin","nbf":1}`, "workspace", "scope", "", "sub-1")
	f.Add(`{"realm_access":{"roles":["analysts","ops"]},"org":["bank"],"nbf":1e300}`, "org", "realm_access.roles", "analysts=scores:read,responses:read;ops=admin", "sub-2")
	f.Add(`{"keys":[{"kty":"RSA","n":"AQAB","e":"AQAB"},{"kty":"OKP","crv":"Ed25519","x":""},7,null]}`, ".", "a..b", "=admin", "")
	f.Fuzz(func(t *testing.T, text, workspace, scope, mapped, subject string) {
		if keys, err := readKeys(strings.NewReader(text)); err == nil && len(keys) == 0 {
			t.Fatal("no key, and no error")
		}
		scopes, err := ParseScopes(mapped)
		if err != nil {
			return
		}
		var said map[string]json.RawMessage
		if json.Unmarshal([]byte(text), &said) != nil {
			return
		}
		now := time.Unix(1_800_000_000, 0)
		key, err := Claims{WorkspaceClaim: workspace, ScopesClaim: scope, Scopes: scopes}.key("https://issuer", &oidc.IDToken{Subject: subject, Expiry: now, IssuedAt: now}, said, now)
		if err != nil {
			if models.ErrorCode(err) == "" {
				t.Fatalf("not told in words: %v", err)
			}
			return
		}
		if key.Workspace == "" || len(key.Scopes) == 0 || slices.ContainsFunc(key.Scopes, func(s models.Scope) bool { return !slices.Contains(models.Scopes(), s) }) {
			t.Fatalf("%s amounts to %+v", text, key)
		}
	})
}
