package store

import (
	"context"

	"github.com/mittari/mittari/models"
)

// FiguresOfPersons tells which figures of persons the KPI has in the periods that
// begin in a run of days; Until 0: no end. It gives NotFound when there are none.
func (s *Store) FiguresOfPersons(ctx context.Context, workspace, kpi string, starts models.Period) (models.PersonFigures, error) {
	var grain grainRow
	err := s.read.WithContext(ctx).Where("workspace = ? AND kpi = ? AND grain = ?", workspace, kpi, models.PersonGrain).Take(&grain).Error
	const none = "there are no figures of persons of the KPI %q in that time; POST /v1/kpis/%s/observations takes them with person"
	if err != nil {
		return models.PersonFigures{}, notFound(err, none, kpi, kpi)
	}
	find := s.read.WithContext(ctx).Model(&observationRow{}).
		Where("workspace = ? AND kpi = ? AND period = ? AND replaced_at IS NULL AND person <> '' AND start >= ?", workspace, kpi, grain.Period, starts.Since)
	if starts.Until != 0 {
		find = find.Where("start < ?", starts.Until)
	}
	var first, last *models.Day
	if err := find.Select("MIN(start), MAX(start)").Row().Scan(&first, &last); err != nil {
		return models.PersonFigures{}, s.domainError(err)
	}
	if first == nil {
		return models.PersonFigures{}, models.Errorf(models.NotFound, none, kpi, kpi)
	}
	return models.PersonFigures{Length: grain.Period, First: *first, Last: *last}, nil
}

// EachPersonFigure calls do with what each person's figures add up to and with
// the answer that counts, a row a person, in any order.
//
// It needs no index but those there are: every figure of the period and every
// answer to the metric has to be read anyhow. They are read once each, and brought
// together by person here, which takes less than half of what the database needs for it.
func (s *Store) EachPersonFigure(ctx context.Context, workspace string, q models.ValueQuery, do func(models.PersonFigure) error) error {
	sums := models.NewPersonSums(q)
	if err := s.eachOfPersons(ctx, figuresBetween(workspace, q, sums), s.answersBefore(workspace, q, sums)); err != nil {
		return err
	}
	return sums.Each(do)
}

func figuresBetween(workspace string, q models.ValueQuery, sums *models.PersonSums) personQuery {
	since := q.Period.Since
	if q.KPI.AddsUp == models.ByLast {
		since = q.Last // over time, a stock is that of the end
	}
	return personQuery{
		person: "person", at: "start", a: "value", b: "size",
		from: `observations WHERE workspace = ? AND kpi = ? AND period = ? AND replaced_at IS NULL AND person <> '' AND start >= ? AND start < ?`,
		args: []any{workspace, q.KPI.Key, string(q.Length), int(since), int(q.Period.Until)},
		do: func(person uint64, at int64, value, size float64) {
			sums.AddFigure(person, models.Day(at), value, size)
		},
	}
}

func (s *Store) answersBefore(workspace string, q models.ValueQuery, sums *models.PersonSums) personQuery {
	from, args := answersOfPersons(workspace, q.Metric, q.Filter)
	at := "collected_at"
	if s.dialect == onPostgres {
		at = "date_part('epoch', collected_at) * 1000000"
	}
	return personQuery{
		person: "person", at: at, a: "score", b: "NULL", from: from + " AND responses.day < ?", args: append(args, int(q.Answered())),
		do: func(person uint64, at int64, score, _ float64) { sums.AddAnswer(person, at, int64(score)) },
	}
}

// answersOfPersons is what follows FROM, and its arguments: the answers to a metric by persons.
func answersOfPersons(workspace string, m models.Metric, filter models.Keys) (string, []any) {
	from := `responses JOIN answers ON answers.workspace = ? AND answers.response_id = responses.id
			WHERE responses.workspace = ? AND answers.metric = ? AND person <> '' AND NOT excluded`
	args := []any{workspace, workspace, m.Key}
	for _, d := range models.Dimensions() {
		if filter[d] == "" {
			continue
		}
		at := "responses."
		if d == models.Touchpoint {
			at = "answers." // an answer's own goes before the response's
		}
		from += " AND " + at + d.String() + " = ?"
		args = append(args, filter[d])
	}
	return from, args
}
