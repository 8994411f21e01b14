package grafana

import (
	"fmt"

	"github.com/mittari/mittari/models"
)

// courses are over time what the table tells of this moment.
func courses() []Panel {
	return []Panel{course().size(24, 10), sureness().size(9, 9), slowness().size(8, 9), declining().size(7, 9)}
}

// course is the score with its band against the baseline.
func course() Panel {
	const window, arm = `window="$window"`, `arm="$arm"`
	p := lines("Score against its baseline",
		"The score in the window chosen with its 95 % interval as a band, and what was usual in the 90 days before the closed days chosen (dashed). "+
			"Where the band leaves the dashed line, look at the day on which it began to bend. Choose one group to see one band.",
		points,
		query("lower", picked(lowerSeries, window)), query("upper", picked(upperSeries, window)),
		query(inGroup("score"), picked(scoreSeries, window)), query(inGroup("usual"), picked(baselineSeries, arm)))
	border := []Property{set("custom.lineWidth", 0), set("custom.showPoints", "never"), color("blue"),
		set("custom.hideFrom", map[string]any{"legend": true, "tooltip": false, "viz": false})}
	return p.with("lower", border...).
		with("upper", append(border, opacity(20), set("custom.fillBelowTo", "lower"))...).
		withAll("^usual", dashed()...)
}

// dashed draws a line that is not measured but expected.
func dashed() []Property {
	return []Property{set("custom.lineStyle", map[string]any{"fill": "dash", "dash": []int{8, 8}}), set("custom.lineWidth", 1)}
}

// sureness is z over time, by closed days.
func sureness() Panel {
	return limited(lines("How sure the drop is",
		"z of the last closed day, 7 and 28 closed days. It stays above the line while a drop lasts, until the 90 days before have got used to it. The line is the limit of a week and a month, 2.7.",
		"none", query(inGroup("{{arm}}"), pickedByArm(dropZSeries))), sureZ)
}

// slowness is the CUSUM over time.
func slowness() Panel {
	return limited(lines("How sure a slow decline is",
		"The sum of what closed days fell short of usual, in standard errors of a day. It grows while the score is low, a little every day. The line is the alert's limit.",
		"none", query(inGroup("sum"), picked(cusumSeries))), models.DeclineThreshold)
}

// limited draws a line at a limit.
func limited(p Panel, limit float64) Panel {
	p.FieldConfig.Defaults.Thresholds = &Thresholds{Mode: "absolute", Steps: []Step{{nil, "transparent"}, {&limit, "red"}}}
	p.FieldConfig.Defaults.Custom["thresholdsStyle"] = map[string]any{"mode": "line"}
	return p
}

// volumes are the answers that came against those that usually do.
func volumes() []Panel {
	// Volumes are told for a day and a week; a month shows the week.
	const arm = `arm=~"$arm|week"`
	came := lines("Answers against expectation",
		"Answers in the closed days chosen (a month shows the week) at the level and group chosen, and how many the same weekdays of the eight weeks before make one expect (dashed). Nothing is shown where fewer than ten are expected.",
		"locale", query(inGroup("{{arm}} answers"), pickedByArm(volumeSeries, arm)), query(inGroup("{{arm}} expected"), pickedByArm(volumeExpectedSeries, arm))).
		withAll("expected", dashed()...)
	column := func(legend, series string) Target { return now(legend, everywhere(of(series), "arm")) }
	missing := cells("Where answers are missing",
		"Every group's answers in the last closed day and 7 closed days against what is usual; the surest lack first. An alert fires for a week with less than 70 % and z above 3.5, and for a day without any.",
		"none", column("answers", volumeSeries), column("expected", volumeExpectedSeries), column("z", volumeZSeries)).
		table("z", true, "level", "group", "arm").decimals(1).
		with("answers", set("unit", "locale"), set("decimals", 0)).with("z", asSure()...).
		with("group", toGroup("${__data.fields.level}", "${__value.raw}"))
	return []Panel{came.size(10, 10), missing.size(9, 10), weighed().size(5, 10)}
}

// weighed is how much of a company that is calculated by a model its score stands on.
func weighed() Panel {
	none, all := 0.0, 1.0
	p := limited(lines("The company's weight that answered",
		"Where the company's score is calculated by a model: the share of its weight whose segments or touchpoints answered, in each window, today included. "+
			"A step down is a part that fell silent, and the score from then on is that of the others. Below the line there is no score. Nothing is shown where the company is all answers together.",
		"percentunit", query("{{window}}", aggregate("max", modelCoverageSeries, "window", []string{chosen, fmt.Sprintf("level=%q", models.CompanyLevel)}))),
		models.LeastCoverage).decimals(0)
	p.FieldConfig.Defaults.Min, p.FieldConfig.Defaults.Max = &none, &all
	return p
}
