package metrics

import (
	"context"

	"github.com/mittari/mittari/models"
)

// personShelf is what a workspace on a shelf has of persons.
type personShelf struct {
	figures     map[string][]models.PersonFigure // by KPI, with the answers that count, whatever the metric
	conversions []models.ConversionCount
	questions   []string // that were asked
}

// link gives a KPI figures of persons.
func (s *shelf) link(workspace, kpi string, figures ...models.PersonFigure) {
	s.mu.Lock()
	defer s.mu.Unlock()
	w := s.workspaces[workspace]
	if w.figures == nil {
		w.figures = map[string][]models.PersonFigure{}
	}
	w.figures[kpi] = figures
	s.revise(workspace, models.KPIRevision(kpi).Metric, 0)
}

// convert lets persons' minds change.
func (s *shelf) convert(workspace, metric string, conversions ...models.ConversionCount) {
	s.mu.Lock()
	defer s.mu.Unlock()
	w := s.workspaces[workspace]
	w.conversions = conversions
	for _, c := range conversions {
		s.revise(workspace, metric, c.Day)
	}
}

// questionsOf are the questions that were asked of a workspace since it was last called.
func (s *shelf) questionsOf(workspace string) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	w := s.workspaces[workspace]
	asked := w.questions
	w.questions = nil
	return asked
}

func (s *shelf) FiguresOfPersons(_ context.Context, workspace, kpi string, _ models.Period) (models.PersonFigures, error) {
	unlock, err := s.lock()
	defer unlock()
	if err == nil && len(s.workspaces[workspace].figures[kpi]) == 0 {
		err = models.Errorf(models.NotFound, "no figures of persons")
	}
	year, _ := models.ParseDay("2025-01-01")
	return models.PersonFigures{Length: models.YearLength, First: year, Last: year}, err
}

func (s *shelf) EachPersonFigure(_ context.Context, workspace string, q models.ValueQuery, do func(models.PersonFigure) error) error {
	unlock, err := s.lock()
	defer unlock()
	w := s.workspaces[workspace]
	w.questions = append(w.questions, q.Metric.Key+" by "+q.KPI.Key)
	for _, f := range w.figures[q.KPI.Key] {
		if err == nil {
			err = do(f)
		}
	}
	return err
}

func (s *shelf) EachConversion(_ context.Context, workspace string, q models.ConversionQuery, do func(models.ConversionCount) error) error {
	unlock, err := s.lock()
	defer unlock()
	w := s.workspaces[workspace]
	w.questions = append(w.questions, q.Metric.Key)
	for _, c := range w.conversions {
		if err == nil && c.Day >= q.Period.Since && c.Day < q.Period.Until {
			err = do(c)
		}
	}
	return err
}
