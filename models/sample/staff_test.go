package sample

import (
	"testing"
	"time"

	"github.com/mittari/mittari/models"
)

func TestNoGroupOfStaffIsTooSmallToBeShown(t *testing.T) {
	b := friday()
	type group struct {
		day          models.Day
		team, metric string
	}
	groups := map[group]int64{}
	people := map[string]string{}
	for _, s := range said() {
		for _, a := range s.Answers {
			if b.metrics[a.Metric].Audience != models.Employee {
				continue
			}
			groups[group{models.DayOf(*s.CollectedAt, b.zone), s.Team, a.Metric}]++
			if s.Segment != "" || a.Comment != "" || people[s.Person] != "" && people[s.Person] != s.Team {
				t.Fatalf("%s says more of an employee than the team", s.SubmissionID)
			}
			people[s.Person] = s.Team
		}
	}
	if want := 6 * (36*1 + 12*5); len(groups) != want {
		t.Errorf("%d groups of employees, want %d: six teams, 36 months of pulse, 12 quarters of five metrics", len(groups), want)
	}
	for g, n := range groups {
		if n < models.DefaultAnonymity().Employees {
			t.Errorf("%v has %d answers, want %d at least", g, n, models.DefaultAnonymity().Employees)
		}
	}
}

func TestAWaveOfTheStaffIsHandedInWholeWhenItHasClosed(t *testing.T) {
	zone := zoneOf("Europe/Helsinki")
	monday := time.Date(2026, 11, 9, 0, 0, 0, 0, zone) // the 8th is a Sunday
	for _, c := range []struct {
		at   time.Time
		want bool
	}{
		{monday.Add(-1), false},
		{monday.Add(15*time.Hour + 59*time.Minute), false},
		{monday.Add(16 * time.Hour), true},
	} {
		b := NewBank(1, c.at, zone)
		teams := map[string]int{}
		for s := range b.Submissions() {
			if s.Survey == staffPulse && !s.CollectedAt.Before(monday.AddDate(0, 0, -2)) {
				teams[s.Team]++
			}
		}
		if got := len(teams) == 6; got != c.want || !c.want && len(teams) > 0 {
			t.Errorf("at %v the wave has answers by team %v, want it handed in: %v", c.at, teams, c.want)
		}
	}
}
