package api_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/mittari/mittari/models"
	"github.com/mittari/mittari/models/store"
)

type valued struct {
	Metric, KPI, Unit, Answer, Since, Until string
	AddsUp                                  string `json:"adds_up"`
	Persons                                 int64
	WithoutAnswer                           int64 `json:"without_answer"`
	WithoutFigure                           int64 `json:"without_figure"`
	Categories                              []struct {
		Category                          string
		Persons                           *int64
		Mean, Lower, Upper, Median, Total *float64
		ShareOfTotal                      *float64 `json:"share_of_total"`
		Suppressed                        bool
	}
	Difference *struct {
		Mean, Lower, Upper, T, DF, P float64
		Bootstrap                    *struct {
			Lower, Upper float64
			Resamples    int
		}
	}
}

func (c caller) value(t testing.TB, query string) valued {
	t.Helper()
	return read[valued](t, c.get(t, "/v1/analysis/value"+query).want(t, http.StatusOK))
}

// observe defines a KPI and stores observations of it.
func (s *server) observe(t testing.TB, workspace string, k models.KPI, observations ...string) {
	t.Helper()
	if k.Better == "" {
		k.Name, k.Kind, k.Better = k.Key, models.FinancialKPI, "higher"
	}
	if _, _, err := s.store.PutKPI(t.Context(), workspace, k); err != nil {
		t.Fatal(err)
	}
	today, err := models.ParseDay("2026-11-20")
	if err != nil {
		t.Fatal(err)
	}
	var batch []models.AcceptedObservation
	for _, text := range observations {
		var o models.SubmittedObservation
		if err := json.Unmarshal([]byte(text), &o); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		accepted, err := o.Check(models.ObservationRules{KPI: k, Today: today, NewID: store.NewID})
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		batch = append(batch, accepted)
	}
	if _, err := s.store.CommitObservations(t.Context(), workspace, k.Key, batch, models.AllOrNothing); err != nil {
		t.Fatal(err)
	}
}

// customers answers as some hundred people did in the end of 2024, half of them again a year later, and
// tells what they bought in 2025 and whether they stayed.
func customers(t testing.TB, s *server, workspace string) {
	t.Helper()
	admin := s.as(t, workspace)
	var lines strings.Builder
	var bought, stayed []string
	for i := range 132 {
		fmt.Fprintf(&lines, `{"person":"p%d","channel":"%s","collected_at":"2024-12-%02dT10:00:00Z","answers":[{"metric":"nps","score":%d},{"metric":"enps","score":%d}]},`,
			i, []string{"web", "sms"}[i%2], 1+i%28, i%11, i%11)
		if i%2 == 0 {
			fmt.Fprintf(&lines, `{"person":"p%d","channel":"web","collected_at":"2025-%02d-01T10:00:00Z","metric":"nps","score":%d},`, i, 6+i%6, (i+7)%11)
		}
		if i < 3 {
			continue // without figures
		}
		for month := 1; month <= 12; month += 1 + i%3 {
			bought = append(bought, fmt.Sprintf(`{"period":"month","start":"2025-%02d-01","person":"p%d","value":%d.25}`, month, i, 5+i%11*i%40))
		}
		stayed = append(stayed, fmt.Sprintf(`{"period":"year","start":"2025-01-01","person":"p%d","value":%v}`, i, i%11 > 7 || i%5 == 0))
	}
	bought = append(bought, `{"period":"month","start":"2025-01-01","person":"stranger","value":7}`)
	for _, o := range admin.post(t, "/v1/responses/bulk", "["+strings.TrimSuffix(lines.String(), ",")+"]").want(t, http.StatusOK).outcomes(t) {
		if o.Status != http.StatusCreated {
			t.Fatalf("%+v", o)
		}
	}
	s.observe(t, workspace, models.KPI{Key: "revenue", Unit: "EUR", AddsUp: models.BySum}, bought...)
	s.observe(t, workspace, models.KPI{Key: "retained", Unit: models.RatioUnit, AddsUp: models.ByMean, YesNo: true}, stayed...)
	s.observe(t, workspace, models.KPI{Key: "unused", Unit: "EUR", AddsUp: models.BySum})
}

func TestValueTellsWhatPeopleAreWorthByWhatTheyAnswered(t *testing.T) {
	t.Parallel()
	g := goldenFile(t, "value")
	onEachDatabase(t, func(t *testing.T, s *server) {
		customers(t, s, home)
		reader := s.as(t, home, models.ReadScores)
		for _, query := range []string{
			"value?metric=nps&kpi=revenue", "value?metric=nps&kpi=retained", "value?metric=nps&kpi=revenue&since=2025-06-01&until=2025-09-01&answer=mean&channel=web",
			"value?metric=csat&kpi=revenue", "value?metric=nps&kpi=unused", "value?metric=enps&kpi=revenue",
			"conversions?metric=nps&since=2025-01-01&until=2026-01-01", "conversions?metric=nps&since=2025-06-01&until=2025-09-01&interval=month&channel=web",
			"conversions?metric=nps&window=today", "conversions?metric=enps",
		} {
			g.check(t, query, reader.get(t, "/v1/analysis/"+query))
		}
		again, first := reader.value(t, "?metric=nps&kpi=revenue"), reader.value(t, "?metric=nps&kpi=revenue")
		if *again.Difference.Bootstrap != *first.Difference.Bootstrap {
			t.Errorf("%+v, then %+v", first.Difference, again.Difference)
		}
	})
}

func TestFaultsOfAnalysesAreNamedAtOnce(t *testing.T) {
	t.Parallel()
	g := goldenFile(t, "value_faults")
	s := newServer(t, setup{})
	admin := s.as(t, home)
	g.check(t, "no KPI yet", admin.get(t, "/v1/analysis/value?metric=nps"))
	s.observe(t, home, models.KPI{Key: "revenue", Unit: "EUR", AddsUp: models.BySum})
	for _, query := range []string{
		"value", "value?metric=npx&kpi=profit&answer=best&until=2025-01-01&window=28d", "value?metric=nps&kpi=revenue&since=2025-02-01&until=2025-02-01",
		"value?metric=nps&kpi=revenue&since=x&until=y", "conversions", "conversions?metric=npx&interval=year&since=2025-01-01&window=7d&person=p", "conversions?metric=nps&kpi=revenue",
		"conversions?metric=nps&since=1980-01-01&until=2026-01-01&interval=day",
	} {
		g.check(t, query, admin.get(t, "/v1/analysis/"+query))
	}
}

// Otherwise whoever may write figures could write one person's, and see whose mean it moves.
func TestAnonymousAnswersAreNotLinkedWithPersons(t *testing.T) {
	t.Parallel()
	onEachDatabase(t, func(t *testing.T, s *server) {
		customers(t, s, home)
		admin, reader := s.as(t, home), s.as(t, home, models.ReadScores, models.ReadResponses, models.WriteObservations)
		asked := []string{"value?metric=nps&kpi=revenue", "conversions?metric=nps&since=2025-01-01&until=2026-01-01"}
		for _, query := range asked {
			reader.get(t, "/v1/analysis/"+query).want(t, http.StatusOK)
		}
		admin.send(t, "PUT", "/v1/anonymity", `{"employees":5,"employee_comments":10,"customers":25}`).want(t, http.StatusOK)
		for _, query := range append(asked, "value?metric=pulse&kpi=revenue", "conversions?metric=pulse") {
			p := wantProblem(t, reader.get(t, "/v1/analysis/"+query), http.StatusForbidden, "forbidden")
			if !strings.Contains(p.Detail, "anonymous") || !strings.Contains(p.Detail, "admin") {
				t.Errorf("%s does not say why: %s", query, p.Detail)
			}
		}
		v := admin.value(t, "?metric=nps&kpi=revenue&channel=web")
		for _, c := range v.Categories {
			if small := c.Category != "detractor"; c.Suppressed != small || small && (c.Persons != nil || c.Mean != nil) {
				t.Errorf("%+v", c)
			}
		}
		if v.Difference != nil {
			t.Errorf("a difference of few: %+v", v.Difference)
		}
		list := read[struct {
			Metric      string
			Conversions []struct {
				Since, Until string
				Pairs, Net   *int64
				Matrix       []any
				Suppressed   bool
			}
		}](t, admin.get(t, "/v1/analysis/conversions?metric=nps&since=2025-07-01&until=2025-09-01&interval=month").want(t, http.StatusOK))
		for _, c := range list.Conversions {
			if !c.Suppressed || c.Pairs != nil {
				t.Errorf("%+v", c)
			}
		}
	})
}

func TestCategoriesOfAValueAreAllPersonsOnce(t *testing.T) {
	t.Parallel()
	onEachDatabase(t, func(t *testing.T, s *server) {
		customers(t, s, home)
		for _, answer := range models.AnswerChoices() {
			v := s.as(t, home).hasty().value(t, "?metric=nps&kpi=revenue&since=2025-01-01&answer="+string(answer))
			var persons int64
			for _, c := range v.Categories {
				persons += *c.Persons
			}
			if persons != 129 || v.Persons != persons || v.WithoutAnswer != 1 || v.WithoutFigure != 3 || v.Since != "2025-01-01" || v.Until != "2026-01-01" {
				t.Errorf("%s: %+v", answer, v)
			}
		}
	})
}
