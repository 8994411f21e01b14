package models

import (
	"encoding/json"
	"fmt"
	"net/http"
	"time"
)

// DeliveryState says what became of a message.
type DeliveryState string

// The states.
const (
	Pending   DeliveryState = "pending"   // it is sent, or sent again, at NextAttemptAt
	Delivered DeliveryState = "delivered" // the receiver has answered 2xx
	Dead      DeliveryState = "dead"      // it is not tried any more, unless that is asked for
)

// DeliveryStates are all of them.
func DeliveryStates() []DeliveryState { return []DeliveryState{Pending, Delivered, Dead} }

// Delivery is a message on its way to a webhook.
type Delivery struct {
	ID            string          `json:"id" format:"uuid" example:"01938f6e-7c1a-7d5e-b0a4-3f1de8a2c901"` // the header webhook-id of every attempt
	Webhook       string          `json:"-"`
	Event         Event           `json:"event" example:"response.low_score"`
	State         DeliveryState   `json:"state" enums:"pending,delivered,dead" example:"dead"`
	Attempts      int             `json:"attempts" example:"9"` // so far, the one under way too
	CreatedAt     time.Time       `json:"created_at" format:"date-time" example:"2026-11-20T08:04:00Z"`
	NextAttemptAt *time.Time      `json:"next_attempt_at,omitempty" format:"date-time" example:"2026-11-20T08:04:05Z"` // while it is pending
	EndedAt       *time.Time      `json:"ended_at,omitempty" format:"date-time" example:"2026-11-22T01:39:05Z"`        // once it is not
	LastStatus    int             `json:"last_status,omitempty" example:"503"`                                         // that the receiver answered
	LastError     string          `json:"last_error,omitempty" example:"it answered 503 Service Unavailable"`          // why the last attempt failed
	Payload       json.RawMessage `json:"payload,omitempty" swaggerignore:"true"`                                      // what is sent; of one delivery only
	BegunAt       time.Time       `json:"-"`                                                                           // when it became pending, at first or again
}

// DeliveryFilter selects a webhook's deliveries.
type DeliveryFilter struct {
	State  DeliveryState // "": any
	Before string        // those before the one with this id
	Limit  int
}

// AttemptTimeout is how long an attempt may take, and DeliveryLease for how long nobody else
// makes one meanwhile: after that, whoever has taken the message counts as dead.
const (
	AttemptTimeout = 10 * time.Second
	DeliveryLease  = 20 * time.Second
)

// DeliveryLife is for how long attempts are made at most, DeadLife for how long dead messages
// are kept, and DeliveredLife those that were delivered, MaxDelivered at most of each webhook.
const (
	DeliveryLife  = 3 * 24 * time.Hour
	DeadLife      = 30 * 24 * time.Hour
	DeliveredLife = 3 * 24 * time.Hour
	MaxDelivered  = 1000
	MaxDead       = 10_000
)

// Undelivered is why a message is dead that was never tried.
const Undelivered = "it waited for three days, since its webhook was paused or others went first"

// pauses are how long it waits after each attempt that failed; then the message is dead.
func pauses() []time.Duration {
	return []time.Duration{5 * time.Second, 30 * time.Second, 5 * time.Minute, 30 * time.Minute,
		2 * time.Hour, 5 * time.Hour, 10 * time.Hour, 24 * time.Hour}
}

// jitter is by how much of it a pause is longer or shorter, so that what failed together does not come back together.
const jitter = 0.2

// Receipt is what came of an attempt.
type Receipt struct {
	Status     int           // 0: no answer
	Fault      string        // why, without an answer
	RetryAfter time.Duration // that the receiver asked for
}

// Delivered reports whether the receiver has taken the message.
func (a Receipt) Delivered() bool { return a.Status/100 == 2 }

// After is the delivery after an attempt that was made now. chance is a random number in [0, 1).
func (d Delivery) After(a Receipt, now time.Time, chance float64) Delivery {
	now = instant(now)
	d.LastStatus, d.LastError = a.Status, a.fault()
	d.NextAttemptAt, d.EndedAt = nil, &now
	switch pauses := pauses(); {
	case a.Delivered():
		d.State = Delivered
	case a.Status == http.StatusGone || d.Attempts > len(pauses) || now.Sub(d.BegunAt) > DeliveryLife:
		d.State = Dead
	default:
		pause := time.Duration(float64(pauses[d.Attempts-1]) * (1 + jitter*(2*chance-1)))
		next := now.Add(max(pause, min(a.RetryAfter, pauses[len(pauses)-1])))
		d.State, d.NextAttemptAt, d.EndedAt = Pending, &next, nil
	}
	return d
}

// fault is why the attempt failed; "" when it did not.
func (a Receipt) fault() string {
	switch {
	case a.Delivered():
		return ""
	case a.Status == 0:
		return a.Fault
	case a.Status/100 == 3:
		return fmt.Sprintf("it answered %d %s: redirects are not followed, set the url to where it leads", a.Status, http.StatusText(a.Status))
	}
	return fmt.Sprintf("it answered %d %s", a.Status, http.StatusText(a.Status))
}

// Outbox is how many messages wait, of webhooks that are not paused, and since when the oldest does; zero when none do.
type Outbox struct {
	Pending int64
	Oldest  time.Time
}
