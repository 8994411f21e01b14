package models

import (
	"regexp"
	"time"
)

// Workspace is one client, brand or company on an installation. Nothing in one
// is ever seen from another. Its days are days in its time zone, which is fixed at creation.
type Workspace struct {
	Key       string    `json:"key" example:"default"`
	Name      string    `json:"name" example:"Example Bank"`
	TimeZone  string    `json:"time_zone" example:"Europe/Helsinki"`
	CreatedAt time.Time `json:"created_at" format:"date-time" example:"2026-01-02T08:00:00Z"`
}

var workspacePattern = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,62}$`)

// Check names every fault of a workspace at once.
func (w Workspace) Check() error {
	var faults Faults
	if !workspacePattern.MatchString(w.Key) {
		faults.Add("key", "must be 1 to 63 of a–z, 0–9 and '-', starting with a letter or digit")
	}
	checkText("name", w.Name, maxName, &faults)
	if _, err := w.Zone(); err != nil {
		faults.Add("time_zone", "must be an IANA time zone such as Europe/Helsinki")
	}
	return faults.Err("the workspace can't be used as it is")
}

// Zone is the workspace's time zone.
func (w Workspace) Zone() (*time.Location, error) {
	if w.TimeZone == "" || w.TimeZone == "Local" {
		return nil, Errorf(Invalid, "a workspace needs a time zone by name")
	}
	return time.LoadLocation(w.TimeZone)
}

// Scope is a thing that a key allows.
type Scope string

// The scopes. Admin allows all the others too, and the keys and workspaces themselves.
const (
	WriteResponses    Scope = "responses:write"
	ReadResponses     Scope = "responses:read"
	ReadScores        Scope = "scores:read"
	WriteObservations Scope = "observations:write"
	ReadObservations  Scope = "observations:read"
	WriteCatalog      Scope = "catalog:write"
	Admin             Scope = "admin"
)

// Scopes are all of them.
func Scopes() []Scope {
	return []Scope{WriteResponses, ReadResponses, ReadScores, WriteObservations, ReadObservations, WriteCatalog, Admin}
}
