package models

import (
	"slices"

	"github.com/mittari/mittari/models/score"
)

// Audience says whose answers a metric holds; employees' are never shown for small groups.
type Audience string

// The two audiences.
const (
	Customer Audience = "customer"
	Employee Audience = "employee"
)

// Audiences are both.
func Audiences() []Audience { return []Audience{Customer, Employee} }

// Metric is one question's measure: a scale with cut points and a headline, and how people call it.
type Metric struct {
	Key      string `json:"key" example:"nps"`
	Name     string `json:"name" example:"Net Promoter Score"`
	Question string `json:"question" example:"How likely are you to recommend us?"`
	score.Scale
	Audience Audience `json:"audience" example:"customer"`
	Standard bool     `json:"standard"` // in the catalog of every workspace; can't be redefined

	Threshold        int64 `json:"threshold" example:"1"`         // how many answers a group must have to be shown; 1: shown however few
	CommentThreshold int64 `json:"comment_threshold" example:"1"` // the same of comments
}

// CategoryNames are the metric's categories in the field's words, indexed by score.Category:
// promoter, passive and detractor for recommendation metrics on 0–10, else top, middle and bottom.
func (m Metric) CategoryNames() [3]string {
	if m.Headline == score.Net && m.Min == 0 && m.Max == 10 {
		return [3]string{"promoter", "passive", "detractor"}
	}
	return [3]string{"top", "middle", "bottom"}
}

// Check names every fault of a metric's definition at once.
func (m Metric) Check() error {
	var faults Faults
	if !validKey(m.Key) {
		faults.Add("key", keyRule)
	}
	if m.Name == "" {
		faults.Add("name", "must not be empty")
	}
	checkText("name", m.Name, maxName, &faults)
	checkText("question", m.Question, maxDescription, &faults)
	if m.Audience != Customer && m.Audience != Employee {
		faults.Add("audience", `must be "customer" or "employee"`)
	}
	faults.addAll("", m.Faults())
	return faults.Err("the metric can't be used as it is")
}

// Metrics is the catalog of one workspace: the standard metrics and its own, by key.
type Metrics map[string]Metric

// Asked are the keys of the metrics that can be answered, sorted: all but composites.
func (m Metrics) Asked() []string {
	return slices.DeleteFunc(m.Keys(), func(key string) bool { return len(Parts(key)) > 0 })
}

// Keys are the catalog's keys, sorted.
func (m Metrics) Keys() []string { return sortedKeys(m) }

// LeastScore is the worst score there is, in points: −100 for net scores, else 0. The best is 100.
func (m Metric) LeastScore() float64 {
	if m.Headline == score.Net {
		return -100
	}
	return 0
}
