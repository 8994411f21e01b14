package grafana

import (
	"fmt"

	"github.com/mittari/mittari/models/score"
)

// valueUID is the address of Value of a promoter: /d/mittari-value.
const valueUID = "mittari-value"

// The series of what is linked with persons, as the exporter calls them.
const (
	personMeanSeries    = "cx_person_kpi_mean"
	personLowerSeries   = "cx_person_kpi_mean_lower"
	personUpperSeries   = "cx_person_kpi_mean_upper"
	personsSeries       = "cx_person_kpi_persons"
	personGapSeries     = "cx_person_kpi_difference"
	personGapLower      = "cx_person_kpi_difference_lower"
	personGapUpper      = "cx_person_kpi_difference_upper"
	personStartSeries   = "cx_person_kpi_period_start_timestamp_seconds"
	conversionsSeries   = "cx_category_conversions"
	chosenKPI           = `kpi="$kpi"`
	chosenWindowMatcher = `window="$window"`
)

// Value answers what a promoter is worth, in the KPI chosen, and how people's minds change.
func Value() Dashboard {
	return dashboard(valueUID, "Mittari: Value of a promoter",
		"What promoters, passives and detractors are worth, person by person, how sure that is, and how many change their minds.",
		"now-90d", valueVariables(), []section{
			{"What is a promoter worth?", worth()},
			{"Is it changing?", worthOverTime()},
			{"Who changes their mind?", minds()},
		})
}

func valueVariables() []Variable {
	return append(choices(), labelVariable("kpi", "KPI", "The figure that is recorded of persons. It is linked with the metric chosen where that is not anonymous.",
		personMeanSeries+`{workspace="$workspace"}`, "kpi", "revenue"))
}

// linked is a series of what persons are worth, by the labels given. Every
// replica publishes the same figures: max keeps one of the copies.
func linked(series, by string, matchers ...string) string {
	return aggregate("max", series, by, append([]string{chosen, chosenKPI}, matchers...))
}

func worth() []Panel {
	more := stat("A promoter brings more than a detractor by",
		"The mean figure of a person in the top category less that of one in the bottom category, in the KPI's unit, with the 95 % interval of Welch's test (of a yes/no KPI Newcombe's). "+
			"Where the interval holds 0 it may be chance. That promoters bring more does not say that a detractor turned promoter will.",
		"none", 2, now("more", linked(personGapSeries, "")), now("at least", linked(personGapLower, "")), now("at most", linked(personGapUpper, "")))
	table := cells("Worth of a person by category",
		"The mean figure of a person, in the KPI's unit (of a yes/no KPI the share of those who did), its 95 % interval, and how many persons it is of. "+
			"A person's category is that of the last answer before the figures' period, so that what was bought can't be the cause of what was said.",
		"none", now("mean", linked(personMeanSeries, "category")), now("from", linked(personLowerSeries, "category")),
		now("to", linked(personUpperSeries, "category")), now("persons", linked(personsSeries, "category"))).
		table("mean", true, "category").decimals(2).
		with("persons", set("unit", "locale"), set("decimals", 0))
	start := stat("Figures since", "The first day of the period whose figures are added up: the latest whole year that there are figures of, or all there are.",
		"dateTimeAsLocal", 0, now("since", "1000 * "+linked(personStartSeries, "")))
	return []Panel{more.size(9, 7), table.size(11, 7), start.size(4, 7)}
}

func worthOverTime() []Panel {
	return []Panel{
		lines("Worth of a person", "The mean figure of a person by category, in the KPI's unit, as it was known at the time. It moves when a new year is complete, or when figures or old answers come in late.",
			"none", query("{{category}}", linked(personMeanSeries, "category"))).size(12, 9),
		lines("How many are known", "Persons with an answer and a figure, by category. The fewer, the less sure their mean.",
			"locale", query("{{category}}", linked(personsSeries, "category"))).size(12, 9),
	}
}

// moved is how many went from one category to another in the window chosen.
func moved(from, to score.Category) string {
	return movedBy("", categoryMatcher("from", from), categoryMatcher("to", to))
}

func movedBy(by string, matchers ...string) string {
	return aggregate("max", conversionsSeries, by, append([]string{chosen, chosenWindowMatcher}, matchers...))
}

func categoryMatcher(label string, c score.Category) string {
	return fmt.Sprintf("%s=~%q", label, categoryNames(c))
}

func minds() []Panel {
	net := stat("Detractors turned promoters, net",
		"In the window chosen: how many detractors became promoters from one answer to the same person's next one at the same touchpoint, less those who went the other way.",
		"none", 0, now("net", moved(score.Bottom, score.Top)+" - "+moved(score.Top, score.Bottom)))
	matrix := cells("From category to category",
		"In the window chosen: how many people's answers stayed in their category or went to another since the same person's answer before. "+
			"Some always drift to the middle: who answered at an end by chance is nearer to the mean the next time.",
		"locale", now("to "+bestName, movedBy("from", categoryMatcher("to", score.Top))),
		now("to "+middleName, movedBy("from", categoryMatcher("to", score.Middle))),
		now("to "+worstName, movedBy("from", categoryMatcher("to", score.Bottom)))).
		table("from", true, "from").decimals(0)
	share := func(from, to score.Category) string {
		return fmt.Sprintf("100 * %s / (sum(%s) > 0)", moved(from, to), movedBy("to", categoryMatcher("from", from)))
	}
	return []Panel{
		net.size(5, 9),
		matrix.size(9, 9),
		lines("Conversions over time", "How many, in the window that ended at each time, went all the way.",
			"locale", query("detractor to promoter", moved(score.Bottom, score.Top)), query("promoter to detractor", moved(score.Top, score.Bottom))).size(10, 9),
		lines("Conversions, in percent of those who could", "Of those whose answer before was a detractor's the share who are promoters now, and of promoters those who are detractors.",
			"percent", query("of detractors", share(score.Bottom, score.Top)), query("of promoters", share(score.Top, score.Bottom))).size(24, 8),
	}
}
