package models

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strings"
	"time"
	"unicode"
)

// Reading is what a payload of a survey tool says.
type Reading struct {
	Ignored    string     // why there is nothing in it to be stored; "" where there is
	Submission Submission // not checked yet
	ChangedAt  time.Time  // when the tool last changed the response; what is older never replaces what is newer
}

// PayloadReader reads a payload by the mapping that it is made of. The error is an Invalid
// *Error that names every fault.
type PayloadReader func(payload []byte) (Reading, error)

// Unmapped is a payload that came from a source and could not be made a response of.
type Unmapped struct {
	ID         string
	ReceivedAt time.Time
	Payload    []byte // sealed
	Faults     []byte // why, field by field: a sealed JSON list
}

// The bounds of what is kept of a source.
const (
	MostUnmapped      = 1000                // payloads
	MostUnmappedBytes = 64 << 20            // of all of them together
	UnmappedLife      = 90 * 24 * time.Hour // from when a payload came
)

// UnmappedOf is what the sealed payloads of a source are bound to.
func UnmappedOf(source string) string { return "payload of source " + source }

// In reports whether the person's id stands in a payload: as a value of its own, or, where the id is known, as a word in one.
// Payloads that are no JSON are looked through as one text.
func (p Person) In(payload []byte) bool {
	var document any
	decoder := json.NewDecoder(bytes.NewReader(payload))
	decoder.UseNumber()
	if decoder.Decode(&document) != nil {
		return p.inText(string(payload))
	}
	return p.inside(document)
}

// leastWord is the least length of an id that is looked for inside of texts and as a number: a shorter one stands everywhere.
const leastWord = 4

func (p Person) inside(document any) bool {
	switch d := document.(type) {
	case string:
		return p.inText(d)
	case json.Number:
		return len(d) >= leastWord && p.inText(d.String())
	case []any:
		for _, item := range d {
			if p.inside(item) {
				return true
			}
		}
	case map[string]any:
		for name, member := range d {
			if p.inText(name) || p.inside(member) {
				return true
			}
		}
	}
	return false
}

func (p Person) inText(text string) bool {
	return sha256.Sum256([]byte(strings.TrimSpace(text))) == p.hash || len(p.id) >= leastWord && holdsWord(text, p.id)
}

// holdsWord reports whether a word stands in the text with no letter or digit right before or behind it.
func holdsWord(text, word string) bool {
	for from := 0; ; {
		at := strings.Index(text[from:], word)
		if at < 0 {
			return false
		}
		at += from
		if !endsInWord(text[:at]) && !beginsWithWord(text[at+len(word):]) {
			return true
		}
		from = at + 1
	}
}

func endsInWord(text string) bool {
	r := []rune(text[max(0, len(text)-4):])
	return len(r) > 0 && isWord(r[len(r)-1])
}

func beginsWithWord(text string) bool {
	for _, r := range text {
		return isWord(r)
	}
	return false
}

func isWord(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

// PayloadDigest tells one payload from another.
func PayloadDigest(payload []byte) string {
	sum := sha256.Sum256(payload)
	return hex.EncodeToString(sum[:])
}
