// Package models is the domain: what a metric, a response, a score's period and
// a workspace are, and the rules they keep. It does no I/O and has no clock of its own.
package models

import (
	"errors"
	"fmt"
	"sort"
	"strings"
	"time"
)

// Code says what kind of fault an Error is; an adapter turns it into a status.
//
// @Description The kind of fault, for programs; it never changes its meaning.
type Code string

// The kinds of faults a caller can do something about.
const (
	Invalid      Code = "invalid"      // the input breaks a rule; see Faults
	Unauthorized Code = "unauthorized" // no key, or not a valid one
	Forbidden    Code = "forbidden"    // the key lacks a scope
	NotFound     Code = "not_found"
	Conflict     Code = "conflict" // contradicts what is stored
	TooLarge     Code = "too_large"
	Busy         Code = "busy" // try again after RetryAfter
)

// Fault is one thing wrong with one field. Field is a path such as answers[0].score.
type Fault struct {
	Field   string `json:"field" example:"answers[0].score"`
	Message string `json:"message" example:"must be between 0 and 10, is 11"`
}

// Error is a fault with a code for the program and a sentence for the person.
type Error struct {
	Code       Code
	Message    string
	Faults     []Fault
	RetryAfter time.Duration // with Busy, and a Conflict that passes: when it is worth trying again
}

// Error gives the sentence and every fault, so that a log or a terminal shows all of it.
func (e *Error) Error() string {
	if len(e.Faults) == 0 {
		return e.Message
	}
	parts := make([]string, len(e.Faults))
	for i, f := range e.Faults {
		parts[i] = f.Field + ": " + f.Message
	}
	return e.Message + ": " + strings.Join(parts, "; ")
}

// Errorf makes an Error of a code and a formatted sentence.
func Errorf(code Code, format string, args ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...)}
}

// ErrorCode is the code of the Error that err wraps, or "" when it wraps none.
func ErrorCode(err error) Code {
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	return ""
}

// Faults collects what is wrong with an input, so that all of it is told at once.
type Faults []Fault

// Add records one fault.
func (f *Faults) Add(field, format string, args ...any) {
	*f = append(*f, Fault{Field: field, Message: fmt.Sprintf(format, args...)})
}

// With is the faults and those that err names, if it names any.
func (f Faults) With(err error) Faults {
	var e *Error
	if errors.As(err, &e) {
		return append(f, e.Faults...)
	}
	return f
}

// Err is nil when nothing was recorded, else an Invalid error with the faults in
// the order of their fields' appearance and the sentence given.
func (f Faults) Err(message string) error {
	if len(f) == 0 {
		return nil
	}
	return &Error{Code: Invalid, Message: message, Faults: f}
}

// addAll records faults given by field name, in the order of the names, under a prefix.
func (f *Faults) addAll(prefix string, byField map[string]string) {
	names := make([]string, 0, len(byField))
	for name := range byField {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		f.Add(prefix+name, "%s", byField[name])
	}
}
