package models

import (
	"slices"

	"github.com/mittari/mittari/models/score"
)

// StandardMetrics is the catalog that every workspace starts with: a new map on each call.
func StandardMetrics() Metrics {
	var ( // scales that several metrics share
		recommend  = score.Scale{Min: 0, Max: 10, Better: score.Higher, Top: 9, Bottom: 6, Headline: score.Net}
		fivePoint  = score.Scale{Min: 1, Max: 5, Better: score.Higher, Top: 4, Bottom: 2, Headline: score.Share}
		effort     = score.Scale{Min: 1, Max: 5, Better: score.Lower, Top: 2, Bottom: 4, Headline: score.Share}
		sevenPoint = score.Scale{Min: 1, Max: 7, Better: score.Higher, Top: 5, Bottom: 3, Headline: score.Share}
		yesNo      = score.Scale{Min: 0, Max: 1, Better: score.Higher, Top: 1, Bottom: 0, Headline: score.Share}
		threeSums  = score.Scale{Min: 3, Max: 15, Better: score.Higher, Top: 12, Bottom: 6, Headline: score.Mean}
		exceeded   = score.Scale{Min: 1, Max: 5, Better: score.Higher, Top: 4, Bottom: 2, Headline: score.Net}
	)
	metrics := Metrics{}
	for _, m := range []Metric{
		{Key: "nps", Scale: recommend, Name: "Net Promoter Score", Question: "How likely are you to recommend us?"},
		{Key: "csat", Scale: fivePoint, Name: "Customer satisfaction", Question: "How satisfied are you with this encounter?"},
		{Key: "ces", Scale: effort, Name: "Customer Effort Score", Question: "How much effort did you have to make?"},
		{Key: "ces7", Scale: sevenPoint, Name: "Customer Effort Score 2.0", Question: "The company made it easy for me to handle my issue."},
		{Key: "ces_easy", Scale: yesNo, Name: "Easy", Question: "Was it easy?"},
		{Key: "fcr", Scale: yesNo, Name: "First contact resolution", Question: "Was your matter solved at the first contact?"},
		{Key: "effectiveness", Scale: fivePoint, Name: "Effectiveness", Question: "Did you get what you came for?"},
		{Key: "ease", Scale: fivePoint, Name: "Ease", Question: "How easy was it?"},
		{Key: "emotion", Scale: fivePoint, Name: "Emotion", Question: "How did it make you feel?"},
		{Key: "cx3d", Scale: threeSums, Name: "CX3D index", Question: "Not asked: effectiveness, ease and emotion together, of those who answered all three."},
		{Key: "expectation", Scale: exceeded, Name: "Expectation", Question: "How was the outcome against what you expected?"},
		{Key: "enps", Scale: recommend, Audience: Employee, Name: "Employee Net Promoter Score", Question: "How likely are you to recommend us as an employer?"},
		{Key: "pulse", Scale: fivePoint, Audience: Employee, Name: "Employee pulse", Question: "How are you doing at work?"},
		{Key: "job_satisfaction", Scale: fivePoint, Audience: Employee, Name: "Job satisfaction", Question: "How satisfied are you with your job?"},
		{Key: "ex_effectiveness", Scale: fivePoint, Audience: Employee, Name: "Employee effectiveness", Question: "Can you get your work done?"},
		{Key: "ex_ease", Scale: fivePoint, Audience: Employee, Name: "Employee ease", Question: "How easy is it to get your work done?"},
		{Key: "ex_emotion", Scale: fivePoint, Audience: Employee, Name: "Employee emotion", Question: "How does your work make you feel?"},
		{Key: "ex3d", Scale: threeSums, Audience: Employee, Name: "EX3D index", Question: "Not asked: the employee's effectiveness, ease and emotion together, of those who answered all three."},
	} {
		if m.Audience == "" {
			m.Audience = Customer
		}
		m.Standard = true
		metrics[m.Key] = DefaultAnonymity().Apply(m)
	}
	return metrics
}

// composite is a metric that is not asked but added up from the answers of one
// respondent at one touchpoint. Dimensions that one person answered are not
// independent: summed by respondent, their error needs no assumption about that.
type composite struct {
	key   string
	parts []string
}

// composites are the standard metrics that are added up.
func composites() []composite {
	return []composite{
		{"cx3d", []string{"effectiveness", "ease", "emotion"}},
		{"ex3d", []string{"ex_effectiveness", "ex_ease", "ex_emotion"}},
	}
}

// Parts are the metrics that a composite is added up from; none for a metric that is asked.
func Parts(metric string) []string {
	for _, c := range composites() {
		if c.key == metric {
			return c.parts
		}
	}
	return nil
}

// withComposites adds the composites of the touchpoints where all parts were answered.
func withComposites(answers []Answer) []Answer {
	if len(answers) < 2 {
		return answers
	}
	for _, c := range composites() {
		sums, parts := map[string]int{}, map[string]int{}
		for _, a := range answers {
			if slices.Contains(c.parts, a.Metric) {
				sums[a.Touchpoint] += a.Score
				parts[a.Touchpoint]++
			}
		}
		for _, touchpoint := range sortedKeys(parts) {
			if parts[touchpoint] == len(c.parts) {
				answers = append(answers, Answer{Metric: c.key, Touchpoint: touchpoint, Score: sums[touchpoint]})
			}
		}
	}
	return answers
}
