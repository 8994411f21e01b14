package grafana

import (
	"fmt"
	"strings"

	"github.com/mittari/mittari/models"
)

// dropsUID is the address of Drops: /d/mittari-drops. Runbooks name it.
const dropsUID = "mittari-drops"

// The limits of the rules in deploy/prometheus/rules/scores.yml, for colours.
const (
	doubtfulZ = 2.0
	sureZ     = 2.7 // of a week or a month; a day takes 3.3
)

// Drops answers what an alert makes people ask: what fell, by how much, how
// sure is that, since when, where exactly, and do answers still come. It shows
// every group, not those beyond the limits only.
func Drops() Dashboard {
	return dashboard(dropsUID, "Mittari: Drops",
		"What fell, by how much, how sure that is and since when, at every level; and whether answers still come.",
		"now-90d", dropsVariables(), []section{
			{"Did anything fall?", verdicts()},
			{"What fell, by how much, how sure, since when?", []Panel{fallen().size(24, 13)}},
			{"How did it go, at the level and group chosen?", courses()},
			{"Where, and in whose words?", places()},
			{"Do answers still come?", volumes()},
		})
}

func dropsVariables() []Variable {
	drops := dropZSeries + "{" + chosen
	return append(choices(),
		labelVariable("arm", "Closed days", "The last closed day, 7 or 28 of them, against the 90 days before.", drops+"}", "arm", "week"),
		labelVariable("level", "Level", "What the panels below the table show; click a row of the table to choose it.",
			drops+"}", "level", string(models.CompanyLevel)),
		labelVariable("group", "Group", "Which of the level: touchpoint, segment, channel, team, survey or journey.",
			drops+`,level="$level"}`, "$level", "").many(),
	)
}

// groupLabels are the labels of which every level has its own, and the company none.
func groupLabels() []string {
	var labels []string
	for _, level := range models.Levels() {
		if level != models.CompanyLevel {
			labels = append(labels, string(level))
		}
	}
	return labels
}

// everywhere is an expression over series of all levels by level, group and the
// further labels: group is the value of the level's own label, "" for the
// company. Every replica publishes the same figures: max keeps one of the copies.
func everywhere(expr string, further ...string) string {
	by := strings.Join(append([]string{"level", "group"}, further...), ",")
	return fmt.Sprintf(`max by (%s) (label_join(%s, "group", "", "%s"))`, by, expr, strings.Join(groupLabels(), `", "`))
}

// of selects a series of the workspace and metric chosen, with further matchers.
func of(series string, matchers ...string) string {
	return series + "{" + strings.Join(append([]string{chosen}, matchers...), ",") + "}"
}

// picked is a series at the level and group chosen, with further matchers.
func picked(series string, matchers ...string) string {
	return pickedBy(groupLabels(), series, matchers)
}

// pickedByArm is the same by the closed days looked at.
func pickedByArm(series string, matchers ...string) string {
	return pickedBy(append(groupLabels(), "arm"), series, matchers)
}

func pickedBy(labels []string, series string, matchers []string) string {
	all := append([]string{chosen, `level="$level"`, `$level=~"$group"`}, matchers...)
	return aggregate("max", series, strings.Join(labels, ","), all)
}

// inGroup is a legend that names a line by what it shows and its group.
func inGroup(what string) string { return what + " {{" + strings.Join(groupLabels(), "}}{{") + "}}" }

// toGroup is a link that chooses a level and a group in this dashboard.
func toGroup(level, group string) Property {
	return set("links", []any{map[string]any{
		"title": "Show this one below", "targetBlank": false,
		"url": "/d/" + dropsUID + "?${datasource:queryparam}&${workspace:queryparam}&${metric:queryparam}&${window:queryparam}&${arm:queryparam}" +
			"&var-level=" + level + "&var-group=" + group + "&${__url_time_range}",
	}})
}

// asSure colours z values from doubtful to sure.
func asSure() []Property {
	return []Property{
		set("custom.cellOptions", map[string]any{"type": "color-text"}), set("decimals", 1),
		set("thresholds", steps(doubtfulZ, sureZ)), set("color", map[string]any{"mode": "thresholds"}),
	}
}
