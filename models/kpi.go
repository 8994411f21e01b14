package models

import (
	"slices"
	"time"

	"github.com/mittari/mittari/models/score"
)

// KPIKind says what a figure is about. Figures of employees are never shown for small groups.
type KPIKind string

// The kinds.
const (
	FinancialKPI   KPIKind = "financial"
	EmployeeKPI    KPIKind = "employee"
	OperationalKPI KPIKind = "operational"
	CustomerKPI    KPIKind = "customer"
)

// KPIKinds are all of them.
func KPIKinds() []KPIKind { return []KPIKind{FinancialKPI, EmployeeKPI, OperationalKPI, CustomerKPI} }

// AddsUp says how a figure of several groups, or of a longer period, comes of its parts.
type AddsUp string

// The ways of adding up.
const (
	BySum  AddsUp = "sum"  // a flow, such as revenue: added over groups and over time
	ByMean AddsUp = "mean" // weighted by the size of each observation, over groups and over time
	ByLast AddsUp = "last" // a stock, such as customers: added over groups, the last one over time
)

// KPI is a financial, employee, operational or customer figure that stands
// beside the scores, and how it adds up.
type KPI struct {
	Key         string          `json:"key" example:"revenue"`
	Name        string          `json:"name" example:"Revenue"`
	Description string          `json:"description,omitempty" example:"Net of value-added tax"`
	Kind        KPIKind         `json:"kind" example:"financial"`
	Unit        string          `json:"unit" example:"EUR"`
	Better      score.Direction `json:"better" example:"higher"`
	AddsUp      AddsUp          `json:"adds_up" example:"sum"`
	YesNo       bool            `json:"yes_no,omitempty"` // what is observed of a person is true or false
	CreatedAt   time.Time       `json:"created_at" format:"date-time" example:"2026-01-02T08:00:00Z"`
	UpdatedAt   time.Time       `json:"updated_at" format:"date-time" example:"2026-11-20T08:04:00Z"`
}

// KPIExamplesKey is a word of the API and no KPI's key.
const KPIExamplesKey = "examples"

// Check names every fault of a definition at once.
func (k KPI) Check() error {
	var faults Faults
	if !validKey(k.Key) {
		faults.Add("key", keyRule)
	}
	if k.Key == KPIExamplesKey {
		faults.Add("key", "%q is where the examples are; choose another key", k.Key)
	}
	if k.Name == "" {
		faults.Add("name", "must not be empty")
	}
	checkText("name", k.Name, maxName, &faults)
	checkText("description", k.Description, maxDescription, &faults)
	if !slices.Contains(KPIKinds(), k.Kind) {
		faults.Add("kind", "must be one of %v", KPIKinds())
	}
	checkUnit(k.Unit, &faults)
	if k.Better != score.Higher && k.Better != score.Lower {
		faults.Add("better", `must be "higher" or "lower"`)
	}
	if k.AddsUp != BySum && k.AddsUp != ByMean && k.AddsUp != ByLast {
		faults.Add("adds_up", `must be "sum", "mean" or "last"`)
	}
	if k.YesNo && k.AddsUp != ByMean {
		faults.Add("adds_up", `must be "mean" for a yes/no figure: of many persons it is a share`)
	}
	if k.YesNo && k.Unit != RatioUnit {
		faults.Add("unit", `must be "ratio" for a yes/no figure: of many persons it is a share`)
	}
	return faults.Err("the KPI can't be used as it is")
}

// Redefine says whether a KPI that has observations may become next: nil, or a
// Conflict that names what would change what old figures say, or whom they are shown to.
func (k KPI) Redefine(next KPI) error {
	var changed string
	switch {
	case k.Unit != next.Unit:
		changed = "its unit is " + k.Unit
	case k.AddsUp != next.AddsUp:
		changed = "it adds up by " + string(k.AddsUp)
	case k.YesNo != next.YesNo:
		changed = "it is a yes/no figure"
		if next.YesNo {
			changed = "it is no yes/no figure"
		}
	case k.Kind == EmployeeKPI && next.Kind != EmployeeKPI:
		changed = "its figures are of employees, whose small groups are not shown"
	case k.Kind != EmployeeKPI && next.Kind == EmployeeKPI:
		changed = "its figures were not recorded as those of employees are, with how many they are of"
	default:
		return nil
	}
	return Errorf(Conflict, "KPI %q has observations and %s: that can't change any more; define a new KPI under another key", k.Key, changed)
}
