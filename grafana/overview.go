package grafana

import "github.com/mittari/mittari/models"

// overviewUID is the Overview's address: /d/mittari-overview.
const overviewUID = "mittari-overview"

// points is the unit of every score.
const points = "suffix:points"

// Dashboards are all of them, by the name of the file each is written to.
func Dashboards() map[string]Dashboard {
	return map[string]Dashboard{
		"overview.json": Overview(), "drops.json": Drops(), "response-rate.json": ResponseRate(), "customers-staff-money.json": Together(), "value-of-a-promoter.json": Value(),
	}
}

// Overview answers six questions in the order they are asked: what is the score
// and how sure is it, is it getting better, where does it hurt, how are journeys
// remembered, what do people answer, and is feedback still arriving.
func Overview() Dashboard {
	return dashboard(overviewUID, "Mittari: Overview",
		"What customers and employees answer: the score, how sure it is, where it hurts, and whether feedback still arrives.",
		"now-30d", overviewVariables(), []section{
			{"What is the score, and how sure is it?", standing()},
			{"Is it getting better?", movement()},
			{"Where does it hurt?", comparison()},
			{"How are journeys remembered?", journeys()},
			{"What do people answer?", distribution()},
			{"Is feedback still arriving?", arrival()},
		})
}

// dashboard is one that opens at a time, such as now-30d, up to now.
func dashboard(uid, title, description, from string, variables []Variable, sections []section) Dashboard {
	return Dashboard{
		UID: uid, Title: title, Description: description, Tags: []string{"mittari", "feedback"},
		SchemaVersion: schemaVersion, Editable: false, GraphTooltip: 1,
		Refresh: "1m", Timezone: "browser", Time: TimeRange{From: from, To: "now"},
		Templating:  Templating{List: variables},
		Annotations: Annotations{List: []struct{}{}},
		Panels:      arrange(sections),
	}
}

func overviewVariables() []Variable {
	return append(choices(),
		labelVariable("touchpoint", "Touchpoint", "Narrows the panels that say so; click a touchpoint in the table to choose it.",
			scoreSeries+"{"+chosen+`,level="touchpoint"}`, "touchpoint", "").many())
}

// choices are the variables that every dashboard of scores begins with.
func choices() []Variable {
	return []Variable{
		datasourceVariable(),
		labelVariable("workspace", "Workspace", "The client, brand or company.",
			scoreSeries, "workspace", ""),
		labelVariable("metric", "Metric", "What was asked. Scores of different metrics are never mixed.",
			scoreSeries+`{workspace="$workspace"}`, "metric", "nps"),
		labelVariable("window", "Window", "The days that count, today included.",
			scoreSeries+"{"+chosen+"}", "window", models.DefaultWindow),
	}
}

// standing is the first line: score, interval, answers, age.
func standing() []Panel {
	g := company(chosenWindow)
	age := stat("Age of the figures",
		"How long ago the server last took in what the database holds. Past two minutes the scores shown are old and an alert fires.",
		"s", 0, now("age", aggregate("max", ageSeries, "", nil)))
	age.FieldConfig.Defaults.Thresholds = steps(60, 120)
	age.FieldConfig.Defaults.Color = map[string]any{"mode": "thresholds"}

	return []Panel{
		stat("Score",
			"The company's score in the window chosen, in points: −100 to 100 for a net score such as NPS, 0 to 100 for a share.",
			points, 1, now("score", g.of(scoreSeries))).size(5, 5),
		stat("The score lies between",
			"The 95 % confidence interval. The fewer the answers, the wider it is; a change inside it may be chance.",
			points, 1, now("lower", g.of(lowerSeries)), now("upper", g.of(upperSeries))).size(7, 5),
		stat("Answers",
			"How many answers the score is made of. Nothing is shown at none, nor for a group of employees too small to stay anonymous.",
			"locale", 0, now("answers", g.of(sampleSizeSeries))).size(4, 5),
		versusYear().size(5, 5),
		age.size(3, 5),
	}
}

// versusYear tells whether the window is better or worse than the other days of the longest window.
func versusYear() Panel {
	windows := models.Windows()
	part, year := company(chosenWindow), company(windows[len(windows)-1].Name)
	return stat("Against the rest of the year",
		"The score of the window chosen minus the score of the other days of the last 365. "+
			"“No sure difference” means that chance alone does as much one time in twenty or more. "+
			"Not told where the company's score is calculated by a model: it doesn't add up over answers.",
		points, 1, now("difference", plain(difference(part, year))), now("verdict", plain(certainty(part, year)))).
		with("difference", orDash()).
		with("verdict", verdict(1.96), set("unit", "none"))
}
