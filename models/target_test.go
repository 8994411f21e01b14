package models

import (
	"errors"
	"math"
	"slices"
	"testing"

	"github.com/mittari/mittari/models/score"
)

func TestTargetNamesEveryFault(t *testing.T) {
	nps, csat := StandardMetrics()["nps"], StandardMetrics()["csat"]
	for _, c := range []struct {
		name   string
		metric Metric
		target Target
		fields []string
	}{
		{"a company's", nps, Target{Level: CompanyLevel, Value: -100, Owner: "board"}, nil},
		{"a touchpoint's", csat, Target{Level: "touchpoint", Key: "web", Value: 100, Owner: "web-team"}, nil},
		{"everything wrong", nps, Target{Level: "galaxy", Value: 101}, []string{"level", "key", "value", "owner"}},
		{"a company with a key", nps, Target{Level: CompanyLevel, Key: "web", Owner: "board"}, []string{"key"}},
		{"a share below 0", csat, Target{Level: CompanyLevel, Value: -1, Owner: "board"}, []string{"value"}},
		{"no number", csat, Target{Level: CompanyLevel, Value: math.NaN(), Owner: "board"}, []string{"value"}},
		{"a person as the owner", csat, Target{Level: CompanyLevel, Owner: "matti@example.com"}, []string{"owner"}},
	} {
		var got []string
		var e *Error
		if errors.As(c.target.Check(c.metric), &e) {
			for _, f := range e.Faults {
				got = append(got, f.Field)
			}
		}
		if !slices.Equal(got, c.fields) {
			t.Errorf("%s: faults in %v, want %v", c.name, got, c.fields)
		}
	}
}

func TestLatestTargetThatHasBegunHolds(t *testing.T) {
	target := func(key string, from Day) Target { return Target{Metric: "nps", Level: "team", Key: key, From: from} }
	all := []Target{target("a", 10), target("a", 20), target("a", 30), target("b", 25), target("c", 26)}
	if got, want := CurrentTargets(all, 25), []Target{target("a", 20), target("b", 25)}; !slices.Equal(got, want) {
		t.Errorf("on day 25 %+v hold, want %+v", got, want)
	}
	if got := CurrentTargets(all, 9); got != nil {
		t.Errorf("before all of them %+v hold", got)
	}
}

func TestBelowTargetIsSureOnlyWithAnswers(t *testing.T) {
	nps := StandardMetrics()["nps"]
	of := func(n int) *Watch {
		return watched(nps, 365, func(int) score.Histogram { return npsDay(n, 20) })
	}
	if z, ok := of(100).BelowTarget(40); !ok || z < 5 {
		t.Errorf("20 against a target of 40, with 2,800 answers: z = %v (%v)", z, ok)
	}
	if z, ok := of(100).BelowTarget(10); !ok || z > 0 {
		t.Errorf("20 against a target of 10: z = %v (%v)", z, ok)
	}
	many, _ := of(100).BelowTarget(40)
	if few, ok := of(3).BelowTarget(40); !ok || few >= many {
		t.Errorf("with few answers z = %v (%v), with many %v", few, ok, many)
	}
	if _, ok := of(0).BelowTarget(40); ok {
		t.Error("without answers the score is said to be below its target")
	}
}
