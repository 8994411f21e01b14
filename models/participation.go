package models

import (
	"strings"

	"github.com/mittari/mittari/models/score"
)

// What takes part is counted in the rollups beside the answers, as if it were
// answers to a metric on this scale.
const (
	Unasked  = iota // a response that was given unasked
	Answered        // a response that was asked for, or may have been
	Invited         // somebody who was asked
)

// participation stands before an audience in what participation is counted
// under; no metric's key begins like that.
const participation = "_participation/"

// ParticipationKey is what the participation of an audience is counted under.
func ParticipationKey(of Audience) string {
	if of == Employee {
		return participation + string(Employee)
	}
	return participation + string(Customer)
}

// IsParticipation reports whether what is counted under the key is participation, not answers to a metric.
func IsParticipation(key string) bool { return strings.HasPrefix(key, participation) }

// Participation counts an audience's responses, each once and by its own keys.
// It is in no catalog, but has the threshold of the audience's metrics: the
// standard ones have that, too.
func (m Metrics) Participation(of Audience) Metric {
	threshold := m["nps"].Threshold
	if of == Employee {
		threshold = m["enps"].Threshold
	}
	return Metric{Key: ParticipationKey(of), Audience: of, Threshold: threshold,
		Scale: score.Scale{Min: Unasked, Max: Invited, Better: score.Higher, Top: Invited, Bottom: Unasked, Headline: score.Share}}
}

// Counted is what rollups are kept of under the key: a metric, or an audience's participation.
func (m Metrics) Counted(key string) Metric {
	if audience, is := strings.CutPrefix(key, participation); is {
		return m.Participation(Audience(audience))
	}
	return m[key]
}

// InLots reports whether the answer, or the response itself, is counted in lots only.
func (m Metrics) InLots(a Answer) bool { return m.Counted(a.Metric).Anonymous() }

// Of are the keys of the metrics of an audience, sorted.
func (m Metrics) Of(audience Audience) []string {
	var keys []string
	for _, key := range m.Keys() {
		if m[key].Audience == audience {
			keys = append(keys, key)
		}
	}
	return keys
}

// counted are the response's answers and, last, the response itself. It is an
// employee's when it answers employees' metrics and no others.
func (r Response) counted(metrics Metrics) []Answer {
	itself := Answer{Metric: ParticipationKey(Employee), Touchpoint: r.Touchpoint, Score: Answered}
	if r.Solicited != nil && !*r.Solicited {
		itself.Score = Unasked
	}
	for _, a := range r.Answers {
		if metrics[a.Metric].Audience != Employee {
			itself.Metric = ParticipationKey(Customer)
		}
	}
	return append(r.Answers[:len(r.Answers):len(r.Answers)], itself)
}
