package store

import (
	"context"
	"database/sql"
	"fmt"

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
// the answer that counts, in any order: a row a person, of a yes/no KPI fewer.
//
// It reads the figures and the answers once each and puts them together in one
// pass, by person. It needs no index but those there are: every figure of the
// period and every answer to the metric has to be read anyhow.
func (s *Store) EachPersonFigure(ctx context.Context, workspace string, q models.ValueQuery, do func(models.PersonFigure) error) error {
	query, args := s.personFigures(workspace, q)
	var answer, figure any // what is scanned as it comes costs half of what is converted
	return s.analysis(ctx, query, args, func(rows *sql.Rows) error {
		f := models.PersonFigure{}
		if err := rows.Scan(&answer, &figure, &f.N); err != nil {
			return err
		}
		f.Answer, f.Answered = number(answer)
		f.Figure, f.Observed = number(figure)
		return do(f)
	})
}

// number is a number as the drivers give it; false for NULL.
func number(v any) (float64, bool) {
	switch n := v.(type) {
	case float64:
		return n, true
	case int64:
		return float64(n), true
	}
	return 0, false
}

// personFigures is the query, and its arguments: what was observed and what was
// answered, one below the other, brought together by person.
func (s *Store) personFigures(workspace string, q models.ValueQuery) (string, []any) {
	said, answer := s.answerColumns(q)
	figure, weight, addedUp := figureColumns(q.KPI)
	from, args := answersOfPersons(workspace, q.Metric, q.Filter)
	since := q.Period.Since
	if q.KPI.AddsUp == models.ByLast {
		since = q.Last // over time, a stock is that of the end
	}
	args = append([]any{workspace, q.KPI.Key, q.Length, since, q.Period.Until}, append(args, q.Answered())...)
	query := fmt.Sprintf(`SELECT %s AS answer, %s AS figure FROM (
			SELECT %s AS who, %s AS figure, %s AS weight, NULL AS said FROM observations
			WHERE workspace = ? AND kpi = ? AND period = ? AND replaced_at IS NULL AND person <> '' AND start >= ? AND start < ?
			UNION ALL SELECT %s, NULL, NULL, %s FROM %s AND responses.day < ?
		) AS those GROUP BY who`, answer, addedUp, s.bytesOf("person"), figure, weight, s.bytesOf("person"), said, from)
	if q.KPI.YesNo { // there are not many different ones
		return "SELECT answer, figure, COUNT(*) FROM (" + query + ") AS each_one GROUP BY answer, figure", args
	}
	return "SELECT answer, figure, 1 FROM (" + query + ") AS each_one", args
}

// figureColumns are what to take of an observation, and how that adds up to a
// person's figure, as models.AddsUp says. Of a yes/no KPI the last one counts.
func figureColumns(k models.KPI) (figure, weight, addedUp string) {
	switch {
	case k.YesNo:
		return "CAST(2 * start + value AS bigint)", "NULL", "MAX(figure) % 2"
	case k.AddsUp == models.ByMean:
		return "size * value", "size", "SUM(figure) / SUM(weight)"
	}
	return "value", "NULL", "SUM(figure)"
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

// answerColumns are what to take of an answer, and how that becomes the answer
// that counts: its time and its score in one, so that the greatest of a person's
// is the last answer's and the least the first one's. Of those given at one moment
// the least score counts.
func (s *Store) answerColumns(q models.ValueQuery) (said, answer string) {
	least := q.Metric.Min
	if q.Answer == models.MeanAnswer {
		return "score", "CAST(AVG(said) AS double precision)"
	}
	if q.Answer == models.FirstAnswer {
		return s.at("collected_at", fmt.Sprintf("score - (%d)", least)), s.without("MIN(said)", "%s + "+fmt.Sprint(least))
	}
	return s.at("collected_at", fmt.Sprintf("127 - (score - (%d))", least)), s.without("MAX(said)", fmt.Sprint(127+least)+" - %s")
}
