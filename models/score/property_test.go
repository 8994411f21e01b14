package score

import (
	"math"
	"reflect"
	"testing"

	"pgregory.net/rapid"
)

// scales draws any usable scale.
func scales() *rapid.Generator[Scale] {
	return rapid.Custom(func(t *rapid.T) Scale {
		s := Scale{
			Min:      rapid.IntRange(-1000, 1000).Draw(t, "min"),
			Better:   rapid.SampledFrom([]Direction{Higher, Lower}).Draw(t, "better"),
			Headline: rapid.SampledFrom([]Headline{Net, Share, Mean}).Draw(t, "headline"),
		}
		s.Max = s.Min + rapid.IntRange(1, MaxValues-1).Draw(t, "steps")
		low := rapid.IntRange(s.Min, s.Max-1).Draw(t, "lower cut")
		high := rapid.IntRange(low+1, s.Max).Draw(t, "upper cut")
		if s.Top, s.Bottom = high, low; s.Better == Lower {
			s.Top, s.Bottom = low, high
		}
		if faults := s.Faults(); len(faults) > 0 {
			t.Fatalf("%+v has faults: %v", s, faults)
		}
		return s
	})
}

// histograms draws counts for the scale: few, many, or all of one value, a thousand million in all at most.
func histograms(s Scale) *rapid.Generator[Histogram] {
	most := rapid.SampledFrom([]int64{0, 1, 20, 1_000_000_000 / MaxValues})
	return rapid.Custom(func(t *rapid.T) Histogram {
		h := s.NewHistogram()
		for i := range h {
			h[i] = rapid.Int64Range(0, most.Draw(t, "most")).Draw(t, "count")
		}
		if rapid.Bool().Draw(t, "of one value") {
			clear(h[1:])
			h[0] = rapid.Int64Range(0, 1e9).Draw(t, "count of the least")
		}
		return h
	})
}

// worst and best are the ends of the scale.
func (s Scale) worst() int {
	if s.Better == Lower {
		return s.Max
	}
	return s.Min
}

func (s Scale) best() int { return s.Min + s.Max - s.worst() }

// headlineRange is where a headline and its interval must lie.
func (s Scale) headlineRange() (low, high float64) {
	if s.Headline == Net {
		return -100, 100
	}
	return 0, 100
}

func TestMergingHistogramsScoresTheUnion(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := scales().Draw(t, "scale")
		values := rapid.SliceOf(rapid.IntRange(s.Min, s.Max)).Draw(t, "answers")
		cut := rapid.IntRange(0, len(values)).Draw(t, "cut")
		union, first, second := s.NewHistogram(), s.NewHistogram(), s.NewHistogram()
		for i, v := range values {
			s.Add(union, v, 1)
			if i < cut {
				s.Add(first, v, 1)
			} else {
				s.Add(second, v, 1)
			}
		}
		first.Merge(second)
		merged, ok := s.Evaluate(first)
		all, has := s.Evaluate(union)
		if ok != has || ok != (len(values) > 0) || !reflect.DeepEqual(merged, all) {
			t.Fatalf("merged: %+v, all at once: %+v", merged, all)
		}
		if all.SampleSize != int64(len(values)) {
			t.Fatalf("n is %d of %d answers", all.SampleSize, len(values))
		}
	})
}

func TestEveryFigureIsFiniteAndWithinItsRange(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := scales().Draw(t, "scale")
		h := histograms(s).Draw(t, "histogram")
		r, ok := s.Evaluate(h)
		if ok != (h.N() > 0) {
			t.Fatalf("scored: %v with %d answers", ok, h.N())
		}
		if !ok {
			return
		}
		low, high := s.headlineRange()
		if !(r.Score >= low && r.Score <= high) || !(r.Mean >= float64(s.Min) && r.Mean <= float64(s.Max)) {
			t.Fatalf("score %v, mean %v", r.Score, r.Mean)
		}
		if (r.Interval == nil) != (r.StdErr == nil) || (r.Interval == nil && s.Headline != Mean) {
			t.Fatalf("interval %v, standard error %v", r.Interval, r.StdErr)
		}
		if r.Interval == nil {
			return
		}
		if i := *r.Interval; !(i.Lower >= low && i.Lower <= i.Upper && i.Upper <= high) {
			t.Fatalf("interval %v is not within %v to %v", i, low, high)
		}
		if s.Headline != Net && (r.Score < r.Interval.Lower-1e-9 || r.Score > r.Interval.Upper+1e-9) {
			t.Fatalf("score %v is not within its interval %v", r.Score, *r.Interval)
		}
		if !(*r.StdErr > 0) || math.IsInf(*r.StdErr, 0) {
			t.Fatalf("standard error %v", *r.StdErr)
		}
	})
}

func TestABetterAnswerNeverLowersTheScore(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := scales().Draw(t, "scale")
		h := histograms(s).Draw(t, "histogram")
		from := rapid.IntRange(s.Min, s.Max).Draw(t, "from")
		s.Add(h, from, 1)
		before, _ := s.Evaluate(h)
		s.Add(h, from, -1)
		s.Add(h, s.best(), 1)
		after, _ := s.Evaluate(h)
		if after.Score < before.Score-1e-9 {
			t.Fatalf("%v became %v when an answer of %d became the best one", before.Score, after.Score, from)
		}
		if s.Category(from) != Top && s.Headline != Mean && !(after.Score > before.Score) {
			t.Fatalf("%v stayed when an answer of %d moved into the top category", before.Score, from)
		}
		if s.Headline == Share && (after.Interval.Lower < before.Interval.Lower || after.Interval.Upper < before.Interval.Upper) {
			t.Fatalf("interval %v became %v", *before.Interval, *after.Interval)
		}
	})
}

func TestPointsRunFromTheWorstToTheBest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := scales().Draw(t, "scale")
		if best, worst := s.Points(float64(s.best())), s.Points(float64(s.worst())); best != 100 || worst != 0 {
			t.Fatalf("best %v, worst %v", best, worst)
		}
		v := rapid.IntRange(s.Min, s.Max-1).Draw(t, "value")
		if step := s.Points(float64(v+1)) - s.Points(float64(v)); (step > 0) != (s.Better == Higher) {
			t.Fatalf("from %d to %d it is %v points", v, v+1, step)
		}
	})
}

func TestCategoriesPartitionTheScale(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := scales().Draw(t, "scale")
		h := histograms(s).Draw(t, "histogram")
		c := s.Categories(h)
		if sum := c[Top] + c[Middle] + c[Bottom]; sum != h.N() {
			t.Fatalf("%v add up to %d, not %d", c, sum, h.N())
		}
		if s.Category(s.best()) != Top || s.Category(s.worst()) != Bottom || s.Category(s.Top) != Top || s.Category(s.Bottom) != Bottom {
			t.Fatal("an end of the scale or a cut lies in the wrong category")
		}
		v := rapid.IntRange(s.Min, s.Max-1).Draw(t, "value")
		better, worse := v+1, v
		if s.Better == Lower {
			better, worse = v, v+1
		}
		if s.Category(better) > s.Category(worse) {
			t.Fatalf("%d is better than %d and lies in a worse category", better, worse)
		}
	})
}
