package grafana

import (
	"fmt"

	"github.com/mittari/mittari/models"
)

// alertSelector selects the alerts on scores and answers; Prometheus writes the series itself.
const alertSelector = `alertname=~"CX.+",` + chosen

// verdicts is the first line: the alerts, and the company in short.
func verdicts() []Panel {
	company := fmt.Sprintf("level=%q", models.CompanyLevel)
	byArm := func(series string) string { return aggregate("max", series, "arm", []string{chosen, company}) }
	fires := stat("Alerts that fire", "How many alerts on this metric's scores and answers fire now, those included that Alertmanager silences in favour of a greater one.",
		"none", 0, now("firing", `count(ALERTS{alertstate="firing",`+alertSelector+"}) or vector(0)"))
	fires.FieldConfig.Defaults.Thresholds = steps(1, 1)
	fires.FieldConfig.Defaults.Color = map[string]any{"mode": "thresholds"}
	sure := stat("How sure is the company's drop?", "The same in standard errors, the score's usual movement counted in. Above 2.7 (day: 3.3) it is hardly chance.",
		"none", 1, now("{{arm}}", byArm(dropZSeries)))
	sure.FieldConfig.Defaults.Thresholds = steps(doubtfulZ, sureZ)
	sure.FieldConfig.Defaults.Color = map[string]any{"mode": "thresholds"}
	return []Panel{
		fires.size(3, 7),
		stat("The company fell by", "By how many points the company's last closed day, 7 or 28 closed days lie below the 90 days before; negative when above.",
			points, 1, now("{{arm}}", byArm(dropPointsSeries))).size(4, 7),
		sure.size(4, 7),
		alertTable().size(13, 7),
	}
}

// alertTable lists the alerts that fire or are about to.
func alertTable() Panel {
	p := cells("Alerts", "Alerts on this metric that fire, or are about to (pending). Empty when all is well.", "none",
		now("since", "1000 * "+everywhere("ALERTS_FOR_STATE{"+alertSelector+"}", "alertname", "owner", "arm")),
		now("state", everywhere(`ALERTS{alertstate="firing",`+alertSelector+"}", "alertname", "owner", "arm"))).
		table("since", true, "alertname", "level", "group", "arm", "owner")
	return p.with("since", set("unit", "dateTimeFromNow")).
		with("state", set("mappings", []any{
			map[string]any{"type": "value", "options": map[string]any{"1": words("firing", "red", 0)}}, undefined(words("pending", "yellow", 1)),
		}), set("custom.cellOptions", map[string]any{"type": "color-text"}))
}

// fallen is the table of all levels, the surest drop first.
func fallen() Panel {
	column := func(legend, expr string) Target { return now(legend, everywhere(expr, "arm")) }
	p := cells("What fell",
		"Every group at every level over the last closed day, 7 and 28 closed days, against the 90 days before; the surest drop first. "+
			"z is the drop in standard errors, the score's usual movement counted in: above 2.7 (day: 3.3), with 30 answers and more, it is hardly chance and an alert fires. "+
			"“Declining since” is when the slow sum of small shortfalls began. Click a level or group to see its course below.",
		"none",
		column("fell by", of(dropPointsSeries)), column("z", of(dropZSeries)),
		column("score", of(baselineSeries)+" - "+of(dropPointsSeries)), column("answers", of(dropSizeSeries)),
		column("before", of(baselineSeries)), column("answers before", of(baselineSizeSeries)),
		column("days before", fmt.Sprintf("%d * %s", models.BaselineDays, of(baselineCoverageSeries))),
		column("declining since", fmt.Sprintf("1000 * (0 * %s + ignoring (arm) group_left () %s)", of(dropZSeries), of(declineStartSeries)))).
		table("z", true, "level", "group", "arm")
	return p.decimals(1).with("z", asSure()...).
		with("answers", set("unit", "locale"), set("decimals", 0)).
		with("answers before", set("unit", "locale"), set("decimals", 0)).
		with("days before", set("decimals", 0)).
		with("declining since", set("unit", "dateTimeFromNow")).
		with("level", toGroup("${__value.raw}", "${__data.fields.group}")).
		with("group", toGroup("${__data.fields.level}", "${__value.raw}"))
}

// declining is the table of slow declines, the surest first.
func declining() Panel {
	return cells("Slow declines",
		"Every group by the sum of what its closed days fell short of usual, in standard errors of a day (CUSUM). Above 10 it is hardly chance and an alert fires, "+
			"where two months and more of the half year before (“days before”) are there to measure it against. It began about when the sum was last zero.",
		"none", now("sum", everywhere(of(cusumSeries))), now("since", "1000 * "+everywhere(of(declineStartSeries))),
		now("days before", everywhere(fmt.Sprintf("%d * %s", models.DeclineBaseline, of(declineCoverageSeries))))).
		table("sum", true, "level", "group").decimals(1).
		with("since", set("unit", "dateTimeFromNow")).with("days before", set("decimals", 0)).
		with("sum", set("custom.cellOptions", map[string]any{"type": "color-text"}),
			set("thresholds", steps(models.DeclineThreshold/2, models.DeclineThreshold)), set("color", map[string]any{"mode": "thresholds"})).
		with("level", toGroup("${__value.raw}", "${__data.fields.group}")).
		with("group", toGroup("${__data.fields.level}", "${__value.raw}"))
}

// places are the steps from the company down to single answers.
func places() []Panel {
	return []Panel{
		fallenAt("segment", "Segments that fell").size(8, 9),
		fallenAt("touchpoint", "Touchpoints that fell").size(8, 9),
		toResponses().size(8, 9),
	}
}

// fallenAt is one level's drops over the closed days chosen.
func fallenAt(level models.Level, title string) Panel {
	label := string(level)
	column := func(legend, series string) Target {
		return now(legend, aggregate("max", series, label, []string{chosen, fmt.Sprintf("level=%q", level), `arm="$arm"`}))
	}
	return cells(title, "Every "+label+" over the closed days chosen, the surest drop first. Where all lie equally deep the cause is common to all. Click one to see its course above.",
		"none", column("fell by", dropPointsSeries), column("z", dropZSeries), column("answers", dropSizeSeries)).
		table("z", true, label).decimals(1).
		with("z", asSure()...).with("answers", set("unit", "locale"), set("decimals", 0)).
		with(label, toGroup(label, "${__value.raw}"))
}

// toResponses says how to read the answers themselves: Grafana has no key to the API.
func toResponses() Panel {
	return text("The answers themselves", `The newest answers behind the score, with comments, as the level and group chosen (for the whole company leave out `+"`&$level=$group`"+`; for a journey name its touchpoints one by one). The key needs the scope `+"`responses:read`"+`:

`+"```sh"+`
curl -H "Authorization: Bearer $MITTARI_KEY" -H 'Accept: text/csv' \
  'http://HOST:8080/v1/responses?metric=$metric&$level=$group&since=${__from:date:YYYY-MM-DD}'
`+"```"+`

The same score by team and week (scope `+"`scores:read`"+`):

`+"```sh"+`
curl -H "Authorization: Bearer $MITTARI_KEY" \
  'http://HOST:8080/v1/scores?metric=$metric&$level=$group&group_by=team&interval=week&since=${__from:date:YYYY-MM-DD}'
`+"```"+`

What to do: [runbook of drops](https://github.com/mittari/mittari/blob/main/deploy/runbooks/score-drop.md).`)
}
