package models

import (
	"slices"
	"strings"
	"time"
)

// Submission is a response as it arrives, not checked yet. Either Answers or the
// short form Metric, Score and Comment is given.
//
// @Description A response as it is sent: with `answers`, or in the short form of a single answer with
// @Description `metric`, `score` and `comment`. All the rest may be left out. Keys are 1 to 100 letters,
// @Description digits, '.', '_', ':' or '-', starting with a letter or digit.
type Submission struct {
	SubmissionID string            `json:"submission_id,omitempty" maxLength:"200" example:"ord-8412"` // the sender's own id: makes a retry safe
	Survey       string            `json:"survey,omitempty" example:"relationship"`
	Touchpoint   string            `json:"touchpoint,omitempty" example:"meeting"`
	Channel      string            `json:"channel,omitempty" example:"sms"`
	Segment      string            `json:"segment,omitempty" example:"home-loan"`
	Team         string            `json:"team,omitempty" example:"helsinki-3"`
	Person       string            `json:"person,omitempty" maxLength:"200" example:"c-1029"`                             // an external id, never a name
	CollectedAt  *time.Time        `json:"collected_at,omitempty" format:"date-time" example:"2026-11-20T10:04:00+02:00"` // when it was answered; now unless given
	Language     string            `json:"language,omitempty" example:"fi"`                                               // a BCP 47 tag
	Solicited    *bool             `json:"solicited,omitempty"`                                                           // whether it was asked for
	Properties   map[string]any    `json:"properties,omitempty"`                                                          // anything else: text, numbers, true, false or null, nothing nested; 50 at most
	Tags         []string          `json:"tags,omitempty" maxLength:"100" example:"pilot"`                                // 50 at most
	Answers      []SubmittedAnswer `json:"answers,omitempty"`                                                             // 200 at most; one for each metric and touchpoint
	Metric       string            `json:"metric,omitempty" example:"nps"`                                                // the short form of a single answer
	Score        *Value            `json:"score,omitempty" swaggertype:"integer" extensions:"x-yes-no" example:"9"`       // on the metric's scale; true or false for a yes/no metric
	Comment      string            `json:"comment,omitempty" maxLength:"10000" example:"Quick and friendly."`
}

// SubmittedAnswer is one answer of a Submission, not checked yet.
type SubmittedAnswer struct {
	Touchpoint string `json:"touchpoint,omitempty" example:"meeting"` // goes before the response's
	Metric     string `json:"metric" example:"csat"`
	Score      *Value `json:"score" swaggertype:"integer" extensions:"x-yes-no" example:"4"` // on the metric's scale; true or false for a yes/no metric
	Comment    string `json:"comment,omitempty" maxLength:"10000" example:"Quick and friendly."`
}

// Rules is what a submission is checked against.
type Rules struct {
	Workspace string
	Metrics   Metrics
	Zone      *time.Location // the workspace's
	Now       time.Time
	NewID     func() string // a UUIDv7
	PostedBy  string        // the id of the key, or the source, that sends it; "" for none
	ChangedAt time.Time     // when the tool last changed it that sends it; zero where no source does
	Persons   Persons
}

// Accepted is a response that has passed every check: the only thing that can be stored.
type Accepted struct {
	response *Response
	digest   [32]byte
	zone     *time.Location
	metrics  Metrics
}

// Response is the response that was accepted. It must not be changed.
func (a Accepted) Response() *Response { return a.response }

// Digest is a hash of what the sender said. Two submissions with the same
// submission_id are a retry when their digests are equal, a conflict when not.
func (a Accepted) Digest() [32]byte { return a.digest }

// Day is the day the response was collected on, in its workspace's time zone.
func (a Accepted) Day() Day { return DayOf(a.response.CollectedAt, a.zone) }

// Counts are the response and its answers, as far as they are counted at once, as rollup rows.
func (a Accepted) Counts() []Count { return a.response.Counts(a.Day(), a.metrics, a.metrics.InLots) }

// Held is what of the response is counted in lots only.
func (a Accepted) Held() []Held { return a.response.Held(a.Day(), a.metrics) }

// Arrivals are the metrics, keys and categories of the answers that are counted
// at once: what is counted once, when they arrive.
func (a Accepted) Arrivals() []Arrival {
	arrivals := make([]Arrival, 0, len(a.response.Answers))
	for _, answer := range a.response.Answers {
		if !a.metrics.InLots(answer) {
			arrivals = append(arrivals, a.metrics[answer.Metric].arrival(a.response.Keys(answer), answer.Score))
		}
	}
	return arrivals
}

// As is the response under another id.
func (a Accepted) As(id string) Accepted {
	response := *a.response
	response.ID = id
	a.response = &response
	return a
}

// ArrivalsBeyond are those of the answers that an earlier response has none to.
func (a Accepted) ArrivalsBeyond(before Response) []Arrival {
	later := *a.response
	later.Answers = slices.DeleteFunc(slices.Clone(later.Answers), func(answer Answer) bool {
		return slices.ContainsFunc(before.Answers, func(b Answer) bool { return b.Metric == answer.Metric && b.Touchpoint == answer.Touchpoint })
	})
	a.response = &later
	return a.Arrivals()
}

// Check judges a submission by the rules. Every fault is named at once.
func (s Submission) Check(rules Rules) (Accepted, error) {
	var faults Faults
	s = s.longForm(&faults)
	s.checkFields(&faults)
	collected := s.checkTime(rules.Now, &faults)
	answers := s.checkAnswers(rules.Metrics, &faults)
	if err := faults.Err("the response was not stored"); err != nil {
		return Accepted{}, err
	}
	s.Person = rules.Persons.Stored(s.Person) // in the digest, too
	sent := ""
	if slices.ContainsFunc(answers, rules.Metrics.InLots) {
		sent = rules.PostedBy
	}
	changed := rules.ChangedAt
	if !changed.IsZero() {
		changed = instant(changed)
	}
	return Accepted{
		response: &Response{
			PostedBy: sent, ID: rules.NewID(), Workspace: rules.Workspace, SubmissionID: s.SubmissionID,
			Survey: s.Survey, Touchpoint: s.Touchpoint, Channel: s.Channel, Segment: s.Segment,
			Team: s.Team, Person: s.Person, CollectedAt: collected, CreatedAt: instant(rules.Now),
			Language: s.Language, Solicited: s.Solicited, Properties: s.Properties, Tags: s.Tags,
			Answers: withComposites(answers), ChangedAt: changed,
		},
		digest: s.digest(rules.Metrics), zone: rules.Zone, metrics: rules.Metrics,
	}, nil
}

// longForm moves the short form's single answer among the answers.
func (s Submission) longForm(faults *Faults) Submission {
	if s.Metric == "" && s.Score == nil && s.Comment == "" {
		return s
	}
	if len(s.Answers) > 0 {
		for _, short := range []struct {
			name  string
			given bool
		}{{"metric", s.Metric != ""}, {"score", s.Score != nil}, {"comment", s.Comment != ""}} {
			if short.given {
				faults.Add(short.name, "goes inside answers when answers are given")
			}
		}
	} else {
		s.Answers = []SubmittedAnswer{{Metric: s.Metric, Score: s.Score, Comment: s.Comment}}
	}
	s.Metric, s.Score, s.Comment = "", nil, ""
	return s
}

// futureTolerance is how far ahead of ours a sender's clock may be.
const futureTolerance = 5 * time.Minute

func (s Submission) checkTime(now time.Time, faults *Faults) time.Time {
	if s.CollectedAt == nil {
		return instant(now)
	}
	collected := instant(*s.CollectedAt)
	if collected.After(now.Add(futureTolerance)) {
		faults.Add("collected_at", "is in the future: %s is after now (%s) by more than 5 minutes; check the sender's clock and time zone",
			collected.Format(time.RFC3339), now.UTC().Format(time.RFC3339))
	}
	if collected.Year() < 1970 {
		faults.Add("collected_at", "must not be before 1970")
	}
	return collected
}

// instant is t as the databases can hold it: UTC, whole microseconds.
func instant(t time.Time) time.Time { return t.UTC().Truncate(time.Microsecond) }

const maxAnswers = 200

func (s Submission) checkAnswers(metrics Metrics, faults *Faults) []Answer {
	if len(s.Answers) == 0 {
		faults.Add("answers", `is missing: give answers, or metric and score, for example {"metric":"nps","score":9}`)
	}
	if len(s.Answers) > maxAnswers {
		faults.Add("answers", "may be %d at most, are %d", maxAnswers, len(s.Answers))
		return nil
	}
	answers := make([]Answer, 0, len(s.Answers))
	seen := map[[2]string]int{}
	for i, given := range s.Answers {
		at := index("answers", i) + "."
		given.check(at, metrics, faults)
		if given.Touchpoint == "" {
			given.Touchpoint = s.Touchpoint
		}
		pair := [2]string{given.Metric, given.Touchpoint}
		if first, twice := seen[pair]; twice && given.Metric != "" {
			faults.Add(at+"metric", "%q is answered twice at one touchpoint, first in answers[%d]", given.Metric, first)
			continue
		}
		seen[pair] = i
		answer := Answer{Metric: given.Metric, Touchpoint: given.Touchpoint, Comment: given.Comment}
		if given.Score != nil {
			answer.Score = given.Score.N
		}
		answers = append(answers, answer)
	}
	return answers
}

const maxComment = 10_000

func (a SubmittedAnswer) check(at string, metrics Metrics, faults *Faults) {
	checkKey(at+"touchpoint", a.Touchpoint, faults)
	checkText(at+"comment", a.Comment, maxComment, faults)
	metric, known := metrics[a.Metric]
	switch parts := Parts(a.Metric); {
	case len(parts) > 0:
		faults.Add(at+"metric", "%q is not asked but added up: answer %s", a.Metric, strings.Join(parts, ", "))
		return
	case a.Metric == "":
		faults.Add(at+"metric", "is missing: one of %s", strings.Join(metrics.Asked(), ", "))
	case !known:
		faults.Add(at+"metric", "%q is unknown: one of %s, or define it by PUT /v1/metrics/{key}", short(a.Metric), strings.Join(metrics.Asked(), ", "))
	}
	if a.Score == nil {
		faults.Add(at+"score", "is missing")
	} else if known {
		if fault := a.Score.fault(metric.Scale); fault != "" {
			faults.Add(at+"score", "%s", fault)
		}
	}
}
