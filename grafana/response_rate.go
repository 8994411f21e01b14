package grafana

import (
	"fmt"

	"github.com/mittari/mittari/models"
)

// responseRateUID is the address of Response rate: /d/mittari-response-rate.
const responseRateUID = "mittari-response-rate"

// The series that Response rate asks for, as the exporter calls them.
const (
	rateSeries        = "cx_response_rate"
	rateLowerSeries   = "cx_response_rate_lower"
	rateUpperSeries   = "cx_response_rate_upper"
	invitedSeries     = "cx_response_rate_invited"
	answeredSeries    = "cx_response_rate_responses"
	unaskedSeries     = "cx_unasked_responses"
	invitationsSeries = "cx_invitations_total"
)

// ResponseRate answers whether a score speaks for those who were asked: how many
// of them answer, whether fewer do than before, where, and how much comes unasked.
func ResponseRate() Dashboard {
	return dashboard(responseRateUID, "Mittari: Response rate",
		"How many of those who were asked answer, whether fewer do than before, where, and how much feedback comes unasked.",
		"now-90d", responseRateVariables(), []section{
			{"How many of those who were asked answer?", answering()},
			{"Do fewer answer than before?", []Panel{rateCourse().size(15, 9), asking().size(9, 9)}},
			{"Where do they answer, where not?", []Panel{
				rates("touchpoint", "Touchpoints", "encounter").size(12, 10), rates("channel", "Channels", "channel").size(12, 10),
				rates("survey", "Surveys", "survey").size(12, 10), rates("team", "Teams", "team").size(12, 10)}},
			{"How much comes unasked?", []Panel{unaskedCourse().size(15, 9), unaskedWhere().size(9, 9)}},
		})
}

// whose selects the workspace and the audience chosen at the top of the dashboard.
const whose = `workspace="$workspace",audience="$audience"`

func responseRateVariables() []Variable {
	return []Variable{
		datasourceVariable(),
		labelVariable("workspace", "Workspace", "The client, brand or company.", answeredSeries, "workspace", ""),
		labelVariable("audience", "Audience", "Customers or employees. Their rates are never mixed.",
			answeredSeries+`{workspace="$workspace"}`, "audience", string(models.Customer)),
		labelVariable("window", "Window", "The days that count, today included. Answers come later than the asking: the longer the window, the less that matters.",
			answeredSeries+"{"+whose+"}", "window", models.DefaultWindow),
	}
}

// taking is a series of those who took part in the window chosen, of the company or by the key of a level.
func taking(series string, level models.Level) string {
	by := ""
	if level != models.CompanyLevel {
		by = string(level)
	}
	return aggregate("max", series, by, []string{whose, fmt.Sprintf("level=%q", level), `window="$window"`})
}

// answering is the first line: the rate, its interval, and what it is made of.
func answering() []Panel {
	of := func(series string) string { return taking(series, models.CompanyLevel) }
	return []Panel{
		stat("Response rate",
			"The share of those who were asked in the window chosen that answered in it. Nothing is shown where nobody was asked, or where more answered than are known to have been asked.",
			"percentunit", 1, now("rate", of(rateSeries))).size(5, 5),
		stat("The rate lies between",
			"The 95 % confidence interval. It says how much chance there is in the rate, not whether those who answer are like those who don't.",
			"percentunit", 1, now("lower", of(rateLowerSeries)), now("upper", of(rateUpperSeries))).size(7, 5),
		stat("Asked", "How many were asked in the window chosen.", "locale", 0, now("asked", of(invitedSeries))).size(4, 5),
		stat("Answered", "How many responses came in the window chosen that were asked for, or may have been.", "locale", 0, now("answered", of(answeredSeries))).size(4, 5),
		stat("Unasked", "How many responses came in the window chosen that nobody asked for: complaints, praise.", "locale", 0, now("unasked", of(unaskedSeries))).size(4, 5),
	}
}

// rateCourse is the company's rate over time, with its band.
func rateCourse() Panel {
	of := func(series string) string { return taking(series, models.CompanyLevel) }
	p := lines("Response rate over time",
		"The rate in the window chosen, as it stood at each moment, with its 95 % interval as a band. A fall means that scores stand on fewer, and maybe on others than before.",
		"percentunit", query("lower", of(rateLowerSeries)), query("upper", of(rateUpperSeries)), query("rate", of(rateSeries)))
	p.FieldConfig.Defaults.Color = fixed("blue")
	p.Options["legend"] = legend(false)
	border := []Property{set("custom.lineWidth", 0), set("custom.showPoints", "never")}
	return p.with("lower", border...).
		with("upper", append(border, opacity(20), set("custom.fillBelowTo", "lower"))...)
}

// asking is how many are asked, as it is reported.
func asking() Panel {
	return lines("Invitations reported, by channel",
		"How many people a day are reported as asked. It follows the moment of the report, and never falls below what was once reported.",
		"locale", query("{{channel}}", fmt.Sprintf("86400 * sum by (channel) (max by (survey, touchpoint, segment, channel) (rate(%s{%s}[$__rate_interval])))", invitationsSeries, whose)))
}

// rates is a table of the groups of a level, the lowest rate first.
func rates(level models.Level, title, what string) Panel {
	of := func(series string) string { return taking(series, level) }
	return cells(title,
		"Every "+what+": how many were asked, how many answered, and the rate with its 95 % interval; the lowest first. Without a rate: nobody is known to have been asked, or fewer than answered.",
		"percentunit", now("asked", of(invitedSeries)), now("answered", of(answeredSeries)), now("rate", of(rateSeries)),
		now("lower", of(rateLowerSeries)), now("upper", of(rateUpperSeries))).joined(string(level), "rate").decimals(1).
		with("asked", set("unit", "locale"), set("decimals", 0)).
		with("answered", set("unit", "locale"), set("decimals", 0))
}

// unaskedCourse sets responses that were asked for against others, over time.
func unaskedCourse() Panel {
	of := func(series string) string { return taking(series, models.CompanyLevel) }
	return lines("Asked for and unasked",
		"Responses in the window chosen that were asked for, or may have been, and those that were given unasked. Who speaks unasked has a reason to: more of them are very pleased or very displeased.",
		"locale", query("asked for", of(answeredSeries)), query("unasked", of(unaskedSeries)))
}

// unaskedWhere is what part of the responses came unasked, by channel.
func unaskedWhere() Panel {
	unasked := taking(unaskedSeries, "channel")
	return bars("Unasked, by channel", "The part of the responses in the window chosen that was given unasked, in each channel.",
		"percentunit", "channel", "none", now("unasked", fmt.Sprintf("%s / (%[1]s + %s)", unasked, taking(answeredSeries, "channel")))).
		joined("channel", "unasked").decimals(1)
}
