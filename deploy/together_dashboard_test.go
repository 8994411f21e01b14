package deploy

import (
	"fmt"
	"testing"
)

// Two replicas publish the same of a touchpoint. Sales and the score rise alike
// in units of their own, costs have not changed.
func TestTurnsAreComparedWhateverTheUnit(t *testing.T) {
	series := map[string]string{}
	for _, instance := range []string{"a", "b"} {
		of := fmt.Sprintf(`{workspace="w",instance=%q,level="touchpoint",touchpoint="meeting",`, instance)
		series[`cx_score`+of+`metric="nps",window="28d"}`] = "20+0.25"
		series[`cx_score`+of+`metric="pulse",window="28d"}`] = "70-1"
		for kpi, value := range map[string]string{"sales": "1000000+5000", "costs": "400"} {
			labels := of + fmt.Sprintf(`kpi=%q,kind="financial",unit="EUR",period="month"}`, kpi)
			series["cx_kpi_value"+labels], series["cx_kpi_period_start_timestamp_seconds"+labels] = value, "86400"
		}
		series[`cx_kpi_value`+of+`kpi="sales",kind="financial",unit="EUR",period="year"}`] = "7"
		series[`cx_kpi_value`+of+`kpi="conversion",kind="operational",unit="ratio",period="month"}`] = "0.5"
		series[`cx_kpi_target`+of+`kpi="costs",kind="financial",unit="EUR",period="month",owner="finance"}`] = "300"
	}
	panels := queriesOf(t, "customers-staff-money.json", "w", "nps")
	expect := func(format, panel string, samples ...sample) expectedSamples {
		if panels[panel] == "" {
			t.Fatalf("there is no query %q", panel)
		}
		return expectedSamples{Expr: fmt.Sprintf(format, panels[panel]), EvalTime: "5m", Samples: samples}
	}
	const group = `touchpoint="meeting"`
	figure := func(kpi string) string {
		return fmt.Sprintf(`{level="touchpoint",group="meeting",kpi=%q,kind="financial",unit="EUR",period="month"}`, kpi)
	}
	evaluate(t, series, []expectedSamples{
		expect("%s", "Customers A", sample{"{" + group + "}", 25}),
		expect("%s", "Customers B", sample{"{" + group + `,kpi="conversion",unit="ratio"}`, .5}),
		expect("%s", "Staff A", sample{"{" + group + "}", 50}),
		expect("%s", "Money C", sample{"{" + group + `,kpi="sales",unit="EUR"}`, 1_100_000}, sample{"{" + group + `,kpi="costs",unit="EUR"}`, 400}),
		expect("round(%s, 0.5)", "Where money turns A", sample{"{" + group + "}", 1.5}),
		expect("round(%s, 0.5)", "Where money turns B", sample{"{" + group + `,kpi="sales",unit="EUR"}`, 1.5}),
		expect("round(%s, 0.5)", "Where the staff turn B", sample{"{" + group + "}", -1.5}),
		expect("%s", "Where customers turn B"),
		expect("%s", "The latest figures B", sample{figure("costs"), 300}),
		expect("%s", "The latest figures C", sample{figure("costs"), 86_400_000}, sample{figure("sales"), 86_400_000}),
	})
}
