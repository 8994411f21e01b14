package sample

import (
	"testing"
	"time"

	"github.com/mittari/mittari/models"
)

func TestEveryFigurePassesTheChecks(t *testing.T) {
	for _, name := range []string{"Europe/Helsinki", "UTC", "America/St_Johns"} {
		zone := zoneOf(name)
		b := NewBank(3, time.Date(2026, 4, 1, 0, 30, 0, 0, zone), zone)
		kpis, used := map[string]models.KPI{}, map[string]int{}
		for _, k := range b.KPIs() {
			if err := k.Check(); err != nil {
				t.Errorf("%s: %v", k.Key, err)
			}
			kpis[k.Key] = k
		}
		type slot struct {
			kpi         string
			observation models.Observation
		}
		slots, before := map[slot]bool{}, ""
		for kpi, o := range b.Observations() {
			accepted, err := o.Check(models.ObservationRules{KPI: kpis[kpi], Today: b.last, NewID: func() string { return "id" }})
			if err != nil {
				t.Fatalf("%s: %s %s: %v", name, kpi, o.Start, err)
			}
			s := slot{kpi, accepted.Observation().Slot()}
			if slots[s] {
				t.Fatalf("%s is told twice", kpi)
			}
			if over := o.Period.Next(s.observation.Start); over > b.last {
				t.Fatalf("%s of %s is known before it is over", kpi, o.Start)
			}
			slots[s], before = true, kpi
			used[kpi]++
		}
		for key := range kpis {
			if used[key] < figuresMonths {
				t.Errorf("%s has %d figures (the last was %s's)", key, used[key], before)
			}
		}
		for _, target := range b.KPITargets() {
			if err := target.Check(); err != nil || used[target.KPI] == 0 {
				t.Errorf("target of %s: %v", target.KPI, err)
			}
		}
	}
}

func TestFiguresAreFewEnoughToBeLoadedAtTheStart(t *testing.T) {
	if n := len(observed()); n < 20_000 || n > 40_000 {
		t.Errorf("%d figures, want 20,000 to 40,000", n)
	}
}

func TestNoFigureIsOfFewEmployees(t *testing.T) {
	for _, f := range observed() {
		if (f.kpi == engagement || f.kpi == absence) && (f.Person != "" || f.Team == "" || *f.Size < float64(models.DefaultAnonymity().Employees)) {
			t.Fatalf("%s of %s in %s is of %v", f.kpi, f.Team, f.Start, f.Size)
		}
	}
}

func TestConversionIsOfAllWhoWalk(t *testing.T) {
	steps := map[string][2]float64{} // came, went on
	for _, f := range observed() {
		if f.kpi == conversion {
			of := steps[f.Touchpoint]
			steps[f.Touchpoint] = [2]float64{of[0] + *f.Size, of[1] + *f.Size*f.Value.N}
		}
	}
	b := friday()
	for i, s := range b.journey.steps {
		of := steps[s.touchpoint]
		if share := of[1] / of[0]; share < s.goesOn-0.12 || share > s.goesOn+0.12 {
			t.Errorf("%.2f go on from %s, want about %.2f", share, s.touchpoint, s.goesOn)
		}
		if i > 0 {
			if from := steps[b.journey.steps[i-1].touchpoint]; of[0] < 0.97*from[1] || of[0] > 1.03*from[1] {
				t.Errorf("%.0f came to %s, %.0f went on from the step before", of[0], s.touchpoint, from[1])
			}
		}
	}
}
