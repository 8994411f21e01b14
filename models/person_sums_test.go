package models

import (
	"math/rand/v2"
	"testing"
)

func TestPersonsFiguresAndAnswersComeTogetherInAnyOrder(t *testing.T) {
	figures := []personalFigure{{1, 10, 2, 3}, {1, 40, 5, 1}, {1, 20, 7, 0.5}, {2, 10, 1, 1}, {1 << 60, 10, 4, 1}}
	answers := []personalAnswer{{1, 100, 9}, {1, 300, 6}, {1, 300, 4}, {1, 50, 10}, {1, 50, 8}, {3, 7, 0}}
	for _, c := range []struct {
		name            string
		kpi             KPI
		answer          AnswerChoice
		figure, answer1 float64 // of person 1
	}{
		{"a sum, and the last answer", KPI{AddsUp: BySum}, LastBefore, 14, 4},
		{"a mean by size, and the first answer", KPI{AddsUp: ByMean}, FirstAnswer, (6 + 5 + 3.5) / 4.5, 8},
		{"the last, and the mean of the answers", KPI{AddsUp: ByLast}, MeanAnswer, 5, 7.4},
		{"yes or no, and the last answer", KPI{AddsUp: ByMean, YesNo: true}, LastAnswer, 5, 4},
	} {
		for seed := range uint64(20) {
			r := rand.New(rand.NewPCG(seed, 1))
			sums := NewPersonSums(ValueQuery{KPI: c.kpi, Answer: c.answer})
			for _, i := range r.Perm(len(figures)) {
				sums.AddFigure(figures[i].person, figures[i].start, figures[i].value, figures[i].size)
			}
			for _, i := range r.Perm(len(answers)) {
				sums.AddAnswer(answers[i].person, answers[i].at, answers[i].score)
			}
			var both, figureOnly, answerOnly int
			err := sums.Each(func(f PersonFigure) error {
				switch {
				case f.Observed && f.Answered:
					both++
					if f.Figure != c.figure || f.Answer != c.answer1 || f.N != 1 {
						t.Errorf("%s, seed %d: %+v, want %v and %v", c.name, seed, f, c.figure, c.answer1)
					}
				case f.Observed:
					figureOnly++
				case f.Answered:
					answerOnly++
				}
				return nil
			})
			if err != nil || both != 1 || figureOnly != 2 || answerOnly != 1 {
				t.Fatalf("%s: %d with both, %d with a figure, %d with an answer only, %v", c.name, both, figureOnly, answerOnly, err)
			}
		}
	}
}
