// Package issuertest is an OpenID Connect issuer for tests: it has a discovery document, public keys, and signs.
package issuertest

import (
	"cmp"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	mathrand "math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// Audience is whom the issuer's tokens are made for unless a test says otherwise.
const Audience = "mittari"

// Issuer is a running one.
type Issuer struct {
	URL    string
	Asked  atomic.Int64 // how often it was asked for its keys
	server *httptest.Server

	mu   sync.Mutex
	keys []jose.JSONWebKey // private ones; it signs by the last
}

// New starts an issuer that listens on the address, host:port, or on one of its own for "", until the test ends.
func New(t testing.TB, address string) *Issuer {
	t.Helper()
	var listener net.Listener
	err := errors.New("no address")
	for try := 0; err != nil && try < 100; try++ {
		listener, err = (&net.ListenConfig{}).Listen(t.Context(), "tcp", cmp.Or(address, fmt.Sprintf("127.0.0.1:%d", 10_000+mathrand.IntN(22_000))))
	}
	if err != nil {
		t.Fatal(err)
	}
	i := &Issuer{URL: "http://" + listener.Addr().String()}
	i.Rotate(t)
	i.server = &httptest.Server{Listener: listener, Config: &http.Server{Handler: i.handler(), ReadHeaderTimeout: time.Minute}}
	i.server.Start()
	t.Cleanup(i.server.Close)
	return i
}

func (i *Issuer) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/.well-known/openid-configuration", func(w http.ResponseWriter, _ *http.Request) {
		reply(w, map[string]any{"issuer": i.URL, "jwks_uri": i.URL + "/keys", "id_token_signing_alg_values_supported": []string{"RS256", "HS256", "none"}})
	})
	mux.HandleFunc("/keys", func(w http.ResponseWriter, _ *http.Request) {
		i.Asked.Add(1)
		i.mu.Lock()
		defer i.mu.Unlock()
		set := jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: []byte("a key that is to be kept secret!"), KeyID: "secret"}}}
		for _, k := range i.keys {
			set.Keys = append(set.Keys, k.Public())
		}
		reply(w, set)
	})
	return mux
}

func reply(w http.ResponseWriter, body any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(body)
}

// Rotate makes it sign by a new key; the one before is withdrawn. RSA and ECDSA take turns.
func (i *Issuer) Rotate(t testing.TB) {
	t.Helper()
	var key crypto.Signer
	var err error
	algorithm := jose.RS256
	if i.mu.Lock(); len(i.keys) > 0 && i.keys[0].Algorithm == string(jose.RS256) {
		algorithm = jose.ES256
	}
	i.mu.Unlock()
	if algorithm == jose.ES256 {
		key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	} else {
		key, err = rsa.GenerateKey(rand.Reader, 2048)
	}
	if err != nil {
		t.Fatal(err)
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	i.keys = []jose.JSONWebKey{{Key: key, KeyID: fmt.Sprintf("key-%d", time.Now().UnixNano()), Algorithm: string(algorithm), Use: "sig"}}
}

func (i *Issuer) current() jose.JSONWebKey {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.keys[len(i.keys)-1]
}

// Claims are those of a good token at the time, and others of the test's, of which nil takes one away.
func (i *Issuer) Claims(now time.Time, others map[string]any) map[string]any {
	claims := map[string]any{"iss": i.URL, "aud": Audience, "sub": "alice", "iat": now.Unix(), "exp": now.Add(5 * time.Minute).Unix()}
	maps.Copy(claims, others)
	maps.DeleteFunc(claims, func(_ string, value any) bool { return value == nil })
	return claims
}

// Token is a token with these claims, signed.
func (i *Issuer) Token(t testing.TB, claims map[string]any) string {
	t.Helper()
	key := i.current()
	return sign(t, jose.SigningKey{Algorithm: jose.SignatureAlgorithm(key.Algorithm), Key: key}, claims)
}

// Forged is a token "signed" with the public key as if that were a secret.
func (i *Issuer) Forged(t testing.TB, claims map[string]any) string {
	t.Helper()
	key := i.current()
	public, err := key.Public().MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	return sign(t, jose.SigningKey{Algorithm: jose.HS256, Key: jose.JSONWebKey{Key: public, KeyID: key.KeyID}}, claims)
}

func sign(t testing.TB, key jose.SigningKey, claims map[string]any) string {
	t.Helper()
	signer, err := jose.NewSigner(key, nil)
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(claims)
	if err != nil {
		t.Fatal(err)
	}
	signed, err := signer.Sign(text)
	if err != nil {
		t.Fatal(err)
	}
	token, err := signed.CompactSerialize()
	if err != nil {
		t.Fatal(err)
	}
	return token
}

// Unsigned is a token of the algorithm none.
func Unsigned(t testing.TB, claims map[string]any) string {
	t.Helper()
	text, err := json.Marshal(claims)
	if err != nil {
		t.Fatal(err)
	}
	encode := base64.RawURLEncoding.EncodeToString
	return strings.Join([]string{encode([]byte(`{"alg":"none","typ":"JWT"}`)), encode(text), ""}, ".")
}

// Stop ends it; whoever asks finds nobody.
func (i *Issuer) Stop() { i.server.Close() }
