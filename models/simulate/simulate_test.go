package main

import (
	"io"
	"math"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/mittari/mittari/models"
)

const ruleFile = "../../deploy/prometheus/rules/scores.yml"

func TestEveryAlertOnAnswersIsPlayed(t *testing.T) {
	rules, err := readRules(ruleFile)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, r := range rules {
		names = append(names, r.name)
		if r.keeps != 1 {
			t.Errorf("%s keeps firing for %d days without its condition, want 1", r.name, r.keeps)
		}
	}
	want := []string{"CXScoreDropDay", "CXScoreDropWeek", "CXScoreDropMonth", "CXScoreDecline", "CXScoreBelowTarget", "CXResponsesStopped", "CXResponsesFew"}
	if !slices.Equal(names, want) {
		t.Errorf("played are %v, want %v", names, want)
	}
}

func TestConditionThatCanNotBeReadIsRefused(t *testing.T) {
	for _, c := range []struct{ expression, fault string }{
		{"cx_score_lower > 3", "cx_score_lower is not simulated"},
		{"rate(cx_score_drop_z[1h]) > 3", "neither a number nor a series"},
		{`cx_score_drop_z{arm="week"} > 2.7 or cx_score_drop_z{arm="day"} > 3`, "more than a comparison"},
		{`cx_score_drop_z{arm="week", level="segment"} > 2.7`, "more than a comparison"},
	} {
		if _, err := readExpression(c.expression); err == nil || !strings.Contains(err.Error(), c.fault) {
			t.Errorf("%s: %v, want %q", c.expression, err, c.fault)
		}
	}
}

func TestConditionsHoldAsPrometheusSees(t *testing.T) {
	c := cell{asked: ask(played()[0]), world: world{}, rate: 50, window: models.WatchDays}
	s := newSeries(c, 1, 1)
	for range c.window {
		s.next(unchanged())
	}
	for range 14 {
		s.next(change{points: -40, volume: 0.4})
	}
	for expression, want := range map[string]bool{
		`cx_score_drop_points{arm="week"}`: true,
		`cx_score_drop_points{arm="year"}`: false, // there is none
		`cx_score_drop_z{arm="week"} > 2.7 and cx_score_baseline_coverage_ratio{arm="week"} == 1`:                                                        true,
		`cx_score_drop_z{arm="week"} > 2.7 and cx_score_drop_sample_size{arm="week"} >= 10000`:                                                           false,
		`cx_score_drop_z{arm="week"} <= 2.7`:                                                                                                             false,
		"cx_score_cusum > 10\n  and cx_score_decline_baseline_coverage_ratio >= 0.33\n  and ignoring (arm) cx_score_drop_sample_size{arm=\"month\"} > 0": true,
		`cx_volume_responses{arm="week"} < 0.7 * cx_volume_expected{arm="week"}`:                                                                         true,
		`cx_volume_responses{arm="week"} < 0.1 * cx_volume_expected{arm="week"}`:                                                                         false,
		`cx_score_target_z > 2.7`: true,
	} {
		holds, err := readExpression(expression)
		if err != nil {
			t.Fatal(err)
		}
		if got := holds(s.morning()); got != want {
			t.Errorf("%s: %v", expression, got)
		}
	}
}

func TestEveryMetricOfTheCatalogIsScoredLikeOneThatIsPlayed(t *testing.T) {
	for key, m := range models.StandardMetrics() {
		alike := func(u usual) bool { return models.StandardMetrics()[u.metric].Headline == m.Headline }
		if !slices.ContainsFunc(played(), alike) {
			t.Errorf("no metric like %s is played", key)
		}
	}
}

func TestAnswersHaveTheScoreThatIsAskedFor(t *testing.T) {
	for _, u := range played() {
		a := ask(u)
		for _, above := range []float64{-20, -5, 0, 8} {
			var sum, score float64
			for i, share := range a.shifted(above) {
				sum, score = sum+share, score+share*a.points[i]
			}
			if math.Abs(sum-1) > 1e-9 || math.Abs(score-a.score-above) > 1e-5 {
				t.Errorf("%s shifted by %v: shares of %v score %v, not %v", u.metric, above, sum, score, a.score+above)
			}
		}
		h := a.answers(50_000, -20, rand.NewPCG(1, 2))
		if r, _ := a.Evaluate(h); math.Abs(r.Score-a.score+20) > 2 || math.Abs(float64(r.SampleSize)-50_000) > 1000 {
			t.Errorf("%s: %d answers score %v, want about 50,000 and %v", u.metric, r.SampleSize, r.Score, a.score-20)
		}
		if h := a.answers(1000, -500, rand.NewPCG(1, 2)); h.N() < 800 {
			t.Errorf("%s: as bad as can be, there are %v", u.metric, h)
		}
	}
}

func TestCompanyScoresAsUsualWhateverTheMixOfItsAnswers(t *testing.T) {
	s := newSeries(cell{asked: ask(played()[0]), rate: 20_000, parts: parts(), window: models.WatchDays}, 1, 1)
	least, most := 1.0, 0.0
	for range 200 {
		s.next(unchanged())
		part := float64(s.groups[len(s.groups)-1][3].N()) / float64(s.days[len(s.days)-1].N())
		least, most = min(least, part), max(most, part)
	}
	if z, ok := s.morning().BelowTarget(s.score); !ok || math.Abs(z) > 1 {
		t.Errorf("the company is at its usual score, and z = %v (%v)", z, ok)
	}
	if least > 0.07 || most < 0.14 {
		t.Errorf("the last part has %.2f to %.2f of the answers: the mix hardly moves", least, most)
	}
}

func TestDayWithoutItsConditionIsNoNewAlarm(t *testing.T) {
	c := cell{asked: ask(played()[0]), rate: 5, world: world{young: true}, window: 1}
	on := func(days ...int) rule {
		return rule{"", 1, func(m *morning) bool { return slices.Contains(days, len(m.days)) }}
	}
	rules := []rule{on(3, 4, 6, 8, 9), on(3, 6), on(), on(1)}
	if got, want := falseAlarms(c, rules, 1, 1), []float64{1, 2, 0, 1}; !slices.Equal(got, want) {
		t.Errorf("%v alarms, want %v", got, want)
	}
}

func TestSameSeedGivesTheSameTables(t *testing.T) {
	play := func(seed uint64) string {
		var text strings.Builder
		if _, err := run(options{seed: seed, years: 1, drops: 2, rules: ruleFile, only: "^(nps|fcr), 100 a day, (even|weekends)$"}, &text); err != nil {
			t.Fatal(err)
		}
		tables, _, _ := strings.Cut(text.String(), "series-years")
		return tables
	}
	if first := play(1); first != play(1) || first == play(2) || !strings.Contains(first, "| fcr") {
		t.Errorf("not the same tables, or the same with another seed:\n%s", first)
	}
}

func TestReportSaysWhichAlertBreaksTheBar(t *testing.T) {
	c := scores([]rule{{"CXScoreDropWeek", 1, func(*morning) bool { return false }}, {"CXScoreDropDay", 0, func(m *morning) bool { return len(m.days)%2 == 0 }}},
		regexp.MustCompile("^nps, 20 a day, even$"), 1, 3)
	c.looks = func(r rule) bool { return r.name == "CXScoreDropWeek" }
	do(c.jobs(1), func() {})
	want := []string{"nps, 20 a day, even: 182.40 false alarms a year of CXScoreDropDay", "nps, 20 a day, even: 20 points are found in – (0 %) days"}
	if got := c.broken(); !slices.Equal(got, want) {
		t.Errorf("not held: %q, want %q", got, want)
	}
	if err := report(io.Discard, c, chapter{}); err != nil {
		t.Error(err)
	}
}
