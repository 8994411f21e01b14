package grafana

import (
	"fmt"
	"strings"

	"github.com/mittari/mittari/models"
)

// togetherUID is the address of Customers, staff, money: /d/mittari-customers-staff-money.
const togetherUID = "mittari-customers-staff-money"

// Together sets what customers say, how the staff are and what the bank account
// says above one another on one time axis. On the left everything is in its own
// unit. On the right it is standardised: shares, euros and points turn on one
// scale, whatever the time shown is, where a change against a fixed time before
// would hide a turn for as long as that time and need it in the history.
func Together() Dashboard {
	return dashboard(togetherUID, "Mittari: Customers, staff, money",
		"The accounts tell yesterday, the customers today, the staff tomorrow: scores beside business figures on one time axis, and where each of them turns.",
		"now-2y", togetherVariables(), []section{
			{"Customers: today", []Panel{
				inOwnUnits("Customers", "What customers answer, and the figures of customers and operations", "score", customersScore(), customersKPIs).size(12, 10),
				turns("Where customers turn", customersKPIs, nil).size(12, 10),
			}},
			{"Staff: tomorrow", []Panel{
				inOwnUnits("Staff", "What the staff answer, and the figures of the staff", "staff's score", staffScore(), staffKPIs).size(12, 10),
				turns("Where the staff turn", staffKPIs, []Target{query(inGroup("staff's score"), standardised(staffScore()))}).size(12, 10),
			}},
			{"Money: yesterday", []Panel{
				inOwnUnits("Money", "The financial figures, and what customers answer", "score", customersScore(), moneyKPIs).size(12, 10),
				turns("Where money turns", moneyKPIs, nil).size(12, 10),
			}},
			leadSection(),
			{"What are the latest figures, and of which period?", []Panel{latestFigures().size(24, 12)}},
		})
}

// The matchers of the KPIs of each row.
const (
	customersKPIs = `kind=~"customer|operational",kpi=~"$customer_kpi"`
	staffKPIs     = `kind="employee",kpi=~"$staff_kpi"`
	moneyKPIs     = `kind="financial",kpi=~"$money_kpi"`
)

func togetherVariables() []Variable {
	const figures = kpiSeries + `{workspace="$workspace"`
	row := func(name, title, matchers string) Variable {
		return labelVariable(name, title, "Which figures the row shows. Few at a time are easier to compare.", figures+","+matchers+"}", "kpi", "").many()
	}
	return append(choices(),
		labelVariable("staff", "Staff's metric", "What the staff were asked.", scoreSeries+`{workspace="$workspace"}`, "metric", "pulse"),
		labelVariable("level", "Level", "Whose scores and figures are shown.", figures+"}", "level", string(models.CompanyLevel)),
		labelVariable("group", "Group", "Which of the level: touchpoint, segment, channel or team.", figures+`,level="$level"}`, "$level", "").many(),
		labelVariable("period", "Period", "How long the periods are that a figure is of.", figures+`,level="$level"}`, "period", string(models.MonthLength)),
		row("customer_kpi", "Customers' figures", `kind=~"customer|operational"`),
		row("staff_kpi", "Staff's figures", `kind="employee"`),
		row("money_kpi", "Money's figures", `kind="financial"`),
		leadVariable("staff_lead", "Staff lead by", "By how much the staff are shifted to lie upon the customers.", staffLead),
		leadVariable("customer_lead", "Customers lead by", "By how much the customers' score is shifted to lie upon the figures.", customersLead),
	)
}

// ofGroup is a series of the level and group chosen, by the labels given and the group's own.
// Every replica publishes the same figures: max keeps one of the copies.
func ofGroup(series string, by []string, matchers string) string {
	labels := strings.Join(append(groupLabels(), by...), ",")
	return aggregate("max", series, labels, []string{`workspace="$workspace"`, `level="$level"`, `$level=~"$group"`, matchers})
}

func customersScore() string { return ofGroup(scoreSeries, nil, `metric="$metric",window="$window"`) }

func staffScore() string { return ofGroup(scoreSeries, nil, `metric="$staff",window="$window"`) }

// kpisOf are the figures of the period chosen that fit the matchers.
func kpisOf(matchers string) string {
	return ofGroup(kpiSeries, []string{"kpi", "unit"}, matchers+`,period="$period"`)
}

// inOwnUnits draws a score and figures, shares and others each on an axis of their own.
func inOwnUnits(title, what, name, score, matchers string) Panel {
	p := lines(title,
		what+", as they stood at each moment: the score in points over the window chosen (left), shares in percent and other figures each in its unit (right). "+
			"A figure is of the latest period that there is one of, so it steps when the next one arrives; the table at the bottom says of which period it is.",
		points, query(inGroup(name), score),
		query(inGroup("{{kpi}}"), kpisOf(matchers+fmt.Sprintf(",unit=%q", models.RatioUnit))),
		query(inGroup("{{kpi}}, {{unit}}"), kpisOf(matchers+fmt.Sprintf(",unit!=%q", models.RatioUnit))))
	right := set("custom.axisPlacement", "right")
	return p.withQuery("A", set("custom.axisPlacement", "left")).
		withQuery("B", set("unit", "percentunit"), right).
		withQuery("C", set("unit", "short"), right)
}

// turns draws the figures, further lines and, dashed, the customers' score standardised.
func turns(title, matchers string, further []Target) Panel {
	targets := append([]Target{query(inGroup("customers' score"), standardised(customersScore()))}, further...)
	p := lines(title,
		"Each line's distance from its own mean over the time shown, in its own standard deviations: 0 is usual, 1 and −1 are as far as it commonly goes. So whatever the unit, turns can be compared, "+
			"in this row and with those above and below; the customers' score is in each row, dashed. What turns first may lead. Of costs, absence and the like down is good. Figures arrive after their period is over, "+
			"and two series that both rise look alike by chance: whether one leads is told by the API. A line that never changed is not drawn.",
		"none", append(targets, query(inGroup("{{kpi}}"), standardised(kpisOf(matchers))))...)
	return p.decimals(1).withAll("^customers' score", dashed()...)
}

// standardised is an expression's distance from its mean over the time shown, in standard deviations.
func standardised(expr string) string {
	over := fmt.Sprintf("((%s)[$__range:$__interval] @ end())", expr)
	return fmt.Sprintf("(%s - avg_over_time%s) / (stddev_over_time%[2]s > 0)", expr, over)
}

// latestFigures is the table of all figures at the level chosen.
func latestFigures() Panel {
	column := func(legend, expr string) Target {
		return now(legend, everywhere(expr, "kpi", "kind", "unit", "period"))
	}
	of := func(series string) string { return series + `{workspace="$workspace",level="$level",$level=~"$group"}` }
	return cells("The latest figures",
		"Every figure of the level and group chosen with its unit, the first day of the period that it is of, and its target where one holds today. A period that began long ago says that nobody has sent newer figures.",
		"none", column("figure", of(kpiSeries)), column("target", of(kpiTargetSeries)), column("of the period from", "1000 * "+of(kpiStartSeries))).
		table("kpi", false, "kind", "kpi", "unit", "group", "period").
		with("figure", set("unit", "short"), set("decimals", 3)).with("target", set("unit", "short"), set("decimals", 3)).
		with("of the period from", set("unit", "dateTimeAsLocal"))
}
