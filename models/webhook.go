package models

import (
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"
)

// Event is a thing that happened, of which webhooks are told.
type Event string

// The events. A test is sent when it is asked for, to whatever webhook.
const (
	ResponseCreatedEvent Event = "response.created"
	LowScoreEvent        Event = "response.low_score"
	ScoreDroppedEvent    Event = "score.dropped"
	ResponseErasedEvent  Event = "response.erased"
	PersonErasedEvent    Event = "person.erased"
	TestEvent            Event = "webhook.test"
)

// Events are those that a webhook may ask for.
func Events() []Event {
	return []Event{ResponseCreatedEvent, LowScoreEvent, ScoreDroppedEvent, ResponseErasedEvent, PersonErasedEvent}
}

// MaxWebhooks is how many webhooks a workspace may have: each is held against every response that is stored.
const MaxWebhooks = 20

// Webhook is an address that is told of events, by POST requests that are signed.
type Webhook struct {
	ID            string      `json:"id" format:"uuid" example:"01938f6e-7c1a-7d5e-b0a4-3f1de8a2c901"`
	Workspace     string      `json:"-"`
	URL           string      `json:"url" example:"https://crm.example/hooks/mittari"`
	Description   string      `json:"description,omitempty" example:"the CRM"`
	Events        []Event     `json:"events" example:"response.low_score"`
	Rule          *LowScore   `json:"rule,omitempty"` // with response.low_score only
	Paused        bool        `json:"paused"`         // nothing is sent, and what happens meanwhile is not kept for it
	PausedBecause string      `json:"paused_because,omitempty" example:"it answered 410 Gone"`
	CreatedAt     time.Time   `json:"created_at" format:"date-time" example:"2026-11-20T08:04:00Z"`
	UpdatedAt     time.Time   `json:"updated_at" format:"date-time" example:"2026-11-20T08:04:00Z"`
	Secrets       []SecretUse `json:"-"` // the latest last
}

// LowScore says which answers are low.
type LowScore struct {
	Metric     string `json:"metric" example:"nps"`
	Category   string `json:"category,omitempty" example:"detractor"` // the metric's worst unless given; the name of one of its categories
	Segment    string `json:"segment,omitempty" example:"home-loan"`  // only of this segment
	Touchpoint string `json:"touchpoint,omitempty" example:"meeting"` // only at this touchpoint
}

// WebhookPatch is a change to a webhook. What is left out stays as it is.
type WebhookPatch struct {
	URL         *string   `json:"url,omitempty" example:"https://crm.example/hooks/mittari"`
	Description *string   `json:"description,omitempty" maxLength:"200" example:"the CRM"`
	Events      *[]Event  `json:"events,omitempty" example:"response.low_score"`
	Rule        *LowScore `json:"rule,omitempty"`
	Paused      *bool     `json:"paused,omitempty"` // false: send again, what has waited too
}

// Check refuses a patch that changes nothing.
func (p WebhookPatch) Check() error {
	var faults Faults
	if p == (WebhookPatch{}) {
		faults.Add("paused", "nothing to change: give url, description, events, rule or paused")
	}
	return faults.Err("the webhook was not changed")
}

// Apply makes the change. A rule goes with the event that it is for.
func (p WebhookPatch) Apply(w *Webhook) {
	if p.URL != nil {
		w.URL = *p.URL
	}
	if p.Description != nil {
		w.Description = *p.Description
	}
	if p.Events != nil {
		w.Events = *p.Events
		if !slices.Contains(w.Events, LowScoreEvent) {
			w.Rule = nil
		}
	}
	if p.Rule != nil {
		w.Rule = p.Rule
	}
	if p.Paused != nil {
		w.Paused, w.PausedBecause = *p.Paused, ""
	}
}

const maxURL = 2000 // characters

// Check names every fault of a webhook at once, and fills in what a rule leaves out.
func (w *Webhook) Check(metrics Metrics, reach Reach) error {
	var faults Faults
	checkHookURL(w.URL, reach, &faults)
	checkText("description", w.Description, maxName, &faults)
	if len(w.Events) == 0 {
		faults.Add("events", "must name one of %v at least", Events())
	}
	for i, e := range w.Events {
		if !slices.Contains(Events(), e) {
			faults.Add(index("events", i), "must be one of %v, is %q", Events(), short(string(e)))
		} else if slices.Contains(w.Events[:i], e) {
			faults.Add(index("events", i), "is named twice")
		}
	}
	switch low := slices.Contains(w.Events, LowScoreEvent); {
	case low && w.Rule == nil:
		faults.Add("rule", `is missing: say what %s is to be sent for, for example {"metric":"nps"}`, LowScoreEvent)
	case !low && w.Rule != nil:
		faults.Add("rule", "goes with %s only", LowScoreEvent)
	case low:
		rule := *w.Rule
		rule.check(metrics, &faults)
		w.Rule = &rule
	}
	return faults.Err("the webhook can't be used as it is")
}

func (r *LowScore) check(metrics Metrics, faults *Faults) {
	metric, known := metrics[r.Metric]
	names := metric.CategoryNames()
	switch {
	case !known:
		faults.Add("rule.metric", "%q is unknown; GET /v1/metrics lists those that are known", short(r.Metric))
	case metric.Anonymous():
		faults.Add("rule.metric", "answers to %s are anonymous: they are told in groups, never one by one", r.Metric)
	case r.Category == "":
		r.Category = names[len(names)-1]
	case !slices.Contains(names[:], r.Category):
		faults.Add("rule.category", "must be one of %s, is %q", strings.Join(names[:], ", "), short(r.Category))
	}
	checkKey("rule.segment", r.Segment, faults)
	checkKey("rule.touchpoint", r.Touchpoint, faults)
}

// covers reports whether the answer is one that the rule is about.
func (r LowScore) covers(metrics Metrics, response *Response, a Answer) bool {
	return a.Metric == r.Metric && (r.Segment == "" || r.Segment == response.Segment) && (r.Touchpoint == "" || r.Touchpoint == a.Touchpoint) &&
		r.Category == metrics[a.Metric].CategoryNames()[metrics[a.Metric].Category(a.Score)]
}

// checkHookURL refuses what nothing will ever be delivered to. Where a name leads is found out at each delivery.
func checkHookURL(text string, reach Reach, faults *Faults) {
	checkText("url", text, maxURL, faults)
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Hostname() == "" || u.Scheme != "https" && u.Scheme != "http":
		faults.Add("url", "must be a whole URL such as https://crm.example/hooks/mittari")
		return
	case u.User != nil:
		faults.Add("url", "must hold no user and no password: requests are signed, see the documentation")
	case u.Fragment != "":
		faults.Add("url", "must hold no # and what follows it")
	case u.Scheme == "http" && reach.OnlyPublic():
		faults.Add("url", "must begin with https://; plain http is for addresses that MITTARI_WEBHOOK_ALLOW allows")
	}
	address, err := netip.ParseAddr(u.Hostname())
	if name := strings.ToLower(strings.TrimSuffix(u.Hostname(), ".")); name == "localhost" || strings.HasSuffix(name, ".localhost") {
		address, err = netip.AddrFrom4([4]byte{127, 0, 0, 1}), nil
	}
	if err == nil {
		if err := reach.Check(address, u.Scheme == "https"); err != nil {
			faults.Add("url", "can't be reached: %v", err)
		}
	}
}
