package score

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"testing"
)

// tolerance is how near every figure has to come to the one computed independently.
const tolerance = 1e-9

func near(a, b float64) bool { return math.Abs(a-b) <= tolerance*math.Max(1, math.Abs(b)) }

// pair is a lower and an upper bound.
type pair [2]float64

func (p pair) near(i Interval) bool { return near(i.Lower, p[0]) && near(i.Upper, p[1]) }

type netCase struct {
	promoters, passives, detractors int64
	confidence                      float64
	want                            *netWanted // nil: must be refused
}

type netWanted struct {
	Center    float64 `json:"center"`
	SE        float64 `json:"se"`
	Lo        float64 `json:"lo"`
	Hi        float64 `json:"hi"`
	LoClipped float64 `json:"lo_clipped"`
	HiClipped float64 `json:"hi_clipped"`
}

// The figures are those of R and statsmodels, which agree.
var netCases = []netCase{
	{0, 0, 0, .95, nil},
	{0, 1, 0, .95, &netWanted{0, 0.306186217848, -0.600113959544, 0.600113959544, -0.600113959544, 0.600113959544}},
	{5, 0, 0, .95, &netWanted{0.625, 0.229639663386, 0.174914530342, 1.075085469658, 0.174914530342, 1}},
	{7, 2, 1, .95, &netWanted{0.461538461538, 0.199567123716, 0.070394086556, 0.852682836521, 0.070394086556, 0.852682836521}},
	{0, 50, 50, .95, &netWanted{-0.485436893204, 0.050660781514, -0.584730200401, -0.386143586007, -0.584730200401, -0.386143586007}},
	{999999999, 0, 1, .95, &netWanted{0.999999995, 0.000000002915, 0.999999989286, 1.000000000714, 0.999999989286, 1}},
}

func TestNetIntervalIsTheAdjustedWald(t *testing.T) {
	var shared []struct {
		Input struct {
			Promoters, Passives, Detractors int64
			Conf                            float64
		}
		Expected *struct {
			AW netWanted `json:"aw_075_150_075"`
		}
	}
	cases := netCases
	readShared(t, "nps_intervals", &shared)
	for _, c := range shared {
		in := netCase{c.Input.Promoters, c.Input.Passives, c.Input.Detractors, c.Input.Conf, nil}
		if c.Expected != nil {
			in.want = &c.Expected.AW
		}
		cases = append(cases, in)
	}
	for _, c := range cases {
		t.Run(fmt.Sprint(c.promoters, c.passives, c.detractors, c.confidence), c.test)
	}
}

func (c netCase) test(t *testing.T) {
	got, ok := AdjustedWald(c.promoters, c.passives, c.detractors, c.confidence)
	nps := Scale{Min: -1, Max: 1, Better: Higher, Top: 1, Bottom: -1, Headline: Net}
	result, scored := nps.Evaluate(Histogram{c.detractors, c.passives, c.promoters})
	if want := c.want != nil; ok != want || scored != want {
		t.Fatalf("estimated: %v, scored: %v, want %v", ok, scored, want)
	}
	if c.want == nil {
		return
	}
	if !near(got.Center, c.want.Center) || !near(got.StdErr, c.want.SE) || !(pair{c.want.Lo, c.want.Hi}).near(got.Interval) {
		t.Errorf("got %+v, want %+v", got, *c.want)
	}
	clipped := pair{c.want.LoClipped, c.want.HiClipped}
	if !clipped.near(got.Interval.clip(-1, 1)) {
		t.Errorf("clipped: got %+v, want %v", got.Interval.clip(-1, 1), clipped)
	}
	n := float64(c.promoters + c.passives + c.detractors)
	if want := 100 * float64(c.promoters-c.detractors) / n; c.confidence == Confidence &&
		(!near(result.Score, want) || !near(*result.StdErr, 100*c.want.SE) || !clipped.near(result.Interval.scale(0.01, 0))) {
		t.Errorf("published %v ± %v in %v, want %v ± %v in %v × 100", result.Score, *result.StdErr, *result.Interval, want, 100*c.want.SE, clipped)
	}
}

type wilsonCase struct {
	successes, n int64
	confidence   float64
	want         *pair // nil: must be refused
}

var wilsonCases = []wilsonCase{
	{0, 0, .95, nil},
	{1, 1, .95, &pair{0.206549314377, 1}},
	{0, 5, .95, &pair{0, 0.434482464783}},
	{9, 10, .95, &pair{0.595849973205, 0.982123786905}},
	{7, 9, .90, &pair{0.503642782377, 0.923505262446}},
	{500000000, 1000000000, .95, &pair{0.499969010248, 0.500030989752}},
}

func TestShareIntervalIsWilsons(t *testing.T) {
	var shared []struct {
		Input struct {
			Successes, N int64
			Conf         float64
		}
		Expected *struct{ Wilson pair }
	}
	cases := wilsonCases
	readShared(t, "csat_wilson", &shared)
	for _, c := range shared {
		in := wilsonCase{c.Input.Successes, c.Input.N, c.Input.Conf, nil}
		if c.Expected != nil {
			in.want = &c.Expected.Wilson
		}
		cases = append(cases, in)
	}
	for _, c := range cases {
		t.Run(fmt.Sprint(c.successes, "of", c.n, c.confidence), c.test)
	}
}

func (c wilsonCase) test(t *testing.T) {
	got, ok := Wilson(c.successes, c.n, c.confidence)
	yesNo := Scale{Min: 0, Max: 1, Better: Higher, Top: 1, Bottom: 0, Headline: Share}
	result, scored := yesNo.Evaluate(Histogram{c.n - c.successes, c.successes})
	if want := c.want != nil; ok != want || scored != want {
		t.Fatalf("estimated: %v, scored: %v, want %v", ok, scored, want)
	}
	if c.want == nil {
		return
	}
	if !c.want.near(got) {
		t.Errorf("got %+v, want %v", got, *c.want)
	}
	if c.confidence == Confidence && (!near(result.Score, 100*float64(c.successes)/float64(c.n)) || !c.want.near(result.Interval.scale(0.01, 0))) {
		t.Errorf("published %v in %v, want %v × 100", result.Score, *result.Interval, *c.want)
	}
}

// readShared adds the cases of a larger collection, where it lies beside the checkout.
func readShared(t *testing.T, name string, cases any) {
	t.Helper()
	readSharedFile(t, name, &struct{ Cases any }{cases})
}

// readSharedFile reads a whole collection; where there is none it leaves file as it is.
func readSharedFile(t *testing.T, name string, file any) {
	t.Helper()
	b, err := os.ReadFile("../../../shared/reference/" + name + ".json")
	if errors.Is(err, fs.ErrNotExist) {
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, file); err != nil {
		t.Fatal(err)
	}
}
