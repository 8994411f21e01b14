package grafana

import (
	"fmt"
	"strings"

	"github.com/mittari/mittari/models"
)

// A month's figure is known when the month is over and told until the next one
// is: on average it stands a month after the time that it is of. A score of 28
// days stands 14 days after it. So figures come averageLate days later than scores.
const (
	averageMonth = 30.44
	averageLate  = 16
)

// leads are how many months one line is shifted at most, and what the dashboard begins with.
const (
	maxLead       = 8
	staffLead     = 2
	customersLead = 4
)

// leadSection shows leads: the line that leads is shifted by as much as it leads, so that it lies upon the one that follows.
func leadSection() section {
	const what = "Both lines are distances from their own means in their own standard deviations, as above: the score of 28 days and the figures of months, whatever is chosen for the others. " +
		"The shift allows for a month's figure standing on the time axis %d days later than such a score. Choose the shift at the top with which they lie upon one another best: so much does one lead. " +
		"Of many shifts one always fits best, by chance too: whether the lead is real is told by the API."
	score := ofGroup(scoreSeries, nil, fmt.Sprintf(`metric="$metric",window=%q`, models.DefaultWindow))
	return section{"Who leads, and by how much?", []Panel{
		lines("The staff, shifted, upon the customers", "What the staff are now is what the customers will be. "+fmt.Sprintf(what, averageLate), "none",
			query(inGroup("customers' score"), standardised(score)),
			query(inGroup("{{kpi}}, shifted"), standardised(shifted(monthly(staffKPIs), "$staff_lead")))).
			decimals(1).withAll("^customers' score", dashed()...).size(12, 10),
		lines("The customers, shifted, upon what follows", "What the customers are now is what the figures will be. "+fmt.Sprintf(what, averageLate), "none",
			query(inGroup("customers' score, shifted"), standardised(shifted(score, "$customer_lead"))),
			query(inGroup("{{kpi}}"), standardised(monthly(followingKPIs)))).
			decimals(1).withAll("^customers' score", dashed()...).size(12, 10),
	}}
}

// followingKPIs are those of customers and money.
const followingKPIs = `kind!="employee",kpi=~"$customer_kpi|$money_kpi"`

// monthly are the figures of months that fit the matchers.
func monthly(matchers string) string {
	return ofGroup(kpiSeries, []string{"kpi", "unit"}, matchers+fmt.Sprintf(",period=%q", models.MonthLength))
}

// shifted is a series as it stood so long before.
func shifted(expr, by string) string { return strings.Replace(expr, "}", "} offset "+by, 1) }

// leadVariable offers the shifts: those of the staff less what their figures are
// late, those of the customers more what the figures are late that follow.
func leadVariable(name, title, description string, first int) Variable {
	late := averageLate
	if name == "staff_lead" {
		late = -averageLate
	}
	var choices [][2]string
	for months := range maxLead + 1 {
		text := fmt.Sprint(months, " months")
		if months == 1 {
			text = "1 month"
		}
		choices = append(choices, [2]string{text, fmt.Sprintf("%.0fd", averageMonth*float64(months)+float64(late))})
	}
	return choiceVariable(name, title, description, first, choices)
}
