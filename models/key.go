package models

import (
	"crypto/sha256"
	"encoding/base64"
	"io"
	"slices"
	"strconv"
	"time"
)

// Key lets a program into one workspace. The token itself is never stored, only its hash.
type Key struct {
	ID         string     `json:"id" format:"uuid" example:"01938f6e-7c1a-7d5e-b0a4-3f1de8a2c901"`
	Workspace  string     `json:"workspace" example:"default"`
	Name       string     `json:"name" example:"web shop"`
	Scopes     []Scope    `json:"scopes"`
	CreatedAt  time.Time  `json:"created_at" format:"date-time" example:"2026-01-02T08:00:00Z"`
	ExpiresAt  *time.Time `json:"expires_at,omitempty" format:"date-time" example:"2027-11-20T08:04:00Z"`   // from when on it lets nobody in; absent: never
	RevokedAt  *time.Time `json:"revoked_at,omitempty" format:"date-time" example:"2026-11-20T08:04:00Z"`   // absent while the key is valid
	LastUsedAt *time.Time `json:"last_used_at,omitempty" format:"date-time" example:"2026-11-20T08:04:00Z"` // the minute in which it last let somebody in, told up to two minutes later; absent: never
	Hash       [32]byte   `json:"-"`                                                                        // SHA-256 of the token; zero where the key is what an issuer's token amounts to
}

// Expired reports whether the key has come to its end by itself.
func (k Key) Expired(now time.Time) bool { return k.ExpiresAt != nil && !now.Before(*k.ExpiresAt) }

// Allows reports whether the key has the scope; a revoked key has none. Whether it has expired is not judged.
func (k Key) Allows(s Scope) bool {
	return k.RevokedAt == nil && (slices.Contains(k.Scopes, s) || slices.Contains(k.Scopes, Admin))
}

const unfitKey = "the key can't be made as it is"

// maxLifetime is how far ahead a key's end may lie.
const maxLifetime = 100 * 365 * 24 * time.Hour

// Check names every fault of a key that is to be made now, at once.
func (k Key) Check(now time.Time) error {
	var faults Faults
	if k.Name == "" {
		faults.Add("name", "must not be empty: say who uses the key")
	}
	checkText("name", k.Name, maxName, &faults)
	if len(k.Scopes) == 0 {
		faults.Add("scopes", "must name one of %v at least", Scopes())
	}
	for i, s := range k.Scopes {
		if !slices.Contains(Scopes(), s) {
			faults.Add(index("scopes", i), "must be one of %v, is %q", Scopes(), string(s))
		}
	}
	if k.ExpiresAt != nil && (k.Expired(now) || k.ExpiresAt.Sub(now) > maxLifetime) {
		faults.Add("expires_at", "must be a time to come, within 100 years")
	}
	return faults.Err(unfitKey)
}

// Lasting is the key that ends after the lifetime, a number of days or hours such as 90d or
// 12h, unless that is "", with every fault of it.
func (k Key) Lasting(lifetime string, now time.Time) (Key, error) {
	var faults Faults
	end, err := lifetimeFrom(now, lifetime)
	switch {
	case lifetime == "":
	case err != nil:
		faults.Add("expires_in", "%v", err)
	case k.ExpiresAt != nil:
		faults.Add("expires_in", "give this or expires_at, not both")
	default:
		k.ExpiresAt = &end
	}
	return k, faults.With(k.Check(now)).Err(unfitKey)
}

func lifetimeFrom(now time.Time, lifetime string) (time.Time, error) {
	units := map[string]time.Duration{"d": 24 * time.Hour, "h": time.Hour}
	number, unit := lifetime, time.Duration(0)
	if n := len(lifetime); n > 0 {
		number, unit = lifetime[:n-1], units[lifetime[n-1:]]
	}
	count, err := strconv.Atoi(number)
	if err != nil || unit == 0 || count < 1 || count > int(maxLifetime/unit) {
		return now, Errorf(Invalid, "must be a number of days or hours, such as 90d or 12h, within 100 years")
	}
	return now.Add(time.Duration(count) * unit), nil
}

// KeyUse is that a key let somebody in, and when.
type KeyUse struct {
	Workspace, ID string
	At            time.Time
}

// MinTokenLength is the least length of a key's token that an operator may choose.
const MinTokenLength = 20

// HashToken is what is stored of a key's token.
func HashToken(token string) [32]byte { return sha256.Sum256([]byte(token)) }

// NewToken makes a key's token of 256 random bits from random, or from the
// system's generator when that is nil.
func NewToken(random io.Reader) (string, error) {
	key, err := randomKey(random)
	if err != nil {
		return "", err
	}
	return "mtr_" + base64.RawURLEncoding.EncodeToString(key), nil
}
