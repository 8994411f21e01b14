package score

import "math"

// Result is a metric's score over some group of answers, with its uncertainty.
// Score, StdErr and Interval are in points; Mean is on the metric's own scale.
// StdErr and Interval are nil where they can't be estimated honestly.
type Result struct {
	SampleSize int64
	Score      float64
	StdErr     *float64
	Interval   *Interval // 95 %, within the headline's range
	Mean       float64
	Categories [3]int64 // indexed by Top, Middle, Bottom
}

// estimator is all in which the headlines differ. It holds nothing, so that asking a scale for it costs nothing.
type estimator interface {
	evaluate(s Scale, h Histogram, r *Result) // sets score, standard error and interval; h has answers
	compare(s Scale, now, before Histogram) (Difference, bool)
	moments(s Scale, h Histogram) moments // of what the answers are worth, in points; h has answers
	prior(s Scale) moments                // the pseudo-answers that keep a small group's variance honest
	least() float64                       // the worst score there is, in points; the best is 100
}

type (
	netScore   struct{}
	shareScore struct{}
	meanScore  struct{}
)

// estimator picks by headline; nothing else does.
func (s Scale) estimator() estimator {
	switch s.Headline {
	case Net:
		return netScore{}
	case Share:
		return shareScore{}
	default: // Mean: Faults admits no other
		return meanScore{}
	}
}

// Evaluate scores a histogram. Without answers there is no score and it reports false.
//
// net: adjusted Wald (Rocks 2016), StdErr = 100√V. share: Wilson interval,
// StdErr = its half-width / z, which stays above zero at 0 % and 100 %.
// mean: Student's t, none for one answer or no variance.
func (s Scale) Evaluate(h Histogram) (Result, bool) {
	answers := h.N()
	if answers <= 0 {
		return Result{}, false
	}
	r := Result{SampleSize: answers, Mean: h.mean(s.Min, answers), Categories: s.Categories(h)}
	s.estimator().evaluate(s, h, &r)
	return r, true
}

func (netScore) evaluate(_ Scale, _ Histogram, r *Result) {
	c := r.Categories
	e, _ := AdjustedWald(c[Top], c[Middle], c[Bottom], Confidence)
	r.Score = 100 * float64(c[Top]-c[Bottom]) / float64(r.SampleSize)
	r.setInterval(e.Interval.scale(100, 0).clip(-100, 100), 100*e.StdErr)
}

func (shareScore) evaluate(_ Scale, _ Histogram, r *Result) {
	top := r.Categories[Top]
	i, _ := Wilson(top, r.SampleSize, Confidence)
	r.Score = 100 * float64(top) / float64(r.SampleSize)
	r.setInterval(i.scale(100, 0), 100*(i.Upper-i.Lower)/(2*normalQuantile(Confidence)))
}

func (meanScore) evaluate(s Scale, h Histogram, r *Result) {
	e, _ := MeanOf(s.Min, h, Confidence)
	r.Score = s.Points(e.Mean)
	if e.Interval != nil {
		perUnit := s.perUnit()
		r.setInterval(e.Interval.scale(perUnit, s.Points(0)).clip(0, 100), math.Abs(perUnit)*e.StdErr)
	}
}

// perUnit is the points that one step up the scale is worth; negative where the least is the best.
func (s Scale) perUnit() float64 { return s.Points(float64(s.Min)+1) - s.Points(float64(s.Min)) }

func (r *Result) setInterval(i Interval, stderr float64) {
	r.Interval, r.StdErr = &i, &stderr
}
