package models

import (
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"
)

// The vector is that of the libraries of Standard Webhooks.
func TestSignatureIsThatOfThePublishedVector(t *testing.T) {
	at := time.Unix(1614265330, 0)
	secrets := []Secret{"whsec_BBBB", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}
	signatures := strings.Split(Sign(secrets, "msg_p5jXN8AQM9LWM0D4loKWxJek", at, []byte(`{"test": 2432232314}`)), " ")
	if len(signatures) != 2 || signatures[0] != "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=" || !strings.HasPrefix(signatures[1], "v1,") {
		t.Errorf("%q", signatures)
	}
}

// What is kept of a secret can't be read without the pepper, nor in another workspace's name.
func TestSecretIsKeptSealedWhereThereIsAPepper(t *testing.T) {
	const secret Secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
	now := time.Date(2026, 11, 20, 8, 0, 0, 0, time.UTC)
	persons, err := NewPersons("a pepper of many characters")
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range []Persons{{}, persons} {
		kept := KeepSecret(p, "bank", secret)
		if sealed := !strings.Contains(string(kept.Kept), string(secret)); sealed != (p != Persons{}) {
			t.Errorf("%q", kept.Kept)
		}
		if signing, err := (Webhook{Workspace: "bank", Secrets: []SecretUse{kept}}).Signing(persons, now); err != nil || len(signing) != 1 || signing[0] != secret {
			t.Errorf("%v, %v", signing, err)
		}
	}
	sealed := []SecretUse{KeepSecret(persons, "bank", secret)}
	for _, w := range []Webhook{{Workspace: "shop", Secrets: sealed}, {Workspace: "bank", Secrets: []SecretUse{{Kept: sealed[0].Kept[:9]}}}} {
		if signing, err := w.Signing(persons, now); err == nil {
			t.Errorf("%v", signing)
		}
	}
	if signing, err := (Webhook{Workspace: "bank", Secrets: sealed}).Signing(Persons{}, now); err == nil {
		t.Errorf("%v", signing)
	}
}

func TestSecretIsNeverWrittenByAccident(t *testing.T) {
	secret, err := NewSecret(strings.NewReader(strings.Repeat("k", 32)))
	if err != nil || len(secret) != len("whsec_")+44 {
		t.Fatal(string(secret), err)
	}
	hook := Webhook{Secrets: []SecretUse{KeepSecret(Persons{}, "", secret)}}
	var logged strings.Builder
	slog.New(slog.NewTextHandler(&logged, nil)).Info("hook", "hook", hook, "secret", secret)
	if said := fmt.Sprint(hook, secret, &secret) + fmt.Sprintf("%+v %s", hook, secret) + logged.String(); strings.Contains(said, string(secret)) {
		t.Error(said)
	}
}

func TestOldSecretsGoOnForADayAndAFewAtOnce(t *testing.T) {
	now := time.Date(2026, 11, 20, 8, 0, 0, 0, time.UTC)
	signing := func(secrets []SecretUse, at time.Time) int {
		all, err := Webhook{Secrets: secrets}.Signing(Persons{}, at)
		if err != nil {
			t.Error(err)
		}
		return len(all)
	}
	fresh := KeepSecret(Persons{}, "", "whsec_AAAA")
	secrets := []SecretUse{fresh}
	for n := 2; n <= maxSecrets; n++ {
		var err error
		if secrets, err = Rotate(secrets, fresh, false, now); err != nil || signing(secrets, now) != n {
			t.Fatalf("%d sign, %v, want %d", signing(secrets, now), err, n)
		}
		now = now.Add(time.Hour)
	}
	if _, err := Rotate(secrets, fresh, false, now); ErrorCode(err) != Conflict {
		t.Errorf("%v", err)
	}
	if signing(secrets, now.Add(SecretLife)) != 1 {
		t.Error("old ones go on")
	}
	if rotated, err := Rotate(secrets, fresh, false, now.Add(SecretLife)); err != nil || len(rotated) != 2 {
		t.Errorf("%+v, %v", rotated, err)
	}
	if rotated, err := Rotate(secrets, fresh, true, now); err != nil || signing(rotated, now) != 1 {
		t.Errorf("%+v, %v", rotated, err)
	}
}
