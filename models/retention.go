package models

import (
	"strconv"
	"strings"
	"time"
)

// Retention is for how many days raw answers are kept after they were given; 0: for ever.
type Retention int

// The bounds of a retention. A shorter one would delete employees' answers before
// they had found a lot (see Waits), and make a retry of last week's look new.
const (
	minRetention = 30
	maxRetention = 36_500
)

// ParseRetention reads a number of days, such as 400d, or "" for ever.
func ParseRetention(s string) (Retention, error) {
	if s == "" {
		return 0, nil
	}
	number, inDays := strings.CutSuffix(s, "d")
	days, err := strconv.Atoi(number)
	if err != nil || !inDays || days < minRetention || days > maxRetention {
		return 0, Errorf(Invalid, "must be a number of days from %dd to %dd, such as 400d, is %q", minRetention, maxRetention, s)
	}
	return Retention(days), nil
}

// Check judges a number of days that a workspace chooses.
func (r Retention) Check() error {
	var faults Faults
	if r != 0 && (r < minRetention || r > maxRetention) {
		faults.Add("days", "must be %d to %d days, or 0 to keep responses for ever", minRetention, maxRetention)
	}
	return faults.Err("the retention was not set")
}

// Unless is the retention that holds: a workspace's own, or else the server's, r.
func (r Retention) Unless(own *Retention) Retention {
	if own != nil {
		return *own
	}
	return r
}

// Before is the moment before which answers are given too long ago to be kept.
func (r Retention) Before(now time.Time) time.Time {
	return now.Add(-time.Duration(r) * 24 * time.Hour)
}

// UnmappedBefore is the moment before which payloads came too long ago to be kept that no response could be made of.
func (r Retention) UnmappedBefore(now time.Time) time.Time {
	before := now.Add(-UnmappedLife)
	if r > 0 && r.Before(now).After(before) {
		return r.Before(now)
	}
	return before
}

// Waits is the moment since which an answer was stored that waits for a lot and is
// given its time for that, however long ago it was given: a WaveLife, and a day in
// which what is left of a wave is put together.
func Waits(now time.Time) time.Time { return now.Add(-WaveLife - 24*time.Hour) }
