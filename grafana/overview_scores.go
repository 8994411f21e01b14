package grafana

import "github.com/mittari/mittari/models"

// movement is the score over time, and in every window at this moment.
func movement() []Panel {
	g := company(chosenWindow)
	trend := lines("Score over time",
		"The company's score in the window chosen, as it stood at each moment, with its 95 % interval as a band.",
		points, query("lower", g.of(lowerSeries)), query("upper", g.of(upperSeries)), query("score", g.of(scoreSeries)))
	trend.FieldConfig.Defaults.Color = fixed("blue")
	trend.Options["legend"] = legend(false)
	border := []Property{set("custom.lineWidth", 0), set("custom.showPoints", "never")}
	trend = trend.with("lower", border...).
		with("upper", append(border, opacity(20), set("custom.fillBelowTo", "lower"))...)

	each := company("")
	windows := cells("Score in each window",
		"The same score, in points, over shorter and longer windows, the fewest answers first. A short window that lies below the long ones is a fall; look whether the intervals overlap.",
		"none", familyOf(each)...).joined("window", "answers")
	return []Panel{trend.size(15, 9), withFamily(windows).size(9, 9)}
}

// familyOf asks for a group's score, interval, number of answers and mean.
func familyOf(g group) []Target {
	return []Target{
		now("score", g.of(scoreSeries)), now("lower", g.of(lowerSeries)), now("upper", g.of(upperSeries)),
		now("answers", g.of(sampleSizeSeries)), now("mean", g.of(meanSeries)),
	}
}

// withFamily sets how the columns of familyOf are written.
func withFamily(p Panel) Panel {
	return p.decimals(1).
		with("answers", set("unit", "locale"), set("decimals", 0)).
		with("mean", set("decimals", 2))
}

// comparison sets touchpoints, segments, channels and teams side by side.
func comparison() []Panel {
	chosenTouchpoints := group{models.Level("touchpoint"), chosenWindow, narrowed}
	return []Panel{
		touchpoints().size(15, 11),
		lines("Score of the touchpoints over time",
			"The score of each touchpoint chosen, in the window chosen. Few answers make a line jump: see the intervals in the table.",
			points, query("{{touchpoint}}", chosenTouchpoints.of(scoreSeries))).size(9, 11),
		compared("segment", "Segments", "Customer relationships, by segment").size(8, 9),
		compared("channel", "Channels", "The ways feedback came in, by channel").size(8, 9),
		compared("team", "Teams", "The teams that served, by team").size(8, 9),
	}
}

// touchpoints is the table that says where it hurts: the lowest score first.
func touchpoints() Panel {
	g := group{level: models.Level("touchpoint"), window: chosenWindow}
	all := company(chosenWindow)
	targets := append(familyOf(g),
		now("against the others", difference(g, all)), now("verdict", certainty(g, all)))
	p := cells("Touchpoints",
		"The score of every encounter in points, the lowest first, with its 95 % interval; the mean is on the metric's own scale. “Against the others” is the distance in points from all "+
			"other answers; since many are compared at once, “worse” and “better” are said only where chance does as much one time in a hundred or less. "+
			"Click a touchpoint to see it alone in the other panels.",
		"none", targets...).joined("touchpoint", "score")
	return withFamily(p).
		with("against the others", orDash()).
		with("verdict", verdict(2.58), set("custom.cellOptions", map[string]any{"type": "color-text"})).
		with("touchpoint", set("links", []any{map[string]any{
			"title": "Show ${__value.raw} alone", "targetBlank": false,
			"url": "/d/" + overviewUID + "?${datasource:queryparam}&${workspace:queryparam}&${metric:queryparam}&${window:queryparam}" +
				"&var-touchpoint=${__value.raw}&${__url_time_range}",
		}}))
}

// compared draws the score of every group of a level between the ends of its interval.
func compared(level models.Level, title, what string) Panel {
	g := group{level: level, window: chosenWindow}
	label := string(level)
	return bars(title,
		what+": the score in points, the lowest score first. The pale bars are the ends of the 95 % interval: where those of two groups overlap, the groups may not differ.",
		"none", label, "none",
		now("lower", g.of(lowerSeries)), now("score", g.of(scoreSeries)), now("upper", g.of(upperSeries))).
		joined(label, "score").decimals(1).
		with("lower", color("blue"), opacity(20)).
		with("score", color("blue"), opacity(80)).
		with("upper", color("blue"), opacity(20))
}
