package models

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/mittari/mittari/models/score"
)

// Response is one submission as it is stored.
type Response struct {
	ID           string         `json:"id" format:"uuid" example:"01938f6e-7c1a-7d5e-b0a4-3f1de8a2c901"`
	Workspace    string         `json:"-"`
	SubmissionID string         `json:"submission_id,omitempty" example:"ord-8412"`
	Survey       string         `json:"survey,omitempty" example:"relationship"`
	Touchpoint   string         `json:"touchpoint,omitempty" example:"meeting"`
	Channel      string         `json:"channel,omitempty" example:"sms"`
	Segment      string         `json:"segment,omitempty" example:"home-loan"`
	Team         string         `json:"team,omitempty" example:"helsinki-3"`
	Person       string         `json:"person,omitempty" example:"c-1029"`
	CollectedAt  time.Time      `json:"collected_at" format:"date-time" example:"2026-11-20T08:04:00Z"` // when it was answered
	CreatedAt    time.Time      `json:"created_at" format:"date-time" example:"2026-11-20T08:04:01Z"`   // when it was stored
	Language     string         `json:"language,omitempty" example:"fi"`
	Solicited    *bool          `json:"solicited,omitempty"` // whether it was asked for
	Properties   map[string]any `json:"properties,omitempty"`
	Tags         []string       `json:"tags,omitempty" example:"pilot"`
	Excluded     bool           `json:"excluded"` // kept, but counted nowhere
	PostedBy     string         `json:"-"`        // the id of the key that sent it, where some of it is counted in lots; see Held
	ChangedAt    time.Time      `json:"-"`        // when the tool last changed it that sent it; zero where no source did
	Answers      []Answer       `json:"answers"`
}

// Keys are the response's keys by dimension, with the answer's touchpoint.
func (r Response) Keys(a Answer) Keys {
	return Keys{Survey: r.Survey, Touchpoint: a.Touchpoint, Channel: r.Channel, Segment: r.Segment, Team: r.Team}
}

// Without leaves the answers to some metrics out, and reports whether there are others.
func (r Response) Without(metrics []string) (Response, bool) {
	r.Answers = slices.DeleteFunc(slices.Clone(r.Answers), func(a Answer) bool { return slices.Contains(metrics, a.Metric) })
	return r, len(r.Answers) > 0
}

// Count is a number of equal answers on a day: one row of the rollups.
type Count struct {
	Metric string
	Day    Day
	Keys   Keys
	Score  int
	N      int64
}

// Counts are the response and its answers as rollup rows for its day, but for
// what is held back; none when it is excluded.
func (r Response) Counts(day Day, metrics Metrics, held func(Answer) bool) []Count {
	if r.Excluded {
		return nil
	}
	counts := make([]Count, 0, len(r.Answers)+1)
	for _, a := range r.counted(metrics) {
		if !held(a) {
			counts = append(counts, Count{Metric: a.Metric, Day: day, Keys: r.Keys(a), Score: a.Score, N: 1})
		}
	}
	return counts
}

// Held are the answers to anonymous metrics and the comments on them, and the
// response itself where its audience is anonymous, waiting to be counted in lots;
// none when the response is excluded.
func (r Response) Held(day Day, metrics Metrics) []Held {
	if r.Excluded {
		return nil
	}
	var held []Held
	for _, a := range r.counted(metrics) {
		if !metrics.InLots(a) {
			continue
		}
		h := Held{ResponseID: r.ID, Touchpoint: a.Touchpoint, Metric: a.Metric, Score: a.Score, Day: day, Keys: r.Keys(a), Since: r.CreatedAt, PostedBy: r.PostedBy}
		held = append(held, h)
		if a.Comment != "" {
			h.Comment = true
			held = append(held, h)
		}
	}
	return held
}

// Arrival is what an answer is counted by when it arrives. Its counts never go down.
type Arrival struct {
	Metric, Touchpoint, Segment, Channel string
	Category                             score.Category
}

// arrival is what an answer with these keys is counted by.
func (m Metric) arrival(k Keys, answer int) Arrival {
	return Arrival{Metric: m.Key, Touchpoint: k[Touchpoint], Segment: k[Segment], Channel: k[Channel], Category: m.Category(answer)}
}

// Patch is a change to a stored response. Nil fields stay as they are.
//
// @Description A change to a stored response. What is left out stays as it is; something must be given.
type Patch struct {
	Excluded   *bool           `json:"excluded,omitempty"`                             // true: keep it, but count it nowhere
	Tags       *[]string       `json:"tags,omitempty" maxLength:"100" example:"pilot"` // instead of those it had
	Properties *map[string]any `json:"properties,omitempty"`                           // instead of those it had
}

// Check names every fault of a patch at once.
func (p Patch) Check() error {
	var faults Faults
	if p.Excluded == nil && p.Tags == nil && p.Properties == nil {
		faults.Add("excluded", "nothing to change: give excluded, tags or properties")
	}
	if p.Tags != nil {
		checkTags(*p.Tags, &faults)
	}
	if p.Properties != nil {
		checkProperties(*p.Properties, &faults)
	}
	return faults.Err("the response was not changed")
}

// SameRest reports whether what a patch may change is the same of both, but for whether they are excluded.
func (r Response) SameRest(other Response) bool {
	return slices.Equal(r.Tags, other.Tags) && maps.Equal(r.Properties, other.Properties)
}

// Apply makes the change.
func (p Patch) Apply(r *Response) {
	if p.Excluded != nil {
		r.Excluded = *p.Excluded
	}
	if p.Tags != nil {
		r.Tags = *p.Tags
	}
	if p.Properties != nil {
		r.Properties = *p.Properties
	}
}

// Outcome is what became of one accepted response.
type Outcome struct {
	ID  string // of the response that is stored
	New bool   // false: a retry; the same submission was stored before
	Err error  // nil, or why nothing is stored; an *Error when the sender can do something about it
}

// Storing stores some responses that were made ready. Called, it begins, behind those for which it was called before;
// what it gives ends it, and tells the outcomes in order. In between it may be called for others, which
// may wait for this one's end: so nobody may hold that up until they have begun.
type Storing = func(context.Context) (end func() ([]Outcome, error))

// Ended is the end of a Storing that has ended when it has begun.
func Ended(outcomes []Outcome, err error) (end func() ([]Outcome, error)) {
	return func() ([]Outcome, error) { return outcomes, err }
}

// Fate is what became of a response that a source sent.
//
// @Description What became of a payload.
type Fate string

// The fates.
const (
	Stored   Fate = "stored"   // a response that was not known
	Known    Fate = "known"    // the same was stored before
	Replaced Fate = "replaced" // what was stored before, with the later one
	Ignored  Fate = "ignored"  // there is nothing in it to be stored; see reason
	Unread   Fate = "unmapped" // it could not be mapped, and is kept; see reason
)

// ResponseFilter selects responses. Zero fields select everything.
type ResponseFilter struct {
	Keys         Keys
	Metric       string // with an answer to it
	Person       string
	SubmissionID string
	Hidden       []string  // metrics whose answers are left out, and with them responses that have no others
	Since, Until time.Time // collected_at: Since included, Until not
	Before       string    // responses that arrived before the one with this id
	Limit        int
}

// CommentFilter selects comments. Zero fields but Metric, Period and Limit select everything.
type CommentFilter struct {
	Metric string
	Keys   Keys
	Period Period
	Limit  int
}

// Comment is what somebody said, without who it was.
type Comment struct {
	Metric string
	Text   string
	Day    Day
	Keys   Keys
	Score  *int // nil: the metric is anonymous
}
