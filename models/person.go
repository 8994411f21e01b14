package models

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"strings"
)

// Persons says under which names persons are stored: under their ids, or, with
// a pepper, under keyed hashes of them, so that no id ever reaches the disk. The
// zero value is without.
type Persons struct{ pepper string }

// MinPepperLength is the least length of a pepper: whoever guesses it can guess ids.
const MinPepperLength = 20

// NewPersons is with a pepper, or with "" without.
func NewPersons(pepper string) (Persons, error) {
	if pepper != "" && len(pepper) < MinPepperLength {
		return Persons{}, Errorf(Invalid, "must have %d characters at least", MinPepperLength)
	}
	return Persons{pepper}, nil
}

// hashedPrefix stands before the name of a person that is stored as a keyed hash.
const hashedPrefix = "hmac-sha256:"

// Stored is the name that a person is stored under: the id, or
// "hmac-sha256:" and, in hexadecimal digits, the HMAC-SHA-256 by the pepper of the SHA-256
// of the id. What has that form is a name already and stays as it is, so that what the API tells can be asked for.
func (p Persons) Stored(id string) string {
	if p.pepper == "" || id == "" || isHashed(id) {
		return id
	}
	return p.hashed(sha256.Sum256([]byte(id)))
}

func (p Persons) hashed(hash [32]byte) string {
	mac := hmac.New(sha256.New, []byte(p.pepper))
	mac.Write(hash[:])
	return hashedPrefix + hex.EncodeToString(mac.Sum(nil))
}

func isHashed(name string) bool {
	digits, is := strings.CutPrefix(name, hashedPrefix)
	_, err := hex.DecodeString(digits)
	return is && err == nil && len(digits) == 2*sha256.Size && digits == strings.ToLower(digits)
}

// Mark tells one pepper from another without giving it away; nil without a pepper.
func (p Persons) Mark() []byte {
	if p.pepper == "" {
		return nil
	}
	mac := hmac.New(sha256.New, []byte(p.pepper))
	mac.Write([]byte("the mark of Mittari's pepper")) // no SHA-256 of an id is as long
	return mac.Sum(nil)
}

// Person is one that is asked about, by the id or by the SHA-256 of it.
type Person struct {
	id   string // "" when only the hash is known
	hash [32]byte
}

// AskedPerson names a person.
//
// @Description A person, by the id that was sent with what is stored, or by the SHA-256 of it where the id is not to be sent. Give one of the two.
type AskedPerson struct {
	Person string `json:"person,omitempty" maxLength:"200" example:"c-1029"`
	SHA256 string `json:"sha256,omitempty" example:"a35421cb090c557943504ca0696e50b37e390215233f5d07dfb69c3aaf6d74e4"` // of the id's UTF-8, 64 hexadecimal digits
}

// Check names every fault at once.
func (a AskedPerson) Check() (Person, error) {
	var faults Faults
	p := Person{id: a.Person, hash: sha256.Sum256([]byte(a.Person))}
	switch digits, err := hex.DecodeString(a.SHA256); {
	case a.Person != "" && a.SHA256 != "":
		faults.Add("sha256", "goes not together with person: give one of the two")
	case a.Person == "" && a.SHA256 == "":
		faults.Add("person", "is missing: give the person's id, or sha256")
	case a.Person != "":
		checkText("person", a.Person, maxID, &faults)
	case err != nil || len(digits) != sha256.Size:
		faults.Add("sha256", "must be the 64 hexadecimal digits of a SHA-256")
	default:
		p.hash = [32]byte(digits)
	}
	return p, faults.Err("nobody is named")
}

// Hash is the SHA-256 of the person's id.
func (p Person) Hash() [32]byte { return p.hash }

// Names are those that the person may be stored under, as far as they are known
// without looking: with a pepper also the id itself, which is how it was stored
// before there was one. complete is false where the id is not known.
func (p Persons) Names(of Person) (names []string, complete bool) {
	switch {
	case of.id == "" && p.pepper != "":
		return []string{p.hashed(of.hash)}, false
	case of.id == "":
		return nil, false
	}
	names = []string{p.Stored(of.id)}
	if names[0] != of.id {
		names = append(names, of.id)
	}
	return names, true
}

// Alias is what the audit log calls a person, so that no id stands in it: the
// keyed hash, or without a pepper "sha256:" and the digits of the SHA-256 of the id.
func (p Persons) Alias(of Person) string {
	switch {
	case p.pepper != "" && isHashed(of.id):
		return of.id
	case p.pepper != "":
		return p.hashed(of.hash)
	}
	return "sha256:" + hex.EncodeToString(of.hash[:])
}

// ErasedPrefix stands before the name that a figure of an erased person is kept
// under: a name of its own, of no person and no other figure. No sender may use it.
const ErasedPrefix = "erased:"

// checkPerson refuses what can be no person's id.
func checkPerson(id string, faults *Faults) {
	checkText("person", id, maxID, faults)
	if strings.HasPrefix(id, ErasedPrefix) {
		faults.Add("person", "must not begin with %q: that is what figures of erased persons are kept under", ErasedPrefix)
	}
}

// Kept says what becomes of what an erased person answered, and of figures of the person.
type Kept string

// The ways.
const (
	KeepScores   Kept = "keep"   // they stay in what they were counted in, and are nobody's
	DeleteScores Kept = "delete" // they leave it
)

// Erasure is how much was erased of a person.
type Erasure struct {
	Responses    int64 `json:"responses" example:"3"`    // with their answers, comments, properties and tags
	Invitations  int64 `json:"invitations" example:"1"`  // what is remembered of when the person was asked
	Observations int64 `json:"observations" example:"0"` // figures of the person, those that were corrected later too
	Unmapped     int64 `json:"unmapped" example:"0"`     // payloads of sources that no response could be made of and that hold the person's id
}

// Add is both together.
func (e Erasure) Add(o Erasure) Erasure {
	return Erasure{e.Responses + o.Responses, e.Invitations + o.Invitations, e.Observations + o.Observations, e.Unmapped + o.Unmapped}
}

// Counts are the numbers by name, for the audit log.
func (e Erasure) Counts() map[string]int64 {
	return map[string]int64{"responses": e.Responses, "invitations": e.Invitations, "observations": e.Observations, "unmapped": e.Unmapped}
}
