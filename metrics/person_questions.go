package metrics

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/mittari/mittari/models"
)

const (
	personsInterval = 5 * time.Minute // from one round of questions to the next
	personsRest     = 4               // times as long as a question took none is asked: a fifth of the database's time at most
	personsTimeout  = time.Minute     // for one question
)

// RefreshPersons asks anew what may have changed of what is linked with persons;
// the next Refresh publishes the answers. It takes the database long. A question
// that fails is asked again the next time; what was told before stays.
func (e *Exporter) RefreshPersons(ctx context.Context) error {
	var errs []error
	for _, o := range e.snapshot.dueOfPersons() {
		begun := time.Now()
		if err := e.snapshot.askPersons(ctx, o); err != nil {
			errs = append(errs, fmt.Errorf("%s of workspace %q by %q: %w", o.question.metric, o.workspace, o.question.kpi, err))
		}
		if took := time.Since(begun); took > personsPause && pause(ctx, personsRest*took) != nil {
			break
		}
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return errors.Join(errs...)
}

// personsPause is how long a question may take that needs no rest after it: one to a small database.
const personsPause = 200 * time.Millisecond

// runPersons asks round after round until the context ends, from the first refresh of the scores on.
func (e *Exporter) runPersons(ctx context.Context) {
	for ctx.Err() == nil {
		if !e.Ready() {
			_ = pause(ctx, e.interval/4)
			continue
		}
		if err := e.RefreshPersons(ctx); err != nil && ctx.Err() == nil {
			e.log.WarnContext(ctx, "some series of persons could not be read; they stay as they were", "err", err)
		}
		_ = pause(ctx, personsInterval)
	}
}

// pause waits, and gives the context's error when that ends first.
func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

func (s *snapshot) dueOfPersons() []asking {
	s.mu.Lock()
	defer s.mu.Unlock()
	var due []asking
	for _, w := range s.workspaces {
		due = append(due, w.due()...)
	}
	return due
}

// withWorkspace does something with a workspace between two refreshes.
func (s *snapshot) withWorkspace(key string, do func(*workspace)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if w := s.workspaces[key]; w != nil {
		do(w)
	}
}

// askPersons asks one question, while scores are refreshed beside it.
func (s *snapshot) askPersons(ctx context.Context, o asking) error {
	ctx, cancel := context.WithTimeout(ctx, personsTimeout)
	defer cancel()
	s.withWorkspace(o.workspace, func(w *workspace) { w.ask(o.question) })
	var value *models.PersonValue
	var conversions []models.Conversions
	var err error
	if o.question.kpi == "" {
		conversions, err = askConversions(ctx, s.source, o)
	} else {
		value, err = askValue(ctx, s.source, o)
	}
	s.withWorkspace(o.workspace, func(w *workspace) {
		if err != nil {
			w.persons[o.question].stale = true
			return
		}
		w.tell(o, value, conversions)
	})
	return err
}

func askValue(ctx context.Context, source Source, o asking) (*models.PersonValue, error) {
	q := models.ValueQuery{Metric: o.metric, KPI: o.kpi, Answer: models.LastBefore}
	err := q.Place(models.Period{}, func(starts models.Period) (models.PersonFigures, error) {
		return source.FiguresOfPersons(ctx, o.workspace, o.kpi.Key, starts)
	})
	if models.ErrorCode(err) == models.NotFound {
		return nil, nil //nolint:nilnil // no figures of persons: nothing to tell
	}
	if err != nil {
		return nil, err
	}
	value := models.NewPersonValue(q)
	err = source.EachPersonFigure(ctx, o.workspace, q, func(f models.PersonFigure) error {
		value.Add(f)
		return nil
	})
	value.Evaluate()
	return value, err
}

// askConversions tells them for each window.
func askConversions(ctx context.Context, source Source, o asking) ([]models.Conversions, error) {
	windows := models.Windows()
	conversions := make([]models.Conversions, len(windows))
	q := models.ConversionQuery{Metric: o.metric, Period: longest(o.today)}
	err := source.EachConversion(ctx, o.workspace, q, func(n models.ConversionCount) error {
		for i, window := range windows {
			if n.Day >= window.Period(o.today).Since {
				conversions[i].Add(o.metric, n)
			}
		}
		return nil
	})
	return conversions, err
}
