package score

import (
	"fmt"
	"math"
	"testing"
)

// counts are the categories of a net score.
type counts struct{ Promoters, Passives, Detractors int64 }

func (c counts) categories() [3]int64 { return [3]int64{c.Promoters, c.Passives, c.Detractors} }
func (c counts) histogram() Histogram { return Histogram{c.Detractors, c.Passives, c.Promoters} }

// plainNetScale has one value for each category.
func plainNetScale() Scale {
	return Scale{Min: -1, Max: 1, Better: Higher, Top: 1, Bottom: -1, Headline: Net}
}

type netDifference struct {
	Current, Baseline counts
	Want              *netDifferenceWanted // nil: must be refused
}

type netDifferenceWanted struct {
	Diff     float64
	Adjusted struct {
		Diff float64 `json:"diff_adj"`
		SE   float64
		Z    float64
		P    float64 `json:"p_two_sided"`
		Drop float64 `json:"p_drop_one_sided"`
		Lo   float64
		Hi   float64
	} `json:"adjusted_wald"`
	Welch *welchWanted // nil: must be refused
}

type welchWanted struct {
	T, DF float64
	P     float64 `json:"p_two_sided"`
}

// wanted takes the difference, then the adjusted difference, its error, z, two-sided p, p of a drop, and the interval.
func wanted(diff float64, adjusted [7]float64, w *welchWanted) *netDifferenceWanted {
	n := &netDifferenceWanted{Diff: diff, Welch: w}
	a := &n.Adjusted
	for i, field := range []*float64{&a.Diff, &a.SE, &a.Z, &a.P, &a.Drop, &a.Lo, &a.Hi} {
		*field = adjusted[i]
	}
	return n
}

// The figures are those of statsmodels, scipy and R.
func netDifferences() []netDifference {
	return []netDifference{
		{counts{0, 0, 0}, counts{0, 0, 0}, nil},
		{counts{0, 0, 0}, counts{9, 1, 0}, nil},
		{counts{1, 0, 0}, counts{1, 0, 0}, wanted(0, [7]float64{0, 0.530330085890, 0, 1, 0.5, -1.039427868262, 1.039427868262}, nil)},
		{counts{10, 0, 0}, counts{0, 0, 10}, wanted(2, [7]float64{1.538461538462, 0.212276817925, 7.247430753395,
			4.247514795458873e-13, 0.9999999999997876, 1.122406620576, 1.954516456347}, nil)},
		{counts{30, 25, 15}, counts{140, 84, 56}, wanted(-0.085714285714, [7]float64{-0.091340335931, 0.101499512211, -0.899909112286,
			0.36816862043208964, 0.18408431021604482, -0.290275724313, 0.107595052451}, &welchWanted{-0.823351570914, 106.598956449253, 0.4121462983989146})},
		{counts{310, 210, 180}, counts{1400, 840, 560}, wanted(-0.114285714286, [7]float64{-0.114757151579, 0.034109995191, -3.364326231513,
			0.0007673078588023751, 0.00038365392940118754, -0.181611513666, -0.047902789491}, &welchWanted{-3.341139186255, 1041.995225617725, 0.0008639686578657349})},
		{counts{7, 0, 0}, counts{100, 60, 40}, wanted(0.7, [7]float64{0.404433497537, 0.197492717052, 2.047840059996,
			0.04057567364644727, 0.9797121631767763, 0.017354884906, 0.791512110168}, &welchWanted{12.643277226115, 199, 2.7968089819570757e-27})},
	}
}

func TestNetDifferenceHasPseudoAnswersInBothSamples(t *testing.T) {
	var shared []struct {
		Input    struct{ Current, Baseline counts }
		Expected *netDifferenceWanted
	}
	cases := netDifferences()
	readShared(t, "nps_diff", &shared)
	for _, c := range shared {
		cases = append(cases, netDifference{c.Input.Current, c.Input.Baseline, c.Expected})
	}
	for _, c := range cases {
		t.Run(fmt.Sprint(c.Current, c.Baseline), c.test)
	}
}

func (c netDifference) test(t *testing.T) {
	got, ok := AdjustedWaldDifference(c.Current.categories(), c.Baseline.categories(), Confidence)
	published, compared := plainNetScale().Compare(c.Current.histogram(), c.Baseline.histogram())
	if want := c.Want != nil; ok != want || compared != want {
		t.Fatalf("estimated: %v, compared: %v, want %v", ok, compared, want)
	}
	if c.Want == nil {
		return
	}
	w := c.Want.Adjusted
	if !near(got.Value, c.Want.Diff) || !near(got.Center, w.Diff) || !near(got.StdErr, w.SE) || !near(got.Z, w.Z) || !(pair{w.Lo, w.Hi}).near(got.Interval) {
		t.Errorf("got %+v, want %+v", got, *c.Want)
	}
	if !nearP(got.P, w.P) || !nearP(got.PDrop, w.Drop) || got.DF != 0 {
		t.Errorf("p is %v, of a drop %v, want %v and %v", got.P, got.PDrop, w.P, w.Drop)
	}
	if !near(published.Value, 100*c.Want.Diff) || !near(published.StdErr, 100*w.SE) || !near(published.Z, w.Z) {
		t.Errorf("published %+v, want %+v × 100", published, *c.Want)
	}
	c.testWelch(t)
}

func (c netDifference) testWelch(t *testing.T) {
	got, ok := Welch(-1, c.Current.histogram(), c.Baseline.histogram(), Confidence)
	w := c.Want.Welch
	if ok != (w != nil) {
		t.Fatalf("Welch's t is there: %v, want %v", ok, w != nil)
	}
	if w != nil && (!near(got.Z, w.T) || !near(got.DF, w.DF) || !nearP(got.P, w.P)) {
		t.Errorf("got %+v, want %+v", got, *w)
	}
}

func nearP(got, want float64) bool { return math.Abs(got-want) <= 1e-7*want }

type newcombeCase struct {
	Input    struct{ K1, N1, K0, N0 int64 }
	Expected *struct {
		Diff     float64
		Newcombe pair
	}
}

func newcombeOf(k1, n1, k0, n0 int64, diff float64, interval pair) newcombeCase {
	c := newcombeCase{Expected: &struct {
		Diff     float64
		Newcombe pair
	}{diff, interval}}
	c.Input.K1, c.Input.N1, c.Input.K0, c.Input.N0 = k1, n1, k0, n0
	return c
}

func TestShareDifferenceIsNewcombes(t *testing.T) {
	var file struct{ Difference []newcombeCase }
	readSharedFile(t, "csat_wilson", &file)
	for _, c := range append([]newcombeCase{
		newcombeOf(40, 50, 45, 50, -0.1, pair{-0.242097157814, 0.043431785912}),
		newcombeOf(0, 5, 3, 5, -0.6, pair{-0.882379225767, -0.029789890792}),
		newcombeOf(0, 10, 0, 10, 0, pair{-0.277532799863, 0.277532799863}),
		newcombeOf(1, 1, 0, 1, 1, pair{-0.122108720682, 1}),
	}, file.Difference...) {
		in, want := c.Input, c.Expected
		got, ok := Newcombe(in.K1, in.N1, in.K0, in.N0, Confidence)
		yesNo := Scale{Min: 0, Max: 1, Better: Higher, Top: 1, Bottom: 0, Headline: Share}
		published, compared := yesNo.Compare(Histogram{in.N1 - in.K1, in.K1}, Histogram{in.N0 - in.K0, in.K0})
		if !ok || !compared || !near(got.Value, want.Diff) || !want.Newcombe.near(got.Interval) || !want.Newcombe.near(published.Interval.scale(0.01, 0)) {
			t.Errorf("%+v: got %+v, published %+v, want %+v", in, got, published, *want)
		}
	}
	for _, empty := range [][4]int64{{0, 0, 1, 2}, {1, 2, 0, 0}, {0, 0, 0, 0}} {
		if d, ok := Newcombe(empty[0], empty[1], empty[2], empty[3], Confidence); ok {
			t.Errorf("%v: a difference %+v from a side without answers", empty, d)
		}
	}
}

// At the confidence that belongs to Z, Newcombe's interval ends at zero.
func TestTestOfSharesAgreesWithTheirInterval(t *testing.T) {
	for _, c := range [][4]int64{{40, 50, 45, 50}, {0, 5, 3, 5}, {7, 9, 30, 60}, {500, 1000, 560, 1000}} {
		d, _ := Newcombe(c[0], c[1], c[2], c[3], Confidence)
		again, _ := Newcombe(c[0], c[1], c[2], c[3], 1-d.P)
		if end := math.Min(math.Abs(again.Interval.Lower), math.Abs(again.Interval.Upper)); end > 1e-9 {
			t.Errorf("%v: at z = %v the interval is %v", c, d.Z, again.Interval)
		}
	}
}

func TestMeansAreComparedOnlyWhereBothVary(t *testing.T) {
	s := Scale{Min: 1, Max: 5, Better: Lower, Top: 2, Bottom: 4, Headline: Mean}
	varied := Histogram{3, 2, 1, 1, 0}
	for _, refused := range []Histogram{s.NewHistogram(), {0, 0, 1, 0, 0}, {0, 9, 0, 0, 0}} {
		for _, sides := range [][2]Histogram{{refused, varied}, {varied, refused}, {refused, refused}} {
			if d, ok := s.Compare(sides[0], sides[1]); ok {
				t.Errorf("%v: %+v", sides, d)
			}
		}
	}
	d, ok := s.Compare(Histogram{0, 1, 1, 2, 3}, varied) // effort rose from 2 to 4: it got worse
	if !ok || !near(d.Value, -50) || !near(d.Z, -2/math.Sqrt(2*1.154700538379252*1.154700538379252/7)) || !(d.PDrop < 0.01) || !(d.Interval.Upper < 0) {
		t.Errorf("got %+v", d)
	}
}
