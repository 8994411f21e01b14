// Package issuer lets the bearers of tokens of an OpenID Connect issuer in: what a
// token says, signed by the issuer and made for this server, amounts to a key. The
// issuer's public keys are fetched beside the requests, anew each hour, and at once
// where a token is signed by one that is not known yet.
package issuer

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/go-jose/go-jose/v4"

	"github.com/mittari/mittari/models"
)

// Config says whose tokens are taken, and what they amount to. Every field is required unless it says otherwise.
type Config struct {
	URL      string // the issuer's, exactly as its tokens name it
	Audience string // what tokens must be made for
	Claims   Claims
	Client   *http.Client // asks the issuer
	Now      func() time.Time
	Log      *slog.Logger
}

// Issuer judges tokens. Its methods may be called concurrently.
type Issuer struct {
	Config
	keys atomic.Pointer[[]jose.JSONWebKey] // nil: never fetched yet

	mu      sync.Mutex // held while the keys are fetched
	tried   time.Time  // when they last were
	failing error      // what came of that
}

// New is an issuer that knows no keys before Run has fetched them.
func New(c Config) *Issuer { return &Issuer{Config: c} }

// algorithms are those that a token may be signed by: all of a private key that only
// the issuer has. So neither unsigned tokens pass nor ones "signed" by the public key.
func algorithms() []string {
	return []string{oidc.RS256, oidc.RS384, oidc.RS512, oidc.PS256, oidc.PS384, oidc.PS512, oidc.ES256, oidc.ES384, oidc.ES512, oidc.EdDSA}
}

// KeyOf is the key that a token amounts to. Whether it has expired is the caller's to judge. A token that
// is not the issuer's, not made for this server or not valid yet is Unauthorized, one that says of no
// workspace or no scope is Forbidden, and one that can't be judged, because the issuer can't be asked for its keys, Busy.
func (i *Issuer) KeyOf(ctx context.Context, token string) (models.Key, error) {
	id, err := signedBy(token)
	if err != nil {
		return models.Key{}, models.Errorf(models.Unauthorized, "the token can't be read: it must be a JWT, signed by one of %v", algorithms())
	}
	keys, err := i.keysNamed(ctx, id)
	if err != nil {
		return models.Key{}, err
	}
	verifier := oidc.NewVerifier(i.URL, &keys, &oidc.Config{ClientID: i.Audience, SupportedSigningAlgs: algorithms(), SkipExpiryCheck: true})
	verified, err := verifier.Verify(ctx, token)
	if err != nil {
		return models.Key{}, models.Errorf(models.Unauthorized, "the token is not one of %s for the audience %q", i.URL, i.Audience)
	}
	var said map[string]json.RawMessage
	if err := verified.Claims(&said); err != nil {
		return models.Key{}, models.Errorf(models.Unauthorized, "the token's claims can't be read")
	}
	return i.Claims.key(i.URL, verified, said, i.Now())
}

// signedBy is the id of the key that the token says it is signed by; "" where it says none.
func signedBy(token string) (string, error) {
	var known []jose.SignatureAlgorithm
	for _, name := range algorithms() {
		known = append(known, jose.SignatureAlgorithm(name))
	}
	signed, err := jose.ParseSigned(token, known)
	if err != nil {
		return "", err
	}
	return signed.Signatures[0].Header.KeyID, nil // the compact form has one
}

// keysNamed are the issuer's keys of an id, or all of them for "".
func (i *Issuer) keysNamed(ctx context.Context, id string) (oidc.StaticKeySet, error) {
	if found := i.known(id); len(found.PublicKeys) > 0 {
		return found, nil
	}
	if err := i.fetchAgain(ctx); err != nil {
		busy := models.Errorf(models.Busy, "the issuer of tokens can't be asked for its keys; try again, or take a key of the API")
		busy.RetryAfter = betweenTries
		return oidc.StaticKeySet{}, busy
	}
	return i.known(id), nil // none leads to a signature that can't be verified
}

func (i *Issuer) known(id string) oidc.StaticKeySet {
	var found oidc.StaticKeySet
	if keys := i.keys.Load(); keys != nil {
		for _, k := range *keys {
			if id == "" || k.KeyID == id {
				found.PublicKeys = append(found.PublicKeys, k.Key)
			}
		}
	}
	return found
}
