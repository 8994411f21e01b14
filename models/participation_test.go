package models

import (
	"slices"
	"testing"
)

func TestAResponseTakesPartOnceByItsOwnKeys(t *testing.T) {
	for text, want := range map[string]Count{
		`{"metric":"nps","score":9}`: {Metric: "_participation/customer", Score: Answered},
		`{"survey":"s","touchpoint":"t","solicited":true,"answers":[{"metric":"nps","score":9},{"metric":"csat","score":5,"touchpoint":"food"}]}`: {Metric: "_participation/customer",
			Keys: Keys{Survey: "s", Touchpoint: "t"}, Score: Answered},
		`{"team":"a","solicited":false,"answers":[{"metric":"ease","score":1},{"metric":"emotion","score":1},{"metric":"effectiveness","score":1}]}`: {Metric: "_participation/customer",
			Keys: Keys{Team: "a"}, Score: Unasked},
		`{"answers":[{"metric":"nps","score":9},{"metric":"pulse","score":5}]}`:                       {Metric: "_participation/customer", Score: Answered},
		`{"team":"a","answers":[{"metric":"enps","score":9},{"metric":"pulse","score":5}]}`:           {Metric: "_participation/employee", Keys: Keys{Team: "a"}, Score: Answered},
		`{"team":"a","solicited":false,"metric":"pulse","score":5,"touchpoint":"desk","comment":"c"}`: {Metric: "_participation/employee", Keys: Keys{Team: "a", Touchpoint: "desk"}, Score: Unasked},
	} {
		a := accept(t, text)
		want.Day, want.N = a.Day(), 1
		counts := a.Counts()
		for _, h := range a.Held() {
			counts = append(counts, Lot{Day: h.Day, Keys: h.Keys, Answers: []Held{h}}.Counts()...)
		}
		counts = slices.DeleteFunc(counts, func(c Count) bool { return !IsParticipation(c.Metric) })
		if len(counts) != 1 || counts[0] != want {
			t.Errorf("%s takes part as %+v, want %+v", text, counts, want)
		}
		if arrivals := a.Arrivals(); slices.ContainsFunc(arrivals, func(a Arrival) bool { return IsParticipation(a.Metric) }) {
			t.Errorf("%s arrives as %+v", text, arrivals)
		}
	}
}

func TestParticipationIsNoMetricButHasTheAudiencesThreshold(t *testing.T) {
	metrics := StandardMetrics()
	for key, m := range metrics {
		metrics[key] = Anonymity{Employees: 7, EmployeeComments: 10, Customers: 3}.Apply(m)
	}
	for audience, want := range map[Audience]int64{Customer: 3, Employee: 7} {
		p := metrics.Participation(audience)
		if _, known := metrics[p.Key]; known || validKey(p.Key) || p.Threshold != want || metrics.Counted(p.Key) != p {
			t.Errorf("%+v, want a threshold of %d", p, want)
		}
		for _, key := range metrics.Of(audience) {
			if metrics.Counted(key) != metrics[key] || metrics[key].Threshold != want {
				t.Errorf("%s is counted as %+v", key, metrics.Counted(key))
			}
		}
	}
}

func TestAnonymousParticipationWaitsForALot(t *testing.T) {
	a := accept(t, `{"team":"a","metric":"pulse","score":5,"comment":"c"}`)
	if counts := a.Counts(); len(counts) != 0 {
		t.Errorf("counted at once: %+v", counts)
	}
	held := a.Held()
	if len(held) != 3 || held[2].Metric != ParticipationKey(Employee) || held[2].Comment {
		t.Errorf("held are %+v", held)
	}
	lot := Lot{Day: 7, Keys: Keys{Team: "a"}, Answers: held[2:]}
	if arrivals := lot.Arrivals(StandardMetrics().Counted(held[2].Metric)); len(arrivals) != 0 {
		t.Errorf("it arrives as %+v", arrivals)
	}
}
