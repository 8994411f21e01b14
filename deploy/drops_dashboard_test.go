package deploy

import (
	"fmt"
	"testing"
)

// Two replicas publish the same; the company has no key, a touchpoint has one.
func TestDropsNamesEveryGroupOfEveryLevelOnce(t *testing.T) {
	series := map[string]string{}
	for _, instance := range []string{"a", "b"} {
		for level, points := range map[string]float64{`level="company"`: 2, `level="touchpoint",touchpoint="meeting"`: 12, `level="team",team="meeting"`: -1} {
			labels := fmt.Sprintf(`{workspace="w",metric="nps",instance=%q,%s`, instance, level)
			series["cx_score_drop_points"+labels+`,arm="week"}`] = fmt.Sprint(points)
			series["cx_score_drop_z"+labels+`,arm="week"}`] = fmt.Sprint(points / 4)
			series["cx_score_baseline"+labels+`,arm="week"}`] = "30"
			series["cx_score_baseline_coverage_ratio"+labels+`,arm="week"}`] = "0.5"
			series["cx_volume_responses"+labels+`,arm="week"}`] = "70"
		}
		series[`cx_score_decline_start_timestamp_seconds{workspace="w",metric="nps",level="company",instance="`+instance+`"}`] = "86400"
		for team, figures := range map[string][2]string{"meeting": {"11", "0.25"}, "call": {"3", "1"}} {
			labels := fmt.Sprintf(`{workspace="w",metric="nps",level="team",team=%q,instance=%q}`, team, instance)
			series["cx_score_cusum"+labels], series["cx_score_decline_baseline_coverage_ratio"+labels] = figures[0], figures[1]
		}
		for window, share := range map[string]string{"today": "0.4", "28d": "0.9"} {
			series[fmt.Sprintf(`cx_score_coverage_ratio{workspace="w",metric="nps",level="company",window=%q,instance=%q}`, window, instance)] = share
		}
		series[`cx_score_drop_z{workspace="w",metric="csat",level="company",arm="week",instance="`+instance+`"}`] = "9"
	}
	panels := queriesOf(t, "drops.json", "w", "nps")
	const company, meeting, team = `{level="company",arm="week"}`, `{level="touchpoint",group="meeting",arm="week"}`, `{level="team",group="meeting",arm="week"}`
	expect := func(panel string, samples ...sample) expectedSamples {
		if panels[panel] == "" {
			t.Fatalf("there is no query %q", panel)
		}
		return expectedSamples{Expr: panels[panel], EvalTime: "5m", Samples: samples}
	}
	evaluate(t, series, []expectedSamples{
		expect("What fell A", sample{company, 2}, sample{meeting, 12}, sample{team, -1}),
		expect("What fell B", sample{company, .5}, sample{meeting, 3}, sample{team, -.25}),
		expect("What fell C", sample{company, 28}, sample{meeting, 18}, sample{team, 31}),
		expect("What fell G", sample{company, 45}, sample{meeting, 45}, sample{team, 45}),
		expect("What fell H", sample{company, 86_400_000}),
		expect("Slow declines A", sample{`{level="team",group="meeting"}`, 11}, sample{`{level="team",group="call"}`, 3}),
		expect("Slow declines C", sample{`{level="team",group="meeting"}`, 45}, sample{`{level="team",group="call"}`, 180}),
		expect("The company's weight that answered A", sample{`{window="today"}`, .4}, sample{`{window="28d"}`, .9}),
		expect("Touchpoints that fell A", sample{`{touchpoint="meeting"}`, 12}),
		expect("How sure the drop is A", sample{`{touchpoint="meeting",arm="week"}`, 3}),
		expect("Where answers are missing A", sample{company, 70}, sample{meeting, 70}, sample{team, 70}),
		expect("Alerts that fire A", sample{"{}", 0}),
	})
}
