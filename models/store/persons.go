package store

import (
	"context"
	"fmt"
	"math"
	"time"

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
	if err := s.eachOfPersons(ctx, figuresBetween(workspace, q, sums), answersBefore(workspace, q, sums)); err != nil {
		return err
	}
	return sums.Each(do)
}

// figuresBetween reads a figure and what else counts: the size that a mean is
// weighted by, or the period's first day where the latest counts.
func figuresBetween(workspace string, q models.ValueQuery, sums *models.PersonSums) personQuery {
	since := q.Period.Since
	if q.KPI.AddsUp == models.ByLast {
		since = q.Last // over time, a stock is that of the end
	}
	weighted := q.KPI.AddsUp == models.ByMean && !q.KPI.YesNo
	also := "start"
	if weighted {
		also = "size"
	}
	add := func(person uint64, value, also float64) {
		if weighted {
			sums.AddFigure(person, 0, value, also)
		} else {
			sums.AddFigure(person, models.Day(also), value, 0)
		}
	}
	return personQuery{
		onPostgres: "value, CAST(" + also + " AS double precision)", onSQLite: "value, " + also,
		from: `observations WHERE workspace = ? AND kpi = ? AND period = ? AND replaced_at IS NULL AND person <> '' AND start >= ? AND start < ?
			AND substr(person, 1, 7) <> '` + models.ErasedPrefix + `'`, // those are nobody's
		args: []any{workspace, q.KPI.Key, string(q.Length), int(since), int(q.Period.Until)},
		takeBytes: func(person uint64, row [][]byte) {
			add(person, math.Float64frombits(eightBytes(row[0])), math.Float64frombits(eightBytes(row[1])))
		},
		take: func(person uint64, value, also any) { add(person, number(value), number(also)) },
	}
}

// answersBefore reads scores and when they were given, to the microsecond; from
// PostgreSQL as one number, whose last seven bits are the place on the scale.
func answersBefore(workspace string, q models.ValueQuery, sums *models.PersonSums) personQuery {
	from, args := answersOfPersons(workspace, q.Metric, q.Filter)
	return personQuery{
		onPostgres: fmt.Sprintf("CAST(date_part('epoch', collected_at) * 1000000 AS bigint) * 128 + score - (%d)", q.Metric.Min),
		onSQLite:   "collected_at, score",
		from:       from + " AND responses.day < ?", args: append(args, int(q.Answered())),
		takeBytes: func(person uint64, row [][]byte) {
			both := int64(eightBytes(row[0]))
			sums.AddAnswer(person, both>>7, both&127+int64(q.Metric.Min))
		},
		take: func(person uint64, at, score any) {
			if t, is := at.(time.Time); is {
				sums.AddAnswer(person, t.UnixMicro(), int64(number(score)))
			}
		},
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
