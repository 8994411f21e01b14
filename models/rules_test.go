package models

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"
	_ "time/tzdata"
)

// zone is a time zone by name.
func zone(tb testing.TB, name string) *time.Location {
	tb.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		tb.Fatal(err)
	}
	return z
}

// rules are those of a workspace in Helsinki on a November morning.
func rules(tb testing.TB) Rules {
	tb.Helper()
	return Rules{
		Workspace: "bank", Metrics: StandardMetrics(), Zone: zone(tb, "Europe/Helsinki"),
		Now:   time.Date(2026, 11, 20, 8, 30, 0, 123456789, time.UTC),
		NewID: func() string { return "01938f6e-7c1a-7d5e-b0a4-3f1de8a2c901" },
	}
}

// submission reads one from its JSON.
func submission(tb testing.TB, text string) Submission {
	tb.Helper()
	var s Submission
	if err := json.Unmarshal([]byte(text), &s); err != nil {
		tb.Fatalf("%s: %v", text, err)
	}
	return s
}

// accept checks a submission that must pass.
func accept(tb testing.TB, text string) Accepted {
	tb.Helper()
	a, err := submission(tb, text).Check(rules(tb))
	if err != nil {
		tb.Fatalf("%s: %v", text, err)
	}
	return a
}

// faultsOf are the faults of an error that must be Invalid, or none of nil.
func faultsOf(tb testing.TB, err error) []Fault {
	tb.Helper()
	if err == nil {
		return nil
	}
	var e *Error
	if !errors.As(err, &e) || e.Code != Invalid || e.Message == "" {
		tb.Fatalf("%v is not an Invalid error with a sentence", err)
	}
	return e.Faults
}

// holdsOneFault fails unless err has one fault, in the field, that tells the remedy.
func holdsOneFault(t *testing.T, err error, field, remedy string) {
	t.Helper()
	faults := faultsOf(t, err)
	if len(faults) != 1 || faults[0].Field != field || !strings.Contains(faults[0].Message, remedy) {
		t.Errorf("got %q, want one fault in %s that says %q", faults, field, remedy)
	}
	if err != nil && !strings.Contains(err.Error(), field+": ") {
		t.Errorf("%q does not name %s", err, field)
	}
}

// nulCharacter is how JSON writes one.
const nulCharacter = `\u0000`

func text(n int) string { return strings.Repeat("ä", n) }

func list(n int, item func(i int) string) string {
	items := make([]string, n)
	for i := range items {
		items[i] = item(i)
	}
	return strings.Join(items, ",")
}
