package score

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

func seeded(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 0)) } //nolint:gosec // to be the same again

// logNormal draws figures like those of money: most of them small, a few large.
func logNormal(r *rand.Rand, n int, sigma float64) Figures {
	figures := make([]float64, n)
	for i := range figures {
		figures[i] = math.Exp(sigma * r.NormFloat64())
	}
	return NewFigures(figures)
}

func TestBootstrapHoldsTheTrueDifference(t *testing.T) {
	for _, c := range []struct {
		name           string
		now, before    int
		sigma          float64
		trials         int
		atLeast, below float64
	}{
		{"few, skewed", 50, 60, 1, 200, 0.88, 0.99},
		{"few, even", 30, 30, 0.1, 200, 0.88, 0.99},
		{"blocks", 2500, 2500, 1, 60, 0.88, 1},
	} {
		r, held := seeded(1), 0
		for range c.trials {
			i, ok := BootstrapDifference(logNormal(r, c.now, c.sigma), logNormal(r, c.before, c.sigma), Confidence, r)
			if !ok {
				t.Fatalf("%s: no interval", c.name)
			}
			if i.Lower <= 0 && i.Upper >= 0 {
				held++
			}
		}
		if share := float64(held) / float64(c.trials); share < c.atLeast || share > c.below {
			t.Errorf("%s: the true difference was held %.3f of the times", c.name, share)
		}
	}
}

// One by one or in blocks: what is drawn has the same spread.
func TestBlocksAreAsWideAsFiguresOneByOne(t *testing.T) {
	r := seeded(7)
	width := func(n int) float64 { // by √n, which makes samples of unlike sizes comparable
		var sum float64
		for range 8 {
			i, _ := BootstrapDifference(logNormal(r, n, 0.5), logNormal(r, n, 0.5), Confidence, r)
			sum += (i.Upper - i.Lower) * math.Sqrt(float64(n))
		}
		return sum
	}
	if one, blocks := width(mostResampled), width(mostResampled+1); math.Abs(blocks/one-1) > 0.06 {
		t.Errorf("blocks make the interval %.3f times as wide", blocks/one)
	}
}

func TestBootstrapOfManyIsWelchs(t *testing.T) {
	r := seeded(3)
	now, before := logNormal(r, 40_000, 0.5), logNormal(r, 60_000, 0.5)
	got, _ := BootstrapDifference(now, before, Confidence, r)
	want, _ := CompareFigures(now, before, Confidence)
	if math.Abs(got.Lower-want.Interval.Lower) > 0.2*want.StdErr || math.Abs(got.Upper-want.Interval.Upper) > 0.2*want.StdErr {
		t.Errorf("%+v, want about %+v", got, want.Interval)
	}
}

// By leaving out one figure after the other, as it is defined.
func TestAccelerationIsTheJackknifes(t *testing.T) {
	now, before := sleep()
	var left []float64
	mean := func(f Figures) float64 { return f.Total() / float64(len(f)) }
	for i := range now {
		left = append(left, mean(slices.Delete(slices.Clone(now), i, i+1))-mean(before))
	}
	for i := range before {
		left = append(left, mean(now)-mean(slices.Delete(slices.Clone(before), i, i+1)))
	}
	center := mean(left)
	var squares, cubes float64
	for _, v := range left {
		squares += (center - v) * (center - v)
		cubes += math.Pow(center-v, 3)
	}
	if got, want := acceleration(now, before), cubes/(6*math.Pow(squares, 1.5)); !near(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

// Skewed figures have more room above than below; so has the interval.
func TestBootstrapLeansToTheLongTail(t *testing.T) {
	r := seeded(5)
	tail, even := logNormal(r, 200, 1.2), logNormal(r, 200, 0.05)
	i, _ := BootstrapDifference(tail, even, Confidence, r)
	d, _ := CompareFigures(tail, even, Confidence)
	if up, down := i.Upper-d.Value, d.Value-i.Lower; up < 1.1*down {
		t.Errorf("%v up and %v down from %v", up, down, d.Value)
	}
}

func TestTheSameFiguresHaveTheSameBootstrap(t *testing.T) {
	for _, n := range []int{20, 5000} {
		a, b := logNormal(seeded(1), n, 1), logNormal(seeded(2), n, 1)
		first, _ := BootstrapDifference(a, b, Confidence, seeded(9))
		if again, _ := BootstrapDifference(a, b, Confidence, seeded(9)); first != again {
			t.Errorf("%d figures: %+v, then %+v", n, first, again)
		}
	}
}

func TestBootstrapIsNotToldOfTooLittle(t *testing.T) {
	equal, some := Figures(slices.Repeat([]float64{2}, 20)), logNormal(seeded(1), 20, 1)
	for name, pair := range map[string][2]Figures{"none": {nil, some}, "nineteen": {some, some[:19]}, "all equal": {equal, equal}} {
		if i, ok := BootstrapDifference(pair[0], pair[1], Confidence, seeded(1)); ok {
			t.Errorf("%s: %+v", name, i)
		}
	}
	if i, ok := BootstrapDifference(some, equal, Confidence, seeded(1)); !ok || !(i.Lower < i.Upper) {
		t.Errorf("one side equal: %+v, %v", i, ok)
	}
}
