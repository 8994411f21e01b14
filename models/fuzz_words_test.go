package models

import (
	"strings"
	"testing"
	"time"
)

// FuzzWords: what is written as a word — a day, a retention, a unit, a key, a zone, a language — makes no
// reader panic, and what one takes is what it says.
func FuzzWords(f *testing.F) {
	for _, seed := range []string{"", "2026-01-31", "2026-02-30", "0000-01-01", "9999-12-31", "400d", "29d", "+400d", "0400d", "h", "{account}", "kg.m2/s", "%", "10*3/uL",
		"Europe/Helsinki", "../etc/passwd", "Local", "meeting", "a b", "\x00", "fi", "zh-Hant-x-a", "\ufeff", strings.Repeat("k", 201), "{", "m[", "sha256:00"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if day, err := ParseDay(text); err == nil && day.String() != text {
			t.Fatalf("%q is the day %s", text, day)
		}
		if kept, err := ParseRetention(text); err == nil && (kept.Check() != nil || (kept == 0) != (text == "")) {
			t.Fatalf("%q is %d days", text, kept)
		}
		if zone, err := (Workspace{Key: "w", TimeZone: text}).Zone(); err == nil {
			for _, day := range []Day{0, 20_000, 20_543} {
				if DayOf(day.Start(zone), zone) != day {
					t.Fatalf("in %q the day %s does not begin on itself", text, day)
				}
			}
		}
		for _, fault := range checkedWords(text) {
			if fault.Field == "" || fault.Message == "" || len(fault.Message) > 2000 {
				t.Fatalf("%q is refused by %+v", text, fault)
			}
		}
		person, err := AskedPerson{Person: text}.Check()
		if err == nil && person.Hash() == [32]byte{} {
			t.Fatalf("%q has no hash", text)
		}
		_, _ = AskedPerson{SHA256: text}.Check()
		_, _ = NewPersons(text)
	})
}

// checkedWords has the text judged wherever a word may stand.
func checkedWords(text string) Faults {
	var faults Faults
	checkUnit(text, &faults)
	_ = validKey(text)
	for _, err := range []error{Workspace{Key: text, Name: text, TimeZone: text}.Check(), KPI{Key: text, Name: text, Kind: KPIKind(text), Unit: text, AddsUp: AddsUp(text)}.Check(),
		Target{Metric: "nps", Level: Level(text), Key: text, Value: 1}.Check(StandardMetrics()["nps"]),
		CompanyModel{Metric: text, Level: Level(text), Weights: map[string]float64{text: 1}}.Check(StandardMetrics())} {
		faults = append(faults, faultsIn(err)...)
	}
	for _, length := range PeriodLengths() {
		if string(length) == text {
			day := DayOf(time.Unix(1_800_000_000, 0), time.UTC)
			if start := length.Start(day); start > day || length.Next(start) <= day {
				faults.Add("", "%s does not hold its days", length)
			}
		}
	}
	return faults
}

// faultsIn are those that the error names.
func faultsIn(err error) Faults {
	if told, is := err.(*Error); is { //nolint:errorlint // checks give it as it is
		return told.Faults
	}
	return nil
}
