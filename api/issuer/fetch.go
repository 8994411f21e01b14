package issuer

import (
	"context"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/go-jose/go-jose/v4"
)

// How often the issuer is asked for its keys: so that what it has withdrawn is noticed, and
// so that whoever makes tokens up does not make this server ask all the time.
const (
	betweenFetches = time.Hour
	betweenTries   = 10 * time.Second
)

// maxKeySet is the greatest size of the issuer's keys.
const maxKeySet = 1 << 20

// Run fetches the issuer's keys, now and each hour, until the context ends. While
// the issuer does not answer it is asked again, every ten seconds in the end, and the keys that are known stay.
func (i *Issuer) Run(ctx context.Context) {
	again := time.Second
	for {
		wait := betweenFetches
		if i.fetchNow(ctx) != nil {
			wait, again = again, min(2*again, betweenTries)
		} else {
			again = time.Second
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(wait):
		}
	}
}

func (i *Issuer) fetchNow(ctx context.Context) error {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.fetch(ctx)
}

// fetchAgain fetches the keys unless that was tried a moment ago, and tells what came of it then.
func (i *Issuer) fetchAgain(ctx context.Context) error {
	i.mu.Lock()
	defer i.mu.Unlock()
	if !i.tried.IsZero() && i.Now().Sub(i.tried) < betweenTries {
		return i.failing
	}
	return i.fetch(context.WithoutCancel(ctx)) // others wait for it, too
}

// fetch replaces the keys that are known. Its caller holds the lock.
func (i *Issuer) fetch(ctx context.Context) error {
	keys, err := i.ask(ctx)
	failed := i.failing
	i.tried, i.failing = i.Now(), err
	switch {
	case err != nil && ctx.Err() != nil: // asked to stop
	case err != nil && failed == nil:
		i.Log.WarnContext(ctx, "the issuer of tokens does not tell its keys; API keys work, tokens only where their key is known; it is asked again every few seconds", "issuer", i.URL, "error", err)
	case err == nil && (failed != nil || i.keys.Load() == nil):
		i.Log.InfoContext(ctx, "tokens of the issuer are let in", "issuer", i.URL, "keys", len(keys))
	}
	if err == nil {
		i.keys.Store(&keys)
	}
	return err
}

// ask finds out where the issuer's keys are, and what they are.
func (i *Issuer) ask(ctx context.Context) ([]jose.JSONWebKey, error) {
	provider, err := oidc.NewProvider(oidc.ClientContext(ctx, i.Client), i.URL)
	if err != nil {
		return nil, fmt.Errorf("ask where its keys are: %w", err)
	}
	var told struct {
		URL string `json:"jwks_uri"`
	}
	if err := provider.Claims(&told); err != nil {
		return nil, err
	}
	if strings.HasPrefix(i.URL, "https:") && !strings.HasPrefix(told.URL, "https:") {
		return nil, fmt.Errorf("its keys are not behind https")
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, told.URL, nil)
	if err != nil {
		return nil, err
	}
	reply, err := i.Client.Do(request)
	if err != nil {
		return nil, err
	}
	defer reply.Body.Close()
	if reply.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("ask for its keys: %s", reply.Status)
	}
	return readKeys(io.LimitReader(reply.Body, maxKeySet))
}

// readKeys reads the public keys that signatures can be verified by; of others, and of kinds not known, it makes nothing.
func readKeys(r io.Reader) ([]jose.JSONWebKey, error) {
	var set struct {
		Keys []json.RawMessage `json:"keys"`
	}
	if err := json.NewDecoder(r).Decode(&set); err != nil {
		return nil, fmt.Errorf("its keys can't be read: %w", err)
	}
	var keys []jose.JSONWebKey
	for _, text := range set.Keys {
		var key jose.JSONWebKey
		if key.UnmarshalJSON(text) != nil || key.Use == "enc" {
			continue
		}
		switch key.Key.(type) {
		case *rsa.PublicKey, *ecdsa.PublicKey, ed25519.PublicKey:
			keys = append(keys, key)
		}
	}
	if len(keys) == 0 {
		return nil, fmt.Errorf("it tells no key that signatures can be verified by")
	}
	return keys, nil
}
