package models

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// waits is an answer of a team that has waited for so many days.
func waits(id int, team string, day Day, days int) Held {
	return Held{ResponseID: fmt.Sprintf("%04d", id), Metric: "pulse", Score: 4, Day: day, Since: time.Unix(0, 0).AddDate(0, 0, -days),
		Keys: Keys{Survey: "staff", Channel: "web", Team: team}}
}

// many are n answers of one day that have not waited.
func many(n, from int, team string, day Day) []Held {
	var held []Held
	for i := range n {
		held = append(held, waits(from+i, team, day, 0))
	}
	return held
}

// inWords are lots as "team day×answers", sorted as they come.
func inWords(lots []Lot) []string {
	var words []string
	for _, l := range lots {
		words = append(words, fmt.Sprintf("%s/%s/%s %d×%d", l.Keys[Survey], l.Keys[Channel], l.Keys[Team], l.Day, len(l.Answers)))
	}
	return words
}

func TestAnswersAreCountedInLotsOfTheirKind(t *testing.T) {
	old := int(WaveLife/(24*time.Hour)) + 1
	returned := many(4, 50, "a", 8)
	for i := range returned {
		returned[i].Returned = true
	}
	for name, c := range map[string]struct {
		waiting []Held
		want    []string
	}{
		"four wait":                      {many(4, 0, "a", 7), nil},
		"five are a lot":                 {many(5, 0, "a", 7), []string{"staff/web/a 7×5"}},
		"a day is not divided":           {many(13, 0, "a", 7), []string{"staff/web/a 7×13"}},
		"each day by itself":             {slices.Concat(many(6, 10, "a", 8), many(5, 0, "a", 7)), []string{"staff/web/a 7×5", "staff/web/a 8×6"}},
		"counted on the last day":        {slices.Concat(many(3, 0, "a", 7), many(3, 10, "a", 9), many(4, 20, "a", 10)), []string{"staff/web/a 9×6"}},
		"teams are never mixed":          {slices.Concat(many(4, 0, "a", 7), many(4, 10, "b", 7)), nil},
		"until the wave is over":         {[]Held{waits(1, "a", 7, old), waits(2, "a", 7, old), waits(3, "b", 7, old), waits(4, "b", 8, old), waits(5, "c", 8, old)}, []string{"staff// 8×5"}},
		"what came since waits on":       {[]Held{waits(1, "a", 7, old), waits(2, "a", 7, old), waits(3, "b", 7, old), waits(4, "b", 8, old), waits(5, "c", 8, 1)}, nil},
		"a team comes before a survey":   {[]Held{waits(1, "a", 7, old), waits(2, "a", 7, old), waits(3, "a", 7, old), waits(4, "a", 8, old), other(waits(5, "a", 8, old))}, []string{"staff//a 8×5"}},
		"returned ones don't make a lot": {slices.Concat(returned, many(4, 0, "a", 8)), nil},
		"but come along with five":       {slices.Concat(returned, many(5, 0, "a", 8)), []string{"staff/web/a 8×9"}},
		"nobody":                         {nil, nil},
	} {
		if got := inWords(Lots(c.waiting, 5, time.Unix(0, 0).Add(-WaveLife))); !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

// other is the same answer through another channel.
func other(h Held) Held {
	h.Keys[Channel] = "kiosk"
	return h
}

func TestNoLotIsSmallerThanTheThresholdAndNoAnswerIsInTwo(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		threshold := rapid.Int64Range(2, 12).Draw(t, "threshold")
		var waiting []Held
		for i := range rapid.IntRange(0, 80).Draw(t, "answers") {
			h := waits(i, rapid.SampledFrom([]string{"", "a", "b", "c"}).Draw(t, "team"), Day(rapid.IntRange(0, 4).Draw(t, "day")), rapid.IntRange(0, 20).Draw(t, "days"))
			h.Returned = rapid.Bool().Draw(t, "returned")
			h.Keys[Survey] = rapid.SampledFrom([]string{"", "x"}).Draw(t, "survey")
			waiting = append(waiting, h)
		}
		seen := map[string]bool{}
		for _, l := range Lots(waiting, threshold, time.Unix(0, 0).Add(-WaveLife)) {
			var fresh int64
			var last Day
			for _, h := range l.Answers {
				if seen[h.ResponseID] {
					t.Fatalf("%s is in two lots", h.ResponseID)
				}
				seen[h.ResponseID] = true
				if !h.Returned {
					fresh++
				}
				last = max(last, h.Day)
				for d, key := range l.Keys {
					if key != "" && h.Keys[d] != key {
						t.Fatalf("an answer of %v is counted under %v", h.Keys, l.Keys)
					}
				}
			}
			if fresh < threshold || l.Day != last {
				t.Fatalf("a lot of %d new answers, day %d of %d, threshold %d", fresh, l.Day, last, threshold)
			}
		}
	})
}

func TestThresholdsAreRaisedAndNeverLowered(t *testing.T) {
	before := Anonymity{Employees: 8, EmployeeComments: 12, Customers: 3}
	for name, c := range map[string]struct {
		now   Anonymity
		wants []string
	}{
		"the same": {before, nil}, "all higher": {Anonymity{9, 13, 1000}, nil},
		"all lower": {Anonymity{7, 11, 2}, []string{"employees", "employee_comments", "customers"}},
		"none":      {Anonymity{}, []string{"employees", "employee_comments", "customers"}},
		"too high":  {Anonymity{8, 12, 1001}, []string{"customers"}},
	} {
		var got []string
		for _, f := range faultsOf(t, c.now.Check(before)) {
			got = append(got, f.Field)
		}
		if !slices.Equal(got, c.wants) {
			t.Errorf("%s: faults of %q, want %q", name, got, c.wants)
		}
	}
	if a := DefaultAnonymity(); a.Apply(Metric{Audience: Employee}).Threshold != 5 || a.Apply(Metric{Audience: Employee}).CommentThreshold != 10 || a.Apply(Metric{Audience: Customer}).Anonymous() {
		t.Errorf("%+v", a)
	}
}

func TestAnswerToAnAnonymousMetricCantBeGuessedByItsSubmissionID(t *testing.T) {
	digest := func(text string) [32]byte { return accept(t, text).Digest() }
	if digest(`{"submission_id":"s","metric":"pulse","score":4}`) != digest(`{"submission_id":"s","metric":"pulse","score":1,"comment":"no"}`) {
		t.Error("another score is told apart")
	}
	if digest(`{"submission_id":"s","metric":"csat","score":4}`) == digest(`{"submission_id":"s","metric":"csat","score":1}`) {
		t.Error("another answer of a customer is taken for a retry")
	}
}
