package score

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// The hours of sleep that two drugs gave ten patients each (Student 1908).
func sleep() (first, second Figures) {
	return NewFigures([]float64{0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0}),
		NewFigures([]float64{1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4})
}

// The wanted figures are those that the documentation of R's t.test prints of the same data.
func TestDifferenceOfFiguresIsWelchs(t *testing.T) {
	first, second := sleep()
	d, ok := CompareFigures(first, second, Confidence)
	for _, c := range []struct {
		what                 string
		got, want, tolerance float64
	}{
		{"t", d.Z, -1.8608, 5e-5}, {"df", d.DF, 17.776, 5e-4}, {"p", d.P, 0.07939, 5e-6}, {"difference", d.Value, 0.75 - 2.33, 1e-12},
		{"lower", d.Interval.Lower, -3.3654832, 5e-8}, {"upper", d.Interval.Upper, 0.2054832, 5e-8},
	} {
		if !ok || math.Abs(c.got-c.want) > c.tolerance {
			t.Errorf("%s is %v, want %v", c.what, c.got, c.want)
		}
	}
}

func TestDifferenceOfFiguresIsNotToldOfOneOrOfEqualOnes(t *testing.T) {
	some, _ := sleep()
	for name, few := range map[string]Figures{"none": nil, "one": {3}, "equal ones": {3, 3, 3}} {
		_, forth := CompareFigures(few, some, Confidence)
		_, back := CompareFigures(some, few, Confidence)
		if forth || back {
			t.Errorf("%s were compared", name)
		}
		if e, ok := few.Mean(Confidence); e.Interval != nil || ok != (len(few) > 0) || ok && e.Mean != 3 {
			t.Errorf("%s: %+v, %v", name, e, ok)
		}
	}
}

func TestMedianIsInTheMiddle(t *testing.T) {
	for _, c := range []struct {
		figures []float64
		want    float64
	}{{[]float64{7}, 7}, {[]float64{9, 1}, 5}, {[]float64{5, 100, 1}, 5}, {[]float64{4, -2, 8, 6}, 5}} {
		if got, ok := NewFigures(c.figures).Median(); !ok || got != c.want {
			t.Errorf("of %v: %v, want %v", c.figures, got, c.want)
		}
	}
	if _, ok := (Figures{}).Median(); ok {
		t.Error("there is a median of nothing")
	}
}

// wholeNumbers are figures that a histogram can hold, too.
func wholeNumbers() *rapid.Generator[[]float64] {
	return rapid.SliceOfN(rapid.Map(rapid.IntRange(0, 20), func(i int) float64 { return float64(i) }), 1, 40)
}

func histogramOf(figures []float64) Histogram {
	h := make(Histogram, 21)
	for _, v := range figures {
		h[int(v)]++
	}
	return h
}

func TestFiguresAndHistogramsOfThemSayTheSame(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := wholeNumbers().Draw(t, "a"), wholeNumbers().Draw(t, "b")
		ha, hb := histogramOf(a), histogramOf(b)
		fa, fb := NewFigures(a), NewFigures(b)
		e, _ := fa.Mean(Confidence)
		want, _ := MeanOf(0, ha, Confidence)
		if !near(e.Mean, want.Mean) || (e.Interval == nil) != (want.Interval == nil) || e.Interval != nil && !(pair{want.Interval.Lower, want.Interval.Upper}).near(*e.Interval) {
			t.Fatalf("%+v, want %+v", e, want)
		}
		d, ok := CompareFigures(fa, fb, Confidence)
		if !ok {
			return
		}
		w, compared := Welch(0, ha, hb, Confidence)
		if !compared || !near(d.Value, w.Value) || !near(d.P, w.P) || !near(d.DF, w.DF) || !(pair{w.Interval.Lower, w.Interval.Upper}).near(d.Interval) {
			t.Fatalf("%+v, want %+v", d, w)
		}
	})
}

func TestFiguresInAnotherUnitOrFromAnotherZeroSayTheSame(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		figures := rapid.SliceOfN(rapid.Float64Range(-1e6, 1e6), 10, 30)
		a, b := figures.Draw(t, "a"), figures.Draw(t, "b")
		factor, shift := rapid.Float64Range(0.001, 1000).Draw(t, "factor"), rapid.Float64Range(-1e6, 1e6).Draw(t, "shift")
		inUnit := func(f []float64) Figures {
			other := slices.Clone(f)
			for i := range other {
				other[i] = other[i]*factor + shift
			}
			return NewFigures(other)
		}
		a2, b2 := inUnit(a), inUnit(b)
		d, ok := CompareFigures(NewFigures(a), NewFigures(b), Confidence)
		d2, ok2 := CompareFigures(a2, b2, Confidence)
		if !ok || !ok2 || d.StdErr*factor < 1e-3 { // what is left is rounding
			return
		}
		if math.Abs(d.Value*factor-d2.Value) > 1e-6*d2.StdErr || math.Abs(d.P-d2.P) > 1e-6 || math.Abs(d.DF-d2.DF) > 1e-4*d.DF {
			t.Fatalf("%+v, in another unit %+v", d, d2)
		}
	})
}
