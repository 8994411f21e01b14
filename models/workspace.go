package models

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"io"
	"regexp"
	"slices"
	"time"
)

// Workspace is one client, brand or company on an installation. Nothing in one
// is ever seen from another. Its days are days in its time zone, which is fixed at creation.
type Workspace struct {
	Key       string    `json:"key" example:"default"`
	Name      string    `json:"name" example:"Example Bank"`
	TimeZone  string    `json:"time_zone" example:"Europe/Helsinki"`
	CreatedAt time.Time `json:"created_at" format:"date-time" example:"2026-01-02T08:00:00Z"`
}

var workspacePattern = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,62}$`)

// Check names every fault of a workspace at once.
func (w Workspace) Check() error {
	var faults Faults
	if !workspacePattern.MatchString(w.Key) {
		faults.Add("key", "must be 1 to 63 of a–z, 0–9 and '-', starting with a letter or digit")
	}
	checkText("name", w.Name, maxName, &faults)
	if _, err := w.Zone(); err != nil {
		faults.Add("time_zone", "must be an IANA time zone such as Europe/Helsinki")
	}
	return faults.Err("the workspace can't be used as it is")
}

// Zone is the workspace's time zone.
func (w Workspace) Zone() (*time.Location, error) {
	if w.TimeZone == "" || w.TimeZone == "Local" {
		return nil, Errorf(Invalid, "a workspace needs a time zone by name")
	}
	return time.LoadLocation(w.TimeZone)
}

// Scope is a thing that a key allows.
type Scope string

// The scopes. Admin allows all the others too, and the keys and workspaces themselves.
const (
	WriteResponses    Scope = "responses:write"
	ReadResponses     Scope = "responses:read"
	ReadScores        Scope = "scores:read"
	WriteObservations Scope = "observations:write"
	ReadObservations  Scope = "observations:read"
	WriteCatalog      Scope = "catalog:write"
	Admin             Scope = "admin"
)

// Scopes are all of them.
func Scopes() []Scope {
	return []Scope{WriteResponses, ReadResponses, ReadScores, WriteObservations, ReadObservations, WriteCatalog, Admin}
}

// Key lets a program into one workspace. The token itself is never stored, only its hash.
type Key struct {
	ID        string     `json:"id" format:"uuid" example:"01938f6e-7c1a-7d5e-b0a4-3f1de8a2c901"`
	Workspace string     `json:"workspace" example:"default"`
	Name      string     `json:"name" example:"web shop"`
	Scopes    []Scope    `json:"scopes"`
	CreatedAt time.Time  `json:"created_at" format:"date-time" example:"2026-01-02T08:00:00Z"`
	RevokedAt *time.Time `json:"revoked_at,omitempty" format:"date-time" example:"2026-11-20T08:04:00Z"` // absent while the key is valid
	Hash      [32]byte   `json:"-"`                                                                      // SHA-256 of the token
}

// Allows reports whether the key has the scope; a revoked key has none.
func (k Key) Allows(s Scope) bool {
	return k.RevokedAt == nil && (slices.Contains(k.Scopes, s) || slices.Contains(k.Scopes, Admin))
}

// Check names every fault of a key at once.
func (k Key) Check() error {
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
	return faults.Err("the key can't be made as it is")
}

// MinTokenLength is the least length of a key's token that an operator may choose.
const MinTokenLength = 20

// HashToken is what is stored of a key's token.
func HashToken(token string) [32]byte { return sha256.Sum256([]byte(token)) }

// NewToken makes a key's token of 256 random bits from random, or from the
// system's generator when that is nil.
func NewToken(random io.Reader) (string, error) {
	if random == nil {
		random = rand.Reader
	}
	b := make([]byte, 32)
	if _, err := io.ReadFull(random, b); err != nil {
		return "", err
	}
	return "mtr_" + base64.RawURLEncoding.EncodeToString(b), nil
}
