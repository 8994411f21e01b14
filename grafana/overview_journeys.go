package grafana

import "fmt"

// journeys is how journeys are remembered, and step by step.
func journeys() []Panel {
	return []Panel{remembered().size(13, 8), stepByStep().size(11, 8)}
}

// remembered sets the ways to condense a journey side by side.
func remembered() Panel {
	const window = `window="$window"`
	column := func(legend, series string, matchers ...string) Target {
		return now(legend, aggregate("max", series, "journey", append([]string{chosen, window}, matchers...)))
	}
	const mean, peakEnd = `method="mean"`, `method="peak_end"`
	return cells("Journeys",
		"Three scores of each journey in the window chosen, in points. “All answers” is that of every answer given on it; “steps” the plain mean of its touchpoints' scores, however many answer at each; "+
			"“peak and end” the mean of the step that most surely lies farthest from the others and of the last one, by which people remember. They are known to foretell alike what people do: "+
			"where they differ, look at the steps. The interval of peak and end is wide where no step stands out.",
		"none", column("all answers", scoreSeries, `level="journey"`),
		column("steps", journeySeries, mean), column("steps, lower", journeyLowerSeries, mean), column("steps, upper", journeyUpperSeries, mean),
		column("peak and end", journeySeries, peakEnd), column("peak and end, lower", journeyLowerSeries, peakEnd), column("peak and end, upper", journeyUpperSeries, peakEnd),
		column("peak at step", journeyPeakSeries), column("end at step", journeyEndSeries)).
		joined("journey", "all answers").decimals(1).
		with("peak at step", set("decimals", 0)).with("end at step", set("decimals", 0))
}

// stepByStep lists the touchpoints of each journey in order.
func stepByStep() Panel {
	position := aggregate("max", journeyStepSeries, "journey,touchpoint", []string{chosen})
	at := func(legend, series string) Target {
		of := aggregate("max", series, "touchpoint", []string{chosen, `level="touchpoint"`, `window="$window"`})
		return now(legend, fmt.Sprintf("0 * %s + on (touchpoint) group_left () %s", position, of))
	}
	return cells("Step by step",
		"The touchpoints of each journey in their order, with the score in points, its 95 % interval and the number of answers in the window chosen. Steps that nobody was asked this metric at are left out.",
		"none", now("step", position), at("score", scoreSeries), at("lower", lowerSeries), at("upper", upperSeries), at("answers", sampleSizeSeries)).
		table("step", false, "journey", "touchpoint").decimals(1).
		with("step", set("decimals", 0)).with("answers", set("unit", "locale"), set("decimals", 0))
}
