package score

import (
	"encoding/json"
	"math"
	"testing"
)

type indexCase struct {
	Label string
	Kind  string
	Input struct{ Strata []stratumGiven }
	Want  *indexWanted `json:"expected"` // nil: must be refused
}

type stratumGiven struct {
	Name string
	counts
	Share      float64 `json:"population_share"`
	Population int64
}

type indexWanted struct {
	Index, SE  float64
	Lo         float64  `json:"lo_z"`
	Hi         float64  `json:"hi_z"`
	Unweighted *float64 // nil, as the next: not given
	Deff       float64  `json:"kish_deff"`
	Neff       float64  `json:"kish_neff"`
}

// The figures are those of R's survey package.
const indexFigures = `[
 {"label": "by share", "kind": "stratified", "input": {"strata": [
   {"promoters": 50, "passives": 30, "detractors": 20, "population_share": 0.5},
   {"promoters": 10, "passives": 10, "detractors": 5, "population_share": 0.3},
   {"promoters": 200, "passives": 150, "detractors": 100, "population_share": 0.2}]},
  "expected": {"index": 0.254444444444, "se": 0.060789768293, "lo_z": 0.135298687962, "hi_z": 0.373590200927,
   "unweighted": 0.234782608696, "kish_deff": 3.558611111111, "kish_neff": 161.579892280072}},
 {"label": "of finite populations", "kind": "stratified_fpc", "input": {"strata": [
   {"promoters": 50, "passives": 30, "detractors": 20, "population_share": 1000, "population": 1000},
   {"promoters": 10, "passives": 10, "detractors": 5, "population_share": 60, "population": 60},
   {"promoters": 200, "passives": 150, "detractors": 100, "population_share": 900, "population": 900}]},
  "expected": {"index": 0.261224489796, "se": 0.040015249262, "lo_z": 0.182796042410, "hi_z": 0.339652937182,
   "unweighted": 0.234782608696, "kish_deff": 1.787744689713, "kish_neff": 321.634293369056}},
 {"label": "one stratum agrees", "kind": "stratified", "input": {"strata": [
   {"promoters": 5, "passives": 0, "detractors": 0, "population_share": 0.5},
   {"promoters": 20, "passives": 10, "detractors": 10, "population_share": 0.5}]},
  "expected": {"index": 0.625, "se": 0.066385625568, "lo_z": 0.494886564796, "hi_z": 0.755113435204,
   "unweighted": 0.333333333333, "kish_deff": 2.53125, "kish_neff": 17.777777777778}},
 {"label": "weighted afterwards", "kind": "poststratified_srs", "input": {"strata": [
   {"promoters": 10, "passives": 5, "detractors": 5, "population_share": 0.4},
   {"promoters": 5, "passives": 3, "detractors": 2, "population_share": 0.6}]},
  "expected": {"index": 0.28, "se": 0.168543455974, "lo_z": -0.050339103539, "hi_z": 0.610339103539}},
 {"label": "a stratum is silent", "kind": "stratified", "input": {"strata": [
   {"promoters": 0, "passives": 0, "detractors": 0, "population_share": 0.2},
   {"promoters": 20, "passives": 10, "detractors": 10, "population_share": 0.8}]}, "expected": null}
]`

func (c indexCase) strata() []Stratum {
	var strata []Stratum
	for _, g := range c.Input.Strata {
		strata = append(strata, Stratum{Answers: g.histogram(), Weight: g.Share, Population: g.Population})
	}
	return strata
}

func TestIndexIsTheStratifiedMean(t *testing.T) {
	var typed, shared []indexCase
	if err := json.Unmarshal([]byte(indexFigures), &typed); err != nil {
		t.Fatal(err)
	}
	readShared(t, "weighted_index", &shared)
	for _, c := range append(typed, shared...) {
		t.Run(c.Label, c.test)
	}
}

func (c indexCase) test(t *testing.T) {
	got, ok := plainNetScale().Index(c.strata(), 1)
	if ok != (c.Want != nil) {
		t.Fatalf("calculated: %v, want %v", ok, c.Want != nil)
	}
	if c.Want == nil {
		return
	}
	se := *got.Stratified
	if c.Kind == "poststratified_srs" {
		se = *got.PostStratified
	}
	w := *c.Want
	textbook := Estimate{Center: got.Value, Variance: se * se}.Interval(Confidence)
	if !near(got.Value, 100*w.Index) || !near(se, 100*w.SE) || !near(textbook.Lower, 100*w.Lo) || !near(textbook.Upper, 100*w.Hi) {
		t.Errorf("got %v ± %v in %v, want %+v × 100", got.Value, se, textbook, w)
	}
	if w.Unweighted != nil && (!near(got.Pooled, 100**w.Unweighted) || !near(got.DesignEffect, w.Deff) || !near(got.EffectiveSize, w.Neff)) {
		t.Errorf("got %+v, want %+v", got, w)
	}
	if got.Coverage != 1 {
		t.Errorf("coverage %v where every stratum has answers", got.Coverage)
	}
}

func TestStrataThatAgreeOrAreSmallAreUnsureAllTheSame(t *testing.T) {
	s := plainNetScale()
	agreed, many := Histogram{0, 0, 5}, Histogram{10, 10, 20}
	x, ok := s.Index([]Stratum{{Answers: agreed, Weight: 1}, {Answers: many, Weight: 1}}, 1)
	// σ̃² by hand: (5+1.5)/8 − (5/8)² = 0.421875 and (30+1.5)/43 − (10/43)² = 0.678475
	want := 1e4 * (0.25*0.421875/5 + 0.25*(31.5/43-100./1849)/40)
	if !ok || !near(x.Variance, want) || !(math.Sqrt(x.Variance) > *x.Stratified) || x.Interval.Upper > 100 || !near(x.Value, 62.5) {
		t.Errorf("got %+v, want the variance %v", x, want)
	}
	x, ok = s.Index([]Stratum{{Answers: Histogram{0, 0, 1}, Weight: 1}, {Answers: many, Weight: 1}}, 1)
	if !ok || x.Stratified != nil || x.PostStratified == nil || !(x.Variance > want) || !finite(x.Variance, *x.PostStratified) {
		t.Errorf("with one answer in a stratum: %+v", x)
	}
	x, ok = s.Index([]Stratum{{Answers: Histogram{0, 0, 1}, Weight: 1}}, 1)
	if !ok || x.Stratified != nil || x.PostStratified != nil || !(x.Variance > 0) {
		t.Errorf("with one answer in all: %+v", x)
	}
}

func TestPopulationCountsOnlyWhereItCanBeTrue(t *testing.T) {
	for _, c := range []struct {
		population int64
		share      float64 // of the variance that is left
	}{{0, 1}, {39, 1}, {40, 0}, {80, 0.5}, {-5, 1}} {
		given := Stratum{Answers: Histogram{10, 10, 20}, Weight: 2}
		unknown, _ := plainNetScale().Index([]Stratum{given}, 1)
		given.Population = c.population
		x, ok := plainNetScale().Index([]Stratum{given}, 1)
		if !ok || !near(x.Variance, c.share*unknown.Variance) || !near(*x.Stratified, math.Sqrt(c.share)**unknown.Stratified) {
			t.Errorf("40 of %d: %+v, want %v of %+v", c.population, x, c.share, unknown)
		}
	}
}

func TestSilentStrataAreMissedOpenly(t *testing.T) {
	s := plainNetScale()
	spoke := Stratum{Answers: Histogram{10, 10, 20}, Weight: 8}
	x, ok := s.Index([]Stratum{{Weight: 2}, spoke, {Answers: Histogram{1, 0, 0}}}, 0.8)
	if !ok || !near(x.Coverage, 0.8) || x.Value != 25 || x.SampleSize != 40 {
		t.Errorf("got %+v, %v", x, ok)
	}
	for name, strata := range map[string][]Stratum{
		"too little of the weight": {{Weight: 2.1}, spoke},
		"nothing":                  nil,
		"no answers":               {{Weight: 1}},
		"no weight":                {{Answers: spoke.Answers}},
		"a weight below zero":      {spoke, {Answers: spoke.Answers, Weight: -1}},
		"a weight not a number":    {spoke, {Answers: spoke.Answers, Weight: math.NaN()}},
		"a weight without end":     {spoke, {Answers: spoke.Answers, Weight: math.Inf(1)}},
	} {
		if x, ok := s.Index(strata, 0.8); ok {
			t.Errorf("%s: %+v", name, x)
		}
	}
	if x, ok := s.Index([]Stratum{spoke}, math.NaN()); ok {
		t.Errorf("coverage that is not a number: %+v", x)
	}
}

func TestPeriodsAreComparedByTheStrataBothHave(t *testing.T) {
	low, high := Histogram{20, 10, 10}, Histogram{0, 10, 30}
	before := []Stratum{{Answers: low, Weight: 1}, {Answers: high, Weight: 1}, {Weight: 1}}
	now := []Stratum{{Answers: low, Weight: 2}, {Weight: 1}, {Answers: high, Weight: 1}}
	now, before = Paired(now, before)
	x1, ok1 := plainNetScale().Index(now, 0.5)
	x0, ok0 := plainNetScale().Index(before, 0.5)
	if !ok1 || !ok0 || x1.Value != -25 || x0.Value != -25 || x1.Coverage != 0.5 || x0.Coverage != 0.5 {
		t.Errorf("now %+v, before %+v", x1, x0)
	}
	if z, ok := DropZ(x1.Estimate(), x0.Estimate(), 0); !ok || z != 0 {
		t.Errorf("a stratum that fell silent is a drop of z = %v, %v", z, ok)
	}
}

func TestIndexIsStandardizedByTheSpreadOfItsBaseline(t *testing.T) {
	s := plainNetScale()
	low, high, day := Histogram{200, 100, 100}, Histogram{0, 100, 300}, Histogram{1, 2, 5}
	m, _ := s.Index([]Stratum{{Answers: low, Weight: 1}}, 1)
	sd, _ := s.Spread(low)
	want, _ := s.Standardized(day, m.Value, sd, 9)
	z, ok := s.StandardizedIndex([]Stratum{{Answers: day, Weight: 3}}, []Stratum{{Answers: low}}, 9, 1)
	if !ok || !near(z, want) {
		t.Errorf("one stratum: z = %v, %v, want %v", z, ok, want)
	}
	sd2, _ := s.Spread(high)
	// by hand: m of day 50, of low -25, of high 75
	want = (0.25*(50+25) + 0.75*(50-75)) / math.Sqrt(0.0625*sd*sd/8+0.5625*sd2*sd2/8+81)
	z, ok = s.StandardizedIndex([]Stratum{{Answers: day, Weight: 1}, {Weight: 5}, {Answers: day, Weight: 3}},
		[]Stratum{{Answers: low}, {Answers: high}, {Answers: high}}, 9, 0.4)
	if !ok || !near(z, want) {
		t.Errorf("two of three strata: z = %v, %v, want %v", z, ok, want)
	}
	for name, c := range map[string]struct {
		now, base []Stratum
		floor     float64
	}{
		"nobody today":         {[]Stratum{{Weight: 1}}, []Stratum{{Answers: low}}, 9},
		"nobody before":        {[]Stratum{{Answers: day, Weight: 1}}, []Stratum{{}}, 9},
		"too little":           {[]Stratum{{Answers: day, Weight: 1}, {Weight: 1.1}}, []Stratum{{Answers: low}, {Answers: low}}, 9},
		"a floor below zero":   {[]Stratum{{Answers: day, Weight: 1}}, []Stratum{{Answers: low}}, -1},
		"a floor without end":  {[]Stratum{{Answers: day, Weight: 1}}, []Stratum{{Answers: low}}, math.Inf(1)},
		"a floor not a number": {[]Stratum{{Answers: day, Weight: 1}}, []Stratum{{Answers: low}}, math.NaN()},
	} {
		if z, ok := s.StandardizedIndex(c.now, c.base, c.floor, 0.5); ok {
			t.Errorf("%s: z = %v", name, z)
		}
	}
}
