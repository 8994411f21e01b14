package score

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"
	"pgregory.net/rapid"
)

// trace is a run of days on all charts, in proportions.
type trace struct {
	Counts       [][3]int64
	Mu0, SD0     float64
	K, Lambda    float64
	P0, P1       [3]float64
	Z            []float64
	CUSUM        []float64
	EWMA         []float64
	StdErr       []float64 `json:"ewma_time_varying_sd"`
	LikelihoodCS []float64 `json:"llr_cusum"`
}

func typedTrace() trace {
	return trace{
		Counts: [][3]int64{{6, 3, 4}, {8, 6, 3}, {11, 9, 5}, {11, 4, 3}, {12, 4, 3}, {0, 0, 0}, {6, 10, 3}},
		Mu0:    0.3, SD0: 0.781024967590665, K: 0.25, Lambda: 0.1, P0: [3]float64{.5, .3, .2}, P1: [3]float64{.45, .3, .25},
		Z:            []float64{-0.674709783017, -0.031053504702, -0.384110639799, 0.784643132368, 0.969331267486, 0, -0.793089218852},
		CUSUM:        []float64{0.424709783017, 0.205763287719, 0.339873927518, 0, 0, 0, 0.543089218852},
		EWMA:         []float64{-0.067470978302, -0.063829230942, -0.095857371827, -0.007807321408, 0.089906537482, 0.080915883733, -0.006484626525},
		StdErr:       []float64{0.1, 0.134536240471, 0.157038211910, 0.173134080989, 0.185148810690, 0.194336992106, 0.201472484141},
		LikelihoodCS: []float64{0.260411111310, 0.086957639990, 0.043709724325, 0, 0, 0, 0.037267559996},
	}
}

func TestChartsFollowTheirRecursions(t *testing.T) {
	typedTrace().test(t)
	var file struct{ Trace *trace }
	readSharedFile(t, "ewma_cusum_arl", &file)
	if file.Trace != nil {
		file.Trace.test(t)
	}
}

func (c trace) test(t *testing.T) {
	cusum, ewma := CUSUM{Reference: c.K}, EWMA{Weight: c.Lambda}
	likelihood, ok := NewLikelihoodCUSUM(c.P0, c.P1)
	if !ok {
		t.Fatal("the mixes were refused")
	}
	var sum, average, evidence float64
	for i, n := range c.Counts {
		z, ok := plainNetScale().Standardized(Histogram{n[Bottom], n[Middle], n[Top]}, 100*c.Mu0, 100*c.SD0, 0)
		sum, average, evidence = cusum.Next(sum, z), ewma.Next(average, z), likelihood.Next(evidence, n)
		if !ok || !near(z, c.Z[i]) || !near(sum, c.CUSUM[i]) || !near(average, c.EWMA[i]) || !near(ewma.StdErr(i+1), c.StdErr[i]) || !near(evidence, c.LikelihoodCS[i]) {
			t.Errorf("day %d: z %v, CUSUM %v, EWMA %v ± %v, likelihood %v; want %v, %v, %v ± %v, %v", i+1,
				z, sum, average, ewma.StdErr(i+1), evidence, c.Z[i], c.CUSUM[i], c.EWMA[i], c.StdErr[i], c.LikelihoodCS[i])
		}
	}
}

func TestStandardizedRefusesWhatNoChartCanStandOn(t *testing.T) {
	s, day := satisfaction(Share), Histogram{1, 0, 0, 3, 0}
	for name, in := range map[string][3]float64{
		"no spread": {75, 0, 0}, "spread below zero": {75, -1, 0}, "floor below zero": {75, 40, -1}, "no mean": {math.NaN(), 40, 0},
		"no end": {75, math.Inf(1), 0}, "no spread known": {75, math.NaN(), 0},
	} {
		if z, ok := s.Standardized(day, in[0], in[1], in[2]); ok {
			t.Errorf("%s: z = %v", name, z)
		}
	}
	if z, ok := s.Standardized(s.NewHistogram(), 75, 40, 0); !ok || z != 0 {
		t.Errorf("a day without answers: z = %v, %v", z, ok)
	}
	if z, ok := s.Standardized(day, 100, 40, 15); !ok || z != -1 { // 25 below, √(40²/4 + 15²) = 25
		t.Errorf("with a floor: z = %v, %v", z, ok)
	}
}

func TestLikelihoodsNeedTwoMixesOfTheSameCategories(t *testing.T) {
	for name, p := range map[string][2][3]float64{
		"new category":  {{.5, .5, 0}, {.4, .4, .2}},
		"category gone": {{.4, .4, .2}, {.5, .5, 0}},
		"not all":       {{.4, .4, .2}, {.4, .3, .2}},
		"below zero":    {{1.2, -.2, 0}, {.5, .5, 0}},
		"not a number":  {{math.NaN(), .5, .5}, {.2, .3, .5}},
	} {
		if c, ok := NewLikelihoodCUSUM(p[0], p[1]); ok {
			t.Errorf("%s: %v", name, c)
		}
	}
	c, ok := NewLikelihoodCUSUM([3]float64{.9, 0, .1}, [3]float64{.8, 0, .2})
	if !ok || !near(c.Next(0, [3]int64{0, 0, 2}), 2*math.Log(2)) {
		t.Errorf("a scale of yes and no: %v, %v", c, ok)
	}
}

func TestSumsStayAboveZeroAndNeverRiseOnGoodNews(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := CUSUM{Reference: rapid.Float64Range(0, 3).Draw(t, "k")}
		sum, z := rapid.Float64Range(0, 50).Draw(t, "sum"), rapid.Float64Range(-1e4, 1e4).Draw(t, "z")
		next := c.Next(sum, z)
		if !(next >= 0) || !finite(next) || (z >= -c.Reference && next > sum) || c.Next(sum, z+1) > next {
			t.Fatalf("%v after z = %v is %v", sum, z, next)
		}
	})
}

// The figures were simulated independently: days of Poisson many answers at a
// net score of 30, from the first day on so many points lower; and the runs'
// mean and its error. Ours must lie within four errors of both simulations.
func TestRunLengthsOfRealAnswersAreTheSimulatedOnes(t *testing.T) {
	type row struct {
		Chart   string
		N, Drop float64
		ARL, SE float64
	}
	rows := []row{
		{"cusum", 5, 0, 330.262, 5.829}, {"ewma_lower", 5, 0, 338.422, 5.972}, {"cusum", 20, 10, 20.125, 0.215},
		{"ewma_lower", 20, 10, 18.314, 0.220}, {"cusum", 100, 20, 3.507, 0.016}, {"ewma_lower", 1000, 20, 1.00833, 0.00166},
	}
	var file struct {
		Simulated struct{ Rows []row } `json:"arl_simulated_trinomial"`
	}
	readSharedFile(t, "ewma_cusum_arl", &file)
	if len(file.Simulated.Rows) > 0 {
		rows = file.Simulated.Rows
	}
	random := rand.New(rand.NewPCG(11, 5))
	for _, r := range rows {
		got, err := simulatedARL(random, r.Chart, r.N, r.Drop)
		if math.Abs(got-r.ARL) > 4*math.Hypot(err, r.SE) {
			t.Errorf("%+v: got %.3f ± %.3f", r, got, err)
		}
	}
}

func simulatedARL(random *rand.Rand, chart string, n, drop float64) (mean, err float64) {
	const runs = 200
	var sum, squares float64
	for range runs {
		days := float64(runLengthOf(random, chart, n, drop))
		sum += days
		squares += days * days
	}
	mean = sum / runs
	return mean, math.Sqrt((squares/runs-mean*mean)/runs) + 0.01 // where every run is of one day, their error is not nil
}

// runLengthOf plays days until the chart's alarm.
func runLengthOf(random *rand.Rand, chart string, n, drop float64) int {
	s, cusum, ewma := plainNetScale(), CUSUM{0.25, 6.682514584734}, EWMA{0.1, 2.415298750127}
	p := []float64{.2 + drop/200, .3, .5 - drop/200}
	answers := distuv.Poisson{Lambda: n, Src: random}
	var sum, average float64
	for day := 1; ; day++ {
		z, _ := s.Standardized(drawn(random, p, int64(answers.Rand())), 30, 100*math.Sqrt(.61), 0)
		sum, average = cusum.Next(sum, z), ewma.Next(average, z)
		if (chart == "cusum" && sum > cusum.Threshold) || (chart != "cusum" && average < -ewma.Bound()) {
			return day
		}
	}
}
