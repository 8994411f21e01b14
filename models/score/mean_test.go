package score

import (
	"encoding/json"
	"fmt"
	"math"
	"testing"
)

// meanCase is a question on a scale that begins at 1, by its counts.
type meanCase struct {
	Input meanInput   `json:"input"`
	Want  *meanWanted `json:"expected"` // nil: must be refused
}

type meanInput struct {
	Counts  Histogram `json:"counts"`
	Reverse bool      `json:"reverse"` // the least score is the best
	Box     []int     `json:"box"`     // the favourable scores
}

type meanWanted struct {
	N         int64    `json:"n"`
	Mean      float64  `json:"mean"`
	SD        *float64 `json:"sd"`
	SE        *float64 `json:"se"`
	TCI       *pair    `json:"t_ci"`
	Ease      float64  `json:"ease_0_100"`
	EaseCI    *pair    `json:"ease_ci"`
	BoxShare  float64  `json:"box_share"`
	BoxWilson pair     `json:"box_wilson"`
}

func figure(f float64) *float64 { return &f }

var meanCases = []meanCase{
	{meanInput{Histogram{0, 0, 0, 0, 0}, true, []int{1, 2}}, nil},
	{meanInput{Histogram{0, 0, 0, 0, 1}, true, []int{1, 2}}, // one answer: no interval
		&meanWanted{N: 1, Mean: 5, BoxWilson: pair{0, 0.793450685623}}},
	{meanInput{Histogram{5, 0, 0, 0, 0}, true, []int{1, 2}}, // no variance: no interval
		&meanWanted{5, 1, figure(0), figure(0), nil, 100, nil, 1, pair{0.565517535217, 1}}},
	{meanInput{Histogram{3, 2, 1, 1, 0}, true, []int{1, 2}},
		&meanWanted{7, 2, figure(1.154700538379), figure(0.436435780472), &pair{0.932080116499, 3.067919883501}, 75,
			&pair{48.302002912485, 101.697997087515}, 0.714285714286, pair{0.358934451833, 0.917781075996}}},
	{meanInput{Histogram{2, 1, 3, 5, 9, 14, 16}, false, []int{5, 6, 7}},
		&meanWanted{50, 5.48, figure(1.593865792112), figure(0.225406661981), &pair{5.027028353800, 5.932971646200}, 74.666666666667,
			&pair{67.117139229992, 82.216194103341}, 0.78, pair{0.647584504187, 0.872460840298}}},
	{meanInput{Histogram{600000000, 200000000, 100000000, 60000000, 40000000}, true, []int{1, 2}},
		&meanWanted{1000000000, 1.74, figure(1.110135127465), figure(0.000035105555), &pair{1.739931194376, 1.740068805624}, 81.5,
			&pair{81.498279859405, 81.501720140595}, 0.8, pair{0.799975207046, 0.800024790649}}},
}

func TestMeanIntervalIsStudentsT(t *testing.T) {
	cases := meanCases
	var shared []meanCase
	readShared(t, "ces", &shared)
	for _, c := range append(cases, shared...) {
		t.Run(fmt.Sprint(c.Input.Counts, c.Input.Reverse), c.test)
	}
}

// yesNo are the cases of a question that is answered by yes or no.
type yesNo struct {
	YesNo []struct {
		Input    struct{ Yes, N int64 }
		Expected *struct {
			Share  float64
			Wilson pair
		}
	} `json:"yes_no"`
}

func TestYesIsAShareOfTheAnswers(t *testing.T) {
	const typed = `{"yes_no": [{"input": {"yes": 0, "n": 0}, "expected": null},
		{"input": {"yes": 3, "n": 8}, "expected": {"share": 0.375, "wilson": [0.136844285824, 0.694257605397]}}]}`
	var cases, shared yesNo
	if err := json.Unmarshal([]byte(typed), &cases); err != nil {
		t.Fatal(err)
	}
	readSharedFile(t, "ces", &shared)
	easy := Scale{Min: 0, Max: 1, Better: Higher, Top: 1, Bottom: 0, Headline: Share}
	for _, c := range append(cases.YesNo, shared.YesNo...) {
		got, ok := easy.Evaluate(Histogram{c.Input.N - c.Input.Yes, c.Input.Yes})
		if ok != (c.Expected != nil) {
			t.Fatalf("%+v: scored: %v", c.Input, ok)
		}
		if ok && (!near(got.Score, 100*c.Expected.Share) || !c.Expected.Wilson.near(got.Interval.scale(0.01, 0))) {
			t.Errorf("%+v: got %v in %v, want %+v × 100", c.Input, got.Score, *got.Interval, *c.Expected)
		}
	}
}

// scale is the question's, with the headline given.
func (in meanInput) scale(h Headline) Scale {
	s := Scale{Min: 1, Max: len(in.Counts), Better: Higher, Top: in.Box[0], Bottom: in.Box[0] - 1, Headline: h}
	if in.Reverse {
		s.Better, s.Top, s.Bottom = Lower, in.Box[len(in.Box)-1], in.Box[len(in.Box)-1]+1
	}
	return s
}

func (c meanCase) test(t *testing.T) {
	got, ok := MeanOf(1, c.Input.Counts, Confidence)
	ease, scored := c.Input.scale(Mean).Evaluate(c.Input.Counts)
	box, boxed := c.Input.scale(Share).Evaluate(c.Input.Counts)
	if want := c.Want != nil; ok != want || scored != want || boxed != want {
		t.Fatalf("estimated: %v, scored: %v and %v, want %v", ok, scored, boxed, want)
	}
	if c.Want == nil {
		return
	}
	w := *c.Want
	if got.N != w.N || !near(got.Mean, w.Mean) || !sameFigure(got.SD, w.SD) || !sameFigure(got.StdErr, w.SE) || !samePair(got.Interval, w.TCI) {
		t.Errorf("got %+v in %v, want %+v", got, got.Interval, w)
	}
	if ease.SampleSize != w.N || !near(ease.Mean, w.Mean) || !near(ease.Score, w.Ease) || !samePair(ease.Interval, clipped(w.EaseCI)) {
		t.Errorf("ease: %v in %v, want %v in %v", ease.Score, ease.Interval, w.Ease, w.EaseCI)
	}
	if (ease.StdErr == nil) != (w.TCI == nil) {
		t.Errorf("ease's standard error %v is there without an interval, or lacks beside it", ease.StdErr)
	}
	if !near(box.Score, 100*w.BoxShare) || !w.BoxWilson.near(box.Interval.scale(0.01, 0)) {
		t.Errorf("box: %v in %v, want %v in %v", box.Score, *box.Interval, 100*w.BoxShare, w.BoxWilson)
	}
}

// sameFigure reports whether got is what is wanted, NaN where that is nothing.
func sameFigure(got float64, want *float64) bool {
	if want == nil {
		return math.IsNaN(got)
	}
	return near(got, *want)
}

func samePair(got *Interval, want *pair) bool {
	if got == nil || want == nil {
		return got == nil && want == nil
	}
	return want.near(*got)
}

func clipped(p *pair) *pair {
	if p == nil {
		return nil
	}
	return &pair{math.Max(0, p[0]), math.Min(100, p[1])}
}
