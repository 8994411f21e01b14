package deploy

import (
	"fmt"
	"testing"
)

// Two replicas publish the same: nothing may be counted twice.
func TestValueOfAPromoterIsToldOnce(t *testing.T) {
	series := map[string]string{}
	for _, instance := range []string{"a", "b"} {
		of := fmt.Sprintf(`{workspace="w",metric="nps",instance=%q,`, instance)
		for category, mean := range map[string]string{"promoter": "420.5", "passive": "300", "detractor": "210"} {
			labels := of + fmt.Sprintf(`kpi="revenue",category=%q}`, category)
			series["cx_person_kpi_mean"+labels], series["cx_person_kpi_persons"+labels] = mean, "40"
			series["cx_person_kpi_mean"+of+fmt.Sprintf(`kpi="retention",category=%q}`, category)] = "0.9"
		}
		series["cx_person_kpi_difference"+of+`kpi="revenue"}`] = "210.5"
		series["cx_person_kpi_period_start_timestamp_seconds"+of+`kpi="revenue"}`] = "86400"
		for _, window := range []string{"28d", "365d"} {
			for n, cell := range map[int][2]string{
				12: {"detractor", "promoter"}, 20: {"detractor", "passive"}, 28: {"detractor", "detractor"},
				5: {"promoter", "detractor"}, 15: {"promoter", "passive"}, 30: {"promoter", "promoter"}, 7: {"passive", "promoter"},
			} {
				series["cx_category_conversions"+of+fmt.Sprintf(`window=%q,from=%q,to=%q}`, window, cell[0], cell[1])] = fmt.Sprint(n)
			}
		}
	}
	panels := queriesOf(t, "value-of-a-promoter.json", "w", "nps")
	expect := func(panel string, samples ...sample) expectedSamples {
		if panels[panel] == "" {
			t.Fatalf("there is no query %q", panel)
		}
		return expectedSamples{Expr: panels[panel], EvalTime: "5m", Samples: samples}
	}
	evaluate(t, series, []expectedSamples{
		expect("A promoter brings more than a detractor by A", sample{"{}", 210.5}),
		expect("Figures since A", sample{"{}", 86_400_000}),
		expect("Worth of a person by category A", sample{`{category="promoter"}`, 420.5}, sample{`{category="passive"}`, 300}, sample{`{category="detractor"}`, 210}),
		expect("Detractors turned promoters, net A", sample{"{}", 7}),
		expect("From category to category A", sample{`{from="detractor"}`, 12}, sample{`{from="promoter"}`, 30}, sample{`{from="passive"}`, 7}),
		expect("From category to category C", sample{`{from="detractor"}`, 28}, sample{`{from="promoter"}`, 5}),
		expect("Conversions, in percent of those who could A", sample{"{}", 20}),
		expect("Conversions, in percent of those who could B", sample{"{}", 10}),
	})
}
