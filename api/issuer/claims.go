package issuer

import (
	"crypto/sha256"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/google/uuid"

	"github.com/mittari/mittari/models"
)

// Claims say what a token amounts to. A claim is named as the token has it, or as a path
// into it with dots, such as realm_access.roles.
type Claims struct {
	Workspace      string // that every token is of; "": each says its own
	WorkspaceClaim string
	ScopesClaim    string                    // text with spaces between, or a list
	Scopes         map[string][]models.Scope // what each of its values allows; nil: each is a scope's name
}

// ParseScopes reads what values of a claim allow, such as "analysts=scores:read,responses:read;ops=admin"; "" is nil.
func ParseScopes(text string) (map[string][]models.Scope, error) {
	if text == "" {
		return nil, nil
	}
	scopes := map[string][]models.Scope{}
	for _, part := range strings.Split(text, ";") {
		value, list, _ := strings.Cut(part, "=")
		for _, name := range strings.Split(list, ",") {
			scope := models.Scope(strings.TrimSpace(name))
			if !slices.Contains(models.Scopes(), scope) {
				return nil, models.Errorf(models.Invalid, "must be such as analysts=scores:read,responses:read;ops=admin, with the scopes %v", models.Scopes())
			}
			scopes[strings.TrimSpace(value)] = append(scopes[strings.TrimSpace(value)], scope)
		}
	}
	return scopes, nil
}

// early is how far the issuer's clock may be ahead of this one.
const early = time.Minute

// maxSubject is the greatest length of a subject (OpenID Connect Core 1.0, 2).
const maxSubject = 255

// key is what the token amounts to.
func (c Claims) key(issuer string, t *oidc.IDToken, said map[string]json.RawMessage, now time.Time) (models.Key, error) {
	if t.Subject == "" || len(t.Subject) > maxSubject || !visible(t.Subject) {
		return models.Key{}, models.Errorf(models.Unauthorized, "the token's sub must be 1 to %d visible characters of ASCII", maxSubject)
	}
	if t.Expiry.IsZero() {
		return models.Key{}, models.Errorf(models.Unauthorized, "the token must say when it expires (exp)")
	}
	if from, given := secondsOf(said["nbf"]); given && now.Add(early).Before(from) {
		return models.Key{}, models.Errorf(models.Unauthorized, "the token is not valid before %s", from.UTC().Format(time.RFC3339))
	}
	workspace := c.Workspace
	if workspace == "" {
		workspace = strings.Join(textsAt(said, c.WorkspaceClaim), " ")
	}
	if workspace == "" || !visible(workspace) {
		return models.Key{}, models.Errorf(models.Forbidden, "the token says of no workspace: its claim %s must be one's key", c.WorkspaceClaim)
	}
	scopes := c.scopes(textsAt(said, c.ScopesClaim))
	if len(scopes) == 0 {
		return models.Key{}, models.Errorf(models.Forbidden, "the token allows nothing: its claim %s holds none of the scopes %v", c.ScopesClaim, models.Scopes())
	}
	expires := t.Expiry.UTC()
	return models.Key{ID: idOf(issuer, workspace, t.Subject), Workspace: workspace, Name: "oidc:" + t.Subject, Scopes: scopes, CreatedAt: t.IssuedAt.UTC(), ExpiresAt: &expires}, nil
}

// visible reports whether the text is of visible characters of ASCII only.
func visible(text string) bool {
	return strings.IndexFunc(text, func(r rune) bool { return r <= ' ' || r > '~' }) < 0
}

// idOf is the same for all tokens of a subject: limits, lots and repeated requests are those of one sender.
func idOf(issuer, workspace, subject string) string {
	text, _ := json.Marshal([]string{issuer, workspace, subject}) // texts can always be written
	return uuid.NewHash(sha256.New(), uuid.Nil, text, 8).String()
}

// scopes are those that the claim's values allow. Where values are mapped, a value that
// happens to be called as a scope allows nothing: many have a group "admin".
func (c Claims) scopes(values []string) []models.Scope {
	var allowed []models.Scope
	for _, scope := range models.Scopes() {
		says := func(value string) bool {
			if c.Scopes == nil {
				return value == string(scope)
			}
			return slices.Contains(c.Scopes[value], scope)
		}
		if slices.ContainsFunc(values, says) {
			allowed = append(allowed, scope)
		}
	}
	return allowed
}

// textsAt are the texts of a claim: of a list, or of a text with spaces between.
func textsAt(said map[string]json.RawMessage, claim string) []string {
	raw := at(said, claim)
	var text string
	var list []string
	if json.Unmarshal(raw, &text) == nil {
		return strings.Fields(text)
	}
	if json.Unmarshal(raw, &list) != nil {
		return nil
	}
	return list
}

// at is the claim of that name, or where the name's path leads to.
func at(said map[string]json.RawMessage, claim string) json.RawMessage {
	if raw, is := said[claim]; is {
		return raw
	}
	first, rest, nested := strings.Cut(claim, ".")
	var inner map[string]json.RawMessage
	if !nested || json.Unmarshal(said[first], &inner) != nil {
		return nil
	}
	return at(inner, rest)
}

// secondsOf reads a time as tokens have it: seconds since 1970.
func secondsOf(raw json.RawMessage) (time.Time, bool) {
	var seconds float64
	if len(raw) == 0 || json.Unmarshal(raw, &seconds) != nil {
		return time.Time{}, false
	}
	return time.Unix(int64(seconds), 0), true
}
