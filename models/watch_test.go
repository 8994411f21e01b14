package models

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/mittari/mittari/models/score"
)

// days are a year of closed days of one group before day 1000, made by a rule.
func watched(m Metric, days int, answers func(ago int) score.Histogram) *Watch {
	const today = 1000
	w := NewWatch(m, DefaultWatch(), today)
	for day := Day(today - days); day < today; day++ {
		w.Add(day, answers(int(today-day)))
	}
	return w
}

// npsDay is a day of n answers with a score, a third of them passive.
func npsDay(n int, points float64) score.Histogram {
	m := StandardMetrics()["nps"]
	h := m.NewHistogram()
	passive := n / 3
	promoters := int(math.Round((float64(n-passive) + points/100*float64(n)) / 2))
	m.Add(h, 10, int64(promoters))
	m.Add(h, 8, int64(passive))
	m.Add(h, 2, int64(n-passive-promoters))
	return h
}

func armOf(t *testing.T, w *Watch, name string) ArmDrop {
	t.Helper()
	return dropOf(t, w.Drops(), name)
}

func TestDropShowsInEveryArmThatItFills(t *testing.T) {
	nps := StandardMetrics()["nps"]
	w := watched(nps, 365, func(ago int) score.Histogram {
		if ago <= 7 {
			return npsDay(60, 10)
		}
		return npsDay(60, 30)
	})
	for _, c := range []struct {
		arm     string
		points  float64
		n, base int64
		alarm   bool
	}{
		{"day", 20, 60, 90 * 60, false}, // 60 answers of a day say little
		{"week", 20, 7 * 60, 90 * 60, true},
		{"month", 5, 28 * 60, 90 * 60, false},
	} {
		d := armOf(t, w, c.arm)
		if math.Abs(d.Points-c.points) > 1.7 || d.SampleSize != c.n || d.BaselineSize < c.base*9/10 || d.BaselineDays != BaselineDays {
			t.Errorf("%s: %+v, want about %v points of n = %d against %d", c.arm, d, c.points, c.n, c.base)
		}
		if alarm := d.Z > 2.7; alarm != c.alarm {
			t.Errorf("%s: z = %.2f, an alarm: %v", c.arm, d.Z, alarm)
		}
	}
}

func TestBaselineUsesWhatThereIs(t *testing.T) {
	w := watched(StandardMetrics()["nps"], 365, func(ago int) score.Histogram {
		if ago > 20 {
			return StandardMetrics()["nps"].NewHistogram()
		}
		return npsDay(30, 30)
	})
	if d := armOf(t, w, "week"); d.BaselineDays != 13 || d.BaselineSize != 13*30 {
		t.Errorf("the week's baseline is %d days of %d answers, want 13 of %d", d.BaselineDays, d.BaselineSize, 13*30)
	}
	for _, d := range w.Drops() {
		if d.Arm.Name == "month" {
			t.Errorf("a month is told against a baseline without answers: %+v", d)
		}
	}
	if _, ok := w.Decline(); ok {
		t.Error("a decline is told without a baseline")
	}
}

func TestDeclineSaysHowMuchOfItsBaselineThereIs(t *testing.T) {
	nps := StandardMetrics()["nps"]
	for _, c := range []struct{ age, days int }{{57, 1}, {88, 32}, {DeclineDays + DeclineBaseline, DeclineBaseline}, {365, DeclineBaseline}} {
		day := func(ago int) score.Histogram {
			if ago > c.age {
				return nps.NewHistogram()
			}
			return npsDay(30, 30)
		}
		one := watched(nps, 365, day)
		company := companyOf(nps, func(ago int) map[string]score.Histogram {
			return map[string]score.Histogram{"a": day(ago), "b": day(ago + 40)} // b is younger
		})
		for name, w := range map[string]interface{ Decline() (Decline, bool) }{"one group": one, "a company by its model": company} {
			if d, ok := w.Decline(); !ok || d.BaselineDays != c.days {
				t.Errorf("%s, %d days after the first answer: %+v (%v), want %d days of the baseline", name, c.age, d, ok, c.days)
			}
		}
	}
	if _, ok := watched(nps, DeclineDays, func(int) score.Histogram { return npsDay(30, 30) }).Decline(); ok {
		t.Error("a decline is told without a baseline")
	}
}

func TestEdgesOfDropsAreHonest(t *testing.T) {
	nps, pulse := StandardMetrics()["nps"], StandardMetrics()["pulse"]
	one := nps.NewHistogram()
	nps.Add(one, 10, 1)
	all := nps.NewHistogram()
	nps.Add(all, 10, 500)
	few, many := pulse.NewHistogram(), pulse.NewHistogram()
	pulse.Add(few, 1, 4)
	pulse.Add(many, 5, 400)
	for _, c := range []struct {
		name          string
		metric        Metric
		now, baseline score.Histogram
		told          bool
	}{
		{"no answers now", nps, nps.NewHistogram(), all, false},
		{"no baseline", nps, all, nps.NewHistogram(), false},
		{"one answer on each side", nps, one, one, true},
		{"all promoters", nps, all, all, true},
		{"four employees now", pulse, few, many, false},
		{"a baseline of four employees", pulse, many, few, false},
	} {
		d, ok := NewDrop(c.metric, 2.5, c.now, c.baseline)
		if ok != c.told || math.IsNaN(d.Z) || math.IsInf(d.Z, 0) {
			t.Errorf("%s: %+v, told: %v", c.name, d, ok)
		}
		if ok && (d.Z != 0 || d.Points != 0) {
			t.Errorf("%s: nothing fell, and it says %+v", c.name, d)
		}
	}
}

func TestSlowRampAtFiveAnswersADayIsADecline(t *testing.T) {
	m := StandardMetrics()["nps"]
	random := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // a test is to be repeatable
	draw := func(points float64) score.Histogram {
		h := m.NewHistogram()
		for range 5 {
			switch u := random.Float64(); {
			case u < 0.3:
				m.Add(h, 8, 1)
			case u < 0.3+(0.7+points/100)/2:
				m.Add(h, 9, 1)
			default:
				m.Add(h, 4, 1)
			}
		}
		return h
	}
	var declined, quiet int
	const runs = 100
	for range runs {
		ramp := watched(m, 365, func(ago int) score.Histogram { return draw(40 - max(0, float64(50-ago))*0.8) })
		if d, ok := ramp.Decline(); ok && d.Cusum > DeclineThreshold {
			declined++
			if d.Days < 20 || d.Days > DeclineDays {
				t.Logf("a ramp of 50 days is said to have begun %d days ago", d.Days)
			}
		}
		even := watched(m, 365, func(int) score.Histogram { return draw(40) })
		if d, ok := even.Decline(); ok && d.Cusum <= DeclineThreshold {
			quiet++
		}
	}
	if declined < 80 || quiet < 95 {
		t.Errorf("of %d ramps of 40 points in 50 days %d were found, want 80; of as many even series %d were quiet, want 95", runs, declined, quiet)
	}
}

func TestDeclineEndsSoonAfterRecovery(t *testing.T) {
	m := StandardMetrics()["nps"]
	w := watched(m, 365, func(ago int) score.Histogram {
		if ago <= 45 && ago > 9 {
			return npsDay(200, -20)
		}
		return npsDay(200, 40)
	})
	if d, _ := w.Decline(); d.Cusum > DeclineThreshold {
		t.Errorf("nine days after the recovery the CUSUM is %.1f, above %v", d.Cusum, DeclineThreshold)
	}
}

func TestMissingAnswersStandOutAndWeekendsDoNot(t *testing.T) {
	m := StandardMetrics()["csat"]
	of := func(n int) score.Histogram {
		h := m.NewHistogram()
		m.Add(h, 4, int64(n))
		return h
	}
	weekdays := func(ago int) int { // day 1000 follows a weekend: 1 and 2 days ago nobody works
		if ago%7 == 1 || ago%7 == 2 {
			return 0
		}
		return 40
	}
	for _, c := range []struct {
		name     string
		answers  func(ago int) int
		arm      string
		expected float64
		alarm    bool
	}{
		{"a usual week", weekdays, "week", 200, false},
		{"nothing for a week", func(ago int) int {
			if ago <= 7 {
				return 0
			}
			return weekdays(ago)
		}, "week", 200, true},
		{"two answers a day, and none for a week", func(ago int) int {
			if ago <= 7 {
				return 0
			}
			return 2
		}, "week", 14, true},
		{"nothing yesterday", func(ago int) int {
			if ago == 1 {
				return 0
			}
			return 40
		}, "day", 40, true},
	} {
		v, ok := watched(m, 365, func(ago int) score.Histogram { return of(c.answers(ago)) }).Volumes()[c.arm]
		if !ok || v.Expected != c.expected || (v.Z > 3.5) != c.alarm {
			t.Errorf("%s: %+v (%v), want %v expected, an alarm: %v", c.name, v, ok, c.expected, c.alarm)
		}
	}
	if v, ok := watched(m, 365, func(ago int) score.Histogram { return of(weekdays(ago)) }).Volumes()["day"]; ok {
		t.Errorf("a Sunday that never has answers is judged: %+v", v)
	}
	if v, ok := watched(m, 365, func(int) score.Histogram { return of(1) }).Volumes()["week"]; ok {
		t.Errorf("seven answers a week are too few to miss: %+v", v)
	}
	pulse := StandardMetrics()["pulse"]
	if _, ok := NewVolume(pulse, 0, []int64{50, 50, 50, 50, 50}); ok {
		t.Error("employees' answers come in waves and are judged by the week")
	}
}

func TestMeasuredFloorIsTheMovementBeyondSampling(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4)) //nolint:gosec // a test is to be repeatable
	for _, floor := range []float64{0, 3, 8} {
		var g FloorGauge
		for range 4000 {
			g.Add(score.Estimate{Center: 30 + floor*random.NormFloat64() + 5*random.NormFloat64(), Variance: 25, SampleSize: 300})
			g.Add(score.Estimate{Center: 1000, Variance: 1, SampleSize: leastPartAnswers - 1}) // too small to count
		}
		if got, ok := g.Floor(); !ok || math.Abs(got-floor) > 1 {
			t.Errorf("a movement of %v points beside a sampling error of 5 measures as %v (%v)", floor, got, ok)
		}
	}
	var g FloorGauge
	for range leastParts - 1 {
		g.Add(score.Estimate{Center: 30, Variance: 1, SampleSize: 100})
	}
	if _, ok := g.Floor(); ok {
		t.Error("seven periods are enough to measure a floor")
	}
}

func TestGaugingFloorsChangesNoOtherFigure(t *testing.T) {
	chance := rand.New(rand.NewPCG(4, 4)) //nolint:gosec // a test is to be repeatable
	plain := DefaultWatch()
	plain.GaugeFloors = false
	nps := StandardMetrics()["nps"]
	model, _ := company("nps", map[string]float64{"a": 1, "b": 2})
	gauged, bare := NewCompanyWatch(model, nps, DefaultWatch(), 1000), NewCompanyWatch(model, nps, plain, 1000)
	for day := Day(1000 - WatchDays); day < 1000; day++ {
		groups, all := map[string]score.Histogram{"a": drawn(chance, 40, 50), "b": drawn(chance, 60, 20)}, nps.NewHistogram()
		all.Merge(groups["a"])
		all.Merge(groups["b"])
		for _, w := range []*CompanyWatch{gauged, bare} {
			w.Add(day, all)
			w.AddGroups(day, byKey(groups))
		}
	}
	for i, drops := range [][2][]ArmDrop{{gauged.Drops(), bare.Drops()}, {gauged.Watch.Drops(), bare.Watch.Drops()}} {
		for arm, want := range drops[0] {
			if want.Floor == nil && want.Arm.Name != "month" {
				t.Errorf("%d, %s: no floor was gauged", i, want.Arm.Name)
			}
			if want.Floor = nil; drops[1][arm] != want {
				t.Errorf("%d: with floors %+v, without %+v", i, want, drops[1][arm])
			}
		}
	}
}
