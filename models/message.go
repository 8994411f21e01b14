package models

import (
	"encoding/json"
	"slices"
	"time"
)

// Message is what one webhook is to be told of an event.
type Message struct {
	Webhook string // its id
	Event   Event
	Subject string // the id of the response that it tells of; "" of none
	Body    string // JSON; what is sent, byte by byte
}

// envelope is the body of every message.
type envelope struct {
	Type      Event     `json:"type"`
	Timestamp time.Time `json:"timestamp"` // of the event
	Data      any       `json:"data"`
}

// ResponseNotice is what webhooks are told of a response: nothing of a person, no comment, no
// properties or tags, and no answer that is told in groups only.
type ResponseNotice struct {
	ID           string         `json:"id"`
	SubmissionID string         `json:"submission_id,omitempty"`
	Survey       string         `json:"survey,omitempty"`
	Touchpoint   string         `json:"touchpoint,omitempty"`
	Channel      string         `json:"channel,omitempty"`
	Segment      string         `json:"segment,omitempty"`
	Team         string         `json:"team,omitempty"`
	CollectedAt  time.Time      `json:"collected_at"`
	Answers      []AnswerNotice `json:"answers"` // of response.low_score those that are low
}

// AnswerNotice is an answer as webhooks are told of it.
type AnswerNotice struct {
	Metric     string `json:"metric" example:"nps"`
	Score      int    `json:"score" example:"3"`            // on the metric's scale; 1 or 0 for yes or no
	Category   string `json:"category" example:"detractor"` // promoter, passive or detractor; top, middle or bottom
	Touchpoint string `json:"touchpoint,omitempty" example:"meeting"`
}

// ErasureNotice names the responses that are to be forgotten.
type ErasureNotice struct {
	Responses []string `json:"responses"` // their ids
}

// Tells reports whether the webhook is told of the event.
func (w Webhook) Tells(e Event) bool {
	return !w.Paused && (e == TestEvent || slices.Contains(w.Events, e))
}

// bodyOf is what is sent of an event; its data can be written as JSON.
func bodyOf(e Event, at time.Time, data any) string {
	body, err := json.Marshal(envelope{e, at, data})
	if err != nil {
		panic(err)
	}
	return string(body)
}

// messagesTo are the message of an event to each of the webhooks that is told of it; subject is the id of the response that it is of, "" of none.
func messagesTo(hooks []Webhook, e Event, at time.Time, subject string, data any) []Message {
	var all []Message
	body := "" // which is not made where nobody is told
	for _, w := range hooks {
		if !w.Tells(e) {
			continue
		}
		if body == "" {
			body = bodyOf(e, at, data)
		}
		all = append(all, Message{w.ID, e, subject, body})
	}
	return all
}

// Messages are what webhooks are told of the response once it is stored.
func (a Accepted) Messages(hooks []Webhook) []Message {
	if len(hooks) == 0 {
		return nil
	}
	notice := a.notice(func(Answer) bool { return true })
	if len(notice.Answers) == 0 {
		return nil
	}
	all := messagesTo(hooks, ResponseCreatedEvent, a.response.CreatedAt, a.response.ID, notice)
	return append(all, a.lowMessages(hooks, func(Answer) bool { return true })...)
}

// MessagesBeyond are what webhooks are told of the response when it has taken the place of an earlier
// state of it: of answers that are low and were not given so before.
func (a Accepted) MessagesBeyond(before Response, hooks []Webhook) []Message {
	if before.Excluded {
		return nil
	}
	return a.lowMessages(hooks, func(answer Answer) bool {
		return !slices.ContainsFunc(before.Answers, func(b Answer) bool {
			return b.Metric == answer.Metric && b.Touchpoint == answer.Touchpoint && b.Score == answer.Score
		})
	})
}

// lowMessages tell each webhook of those answers, of some, that are low by its rule.
func (a Accepted) lowMessages(hooks []Webhook, of func(Answer) bool) []Message {
	var all []Message
	for _, w := range hooks {
		if w.Rule == nil {
			continue
		}
		low := a.notice(func(answer Answer) bool { return of(answer) && w.Rule.covers(a.metrics, a.response, answer) })
		if len(low.Answers) > 0 {
			all = append(all, messagesTo([]Webhook{w}, LowScoreEvent, a.response.CreatedAt, a.response.ID, low)...)
		}
	}
	return all
}

// notice tells of the response with those of its answers that are asked for.
func (a Accepted) notice(of func(Answer) bool) ResponseNotice {
	r := a.response
	n := ResponseNotice{ID: r.ID, SubmissionID: r.SubmissionID, Survey: r.Survey, Touchpoint: r.Touchpoint, Channel: r.Channel,
		Segment: r.Segment, Team: r.Team, CollectedAt: r.CollectedAt}
	for _, answer := range r.Answers {
		if metric := a.metrics[answer.Metric]; !metric.Anonymous() && of(answer) {
			n.Answers = append(n.Answers, AnswerNotice{answer.Metric, answer.Score, metric.CategoryNames()[metric.Category(answer.Score)], answer.Touchpoint})
		}
	}
	return n
}

// ErasureMessages tell webhooks that responses, of which they may have been told, are erased.
func ErasureMessages(e Event, at time.Time, responses []string, hooks []Webhook) []Message {
	if len(responses) == 0 {
		return nil
	}
	return messagesTo(hooks, e, at, "", ErasureNotice{responses})
}

// TestMessage is sent to try a webhook.
func TestMessage(w Webhook, at time.Time) Message {
	return Message{Webhook: w.ID, Event: TestEvent, Body: bodyOf(TestEvent, at, map[string]string{"webhook": w.ID})}
}

// ScoreDrop is a drop of a group's score that alerts fire for.
type ScoreDrop struct {
	Metric       string  `json:"metric"`
	Level        Level   `json:"level"`
	Key          string  `json:"key,omitempty"` // the group's; none of the company
	Arm          string  `json:"arm"`           // day, week or month: how long a time the score fell in
	Since        Day     `json:"-"`
	Until        Day     `json:"-"`     // not included
	Score        float64 `json:"score"` // points
	Baseline     float64 `json:"baseline"`
	Points       float64 `json:"points"` // that it fell by
	Z            float64 `json:"z"`
	SampleSize   int64   `json:"sample_size"`
	BaselineSize int64   `json:"baseline_size"`
}

// Of is the drop of a group, as webhooks are told of it, on the day given.
func (d ArmDrop) Of(metric string, level Level, key string, today Day) ScoreDrop {
	now, _ := d.Arm.Periods(today)
	return ScoreDrop{Metric: metric, Level: level, Key: key, Arm: d.Arm.Name, Since: now.Since, Until: now.Until, Score: d.Baseline - d.Points,
		Baseline: d.Baseline, Points: d.Points, Z: d.Z, SampleSize: d.SampleSize, BaselineSize: d.BaselineSize}
}

// Messages tell webhooks of the drop.
func (d ScoreDrop) Messages(at time.Time, hooks []Webhook) []Message {
	return messagesTo(hooks, ScoreDroppedEvent, at, "", struct {
		ScoreDrop
		Since string `json:"since"`
		Until string `json:"until"`
	}{d, d.Since.String(), d.Until.String()})
}
