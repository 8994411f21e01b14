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
	ended, open := at, at.Add(time.Second)
	secrets := []SecretUse{{Secret: "whsec_AAAA", Until: &ended}, {Secret: "whsec_BBBB", Until: &open}, {Secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}}
	signatures := strings.Split(Sign(secrets, "msg_p5jXN8AQM9LWM0D4loKWxJek", at, []byte(`{"test": 2432232314}`)), " ")
	if len(signatures) != 2 || signatures[0] != "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=" || !strings.HasPrefix(signatures[1], "v1,") {
		t.Errorf("%q", signatures)
	}
}

func TestSecretIsNeverWrittenByAccident(t *testing.T) {
	secret, err := NewSecret(strings.NewReader(strings.Repeat("k", 32)))
	if err != nil || len(secret) != len("whsec_")+44 {
		t.Fatal(string(secret), err)
	}
	hook := Webhook{Secrets: []SecretUse{{Secret: secret}}}
	var logged strings.Builder
	slog.New(slog.NewTextHandler(&logged, nil)).Info("hook", "hook", hook, "secret", secret)
	if said := fmt.Sprint(hook, secret, &secret) + fmt.Sprintf("%+v %s", hook, secret) + logged.String(); strings.Contains(said, string(secret)) {
		t.Error(said)
	}
}

func TestOldSecretsGoOnForADayAndAFewAtOnce(t *testing.T) {
	now := time.Date(2026, 11, 20, 8, 0, 0, 0, time.UTC)
	body := []byte("{}")
	signing := func(secrets []SecretUse, at time.Time) int { return len(strings.Fields(Sign(secrets, "m", at, body))) }
	secrets := []SecretUse{{Secret: "whsec_AAAA"}}
	for n := 2; n <= maxSecrets; n++ {
		var err error
		if secrets, err = Rotate(secrets, "whsec_BBBB", false, now); err != nil || signing(secrets, now) != n {
			t.Fatalf("%d sign, %v, want %d", signing(secrets, now), err, n)
		}
		now = now.Add(time.Hour)
	}
	if _, err := Rotate(secrets, "whsec_CCCC", false, now); ErrorCode(err) != Conflict {
		t.Errorf("%v", err)
	}
	if signing(secrets, now.Add(SecretLife)) != 1 {
		t.Error("old ones go on")
	}
	if rotated, err := Rotate(secrets, "whsec_CCCC", false, now.Add(SecretLife)); err != nil || len(rotated) != 2 {
		t.Errorf("%+v, %v", rotated, err)
	}
	if rotated, err := Rotate(secrets, "whsec_CCCC", true, now); err != nil || signing(rotated, now) != 1 {
		t.Errorf("%+v, %v", rotated, err)
	}
}
