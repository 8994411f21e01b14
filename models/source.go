package models

import (
	"encoding/json"
	"slices"
	"strings"
	"time"
)

// SourceKind is a survey tool whose webhooks are taken.
type SourceKind string

// The tools.
const (
	Formbricks SourceKind = "formbricks"
	Typeform   SourceKind = "typeform"
	Delighted  SourceKind = "delighted"
)

// SourceKinds are all of them.
func SourceKinds() []SourceKind { return []SourceKind{Formbricks, Typeform, Delighted} }

// Source is a webhook of a survey tool that sends responses to the workspace, and how they are read.
type Source struct {
	Workspace string          `json:"-"`
	ID        string          `json:"id" format:"uuid" example:"01938f6e-7c1a-7d5e-b0a4-3f1de8a2c901"`
	Key       string          `json:"key" example:"home-loan-form"`
	Kind      SourceKind      `json:"kind" example:"typeform"`
	Name      string          `json:"name" example:"The form after a home-loan meeting"`
	Mapping   json.RawMessage `json:"mapping,omitempty" swaggertype:"object" extensions:"x-mapping"`                      // what of a payload is what; see deploy/sources
	Address   string          `json:"address" example:"/v1/sources/typeform?source=01938f6e-7c1a-7d5e-b0a4-3f1de8a2c901"` // where the tool is to send, on this server
	SecretSet bool            `json:"secret_set" example:"true"`                                                          // whether the signing secret is known, without which what comes signed is refused
	OldUntil  *time.Time      `json:"old_secret_until,omitempty" format:"date-time" example:"2026-11-21T08:04:00Z"`       // until when the secret before is taken, too; absent: there is none
	CreatedAt time.Time       `json:"created_at" format:"date-time" example:"2026-11-20T08:04:00Z"`
	UpdatedAt time.Time       `json:"updated_at" format:"date-time" example:"2026-11-20T08:04:00Z"`
	Secret    []byte          `json:"-"` // sealed; empty: none yet
	OldSecret []byte          `json:"-"` // the one before, sealed; empty: none
}

// MostSources is how many sources a workspace may have.
const MostSources = 200

// AddressOf is where a tool sends to the source with the id.
func (k SourceKind) AddressOf(id string) string { return "/v1/sources/" + string(k) + "?source=" + id }

// SealedOf is what a sealed secret is bound to.
func (s Source) SealedOf() string { return "secret of source " + s.Workspace + "/" + s.Key }

// CheckSource names every fault of what is said of a source at once; secret is "" when it stays as it is.
func CheckSource(key string, kind SourceKind, name, secret string, faults *Faults) {
	if !validKey(key) {
		faults.Add("key", "%s; %q is not", keyRule, short(key))
	}
	if !slices.Contains(SourceKinds(), kind) {
		faults.Add("kind", "must be one of %v", SourceKinds())
	}
	checkText("name", name, maxName, faults)
	kind.checkSecret(secret, faults)
}

// The bounds of a signing secret, in characters. One that is shorter can be guessed from a single payload.
const (
	minSecret = 16
	maxSecret = 500
)

func (k SourceKind) checkSecret(secret string, faults *Faults) {
	if secret == "" {
		return
	}
	if len(secret) < minSecret || len(secret) > maxSecret || strings.TrimSpace(secret) != secret {
		faults.Add("secret", "must have %d to %d characters, without space around them", minSecret, maxSecret)
	} else if _, err := Secret(secret).key(); k == Formbricks && err != nil {
		faults.Add("secret", "must be as Formbricks shows it: whsec_ and base64")
	}
}
