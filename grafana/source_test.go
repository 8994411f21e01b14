package grafana_test

import (
	"context"
	"time"

	"github.com/mittari/mittari/models"
)

// shop is a source with 300 days of answers, lower for the last ten closed ones:
// every series of the scores has something to say of it.
type shop struct{ today models.Day }

func openShop(now time.Time) shop { return shop{today: models.DayOf(now, time.UTC)} }

func (s shop) FindWorkspaces(context.Context) ([]models.Workspace, error) {
	return []models.Workspace{{Key: "shop", Name: "Shop", TimeZone: "UTC"}}, nil
}

func (s shop) FindMetrics(context.Context, string) (models.Metrics, error) {
	return models.StandardMetrics(), nil
}

func (s shop) keys() models.Keys {
	return models.Keys{models.Survey: "order", models.Touchpoint: "checkout", models.Channel: "web", models.Segment: "new", models.Team: "north"}
}

func (s shop) FindEntries(context.Context, string, models.Kind) ([]models.Entry, error) {
	entries := []models.Entry{{Kind: models.JourneyKind, Key: "purchase", Touchpoints: []string{"checkout"}}}
	for d, key := range s.keys() {
		entries = append(entries, models.Entry{Kind: models.Kind(models.Dimension(d).String()), Key: key})
	}
	return entries, nil
}

func (s shop) FindTargets(context.Context, string) ([]models.Target, error) {
	return []models.Target{{Metric: "nps", Level: models.CompanyLevel, Value: 40, From: s.today - 100, Owner: "sales"}}, nil
}

func (s shop) FindModels(context.Context, string) ([]models.CompanyModel, error) {
	return []models.CompanyModel{{Metric: "nps", Level: "segment", Weights: map[string]float64{"new": 3, "regular": 2}}}, nil
}

func (s shop) FindRevisions(context.Context, time.Time) ([]models.Revision, error) { return nil, nil }

func (s shop) EachCount(_ context.Context, _, metric string, p models.Period, do func(models.Count) error) error {
	if day := s.today - 3; metric == models.ParticipationKey(models.Customer) && day >= p.Since && day < p.Until {
		for score, n := range map[int]int64{models.Unasked: 3, models.Answered: 67, models.Invited: 400} {
			if err := do(models.Count{Metric: metric, Day: day, Keys: s.keys(), Score: score, N: n}); err != nil {
				return err
			}
		}
	}
	if metric != "" && metric != "nps" {
		return nil
	}
	for day := max(p.Since, s.today-300); day < min(p.Until, s.today+1); day++ {
		promoters := int64(20)
		if day >= s.today-10 {
			promoters = 5
		}
		for score, n := range map[int]int64{10: promoters, 8: 10, 3: 40 - promoters} {
			if err := do(models.Count{Metric: "nps", Day: day, Keys: s.keys(), Score: score, N: n}); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s shop) FindArrivals(context.Context, string) ([]models.ArrivalCount, error) {
	return []models.ArrivalCount{{Arrival: models.Arrival{Metric: "nps", Touchpoint: "checkout", Segment: "new", Channel: "web"}, N: 7}}, nil
}

func (s shop) AnonymityByWorkspace(context.Context, string) (models.Anonymity, error) {
	return models.DefaultAnonymity(), nil
}

func (s shop) FindKPIs(context.Context, string) ([]models.KPI, error) {
	return []models.KPI{{Key: "sales", Kind: models.FinancialKPI, Unit: "EUR", AddsUp: models.BySum}}, nil
}

func (s shop) FindKPITargets(context.Context, string) ([]models.KPITarget, error) {
	return []models.KPITarget{{KPI: "sales", Period: models.DayLength, Level: "touchpoint", Key: "checkout", Value: 900, From: s.today - 100, Owner: "sales"}}, nil
}

func (s shop) EachKPIPart(_ context.Context, _, _ string, p models.Period, do func(models.KPIPart) error) error {
	for day := max(p.Since, s.today-300); day < min(p.Until, s.today); day++ {
		for _, d := range models.KPIDimensions() {
			part := models.KPIPart{KPISum: models.KPISum{Value: 1000}, Period: models.DayLength, Start: day, Grain: models.Grain(d.String()), Keys: models.Keys{}}
			part.Keys[d] = s.keys()[d]
			if err := do(part); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s shop) FindInvitationArrivals(context.Context, string) ([]models.InvitationCount, error) {
	keys := s.keys()
	keys[models.Team] = ""
	return []models.InvitationCount{{Audience: models.Customer, Keys: keys, N: 400}}, nil
}

func (s shop) FiguresOfPersons(context.Context, string, string, models.Period) (models.PersonFigures, error) {
	return models.PersonFigures{Length: models.DayLength, First: s.today - 300, Last: s.today - 1}, nil
}

func (s shop) EachPersonFigure(_ context.Context, _ string, _ models.ValueQuery, do func(models.PersonFigure) error) error {
	for i := range 60 {
		f := models.PersonFigure{Answered: true, Answer: float64(i % 11), Observed: true, Figure: float64(100 + i), N: 1}
		if err := do(f); err != nil {
			return err
		}
	}
	return nil
}

func (s shop) EachConversion(_ context.Context, _ string, _ models.ConversionQuery, do func(models.ConversionCount) error) error {
	return do(models.ConversionCount{Day: s.today, From: 3, To: 9, N: 2})
}
