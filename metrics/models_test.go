package metrics

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/mittari/mittari/models"
)

// number is the value of the only series that fits.
func number(t testing.TB, e *Exporter, name string, labels ...string) float64 {
	t.Helper()
	found := scores(t, e, name, labels...)
	if len(found) != 1 {
		t.Fatalf("%s %v is told %d times: %q", name, labels, len(found), found)
	}
	v, err := strconv.ParseFloat(found[0][strings.LastIndexByte(found[0], ' ')+1:], 64)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// halves weighs two segments alike.
func halves() models.CompanyModel {
	return models.CompanyModel{Metric: "nps", Level: "segment", Weights: map[string]float64{"families": 10, "students": 10}}
}

// record adds a segment's promoters and detractors of so many days ago.
func record(t *testing.T, s *shelf, ago int, segment string, promoters, detractors int64) {
	t.Helper()
	at := s.clock().Add(-time.Duration(ago) * 24 * time.Hour)
	for answer, n := range map[int]int64{10: promoters, 0: detractors} {
		if n > 0 {
			s.answer(t, "bank", n, models.Submission{Segment: segment, Metric: "nps", Score: value(answer), CollectedAt: &at})
		}
	}
}

// shifted is a bank of two segments whose scores stay at 60 and −20 while the
// mix of their answers turns from 80/20 to 20/80 seven days ago.
func shifted(t *testing.T) (*shelf, *Exporter) {
	t.Helper()
	s, e := open(t, "2026-11-20T12:00:00Z")
	for ago := 1; ago <= 120; ago++ {
		families, students := int64(8), int64(2)
		if ago <= 7 {
			families, students = students, families
		}
		record(t, s, ago, "families", families*8, families*2)
		record(t, s, ago, "students", students*4, students*6)
	}
	return s, e
}

func TestShiftOfMixIsNoDropOfAModelledCompany(t *testing.T) {
	s, e := shifted(t)
	if points := number(t, e, "cx_score_drop_points", `level="company"`, `arm="week"`); points < 40 {
		t.Errorf("pooled, the week should lie 48 points lower: %v", points)
	}
	s.aim("bank", models.Target{Metric: "nps", Level: models.CompanyLevel, Value: 20, Owner: "board"})
	s.model("bank", halves())
	if z := number(t, e, "cx_score_target_z", `level="company"`); math.Abs(z) > 1e-9 {
		t.Errorf("the company is at its target, and z = %v", z)
	}
	for _, arm := range []string{"day", "week", "month"} {
		points := number(t, e, "cx_score_drop_points", `level="company"`, `arm="`+arm+`"`)
		z := number(t, e, "cx_score_drop_z", `level="company"`, `arm="`+arm+`"`)
		baseline := number(t, e, "cx_score_baseline", `level="company"`, `arm="`+arm+`"`)
		if math.Abs(points) > 1e-9 || math.Abs(z) > 1e-9 || math.Abs(baseline-20) > 1e-9 {
			t.Errorf("%s: the model's drop is %v points from %v, z = %v", arm, points, baseline, z)
		}
	}
	for _, window := range []string{"7d", "28d", "90d"} {
		if v := number(t, e, "cx_score", `level="company"`, `window="`+window+`"`); math.Abs(v-20) > 1e-9 {
			t.Errorf("%s: the company is at %v, want (60 − 20)/2", window, v)
		}
	}
	const now, before = 0.2*60 - 0.8*20, 0.8*60 - 0.2*20 // by the mix of a week, and of the days before
	for window, want := range map[string]float64{"7d": now, "28d": (7*now + 20*before) / 27} {
		if v := number(t, e, "cx_score_pooled", `level="company"`, `window="`+window+`"`); math.Abs(v-want) > 1e-9 {
			t.Errorf("%s: all answers together are at %v, want %v", window, v, want)
		}
	}
	if cusum := number(t, e, "cx_score_cusum", `level="company"`); cusum != 0 {
		t.Errorf("the mix is a slow decline: %v", cusum)
	}
	if n, all := number(t, e, "cx_volume_responses", `level="company"`, `arm="week"`), float64(7*100); n != all {
		t.Errorf("the volume is %v, want %v", n, all)
	}
}

func TestExporterFollowsAModelWithinOneRefresh(t *testing.T) {
	s, e := open(t, "2026-11-20T12:00:00Z")
	record(t, s, 0, "families", 90, 10) // 80
	record(t, s, 0, "students", 1, 3)   // −50
	record(t, s, 0, "", 0, 50)
	company := []string{`level="company"`, `window="28d"`}
	pooled := scores(t, e, "cx_score", company...)
	wantLines(t, scores(t, e, "cx_score_coverage_ratio"))
	for name, c := range map[string]struct {
		model           models.CompanyModel
		score, coverage float64
		n               float64
	}{
		"equal":          {halves(), 15, 1, 104},
		"other weights":  {models.CompanyModel{Metric: "nps", Level: "segment", Weights: map[string]float64{"families": 1, "students": 3}}, -17.5, 1, 104},
		"one is silent":  {models.CompanyModel{Metric: "nps", Level: "segment", Weights: map[string]float64{"families": 6, "pensioners": 4}}, 80, 0.6, 100},
		"another metric": {models.CompanyModel{Metric: "csat", Level: "segment", Weights: map[string]float64{"families": 1}}, number(t, e, "cx_score", company...), 0, 154},
	} {
		s.model("bank", c.model)
		if got := number(t, e, "cx_score", company...); math.Abs(got-c.score) > 1e-9 {
			t.Errorf("%s: the company is at %v, want %v", name, got, c.score)
		}
		if got := number(t, e, "cx_score_sample_size", company...); got != c.n {
			t.Errorf("%s: of %v answers, want %v", name, got, c.n)
		}
		if coverage := scores(t, e, "cx_score_coverage_ratio", company...); c.coverage == 0 && len(coverage) > 0 {
			t.Errorf("%s: %q without a model", name, coverage)
		} else if c.coverage > 0 && number(t, e, "cx_score_coverage_ratio", company...) != c.coverage {
			t.Errorf("%s: coverage %q, want %v", name, coverage, c.coverage)
		}
		if got := number(t, e, "cx_score", `segment="families"`, `window="28d"`); got != 80 {
			t.Errorf("%s: a segment's own score is %v", name, got)
		}
	}
	s.model("bank", models.CompanyModel{})
	wantLines(t, scores(t, e, "cx_score", company...), pooled...)
	wantLines(t, scores(t, e, "cx_score_coverage_ratio"))
}

func TestTooLittleOfTheWeightIsNoScoreAndSaysSo(t *testing.T) {
	s, e := open(t, "2026-11-20T12:00:00Z")
	record(t, s, 0, "students", 1, 3)
	s.model("bank", models.CompanyModel{Metric: "nps", Level: "segment", Weights: map[string]float64{"families": 3, "students": 1}})
	wantLines(t, scores(t, e, "cx_score", `level="company"`))
	if c := number(t, e, "cx_score_coverage_ratio", `window="7d"`); c != 0.25 {
		t.Errorf("coverage %v, want 0.25", c)
	}
}

func TestModelledSmallGroupsOfEmployeesStayHidden(t *testing.T) {
	s, e := open(t, "2026-11-20T12:00:00Z")
	s.answer(t, "bank", 6, pulse("large", 5))
	s.answer(t, "bank", 4, pulse("small", 1))
	model := models.CompanyModel{Metric: "pulse", Level: "team", Weights: map[string]float64{"large": 3, "small": 2}}
	s.model("bank", model)
	if v, n := number(t, e, "cx_score", `level="company"`, `window="7d"`), number(t, e, "cx_score_sample_size", `level="company"`, `window="7d"`); v != 100 || n != 6 {
		t.Errorf("the company is at %v of %v answers, want that of the team of six", v, n)
	}
	model.Weights = map[string]float64{"large": 1, "small": 2}
	s.model("bank", model)
	for _, name := range []string{"cx_score", "cx_score_sample_size", "cx_score_coverage_ratio"} {
		wantLines(t, scores(t, e, name, `level="company"`))
	}
}

// A model is an operator's word: its groups are told by their names, however
// many keys the catalog has.
func TestGroupsOfAModelAreNeverToldAsOther(t *testing.T) {
	s, e := open(t, "2026-11-20T12:00:00Z")
	s.bound = 1
	for i := range 3 {
		record(t, s, 0, fmt.Sprint("s", i), 1, 0)
	}
	record(t, s, 0, "s1", 0, 1)
	if got := scores(t, e, "cx_score", `segment="s1"`); len(got) != 0 {
		t.Fatalf("the catalog has room for it: %q", got)
	}
	s.model("bank", models.CompanyModel{Metric: "nps", Level: "segment", Weights: map[string]float64{"s1": 3, "s2": 1}})
	if v := number(t, e, "cx_score", `level="company"`, `window="7d"`); v != 25 {
		t.Errorf("the company is at %v, want (3·0 + 100)/4", v)
	}
	if v := number(t, e, "cx_score", `segment="s1"`, `window="7d"`); v != 0 {
		t.Errorf("the segment is at %v", v)
	}
}
