package models

import (
	"crypto/rand"
	"encoding/base64"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Secret is what a webhook's requests are signed by: "whsec_" and the base64 of the key.
type Secret string

const secretPrefix = "whsec_"

// String hides the secret from logs.
func (Secret) String() string { return secretPrefix + "…" }

// NewSecret makes a secret of 256 random bits from random, or from the system's generator when that is nil.
func NewSecret(random io.Reader) (Secret, error) {
	key, err := randomKey(random)
	if err != nil {
		return "", err
	}
	return Secret(secretPrefix + base64.StdEncoding.EncodeToString(key)), nil
}

// randomKey is 256 random bits from random, or from the system's generator when that is nil.
func randomKey(random io.Reader) ([]byte, error) {
	if random == nil {
		random = rand.Reader
	}
	key := make([]byte, 32)
	_, err := io.ReadFull(random, key)
	return key, err
}

// key is what signatures are made by: what stands in base64 behind whsec_.
func (s Secret) key() ([]byte, error) {
	return base64.StdEncoding.DecodeString(strings.TrimPrefix(string(s), secretPrefix))
}

// SecretLife is for how long an old secret signs, or is taken, beside the one that has taken its place.
const SecretLife = 24 * time.Hour

// maxSecrets is how many secrets may sign at once.
const maxSecrets = 5

// SecretUse is a secret, as it is kept, and how long it signs.
type SecretUse struct {
	Kept  []byte     // see Persons.Seal
	Until *time.Time `json:",omitempty"` // nil: until another takes its place
}

// KeepSecret is what is kept of a new secret of one of the workspace's webhooks.
func KeepSecret(p Persons, workspace string, s Secret) SecretUse {
	return SecretUse{Kept: p.Seal([]byte(s), sealedOfWebhook(workspace))}
}

func sealedOfWebhook(workspace string) string { return "secret of a webhook of " + workspace }

// Signing are the webhook's secrets that sign then, the latest last.
func (w Webhook) Signing(p Persons, at time.Time) ([]Secret, error) {
	var signing []Secret
	for _, s := range w.Secrets {
		if !s.signs(at) {
			continue
		}
		secret, err := p.Open(s.Kept, sealedOfWebhook(w.Workspace))
		if err != nil {
			return nil, err
		}
		signing = append(signing, Secret(secret))
	}
	return signing, nil
}

// Rotate gives the secrets with a new one, beside which those that sign now go on for
// a SecretLife, or not at all. With too many it is a Conflict.
func Rotate(secrets []SecretUse, fresh SecretUse, endOthers bool, now time.Time) ([]SecretUse, error) {
	var rotated []SecretUse
	until := now.Add(SecretLife)
	for _, s := range secrets {
		if s.signs(now) && !endOthers {
			if s.Until == nil {
				s.Until = &until
			}
			rotated = append(rotated, s)
		}
	}
	if len(rotated) >= maxSecrets {
		err := Errorf(Conflict, "%d secrets sign already; wait until the oldest has ended, or end the others at once", maxSecrets)
		err.RetryAfter = rotated[0].Until.Sub(now)
		return nil, err
	}
	return append(rotated, fresh), nil
}

func (s SecretUse) signs(at time.Time) bool { return s.Until == nil || s.Until.After(at) }

// Sign gives the header webhook-signature of a message: a signature by each secret, that of
// the last one first (https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md).
func Sign(secrets []Secret, id string, at time.Time, body []byte) string {
	var signatures []string
	for _, secret := range slices.Backward(secrets) {
		key, err := secret.key()
		if err != nil {
			continue
		}
		signature := standardSignature(key, id, strconv.FormatInt(at.Unix(), 10), body)
		signatures = append(signatures, "v1,"+base64.StdEncoding.EncodeToString(signature))
	}
	return strings.Join(signatures, " ")
}

// standardSignature is that of Standard Webhooks: the HMAC-SHA-256 of a message's id, its time in Unix seconds and its body, with dots between them.
func standardSignature(key []byte, id, seconds string, body []byte) []byte {
	return macOf(key, []byte(id+"."+seconds+"."), body)
}
