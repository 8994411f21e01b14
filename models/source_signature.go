package models

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"strconv"
	"strings"
	"time"
)

// replayWindow is how far from ours the time may be that a tool signs with its payload
// (https://formbricks.com/docs/xm-and-surveys/core-features/integrations/webhooks, https://www.standardwebhooks.com).
const replayWindow = 5 * time.Minute

// Genuine reports whether a payload was signed by the secret, in constant time. header
// gives a header of the request, payload is its body as it came.
func (k SourceKind) Genuine(secret string, header func(name string) string, payload []byte, now time.Time) bool {
	switch k {
	case Formbricks:
		return genuineFormbricks(secret, header, payload, now)
	case Typeform:
		return genuineTypeform(secret, header, payload)
	case Delighted:
		return genuineDelighted(secret, header, payload)
	}
	return false
}

// genuineFormbricks holds the three headers of Standard Webhooks against the payload: a standardSignature, in
// base64 behind "v1,". There may be several, with spaces between them.
// (https://formbricks.com/docs/xm-and-surveys/core-features/integrations/webhooks)
func genuineFormbricks(secret string, header func(string) string, payload []byte, now time.Time) bool {
	id, sent := header("webhook-id"), header("webhook-timestamp")
	seconds, err := strconv.ParseInt(sent, 10, 64)
	if age := now.Sub(time.Unix(seconds, 0)); err != nil || age > replayWindow || age < -replayWindow {
		return false
	}
	key, err := Secret(secret).key()
	if err != nil || id == "" {
		return false
	}
	want := standardSignature(key, id, sent, payload)
	genuine := false
	for signature := range strings.FieldsSeq(header("webhook-signature")) {
		text, is := strings.CutPrefix(signature, "v1,")
		got, err := base64.StdEncoding.DecodeString(text)
		genuine = genuine || is && err == nil && hmac.Equal(got, want)
	}
	return genuine
}

// genuineTypeform holds Typeform-Signature against the payload: "sha256=" and, in base64, the HMAC-SHA-256 of it.
// (https://www.typeform.com/developers/webhooks/secure-your-webhooks/)
func genuineTypeform(secret string, header func(string) string, payload []byte) bool {
	text, is := strings.CutPrefix(header("Typeform-Signature"), "sha256=")
	got, err := base64.StdEncoding.DecodeString(text)
	return is && err == nil && hmac.Equal(got, macOf([]byte(secret), payload))
}

// genuineDelighted holds X-Delighted-Webhook-Signature against the payload: "sha256=" and, in
// hexadecimal digits, the HMAC-SHA-256 of it; the key is the account's private API key.
// (https://app.delighted.com/docs/api/webhooks)
func genuineDelighted(secret string, header func(string) string, payload []byte) bool {
	text, is := strings.CutPrefix(header("X-Delighted-Webhook-Signature"), "sha256=")
	got, err := hex.DecodeString(text)
	return is && err == nil && hmac.Equal(got, macOf([]byte(secret), payload))
}

func macOf(key []byte, parts ...[]byte) []byte {
	mac := hmac.New(sha256.New, key)
	for _, part := range parts {
		mac.Write(part)
	}
	return mac.Sum(nil)
}
