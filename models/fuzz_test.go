package models

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
)

// replaced is the base of the digests with one piece changed.
func replaced(tb testing.TB, old, by string) string {
	tb.Helper()
	if strings.Count(digestBase, old) != 1 {
		tb.Fatalf("%q does not stand in the base once", old)
	}
	return strings.Replace(digestBase, old, by, 1)
}

// FuzzSubmissionCheck holds that no JSON makes the check panic, and that what is
// accepted is on its metrics' scales, has valid keys, and is a retry of itself
// after a walk through JSON.
func FuzzSubmissionCheck(f *testing.F) {
	f.Add(digestBase)
	for _, seed := range []string{
		`{"metric":"nps","score":9}`, `{"metric":"nps","score":11}`, `{"metric":"fcr","score":true,"comment":"\u0000"}`, `{"answers":[{}],"score":null}`,
		`{"metric":"nps","score":9,"collected_at":"9999-12-31T23:59:59-10:00"}`, `{"metric":"nps","score":9,"collected_at":"0000-01-01T00:00:00+10:00"}`,
		`{"metric":"nps","score":9,"properties":{"a":-0,"b":1e308,"c":123456789012345678901234567890,"\ud800":"\udfff"},"tags":["\u2028<&>"]}`,
		`{"touchpoint":"a","answers":[{"metric":"csat","score":5},{"metric":"csat","score":1,"touchpoint":"b"}],"language":"zh-Hant-x-a_b"}`,
	} {
		f.Add(seed)
	}
	given := rules(f)
	f.Fuzz(func(t *testing.T, text string) {
		var s Submission
		if json.Unmarshal([]byte(text), &s) != nil {
			return
		}
		a, err := s.Check(given)
		if err != nil {
			if len(faultsOf(t, err)) == 0 {
				t.Fatalf("refused without a fault: %v", err)
			}
			return
		}
		checkAccepted(t, given, a)
		b, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		again, err := submission(t, string(b)).Check(given)
		if err != nil {
			t.Fatalf("%s was accepted, and not as %s: %v", text, b, err)
		}
		first, _ := json.Marshal(a.Response())
		second, _ := json.Marshal(again.Response())
		if again.Digest() != a.Digest() || string(first) != string(second) {
			t.Fatalf("%s became %s: %s and %s", text, b, first, second)
		}
	})
}

func checkAccepted(t *testing.T, given Rules, a Accepted) {
	t.Helper()
	r := a.Response()
	held := slices.DeleteFunc(a.Held(), func(h Held) bool { return h.Comment })
	heldAnswers := slices.DeleteFunc(slices.Clone(held), func(h Held) bool { return IsParticipation(h.Metric) })
	if len(r.Answers) == 0 || len(a.Arrivals())+len(heldAnswers) != len(r.Answers) || len(a.Counts())+len(held) != len(r.Answers)+1 {
		t.Fatalf("%d answers, %d arrivals, %d counted, %d held", len(r.Answers), len(a.Arrivals()), len(a.Counts()), len(held))
	}
	var seen [][2]string
	for _, answer := range r.Answers {
		if !given.Metrics[answer.Metric].Contains(answer.Score) {
			t.Fatalf("%d is off the scale of %s", answer.Score, answer.Metric)
		}
		for _, key := range r.Keys(answer) {
			if key != "" && !validKey(key) {
				t.Fatalf("key %q", key)
			}
		}
		pair := [2]string{answer.Metric, answer.Touchpoint}
		if slices.Contains(seen, pair) {
			t.Fatalf("%v stands there twice", pair)
		}
		seen = append(seen, pair)
	}
	if r.CollectedAt.After(given.Now.Add(futureTolerance)) || r.CollectedAt.Year() < 1970 {
		t.Fatalf("collected at %v", r.CollectedAt)
	}
}
