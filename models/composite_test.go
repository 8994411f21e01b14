package models

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/mittari/mittari/models/score"
)

// dimensionsOf is a response's three dimensions at a touchpoint.
func dimensionsOf(touchpoint string, scores ...int) []SubmittedAnswer {
	var answers []SubmittedAnswer
	for i, metric := range Parts("cx3d")[:len(scores)] {
		answers = append(answers, SubmittedAnswer{Touchpoint: touchpoint, Metric: metric, Score: &Value{N: scores[i]}})
	}
	return answers
}

func TestThreeDimensionsOfOneRespondentAreOneComposite(t *testing.T) {
	s := Submission{Answers: slices.Concat(dimensionsOf("web", 5, 4, 2), dimensionsOf("phone", 1, 1, 1), dimensionsOf("branch", 5, 5))}
	accepted, err := s.Check(rules(t))
	if err != nil {
		t.Fatal(err)
	}
	var got []Answer
	for _, a := range accepted.Response().Answers {
		if a.Metric == "cx3d" {
			got = append(got, a)
		}
	}
	want := []Answer{{Metric: "cx3d", Score: 3, Touchpoint: "phone"}, {Metric: "cx3d", Score: 11, Touchpoint: "web"}}
	if !slices.Equal(got, want) {
		t.Errorf("the composites are %+v, want %+v: none where a dimension is missing", got, want)
	}
}

func TestCompositeCannotBeAnswered(t *testing.T) {
	if _, err := (Submission{Metric: "cx3d", Score: &Value{N: 12}}).Check(rules(t)); ErrorCode(err) != Invalid {
		t.Errorf("a made-up composite: %v", err)
	}
}

func TestCompositeIsTheMeanOfItsDimensionsWithItsOwnError(t *testing.T) {
	metrics := StandardMetrics()
	cx3d := metrics["cx3d"]
	random := rand.New(rand.NewPCG(5, 6)) //nolint:gosec // a test is to be repeatable
	sums := cx3d.NewHistogram()
	parts := map[string]score.Histogram{}
	const n = 2000
	for range n {
		mood := 1 + random.IntN(5) // the three dimensions of one person go together
		for _, key := range Parts("cx3d") {
			if parts[key] == nil {
				parts[key] = metrics[key].NewHistogram()
			}
			metrics[key].Add(parts[key], mood, 1)
		}
		cx3d.Add(sums, 3*mood, 1)
	}
	r, _ := cx3d.Evaluate(sums)
	var mean, independent float64
	for _, key := range Parts("cx3d") {
		e, _ := score.MeanOf(1, parts[key], score.Confidence)
		mean += (e.Mean - 1) / 4 * 100 / 3
		independent += math.Pow(e.StdErr/4*100/3, 2)
	}
	if math.Abs(r.Score-mean) > 1e-9 {
		t.Errorf("the composite is %v, the mean of its dimensions %v", r.Score, mean)
	}
	if ratio := *r.StdErr / math.Sqrt(independent); math.Abs(ratio-math.Sqrt(3)) > 1e-6 {
		t.Errorf("dimensions that go together wholly have √3 times the error of independent ones, not %v times", ratio)
	}
}
