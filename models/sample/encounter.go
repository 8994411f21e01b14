package sample

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/mittari/mittari/models"
	"github.com/mittari/mittari/models/score"
)

// encounter is a kind of occasion on which people answer: what they are asked and where.
type encounter struct {
	survey      string
	touchpoint  string // "" for a survey that is about no encounter
	team        string // who served; see byBranch
	channels    []choice[string]
	rhythm      rhythm
	questions   []question
	properties  []property
	tags        [3]string // by the category of the first answer; "" is none
	anonymous   bool      // nobody knows who answered, and so neither the segment
	spontaneous bool      // nobody asked
}

// byBranch as an encounter's team is the branch of the person.
const byBranch = "by branch"

// question is a metric and how often each value of its scale is given in an
// even mood, from its least value up.
type question struct {
	metric     string
	weights    []float64
	touchpoint string  // its own, else the encounter's
	skipped    float64 // the share who leave it out
}

// property is a further fact about an encounter, drawn for each.
type property struct {
	name   string
	values []choice[any]
}

// name tells encounters apart in submission ids and remarks.
func (e encounter) name() string { return cmp.Or(e.touchpoint, e.survey) }

// occasion is one encounter of one person.
type occasion struct {
	encounter
	id     string
	at     time.Time
	person person
	team   string
	mood   float64
	worse  bool // the planted drop is on
}

// occasion draws how person p fares in an encounter that day.
func (b *Bank) occasion(r *rand.Rand, e encounter, p person, day models.Day) occasion {
	served := b.team(e.team)
	if e.team == byBranch {
		served = p.branch
	}
	o := occasion{encounter: e, at: e.rhythm.moment(r, day, b.zone), person: p, team: served.key}
	o.mood = p.mood + served.mood + warmth*b.spirits(served, day-customersFollow) + occasionSpread*r.NormFloat64() - betterPerYear*b.yearsAgo(day)
	if b.Drop().covers(e.touchpoint, served.key, day) {
		o.worse = true
		o.mood += dropMood
	}
	return o
}

// visit is number n of a stream's encounters on the day, with one of the bank's customers.
func (b *Bank) visit(r *rand.Rand, s stream, day models.Day, n int) models.Submission {
	o := b.occasion(r, s.encounter, b.customer(r, day), day)
	o.id = submissionID(s.name(), day, n)
	return b.submission(r, o)
}

// submissionID names number n of what began on a day.
func submissionID(name string, day models.Day, n int) string {
	return fmt.Sprintf("%s-%s-%03d", name, day, n+1)
}

// submission is what the person says of the occasion.
func (b *Bank) submission(r *rand.Rand, o occasion) models.Submission {
	asked := !o.spontaneous
	s := models.Submission{
		SubmissionID: o.id, Survey: o.survey, Touchpoint: o.touchpoint, Team: o.team,
		Channel: pick(r, o.channels), Segment: o.person.segment, Person: o.person.id,
		CollectedAt: &o.at, Language: o.person.language, Solicited: &asked,
	}
	if o.anonymous {
		s.Segment, s.Person = "", ""
	}
	for _, p := range o.properties {
		s.Properties = with(s.Properties, p.name, pick(r, p.values))
	}
	for i, q := range o.questions {
		if i > 0 && r.Float64() < q.skipped {
			continue
		}
		answer, category := b.answer(r, q, o.mood)
		if i == 0 {
			answer.Comment = b.comment(r, o, category)
			if tag := o.tags[category]; tag != "" {
				s.Tags = []string{tag}
			}
		}
		s.Answers = append(s.Answers, answer)
	}
	return s
}

// answer draws an answer to the question in the mood given.
func (b *Bank) answer(r *rand.Rand, q question, mood float64) (models.SubmittedAnswer, score.Category) {
	scale := b.metrics[q.metric].Scale
	if scale.Better == score.Lower {
		mood = -mood
	}
	value := scale.Min + tilt(r, q.weights, mood)
	yesNo := scale.Min == 0 && scale.Max == 1
	return models.SubmittedAnswer{
		Touchpoint: q.touchpoint, Metric: q.metric, Score: &models.Value{N: value, YesNo: yesNo},
	}, scale.Category(value)
}

func with(properties map[string]any, name string, value any) map[string]any {
	if properties == nil {
		properties = map[string]any{}
	}
	properties[name] = value
	return properties
}
