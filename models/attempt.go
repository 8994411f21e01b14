package models

import "time"

// ReplyLife is for how long a request that was sent with an Idempotency-Key is remembered, from when it was first sent.
const ReplyLife = 24 * time.Hour

// AttemptLife is for how long an attempt counts as under way since it last said
// so. What has died by then may be tried again.
const AttemptLife = 20 * time.Second

// Attempt is a try at carrying out a request that may be sent again under the
// same Idempotency-Key. The key is one API key's own: others may use the same.
type Attempt struct {
	ID       string   // the attempt's own, a UUIDv7
	PostedBy string   // the id of the API key
	Key      [32]byte // SHA-256 of the Idempotency-Key
}

// UnderWay says of a request that another attempt at it has not ended yet. It passes by itself, so it is no Conflict but
// Busy, which clients wait for: also one whose first attempt died with its server, and which counts as under way until its AttemptLife is over.
func UnderWay() error {
	err := Errorf(Busy, "a request with this Idempotency-Key is still under way; send it again after a while to be told what became of it")
	err.RetryAfter = time.Second
	return err
}
