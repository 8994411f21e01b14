package sample

import (
	"slices"
	"strings"
	"testing"

	"github.com/mittari/mittari/models"
	"github.com/mittari/mittari/models/score"
)

// walks are the submissions of each journey, in the order of time, by its id.
func walks() map[string][]models.Submission {
	found := map[string][]models.Submission{}
	for _, s := range said() {
		if s.Survey == homeLoanKey {
			id := s.SubmissionID[:len("home-loan-2026-11-20-001")]
			found[id] = append(found[id], s)
		}
	}
	return found
}

func TestAWalkIsOnePersonsAndInTheOrderOfItsSteps(t *testing.T) {
	b := friday()
	var order []string
	for _, s := range b.journey.steps {
		order = append(order, s.touchpoint)
	}
	longest := 0
	for id, steps := range walks() {
		if longest = max(longest, len(steps)); len(steps) < 2 {
			continue
		}
		person := steps[len(steps)-1].Person
		for i, s := range steps {
			if known := s.Touchpoint != awareness; known != (s.Person != "") || known && s.Person != person {
				t.Errorf("%s: %s is said by %q, the walk is %s's", id, s.Touchpoint, s.Person, person)
			}
			if i > 0 && slices.Index(order, s.Touchpoint) < slices.Index(order, steps[i-1].Touchpoint) {
				t.Errorf("%s: %s comes after %s", id, s.Touchpoint, steps[i-1].Touchpoint)
			}
		}
	}
	if longest < len(order) {
		t.Errorf("nobody answered at more than %d steps", longest)
	}
}

func TestConversionThinsTheStream(t *testing.T) {
	b := friday()
	reached := map[string]float64{} // walks that answered at the step, over the share who answer
	for _, steps := range walks() {
		seen := map[string]bool{}
		for _, s := range steps {
			seen[s.Touchpoint] = true
		}
		for _, s := range b.journey.steps {
			if seen[s.touchpoint] {
				reached[s.touchpoint] += 1 / s.answered
			}
		}
	}
	for i, s := range b.journey.steps[1:3] {
		if from := b.journey.steps[i]; reached[s.touchpoint] > 0.95*reached[from.touchpoint] {
			t.Errorf("%.0f at %s of %.0f at %s, want fewer", reached[s.touchpoint], s.touchpoint, reached[from.touchpoint], from.touchpoint)
		}
	}
}

func TestTheEndIsAskedOfThoseWhoBecameCustomersAndThoseWhoDidNot(t *testing.T) {
	b := friday()
	nps := b.metrics["nps"]
	histograms := map[bool]score.Histogram{true: nps.NewHistogram(), false: nps.NewHistogram()}
	for _, steps := range walks() {
		for _, s := range steps {
			became, given := s.Properties["became_customer"].(bool)
			if given != (s.Touchpoint == decision) || strings.HasSuffix(s.SubmissionID, "-decision") != given {
				t.Fatalf("%s: became_customer is %v", s.SubmissionID, s.Properties["became_customer"])
			}
			if _, loan := s.Properties["loan_eur"]; loan != became {
				t.Fatalf("%s: became_customer is %v, and a loan %v", s.SubmissionID, became, loan)
			}
			if given {
				nps.Add(histograms[became], s.Answers[0].Score.N, 1)
			}
		}
	}
	yes, _ := nps.Evaluate(histograms[true])
	no, _ := nps.Evaluate(histograms[false])
	if yes.SampleSize < 500 || no.SampleSize < 500 || z(no, yes) < 5 {
		t.Errorf("NPS %.0f of %d with a loan, %.0f of %d without, want many of both and the first higher",
			yes.Score, yes.SampleSize, no.Score, no.SampleSize)
	}
}

func TestPersonsAreIDsAndKeepTheirSegmentAndBranch(t *testing.T) {
	segmentOf := map[string]string{}
	for _, s := range said() {
		switch {
		case s.Person == "":
			continue
		case !strings.HasPrefix(s.Person, "c-") && !strings.HasPrefix(s.Person, "e-"):
			t.Fatalf("%s: %q is no id of a person", s.SubmissionID, s.Person)
		case segmentOf[s.Person] != "" && segmentOf[s.Person] != s.Segment:
			t.Fatalf("%s is of %s and of %s", s.Person, segmentOf[s.Person], s.Segment)
		}
		segmentOf[s.Person] = s.Segment
	}
}
