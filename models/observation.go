package models

import (
	"encoding/json"
	"errors"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Observation is what a KPI was in one period, as it is stored: of the whole
// company, of the groups that its keys name, or of one person.
type Observation struct {
	ID         string
	KPI        string
	Period     PeriodLength
	Start      Day  // the first day of the period
	Keys       Keys // none of a survey
	Person     string
	Value      float64
	Size       *float64   // how many the figure is of, or what else it is weighted by; nil: not told
	RecordedAt time.Time  // the store's to set
	ReplacedAt *time.Time // nil: it still holds
}

// Grain is which keys an observation names, joined by +: "" of the company as a whole, "person" of one person.
type Grain string

// PersonGrain is that of observations of single persons.
const PersonGrain Grain = "person"

// teamGrain is that of observations of teams, the only groups of which there are figures of employees.
const teamGrain Grain = "team"

// Grain is the observation's own.
func (o Observation) Grain() Grain {
	if o.Person != "" {
		return PersonGrain
	}
	return grainOf(o.Keys)
}

func grainOf(keys Keys) Grain {
	var names []string
	for d, key := range keys {
		if key != "" {
			names = append(names, Dimension(d).String())
		}
	}
	return Grain(strings.Join(names, "+"))
}

// KPIDimensions are the dimensions that observations may have.
func KPIDimensions() []Dimension { return []Dimension{Touchpoint, Channel, Segment, Team} }

// Figure is a value as it arrives: a number, or true or false for a yes/no KPI.
type Figure struct {
	N     float64 // 1 or 0 for yes or no
	YesNo bool    // it was given as true or false
}

const maxFigure = 1e18 // far from where sums lose their meaning

var errFigure = errors.New("must be a number such as 1234.5, or true or false for a yes/no KPI")

// UnmarshalJSON reads a number, true or false.
func (f *Figure) UnmarshalJSON(b []byte) error {
	switch string(b) {
	case "true":
		*f = Figure{N: 1, YesNo: true}
	case "false":
		*f = Figure{YesNo: true}
	default:
		n, err := strconv.ParseFloat(string(b), 64)
		if err != nil && !errors.Is(err, strconv.ErrRange) || math.IsNaN(n) {
			return errFigure
		}
		*f = Figure{N: n} // what is beyond all bounds is Check's to refuse
	}
	return nil
}

// MarshalJSON writes what UnmarshalJSON reads.
func (f Figure) MarshalJSON() ([]byte, error) {
	if f.YesNo {
		return json.Marshal(f.N == 1)
	}
	return json.Marshal(f.N)
}

// SubmittedObservation is an observation as it arrives, not checked yet.
//
// @Description An observation as it is sent: what the KPI was in a period, of the whole company, of the groups
// @Description that its keys name, or of one person.
type SubmittedObservation struct {
	Period     PeriodLength `json:"period" example:"month"`
	Start      string       `json:"start" format:"date" example:"2026-10-01"`                            // the first day of the period
	Value      *Figure      `json:"value" swaggertype:"number" extensions:"x-yes-no" example:"184200.5"` // true or false for a yes/no KPI of a person
	Size       *float64     `json:"size,omitempty" example:"412"`                                        // above 0: how many the figure is of, or what else it is weighted by
	Unit       string       `json:"unit,omitempty" example:"EUR"`                                        // the KPI's own; given, it must be that
	Touchpoint string       `json:"touchpoint,omitempty" example:"meeting"`
	Channel    string       `json:"channel,omitempty" example:"web"`
	Segment    string       `json:"segment,omitempty" example:"home-loan"`
	Team       string       `json:"team,omitempty" example:"helsinki-3"`
	Person     string       `json:"person,omitempty" maxLength:"200" example:"c-1029"` // an external id, never a name; not together with keys
}

// ObservationRules is what an observation is checked against.
type ObservationRules struct {
	KPI     KPI
	Today   Day           // in the workspace's time zone
	NewID   func() string // a UUIDv7
	Persons Persons
}

// AcceptedObservation is one that has passed every check: the only thing that can be stored.
type AcceptedObservation struct {
	observation Observation
	kpi         KPI
}

// Observation is the observation that was accepted.
func (a AcceptedObservation) Observation() Observation { return a.observation }

// KPI is the definition that it was checked against.
func (a AcceptedObservation) KPI() KPI { return a.kpi }

// ObservationOutcome is what became of one accepted observation.
type ObservationOutcome struct {
	New      bool  // a figure that was not known
	Replaced bool  // another figure was known before; it is kept as a revision. Neither: the same was known
	Err      error // nil, or why it can't be stored; an *Error
}

// Check judges an observation by the rules. Every fault is named at once.
func (s SubmittedObservation) Check(rules ObservationRules) (AcceptedObservation, error) {
	var faults Faults
	o := Observation{ID: rules.NewID(), KPI: rules.KPI.Key, Period: s.Period, Start: s.checkPeriod(rules.Today, &faults), Person: s.Person,
		Keys: Keys{Touchpoint: s.Touchpoint, Channel: s.Channel, Segment: s.Segment, Team: s.Team}}
	for d, key := range o.Keys {
		checkKey(Dimension(d).String(), key, &faults)
		if key != "" && s.Person != "" {
			faults.Add(Dimension(d).String(), "goes not together with person: say it of the person or of the %s", Dimension(d))
		}
	}
	checkPerson(s.Person, &faults)
	if s.Unit != "" && s.Unit != rules.KPI.Unit {
		faults.Add("unit", "must be %s, the unit of %s, is %q: convert the figure, or define another KPI", rules.KPI.Unit, rules.KPI.Key, short(s.Unit))
	}
	o.Value = s.checkValue(rules.KPI, &faults)
	o.Size = s.checkSize(rules.KPI, &faults)
	if rules.KPI.Kind == EmployeeKPI {
		o.checkEmployees(rules.KPI, &faults)
	}
	if err := faults.Err("the observation was not stored"); err != nil {
		return AcceptedObservation{}, err
	}
	o.Person = rules.Persons.Stored(o.Person)
	return AcceptedObservation{o, rules.KPI}, nil
}

func (s SubmittedObservation) checkPeriod(today Day, faults *Faults) Day {
	known := slices.Contains(PeriodLengths(), s.Period)
	if !known {
		faults.Add("period", "must be one of %v", PeriodLengths())
	}
	day, err := ParseDay(s.Start)
	switch {
	case err != nil:
		faults.Add("start", "must be the first day of the period, a date such as 2026-01-31")
	case day < 0:
		faults.Add("start", "must not be before 1970")
	case known && s.Period.Start(day) != day:
		faults.Add("start", "must be the first day of a %s: %s or %s, is %s", s.Period, s.Period.Start(day), s.Period.Next(day), day)
	case day > today+1: // a sender's clock may be ahead
		faults.Add("start", "is in the future: the period has not begun")
	}
	return day
}

func (s SubmittedObservation) checkValue(k KPI, faults *Faults) float64 {
	switch {
	case s.Value == nil:
		faults.Add("value", "is missing")
		return 0
	case s.Value.YesNo && !k.YesNo:
		faults.Add("value", "must be a number: %s is no yes/no KPI", k.Key)
	case k.YesNo && s.Person != "" && s.Value.N != 0 && s.Value.N != 1:
		faults.Add("value", "must be true or false, or 1 or 0: %s is a yes/no KPI", k.Key)
	case k.YesNo && !(s.Value.N >= 0 && s.Value.N <= 1):
		faults.Add("value", "must be a share from 0 to 1: %s is a yes/no KPI", k.Key)
	case !(math.Abs(s.Value.N) <= maxFigure):
		faults.Add("value", "must be a number from %g to %g", -maxFigure, maxFigure)
	}
	return s.Value.N
}

// checkSize gives the size: 1 for a person's figure that is to be averaged, unless given.
func (s SubmittedObservation) checkSize(k KPI, faults *Faults) *float64 {
	one := 1.0
	switch {
	case s.Size == nil && k.AddsUp == ByMean && s.Person != "":
		return &one
	case s.Size == nil && k.AddsUp == ByMean:
		faults.Add("size", "is missing: %s is averaged, so say how many the figure is of, or what else weighs it", k.Key)
	case s.Size != nil && !(*s.Size > 0 && *s.Size <= maxFigure):
		faults.Add("size", "must be above 0 and at most %g", maxFigure)
	}
	return s.Size
}

// checkEmployees refuses figures that are of a single employee, or of an unknown
// number of them, or that those of teams could be subtracted from.
func (o Observation) checkEmployees(k KPI, faults *Faults) {
	const remedy = "is not for figures of employees: they are recorded of a team or of the company, with their size"
	if o.Person != "" {
		faults.Add("person", remedy)
	}
	for d, key := range o.Keys {
		if key != "" && Dimension(d) != Team {
			faults.Add(Dimension(d).String(), remedy)
		}
	}
	switch {
	case k.countsEmployees() && o.Value < 0:
		faults.Add("value", "must be 0 or more: it is a number of employees")
	case o.Size == nil && !k.countsEmployees() && k.AddsUp != ByMean: // else checkSize has said so
		faults.Add("size", "is missing: say how many employees the figure is of")
	}
}

// Slot is what there can be one observation of at a time: the same period, keys and person.
func (o Observation) Slot() Observation {
	return Observation{KPI: o.KPI, Period: o.Period, Start: o.Start, Keys: o.Keys, Person: o.Person}
}

// BatchMode says how observations that come together are stored.
type BatchMode int

// The modes.
const (
	EachByItself BatchMode = iota // one that can't be stored harms no other
	AllOrNothing
	CheckOnly // as EachByItself, but nothing is kept
)

// OverlappingPeriods is the Conflict of an observation whose period is of
// another length than those that the KPI has with the same keys.
func OverlappingPeriods(kpi string, grain Grain, known, given PeriodLength) error {
	of := map[Grain]string{"": "the company as a whole", PersonGrain: "persons"}[grain]
	if of == "" {
		of = strings.ReplaceAll(string(grain), "+", " and ")
	}
	return Errorf(Conflict, "overlapping periods: what %s is of %s is recorded by the %s, so a figure for a %s would count twice; send it by the %s, or define a KPI of its own",
		kpi, of, known, given, known)
}
