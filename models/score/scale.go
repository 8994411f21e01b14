// Package score turns counts of answers into scores that say how sure they are.
//
// It is pure: histograms in, numbers out, no clock and no I/O. A histogram adds
// up over days, groups and replicas; everything published is computed from one.
package score

import "fmt"

// Direction says which end of a scale is good.
type Direction string

// The two directions a scale may have.
const (
	Higher Direction = "higher" // the greatest score is the best one
	Lower  Direction = "lower"  // the least score is the best one
)

// Headline is the way a metric's histogram is condensed into its score, always in points.
type Headline string

// The three headlines.
const (
	Net   Headline = "net"   // 100 × (top − bottom) / n, −100…100
	Share Headline = "share" // 100 × top / n, 0…100
	Mean  Headline = "mean"  // the mean, rescaled so that the best score is 100 and the worst 0
)

// MaxValues is the greatest number of values a scale may have.
const MaxValues = 101

// MaxScore is the greatest value of a scale; −MaxScore is the least.
const MaxScore = 1_000_000

// Category is one of the three parts that a scale's cut points make of it.
type Category int

// The categories, the best first. For NPS: promoter, passive, detractor.
const (
	Top Category = iota
	Middle
	Bottom
)

// Scale is all that the mathematics has to know of a metric: an integer range
// Min…Max (both included), its good end, two cut points and a headline.
//
// Top is the cut of the top category: with Higher, scores ≥ Top are top; with
// Lower, scores ≤ Top. Bottom is the cut of the bottom category likewise:
// scores ≤ Bottom with Higher, ≥ Bottom with Lower.
type Scale struct {
	Min      int       `json:"min"`
	Max      int       `json:"max"`
	Better   Direction `json:"better"`
	Top      int       `json:"top"`
	Bottom   int       `json:"bottom"`
	Headline Headline  `json:"headline"`
}

// Size is the number of values of the scale.
func (s Scale) Size() int { return s.Max - s.Min + 1 }

// Contains reports whether v is a value of the scale.
func (s Scale) Contains(v int) bool { return v >= s.Min && v <= s.Max }

// Category tells which part of the scale v lies in.
func (s Scale) Category(v int) Category {
	if s.Better == Lower {
		v, s.Top, s.Bottom = -v, -s.Top, -s.Bottom
	}
	switch {
	case v >= s.Top:
		return Top
	case v <= s.Bottom:
		return Bottom
	}
	return Middle
}

// Points rescales a value or a mean on the scale so that the best is 100 and the worst 0.
func (s Scale) Points(mean float64) float64 {
	p := 100 * (mean - float64(s.Min)) / float64(s.Max-s.Min)
	if s.Better == Lower {
		return 100 - p
	}
	return p
}

// Same reports whether two scales ask for the same answers, so that answers
// given on the one can be read on the other: the same range and the same good end.
func (s Scale) Same(o Scale) bool {
	return s.Min == o.Min && s.Max == o.Max && s.Better == o.Better
}

// Faults names what is wrong with the scale, by field; empty when it can be used.
func (s Scale) Faults() map[string]string {
	faults := map[string]string{}
	for name, end := range map[string]int{"min": s.Min, "max": s.Max} {
		if end < -MaxScore || end > MaxScore {
			faults[name] = fmt.Sprintf("must be from %d to %d", -MaxScore, MaxScore)
		}
	}
	switch {
	case len(faults) > 0: // the size could be anything
	case s.Max <= s.Min:
		faults["max"] = "must be greater than min"
	case s.Size() > MaxValues:
		faults["max"] = fmt.Sprintf("the scale may have %d values at most", MaxValues)
	}
	if s.Better != Higher && s.Better != Lower {
		faults["better"] = `must be "higher" or "lower"`
	}
	if s.Headline != Net && s.Headline != Share && s.Headline != Mean {
		faults["headline"] = `must be "net", "share" or "mean"`
	}
	if len(faults) > 0 {
		return faults
	}
	for name, cut := range map[string]int{"top": s.Top, "bottom": s.Bottom} {
		if !s.Contains(cut) {
			faults[name] = fmt.Sprintf("must be a value of the scale, %d to %d", s.Min, s.Max)
		}
	}
	if len(faults) == 0 && (s.Top == s.Bottom || s.Category(s.Bottom) == Top) {
		faults["bottom"] = "the bottom category must not overlap the top category"
	}
	return faults
}

// Histogram counts answers by score: element i counts the answers of Min+i.
// Its length is the scale's Size.
type Histogram []int64

// NewHistogram returns an empty histogram for the scale.
func (s Scale) NewHistogram() Histogram { return make(Histogram, s.Size()) }

// Add counts n more answers of v. A value off the scale is a programming error and panics.
func (s Scale) Add(h Histogram, v int, n int64) { h[v-s.Min] += n }

// Merge adds the counts of o to h. Both must be of the same scale.
func (h Histogram) Merge(o Histogram) {
	for i, n := range o {
		h[i] += n
	}
}

// N is the number of answers counted.
func (h Histogram) N() int64 {
	var n int64
	for _, c := range h {
		n += c
	}
	return n
}

// Categories sums the histogram by category, indexed by Top, Middle and Bottom.
func (s Scale) Categories(h Histogram) [3]int64 {
	above, below := s.Top-s.Min, s.Bottom-s.Min+1 // where the category at the upper end begins, and that at the lower one ends
	upper, lower := Top, Bottom
	if s.Better == Lower {
		above, below = s.Bottom-s.Min, s.Top-s.Min+1
		upper, lower = Bottom, Top
	}
	var c [3]int64
	c[lower], c[Middle], c[upper] = h[:below].N(), h[below:above].N(), h[above:].N()
	return c
}
