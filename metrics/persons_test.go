package metrics

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/mittari/mittari/models"
)

// worth are persons with an answer and a figure each.
func worth(pairs ...[2]float64) []models.PersonFigure {
	var figures []models.PersonFigure
	for _, p := range pairs {
		figures = append(figures, models.PersonFigure{Answered: true, Answer: p[0], Observed: true, Figure: p[1], N: 1})
	}
	return figures
}

// linkedShop is a shelf with answers to a metric of customers and one of employees, and figures of persons.
func linkedShop(t *testing.T) (*shelf, *Exporter) {
	t.Helper()
	s := trade("2026-11-20T21:55:00Z", "Europe/Helsinki") // five minutes to midnight
	for range 6 {
		s.answer(t, "bank", 1, nps("desk", 9))
		s.answer(t, "bank", 1, models.Submission{Metric: "enps", Score: value(9)})
	}
	s.link("bank", "sales", worth([2]float64{9, 10}, [2]float64{10, 20}, [2]float64{8, 7}, [2]float64{3, 4}, [2]float64{0, 6})...)
	today := models.DayOf(s.clock(), mustZone(t, "Europe/Helsinki"))
	s.convert("bank", "nps", models.ConversionCount{Day: today - 30, From: 2, To: 10, N: 3}, models.ConversionCount{Day: today, From: 9, To: 9, N: 1})
	e := newExporter(t, s)
	refreshPersons(t, e)
	return s, e
}

// refreshPersons asks what may have changed, as of now, and publishes the answers.
func refreshPersons(t *testing.T, e *Exporter) {
	t.Helper()
	refresh(t, e)
	if err := e.RefreshPersons(t.Context()); err != nil {
		t.Fatal(err)
	}
	refresh(t, e)
}

func TestWhatCategoriesAreWorthIsPublished(t *testing.T) {
	_, e := linkedShop(t)
	of := `{workspace="bank",kpi="sales",metric="nps"`
	wantLines(t, scores(t, e, "cx_person_kpi_mean"), "cx_person_kpi_mean"+of+`,category="promoter"} 15`,
		"cx_person_kpi_mean"+of+`,category="passive"} 7`, "cx_person_kpi_mean"+of+`,category="detractor"} 5`)
	wantLines(t, scores(t, e, "cx_person_kpi_persons"), "cx_person_kpi_persons"+of+`,category="promoter"} 2`,
		"cx_person_kpi_persons"+of+`,category="passive"} 1`, "cx_person_kpi_persons"+of+`,category="detractor"} 2`)
	wantLines(t, scores(t, e, "cx_person_kpi_difference"), "cx_person_kpi_difference"+of+"} 10")
	wantLines(t, scores(t, e, "cx_person_kpi_period_start_timestamp_seconds"), "cx_person_kpi_period_start_timestamp_seconds"+of+"} 1.7356824e+09")
	if one := scores(t, e, "cx_person_kpi_mean_lower", `category="passive"`); len(one) != 0 || len(scores(t, e, "cx_person_kpi_mean_upper")) != 2 {
		t.Errorf("one person has an interval: %v", one)
	}
}

func TestConversionsArePublishedByWindow(t *testing.T) {
	_, e := linkedShop(t)
	of := `cx_category_conversions{workspace="bank",metric="nps",`
	wantLines(t, scores(t, e, "cx_category_conversions", `from="detractor",to="promoter"`), of+`from="detractor",to="promoter",window="today"} 0`,
		of+`from="detractor",to="promoter",window="7d"} 0`, of+`from="detractor",to="promoter",window="28d"} 0`,
		of+`from="detractor",to="promoter",window="90d"} 3`, of+`from="detractor",to="promoter",window="365d"} 3`)
	if all := scores(t, e, "cx_category_conversions"); len(all) != 9*5 {
		t.Errorf("%d series", len(all))
	}
}

func TestNothingOfAnonymousAnswersIsLinkedWithPersons(t *testing.T) {
	s, e := linkedShop(t)
	for _, asked := range s.questionsOf("bank") {
		if strings.Contains(asked, "enps") {
			t.Errorf("asked: %s", asked)
		}
	}
	raised := models.Anonymity{Employees: 5, EmployeeComments: 10, Customers: 3}
	s.define("bank", raised.Apply(models.StandardMetrics()["nps"]))
	for _, name := range []string{"cx_person_kpi_mean", "cx_person_kpi_persons", "cx_category_conversions"} { // at once, not when they are next asked
		if left := scores(t, e, name); len(left) != 0 {
			t.Errorf("%v", left)
		}
	}
	staff := kpiOf("sales", models.EmployeeKPI, models.BySum)
	s, e = linkedShop(t)
	s.defineKPI("bank", staff)
	wantLines(t, scores(t, e, "cx_person_kpi_mean"))
}

func TestOnlyWhatMayHaveChangedIsAskedAgain(t *testing.T) {
	s, e := linkedShop(t)
	today := models.DayOf(s.clock(), mustZone(t, "Europe/Helsinki"))
	before, err := models.ParseDay("2024-12-31")
	if err != nil {
		t.Fatal(err)
	}
	s.pass(time.Minute) // what the first reading may have overlooked is looked at once more
	refreshPersons(t, e)
	s.questionsOf("bank")
	for _, c := range []struct {
		name  string
		do    func()
		asked string
	}{
		{"nothing", func() {}, ""},
		{"an answer of today", func() { s.convert("bank", "nps", models.ConversionCount{Day: today, From: 0, To: 0, N: 1}) }, "nps"},
		{"an answer of before the figures' year", func() { s.convert("bank", "nps", models.ConversionCount{Day: before}) }, "nps, nps by sales"},
		{"a figure", func() { s.link("bank", "sales", worth([2]float64{9, 1})...) }, "nps by sales"},
		{"another KPI's figure", func() { s.link("bank", "margin", worth([2]float64{9, 1})...) }, "nps by margin"},
		{"a redefinition", func() { s.defineKPI("bank", kpiOf("sales", models.OperationalKPI, models.BySum)) }, "nps by sales"},
		{"a target, which is none", func() { s.aim("bank", models.Target{Metric: "nps", Level: "company"}) }, ""},
		{"another day", func() { s.pass(5 * time.Minute) }, "nps"},
	} {
		s.pass(time.Second)
		c.do()
		refreshPersons(t, e)
		if asked := strings.Join(s.questionsOf("bank"), ", "); asked != c.asked {
			t.Errorf("%s: asked %q, want %q", c.name, asked, c.asked)
		}
	}
}

func TestAQuestionThatFailsIsAskedAgainAndWhatWasToldStays(t *testing.T) {
	s, e := linkedShop(t)
	s.link("bank", "sales", worth([2]float64{9, 1})...)
	refresh(t, e)
	s.fail(errors.New("the database is away"))
	if err := e.RefreshPersons(t.Context()); err == nil {
		t.Error("the failure is not told")
	}
	s.fail(nil)
	if told := scores(t, e, "cx_person_kpi_mean", "promoter"); len(told) != 1 || !strings.HasSuffix(told[0], " 15") {
		t.Errorf("%v", told)
	}
	refreshPersons(t, e)
	if told := scores(t, e, "cx_person_kpi_mean", "promoter"); len(told) != 1 || !strings.HasSuffix(told[0], " 1") {
		t.Errorf("%v", told)
	}
}

// patient is a shelf whose questions about persons wait until they are let go.
type patient struct {
	*shelf
	begun, letGo chan struct{}
}

func (s patient) EachConversion(ctx context.Context, workspace string, q models.ConversionQuery, do func(models.ConversionCount) error) error {
	s.begun <- struct{}{}
	<-s.letGo
	return s.shelf.EachConversion(ctx, workspace, q, do)
}

func TestScoresAreRefreshedWhileQuestionsAboutPersonsAreAsked(t *testing.T) {
	s := newShelf("2026-11-20T12:00:00Z")
	s.open("bank", "UTC")
	s.answer(t, "bank", 1, nps("desk", 9))
	source := patient{s, make(chan struct{}), make(chan struct{})}
	e, err := New(Config{Source: source, Now: s.clock, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	refresh(t, e)
	asked := make(chan error)
	go func() { asked <- e.RefreshPersons(t.Context()) }()
	<-source.begun
	s.answer(t, "bank", 1, nps("desk", 0))
	wantLines(t, scores(t, e, "cx_score_sample_size", `level="company"`, `window="today"`), `cx_score_sample_size{workspace="bank",metric="nps",level="company",window="today"} 2`)
	close(source.letGo)
	if err := <-asked; err != nil {
		t.Error(err)
	}
	go func() { asked <- e.RefreshPersons(t.Context()) }() // for the answer came meanwhile
	<-source.begun
	if err := <-asked; err != nil {
		t.Error(err)
	}
}
