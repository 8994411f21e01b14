package grafana

import (
	"fmt"

	"github.com/mittari/mittari/models"
	"github.com/mittari/mittari/models/score"
)

// narrowed selects the touchpoints chosen, and with all of them also answers given at none.
const narrowed = `touchpoint=~"$touchpoint"`

// distribution is how the answers fall into the metric's three categories.
func distribution() []Panel {
	whole := gauges("Distribution",
		"The parts of the answers that are best, middling and worst: promoters, passives and detractors for a recommendation, "+
			"else the top, middle and bottom of the scale. Of the touchpoints chosen.",
		"percent", shares("", narrowed)...)
	each := bars("Distribution by touchpoint",
		"The same for each of the touchpoints chosen, by the share of the worst answers. Two touchpoints with one score may differ much here.",
		"percent", "touchpoint", "normal", shares("touchpoint", `touchpoint!=""`, narrowed)...).
		joined("touchpoint", worstName)
	return []Panel{inShares(whole).size(8, 8), inShares(each).size(16, 8)}
}

// How the categories are called in words that fit every metric.
const (
	bestName   = "promoters / top"
	middleName = "passives / middle"
	worstName  = "detractors / bottom"
)

// shares asks for each category's share of the answers.
func shares(by string, matchers ...string) []Target {
	return []Target{
		now(bestName, share(score.Top, by, matchers...)),
		now(middleName, share(score.Middle, by, matchers...)),
		now(worstName, share(score.Bottom, by, matchers...)),
	}
}

// inShares writes shares from 0 to 100 % in the categories' colours.
func inShares(p Panel) Panel {
	none, all := 0.0, 100.0
	p.FieldConfig.Defaults.Min, p.FieldConfig.Defaults.Max = &none, &all
	return p.decimals(1).
		with(bestName, color("green")).with(middleName, color("yellow")).with(worstName, color("red"))
}

// arrival is whether, and how much, feedback comes in.
func arrival() []Panel {
	arrived := arrivalsSeries + "{" + chosen + "," + narrowed + "}"
	volume := lines("Answers per hour",
		"How many answers arrive, by the channel they came through; counted when they are received, also those given long ago. Of the touchpoints chosen.",
		"suffix:/h", query("{{channel}}", fmt.Sprintf(
			`sum by (channel) (label_replace(3600 * rate(%s[$__rate_interval]), "channel", "no channel given", "channel", ""))`, arrived)))
	volume.FieldConfig.Defaults.Custom["fillOpacity"] = 40
	volume.FieldConfig.Defaults.Custom["stacking"] = map[string]any{"mode": "normal", "group": "A"}
	return []Panel{
		volume.size(16, 8),
		stat("Given today",
			"Answers given today, in the workspace's time zone, at the touchpoints chosen.",
			"locale", 0, now("today", today())).size(4, 8),
		stat("Received in the last hour",
			"Answers received in the last hour, whenever they were given, at the touchpoints chosen. None in working hours: ask the sender.",
			"locale", 0, now("last hour", fmt.Sprintf("sum(increase(%s[1h]))", arrived))).size(4, 8),
	}
}

// today is the number of answers given today: 0, not nothing, where there were any within the longest window.
func today() string {
	windows := models.Windows()
	shortest, longest := windows[0].Name, windows[len(windows)-1].Name
	return counted(shortest, "", narrowed) + " or 0 * " + counted(longest, "", narrowed)
}
