package models

import (
	"testing"
	"time"
)

// TestSignaturesAreThoseThatTheToolsMake has signatures that openssl made of the payload {"a":1}: that of Formbricks is of
// `printf 'msg_1.1795161600.{"a":1}' | openssl dgst -sha256 -mac HMAC -macopt hexkey:000102030405060708090a0b0c0d0e0f -binary | base64`.
func TestSignaturesAreThoseThatTheToolsMake(t *testing.T) {
	payload, now := []byte(`{"a":1}`), time.Unix(1795161600, 0)
	formbricks := map[string]string{"webhook-id": "msg_1", "webhook-timestamp": "1795161600", "webhook-signature": "v1,AAAA v1,maKXly57RO83FBAwFVYWWoVhQYUcamE7qKweR3p5tHE="}
	for _, c := range []struct {
		kind    SourceKind
		secret  string
		headers map[string]string
	}{
		{Formbricks, "whsec_AAECAwQFBgcICQoLDA0ODw==", formbricks},
		{Typeform, "0123456789abcdef", map[string]string{"Typeform-Signature": "sha256=HHb7uTDTqosWM3KPriEsaMpopnUrsxm5i+b+F+hs9bg="}},
		{Delighted, "0123456789abcdef", map[string]string{"X-Delighted-Webhook-Signature": "sha256=1c76fbb930d3aa8b1633728fae212c68ca68a6752bb319b98be6fe17e86cf5b8"}},
	} {
		header := func(name string) string { return c.headers[name] }
		if !c.kind.Genuine(c.secret, header, payload, now) {
			t.Errorf("%s: the signature is not recognised", c.kind)
		}
		for _, wrong := range []bool{
			c.kind.Genuine(c.secret, header, []byte(`{"a":2}`), now), c.kind.Genuine("whsec_AAECAwQFBgcICQoLDA0ODQ==", header, payload, now),
			c.kind.Genuine(c.secret, func(string) string { return "" }, payload, now), SourceKind("other").Genuine(c.secret, header, payload, now),
		} {
			if wrong {
				t.Errorf("%s: what is not signed is taken for signed", c.kind)
			}
		}
	}
	for _, far := range []time.Duration{replayWindow + time.Second, -replayWindow - time.Second} {
		if Formbricks.Genuine("whsec_AAECAwQFBgcICQoLDA0ODw==", func(name string) string { return formbricks[name] }, payload, now.Add(far)) {
			t.Errorf("%s from its time it is taken", far)
		}
	}
}

func TestWhatIsSealedByAPepperIsReadByThatAloneAndUnderItsName(t *testing.T) {
	with, _ := NewPersons("a pepper of twenty characters")
	other, _ := NewPersons("another of twenty characters")
	for _, p := range []Persons{{}, with} {
		sealed := p.Seal([]byte("whsec"), "a")
		if text, err := with.Open(sealed, "a"); err != nil || string(text) != "whsec" {
			t.Errorf("%q, %v", text, err)
		}
		if p == with {
			for _, wrong := range []struct {
				p  Persons
				of string
			}{{other, "a"}, {Persons{}, "a"}, {with, "b"}} {
				if text, err := wrong.p.Open(sealed, wrong.of); err == nil {
					t.Errorf("opened: %q", text)
				}
			}
		}
	}
	if _, err := with.Open(nil, "a"); err == nil {
		t.Error("nothing was opened")
	}
}
