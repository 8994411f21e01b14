package models

import (
	"strings"
	"testing"
)

const pepper = "a pepper of twenty characters"

func persons(t *testing.T, pepper string) Persons {
	t.Helper()
	p, err := NewPersons(pepper)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestPersonIsStoredAsAKeyedHashOfTheHashOfTheID(t *testing.T) {
	with, without, other := persons(t, pepper), persons(t, ""), persons(t, pepper+"!")
	// printf %s c-1029 | openssl dgst -sha256 -binary | openssl dgst -sha256 -hmac 'a pepper of twenty characters'
	const want = "hmac-sha256:4841de05eae5dc135beda651292f0ffe108cd9c54d14d69e93c4a2f121f7b100"
	if got := with.Stored("c-1029"); got != want {
		t.Errorf("%s, want %s", got, want)
	}
	for _, same := range []struct{ got, want string }{
		{without.Stored("c-1029"), "c-1029"}, {with.Stored(""), ""}, {with.Stored(want), want}, {without.Stored(want), want},
	} {
		if same.got != same.want {
			t.Errorf("%q, want %q", same.got, same.want)
		}
	}
	for _, near := range []string{strings.ToUpper(want), want + "0", want[:len(want)-1], "hmac-sha256:" + strings.Repeat("g", 64)} {
		if with.Stored(near) == near {
			t.Errorf("%q is stored as it is", near)
		}
	}
	if other.Stored("c-1029") == want {
		t.Error("another pepper gives the same name")
	}
}

func TestPepperIsKnownByItsMarkOnly(t *testing.T) {
	if _, err := NewPersons("short"); ErrorCode(err) != Invalid {
		t.Errorf("a short pepper: %v", err)
	}
	if persons(t, "").Mark() != nil || len(persons(t, pepper).Mark()) != 32 {
		t.Error("no mark, or one without a pepper")
	}
	if string(persons(t, pepper).Mark()) == string(persons(t, pepper+"!").Mark()) {
		t.Error("two peppers have the same mark")
	}
}

func TestPersonIsCalledTheSameByIDAndByHash(t *testing.T) {
	id, err := AskedPerson{Person: "c-1029"}.Check()
	if err != nil {
		t.Fatal(err)
	}
	hash, err := AskedPerson{SHA256: "a35421cb090c557943504ca0696e50b37e390215233f5d07dfb69c3aaf6d74e4"}.Check()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range []Persons{persons(t, ""), persons(t, pepper)} {
		if a, b := p.Alias(id), p.Alias(hash); a != b || strings.Contains(a, "c-1029") {
			t.Errorf("%q and %q", a, b)
		}
	}
	names, complete := persons(t, pepper).Names(id)
	if len(names) != 2 || names[1] != "c-1029" || !complete {
		t.Errorf("%q, %v: an id that was stored before the pepper is not looked for", names, complete)
	}
	if known, complete := persons(t, pepper).Names(hash); len(known) != 1 || known[0] != names[0] || complete {
		t.Errorf("%q, %v", known, complete)
	}
	if known, complete := persons(t, "").Names(hash); len(known) != 0 || complete {
		t.Errorf("%q, %v", known, complete)
	}
}

func TestDigestOfASubmissionHoldsNoIDToGuess(t *testing.T) {
	check := func(person string, p Persons) [32]byte {
		t.Helper()
		accepted, err := Submission{SubmissionID: "s", Person: person, Metric: "nps", Score: &Value{N: 9}}.Check(Rules{Metrics: StandardMetrics(), NewID: func() string { return "id" }, Persons: p})
		if err != nil {
			t.Fatal(err)
		}
		return accepted.Digest()
	}
	if check("c-1", persons(t, pepper)) == check("c-1", Persons{}) {
		t.Error("who reads the database can try ids until the digest is met")
	}
	if check("c-1", persons(t, pepper)) != check(persons(t, pepper).Stored("c-1"), Persons{}) {
		t.Error("the digest is not of the name that is stored")
	}
}

func TestNoSenderNamesAPersonAsTheErasedAreNamed(t *testing.T) {
	var faults Faults
	checkPerson(ErasedPrefix+"x", &faults)
	if len(faults) != 1 {
		t.Errorf("%v", faults)
	}
}
