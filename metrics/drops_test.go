package metrics

import (
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/mittari/mittari/models"
)

// past is an NPS answer of so many days before the moment given.
func past(t *testing.T, now string, days, answer int) models.Submission {
	t.Helper()
	at, err := time.Parse(time.RFC3339, now)
	if err != nil {
		t.Fatal(err)
	}
	at = at.AddDate(0, 0, -days)
	s := nps("checkout", answer)
	s.CollectedAt = &at
	return s
}

func TestDropsLookAtClosedDaysOnly(t *testing.T) {
	const noon = "2026-03-28T12:00:00+02:00" // the night after has 23 hours in Helsinki
	var answers []models.Submission
	for day := 1; day <= 120; day++ {
		for i := range 10 {
			answers = append(answers, past(t, noon, day, 4+i%7)) // 4…10
		}
	}
	s := newShelf(noon)
	s.open("bank", "Europe/Helsinki")
	for _, a := range answers {
		s.answer(t, "bank", 1, a)
	}
	e := newExporter(t, s)
	refresh(t, e)
	before := scores(t, e, "cx_score_drop_z", `level="company"`, `arm="day"`)
	if len(before) != 1 {
		t.Fatalf("the day's drop is told %d times: %v", len(before), before)
	}
	s.answer(t, "bank", 30, nps("checkout", 0)) // today's, all detractors
	refresh(t, e)
	wantLines(t, scores(t, e, "cx_score_drop_z", `level="company"`, `arm="day"`), before...)
	wantLines(t, scores(t, e, "cx_score_drop_sample_size", `level="company"`), // the day, the week, 28 days
		`cx_score_drop_sample_size{workspace="bank",metric="nps",level="company",arm="day"} 10`,
		`cx_score_drop_sample_size{workspace="bank",metric="nps",level="company",arm="week"} 70`,
		`cx_score_drop_sample_size{workspace="bank",metric="nps",level="company",arm="month"} 280`)

	s.pass(12 * time.Hour) // past midnight
	refresh(t, e)
	wantLines(t, scores(t, e, "cx_score_drop_sample_size", `level="touchpoint"`, `arm="day"`),
		`cx_score_drop_sample_size{workspace="bank",metric="nps",level="touchpoint",touchpoint="checkout",arm="day"} 30`)
}

func TestLateAnswerCorrectsAClosedDay(t *testing.T) {
	const noon = "2026-11-20T12:00:00+02:00"
	s, e := open(t, noon, past(t, noon, 40, 9), past(t, noon, 1, 9))
	refresh(t, e)
	s.answer(t, "bank", 1, past(t, noon, 1, 0))
	refresh(t, e)
	wantLines(t, scores(t, e, "cx_score_drop_points", `level="company"`, `arm="day"`),
		`cx_score_drop_points{workspace="bank",metric="nps",level="company",arm="day"} 100`)
}

func TestSettingsOfDropDetectionCount(t *testing.T) {
	const noon = "2026-11-20T12:00:00+02:00"
	var answers []models.Submission
	for day := 1; day <= 60; day++ {
		for i := range 20 {
			answers = append(answers, past(t, noon, day, 4+i%7-min(4, 7/day)))
		}
	}
	z := func(floor float64) (z float64) {
		s, _ := open(t, noon, answers...)
		watch := models.DefaultWatch()
		for i := range watch.Arms {
			watch.Arms[i].Floor = floor
		}
		e, err := New(Config{Source: s, Log: slog.New(slog.DiscardHandler), Now: s.clock, Watch: watch})
		if err != nil {
			t.Fatal(err)
		}
		refresh(t, e)
		line := scores(t, e, "cx_score_drop_z", `level="company"`, `arm="week"`)[0]
		if _, err := fmt.Sscan(line[strings.LastIndexByte(line, ' '):], &z); err != nil {
			t.Fatalf("%v in %s", err, line)
		}
		return z
	}
	if sure, unsure := z(0), z(50); sure <= 2*unsure {
		t.Errorf("with a floor of 50 points the drop is as sure (%v) as without (%v)", unsure, sure)
	}
}

func TestTargetHoldsFromItsDayOn(t *testing.T) {
	const noon = "2026-11-20T12:00:00Z"
	var answers []models.Submission
	for day := 1; day <= 28; day++ {
		answers = append(answers, past(t, noon, day, 9), past(t, noon, day, 7), past(t, noon, day, 0))
	}
	s, e := open(t, noon, answers...)
	today := models.DayOf(s.clock(), time.UTC)
	s.aim("bank", models.Target{Metric: "nps", Level: "touchpoint", Key: "checkout", Value: 60, From: today - 30, Owner: "shop-team"})
	s.aim("bank", models.Target{Metric: "nps", Level: "touchpoint", Key: "checkout", Value: -20, From: today + 1, Owner: "web-team"})
	wantLines(t, scores(t, e, "cx_score_target"),
		`cx_score_target{workspace="bank",metric="nps",level="touchpoint",touchpoint="checkout",owner="shop-team"} 60`)
	z := scores(t, e, "cx_score_target_z")
	if len(z) != 1 || strings.Contains(z[0], "} -") {
		t.Errorf("a score of 0 is not below 60: %v", z)
	}
	s.pass(24 * time.Hour)
	wantLines(t, scores(t, e, "cx_score_target"),
		`cx_score_target{workspace="bank",metric="nps",level="touchpoint",touchpoint="checkout",owner="web-team"} -20`)
	if z := scores(t, e, "cx_score_target_z"); len(z) != 1 || !strings.Contains(z[0], "} -") {
		t.Errorf("a score of 0 is below -20: %v", z)
	}
}

func TestDropsThatWebhooksAreToldOfAreThoseOfTheSeriesThatAlertsFireFor(t *testing.T) {
	const noon = "2026-11-20T12:00:00+02:00"
	var answers []models.Submission
	for day := 1; day <= 100; day++ {
		for i := range 40 {
			score := 7 + i%4
			if day == 1 {
				score = i % 7 // yesterday, detractors
			}
			answers = append(answers, past(t, noon, day, score))
		}
		low := past(t, noon, day, 0) // one a day, always bad: no drop, and too few for an alert
		low.Touchpoint = "complaints"
		answers = append(answers, low)
	}
	s, e := open(t, noon, answers...)
	if drops := e.Drops(); len(drops) != 0 {
		t.Errorf("before anything was read: %+v", drops)
	}
	refresh(t, e)
	told := map[string]models.ScoreDrop{}
	for _, d := range e.Drops()["bank"] {
		told[string(d.Level)+"/"+d.Key+"/"+d.Arm] = d
	}
	today := models.DayOf(s.clock(), mustZone(t, "Europe/Helsinki"))
	company, there := told["company//day"]
	if !there || company.Until != today || company.Since != today-1 || company.SampleSize != 41 || company.Metric != "nps" {
		t.Fatalf("%+v", told)
	}
	wantLines(t, scores(t, e, "cx_score_drop_points", `level="company"`, `arm="day"`),
		fmt.Sprintf(`cx_score_drop_points{workspace="bank",metric="nps",level="company",arm="day"} %v`, company.Points))
	wantLines(t, scores(t, e, "cx_score_drop_z", `level="company"`, `arm="day"`),
		fmt.Sprintf(`cx_score_drop_z{workspace="bank",metric="nps",level="company",arm="day"} %v`, company.Z))
	if _, there := told["touchpoint/checkout/day"]; !there || told["touchpoint/complaints/day"] != (models.ScoreDrop{}) {
		t.Errorf("%+v", told)
	}
	s.pass(24 * time.Hour) // a day without answers
	refresh(t, e)
	for _, d := range e.Drops()["bank"] {
		if d.Arm == "day" {
			t.Errorf("a day later the drop is told still: %+v", d)
		}
	}
}
