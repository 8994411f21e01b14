package models

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/mittari/mittari/models/score"
)

// companyOf is a year of closed days of a company of two equal groups, "a" and
// "b"; answers tells each day's by group.
func companyOf(m Metric, answers func(ago int) map[string]score.Histogram) *CompanyWatch {
	const today = 1000
	c, _ := company(m.Key, map[string]float64{"a": 1, "b": 1})
	w := NewCompanyWatch(c, m, DefaultWatch(), today)
	for day := Day(today - 365); day < today; day++ {
		groups, all := answers(int(today-day)), m.NewHistogram()
		for _, h := range groups {
			all.Merge(h)
		}
		w.Add(day, all)
		w.AddGroups(day, byKey(groups))
	}
	return w
}

// drawn are n answers drawn at random of a group whose NPS is so many points.
func drawn(chance *rand.Rand, n int, points float64) score.Histogram {
	m := StandardMetrics()["nps"]
	h := m.NewHistogram()
	for range n {
		switch u, promoters := chance.Float64(), 0.4+points/200; {
		case u < promoters:
			m.Add(h, 10, 1)
		case u < promoters+0.2:
			m.Add(h, 8, 1)
		default:
			m.Add(h, 2, 1)
		}
	}
	return h
}

// mixed is a company whose groups stay at 60 and −10 while the mix of their
// answers turns from 80/20 to 20/80, so many days ago.
func mixed(turned int) *CompanyWatch {
	chance := rand.New(rand.NewPCG(3, 14))
	return companyOf(StandardMetrics()["nps"], func(ago int) map[string]score.Histogram {
		a, b := 80, 20
		if ago <= turned {
			a, b = b, a
		}
		return map[string]score.Histogram{"a": drawn(chance, a, 60), "b": drawn(chance, b, -10)}
	})
}

func TestShiftOfMixMovesThePooledScoreAndNotTheModels(t *testing.T) {
	for arm, days := range map[string]int{"day": 1, "week": 7, "month": 28} {
		w := mixed(days)
		modelled, pooled := dropOf(t, w.Drops(), arm), dropOf(t, w.Watch.Drops(), arm)
		if pooled.Points < 30 || pooled.Z < 2.7 {
			t.Errorf("%s: the pooled score should fall by 42 points: %+v", arm, pooled)
		}
		if math.Abs(modelled.Points) > 12 || math.Abs(modelled.Z) > 1 || math.Abs(modelled.Baseline-25) > 3 {
			t.Errorf("%s: no group changed, and by the model the company fell: %+v", arm, modelled)
		}
		if modelled.SampleSize != pooled.SampleSize || modelled.BaselineSize != pooled.BaselineSize || modelled.BaselineDays != BaselineDays {
			t.Errorf("%s: not the same answers: %+v, %+v", arm, modelled, pooled)
		}
	}
	w := mixed(28)
	if d, ok := w.Decline(); !ok || d.Cusum >= DeclineThreshold/2 {
		t.Errorf("the mix of those who answer is a slow decline: %+v, %v", d, ok)
	}
	if d, ok := w.Watch.Decline(); !ok || d.Cusum < DeclineThreshold {
		t.Errorf("pooled, it should look like one: %+v, %v", d, ok)
	}
	if z, ok := w.BelowTarget(25); !ok || math.Abs(z) > 1 {
		t.Errorf("the company is at its target: z = %v, %v", z, ok)
	}
	if z, ok := w.BelowTarget(40); !ok || z < 2.7 {
		t.Errorf("the company is 15 points below its target: z = %v, %v", z, ok)
	}
	if week := dropOf(t, w.Drops(), "week"); week.Floor == nil || *week.Floor > 3 {
		t.Errorf("what the mix moves is no floor: %+v", week)
	}
	if week := dropOf(t, w.Watch.Drops(), "week"); week.Floor == nil || *week.Floor < 5 {
		t.Errorf("pooled, the mix moves the weeks: %+v", week)
	}
}

func dropOf(t *testing.T, drops []ArmDrop, name string) ArmDrop {
	t.Helper()
	for _, d := range drops {
		if d.Arm.Name == name {
			return d
		}
	}
	t.Fatalf("arm %s tells nothing", name)
	return ArmDrop{}
}

func TestDropOfAGroupIsTheCompanysByItsWeight(t *testing.T) {
	chance := rand.New(rand.NewPCG(2, 71))
	w := companyOf(StandardMetrics()["nps"], func(ago int) map[string]score.Histogram {
		points := 40.0
		if ago <= 40 {
			points = -20
		}
		return map[string]score.Histogram{"a": drawn(chance, 100, 40), "b": drawn(chance, 25, points)}
	})
	if d := dropOf(t, w.Drops(), "month"); math.Abs(d.Points-26) > 4 || d.Z < 2.7 { // 12 of the 90 days are low, too
		t.Errorf("half of the company fell by 60 points less 8: %+v", d)
	}
	if d, ok := w.Decline(); !ok || d.Cusum < DeclineThreshold || d.Days < 35 || d.Days > 50 {
		t.Errorf("40 days of it: %+v, %v", d, ok)
	}
}

func TestGroupThatFallsSilentIsNoDrop(t *testing.T) {
	chance := rand.New(rand.NewPCG(5, 77))
	w := companyOf(StandardMetrics()["nps"], func(ago int) map[string]score.Histogram {
		groups := map[string]score.Histogram{"b": drawn(chance, 50, -10)}
		if ago > 30 {
			groups["a"] = drawn(chance, 50, 60)
		}
		return groups
	})
	for _, arm := range []string{"day", "week", "month"} {
		if d := dropOf(t, w.Drops(), arm); math.Abs(d.Z) > 1 || math.Abs(d.Baseline+10) > 5 {
			t.Errorf("%s: %+v", arm, d)
		}
	}
	if d, ok := w.Decline(); !ok || d.Cusum >= DeclineThreshold/2 {
		t.Errorf("a group that is silent is a decline: %+v, %v", d, ok)
	}
}

func TestCompanyOfWhichTooLittleAnswersHasNoDrop(t *testing.T) {
	nps := StandardMetrics()["nps"]
	c := CompanyModel{Metric: "nps", Level: "segment", Weights: map[string]float64{"a": 0.4, "b": 0.6}}
	w := NewCompanyWatch(c, nps, DefaultWatch(), 1000)
	for day := Day(700); day < 1000; day++ {
		h := npsDay(30, 30)
		w.Add(day, h)
		w.AddGroups(day, byKey(map[string]score.Histogram{"a": h}))
	}
	if d := w.Drops(); len(d) != 0 {
		t.Errorf("with 40 %% of the weight: %+v", d)
	}
	if d, ok := w.Decline(); ok {
		t.Errorf("with 40 %% of the weight: %+v", d)
	}
	if z, ok := w.BelowTarget(100); ok {
		t.Errorf("with 40 %% of the weight: %v", z)
	}
	if v := w.Volumes()["week"]; v.Responses != 210 {
		t.Errorf("the volume counts all answers: %+v", v)
	}
}
