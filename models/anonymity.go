package models

// Anonymity says how many answers a group must have at least before anything is
// told of it: not its score, not its size, not what was said.
type Anonymity struct {
	Employees        int64 `json:"employees" minimum:"5" example:"5"`           // answers to employees' metrics
	EmployeeComments int64 `json:"employee_comments" minimum:"10" example:"10"` // comments on employees' metrics
	Customers        int64 `json:"customers" minimum:"1" example:"1"`           // answers and comments of customers; 1: shown however few
}

// maxThreshold is the greatest number of answers that a group may be asked to have.
const maxThreshold = 1000

// DefaultAnonymity is the least there is, and what a workspace begins with.
func DefaultAnonymity() Anonymity { return Anonymity{Employees: 5, EmployeeComments: 10, Customers: 1} }

// Check names every fault of thresholds that are to replace others at once.
// They are never lowered: what was shown in small groups could be told apart from what was shown in greater ones.
func (a Anonymity) Check(before Anonymity) error {
	var faults Faults
	for _, t := range []struct {
		field       string
		now, before int64
	}{
		{"employees", a.Employees, before.Employees}, {"employee_comments", a.EmployeeComments, before.EmployeeComments},
		{"customers", a.Customers, before.Customers},
	} {
		if t.now < t.before || t.now > maxThreshold {
			faults.Add(t.field, "must be %d to %d: a threshold may be raised, never lowered", t.before, maxThreshold)
		}
	}
	return faults.Err("the thresholds stay as they are")
}

// Apply gives the metric with the thresholds that hold for its audience.
func (a Anonymity) Apply(m Metric) Metric {
	m.Threshold, m.CommentThreshold = a.Customers, a.Customers
	if m.Audience == Employee {
		m.Threshold, m.CommentThreshold = a.Employees, a.EmployeeComments
	}
	return m
}

// Anonymous reports whether the metric's answers are told in groups only, never one by one.
func (m Metric) Anonymous() bool { return m.Threshold > 1 }

// Suppressed reports whether a group of n answers is too small to be shown at
// all: neither its score nor its size. That goes for none, too: whether nobody
// answered or a few did is not told.
func (m Metric) Suppressed(n int64) bool { return m.Anonymous() && n < m.Threshold }

// Anonymous are the keys of the metrics whose answers are told in groups only, sorted.
func (m Metrics) Anonymous() []string {
	var keys []string
	for _, key := range m.Keys() {
		if m[key].Anonymous() {
			keys = append(keys, key)
		}
	}
	return keys
}
