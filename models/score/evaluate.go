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
	c := s.Categories(h)
	r := Result{SampleSize: answers, Mean: h.mean(s.Min, answers), Categories: c}
	n := float64(answers)
	switch s.Headline {
	case Net:
		e, _ := AdjustedWald(c[Top], c[Middle], c[Bottom], Confidence)
		r.Score = 100 * float64(c[Top]-c[Bottom]) / n
		r.setInterval(e.Interval.scale(100, 0).clip(-100, 100), 100*e.StdErr)
	case Share:
		i, _ := Wilson(c[Top], answers, Confidence)
		r.Score = 100 * float64(c[Top]) / n
		r.setInterval(i.scale(100, 0), 100*(i.Upper-i.Lower)/(2*normalQuantile(Confidence)))
	case Mean:
		mean, _ := MeanOf(s.Min, h, Confidence)
		r.Score = s.Points(mean.Mean)
		if mean.Interval != nil {
			perUnit := s.Points(float64(s.Min)+1) - s.Points(float64(s.Min))
			r.setInterval(mean.Interval.scale(perUnit, s.Points(0)).clip(0, 100), math.Abs(perUnit)*mean.StdErr)
		}
	}
	return r, true
}

func (r *Result) setInterval(i Interval, stderr float64) {
	r.Interval, r.StdErr = &i, &stderr
}
