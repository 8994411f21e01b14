package models

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"errors"
)

// What stands before a text that is kept: how.
const (
	keptOpen   = 0 // as it is
	keptSealed = 1 // by a key that is made of the pepper: AES-256-GCM, with a random nonce before it
)

// Seal makes of a text what is kept of it. With a pepper nobody can read it without that; without
// one it is kept as it is. It is bound to what it is of, under which alone Open gives it again.
func (p Persons) Seal(text []byte, of string) []byte {
	if p.pepper == "" {
		return append([]byte{keptOpen}, text...)
	}
	return p.aead().Seal([]byte{keptSealed}, nil, text, []byte(of))
}

// Open gives what was sealed, also what was kept before there was a pepper.
func (p Persons) Open(kept []byte, of string) ([]byte, error) {
	switch {
	case len(kept) > 0 && kept[0] == keptOpen:
		return kept[1:], nil
	case len(kept) > 0 && kept[0] == keptSealed && p.pepper != "":
		return p.aead().Open(nil, nil, kept[1:], []byte(of))
	}
	return nil, errors.New("what was kept can't be opened: it was sealed by a pepper that is not here")
}

func (p Persons) aead() cipher.AEAD { return NewAEAD(p.pepper, "", "mittari seal") }

// NewAEAD is AES-256-GCM, with a random nonce before each text that is sealed, by a key that is made of a secret
// and a salt for one purpose (HKDF, RFC 5869).
func NewAEAD(secret, salt, purpose string) cipher.AEAD {
	key, err := hkdf.Key(sha256.New, []byte(secret), []byte(salt), purpose, 32)
	if err != nil {
		panic(err) // its length is right
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		panic(err) // so is this one's
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		panic(err)
	}
	return aead
}
