package score

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

// runLengths are the reference figures, by R's spc package.
type runLengths struct {
	CUSUM []struct{ K, H, Mu, ARL float64 }      `json:"cusum_normal"`
	EWMA  []struct{ Lambda, L, Mu, ARL float64 } `json:"ewma_normal"`
}

func typedRunLengths() runLengths {
	return runLengths{
		CUSUM: []struct{ K, H, Mu, ARL float64 }{
			{0.25, 4, 0, 77.0785171271966}, {0.25, 6.682514584734, 0, 364.999999999326}, {0.25, 6.682514584734, 2, 4.46145439271987},
			{0.5, 5, 1, 10.3759753002077}, {0.5, 6.682514584734, 0, 5066.88953857887}, {0.5, 8, 0.25, 736.787746530074},
		},
		EWMA: []struct{ Lambda, L, Mu, ARL float64 }{
			{0.1, 2.415298750127, 0, 182.499999241673}, {0.1, 2.7, 0.25, 89.0922284154002}, {0.1, 3, 0, 842.149755802762},
			{0.2, 2.7, 2, 3.3661009205044}, {0.2, 3, 1, 10.8358791968877},
		},
	}
}

// nearlyARL is the tolerance of the figures, relative.
func nearlyARL(got, want float64) bool { return math.Abs(got/want-1) <= 1e-5 }

func TestRunLengthsSolveTheIntegralEquation(t *testing.T) {
	var shared runLengths
	readSharedFile(t, "ewma_cusum_arl", &shared)
	typed := typedRunLengths()
	for _, c := range append(typed.CUSUM, shared.CUSUM...) {
		if got, ok := (CUSUM{c.K, c.H}).ARL(c.Mu); !ok || !nearlyARL(got, c.ARL) {
			t.Errorf("CUSUM %+v: got %v, %v", c, got, ok)
		}
	}
	for _, c := range append(typed.EWMA, shared.EWMA...) {
		if got, ok := (EWMA{c.Lambda, c.L}).ARL(c.Mu); !ok || !nearlyARL(got, c.ARL) {
			t.Errorf("EWMA %+v: got %v, %v", c, got, ok)
		}
	}
}

// With λ = 1 the average is the last z, and the run length is geometric.
func TestRunLengthOfSingleDeviationsIsKnown(t *testing.T) {
	for _, limit := range []float64{1, 2, 3, 4.5} {
		got, ok := EWMA{1, limit}.ARL(0)
		if want := 1 / math.Erfc(limit/math.Sqrt2); !ok || !nearlyARL(got, want) {
			t.Errorf("limit %v: got %v, want %v", limit, got, want)
		}
	}
}

func TestThresholdsKeepThePromisedQuiet(t *testing.T) {
	if h, ok := CUSUMThreshold(0.25, 365); !ok || math.Abs(h-6.682514584734) > 1e-9 {
		t.Errorf("h = %v, %v", h, ok)
	}
	if l, ok := EWMALimit(0.1, 182.499999241673); !ok || math.Abs(l-2.415298750127) > 1e-9 {
		t.Errorf("L = %v, %v", l, ok)
	}
	for _, periods := range []float64{5, 1e4, 1e6} {
		for _, k := range []float64{0.25, 0.5} {
			h, ok := CUSUMThreshold(k, periods)
			if back, _ := (CUSUM{k, h}).ARL(0); !ok || math.Abs(back/periods-1) > 1e-6 {
				t.Errorf("k = %v: h = %v raises an alarm in %v periods, not %v", k, h, back, periods)
			}
		}
		l, ok := EWMALimit(0.2, periods)
		if back, _ := (EWMA{0.2, l}).ARL(0); !ok || math.Abs(back/periods-1) > 1e-6 {
			t.Errorf("L = %v raises an alarm in %v periods, not %v", l, back, periods)
		}
	}
}

func TestWhatNoChartCanKeepIsRefused(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	refused := func(name string, f float64, ok bool) {
		t.Helper()
		if ok || f != 0 {
			t.Errorf("%s: %v", name, f)
		}
	}
	for _, in := range [][2]float64{{3, 5}, {0.25, 1}, {0.25, nan}, {0.25, inf}, {0.25, -5}, {-1, 365}, {nan, 365}, {inf, 365}, {0, 1e9}} {
		h, ok := CUSUMThreshold(in[0], in[1])
		refused("CUSUM threshold", h, ok)
	}
	for _, in := range [][2]float64{{0, 365}, {-1, 365}, {1.1, 365}, {nan, 365}, {0.1, 0.5}, {0.1, nan}} {
		l, ok := EWMALimit(in[0], in[1])
		refused("EWMA limit", l, ok)
	}
	for _, in := range [][3]float64{{-1, 5, 0}, {0.5, 0, 0}, {0.5, -1, 0}, {0.5, 1000, 0}, {0.5, 40, 0}, {0.5, 5, nan}, {nan, 5, 0}, {0.5, nan, 0}, {0.5, 5, inf}} {
		arl, ok := CUSUM{in[0], in[1]}.ARL(in[2])
		refused("CUSUM run length", arl, ok)
	}
	for _, in := range [][3]float64{{0, 3, 0}, {2, 3, 0}, {0.1, 0, 0}, {0.1, -3, 0}, {0.1, 40, 0}, {0.1, 3, nan}, {nan, 3, 0}, {0.1, nan, 0}} {
		arl, ok := EWMA{in[0], in[1]}.ARL(in[2])
		refused("EWMA run length", arl, ok)
	}
}

func TestADeeperDropIsFoundSooner(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := CUSUM{rapid.Float64Range(0, 2).Draw(t, "k"), rapid.Float64Range(0.1, 6).Draw(t, "h")}
		e := EWMA{rapid.Float64Range(0.05, 1).Draw(t, "weight"), rapid.Float64Range(0.1, 4).Draw(t, "limit")}
		shift := rapid.Float64Range(0, 3).Draw(t, "shift")
		for name, arl := range map[string]func(float64) (float64, bool){"CUSUM": c.ARL, "EWMA": e.ARL} {
			later, ok := arl(shift)
			sooner, deeper := arl(shift + 0.1)
			if ok && (!deeper || sooner > later*(1+1e-9) || sooner < 1-1e-9) {
				t.Fatalf("%s: %v periods for %v, %v for 0.1 more", name, later, shift, sooner)
			}
		}
	})
}
