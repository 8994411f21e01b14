package api

import (
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/mittari/mittari/models"
)

// valueQueryOf reads the question and looks up the figures it is about.
func (s *server) valueQueryOf(c *gin.Context) (models.ValueQuery, error) {
	rules, err := s.rulesOf(c)
	if err != nil {
		return models.ValueQuery{}, err
	}
	kpis, err := s.Store.FindKPIs(c.Request.Context(), workspaceOf(c))
	if err != nil {
		return models.ValueQuery{}, err
	}
	q := queryOf(c)
	vq := models.ValueQuery{Filter: q.dimensions(), Answer: q.answer()}
	vq.Metric = q.metric(rules.metrics)
	vq.KPI = q.kpi(kpis)
	starts := q.starts(rules)
	if err := q.err(); err != nil {
		return vq, err
	}
	if err := notByPerson(c, vq.Metric, &vq.KPI); err != nil {
		return vq, err
	}
	err = vq.Place(starts, func(starts models.Period) (models.PersonFigures, error) {
		return s.Store.FiguresOfPersons(c.Request.Context(), workspaceOf(c), vq.KPI.Key, starts)
	})
	return vq, err
}

// notByPerson refuses, but to an admin, what is not linked with persons.
func notByPerson(c *gin.Context, m models.Metric, kpi *models.KPI) error {
	if requestKey(c).Allows(models.Admin) {
		return nil
	}
	return models.ByPersonRefused(m, kpi)
}

// answer is which of a person's answers is to count.
func (q *query) answer() models.AnswerChoice {
	choice := models.AnswerChoice(q.text("answer"))
	for _, known := range models.AnswerChoices() {
		if choice == "" || choice == known {
			return known
		}
	}
	q.faults.Add("answer", "must be one of %v", models.AnswerChoices())
	return choice
}

// metric is the metric that is asked about.
func (q *query) metric(metrics models.Metrics) models.Metric {
	m, known := metrics[q.text("metric")]
	if !known {
		q.faults.Add("metric", "must be one of %s", strings.Join(metrics.Keys(), ", "))
	}
	return m
}

// kpi is the KPI that is asked about.
func (q *query) kpi(kpis []models.KPI) models.KPI {
	key := q.text("kpi")
	keys := make([]string, len(kpis))
	for i, k := range kpis {
		if k.Key == key {
			return k
		}
		keys[i] = k.Key
	}
	if len(keys) == 0 {
		q.faults.Add("kpi", "is unknown: the workspace has none yet; PUT /v1/kpis/{key} defines one")
	} else {
		q.faults.Add("kpi", "must be one of %s", strings.Join(keys, ", "))
	}
	return models.KPI{}
}

// starts are the days on which the figures' periods begin; all zero when not given, Until 0: no end.
func (q *query) starts(rules workspaceRules) models.Period {
	since, given := q.day("since", rules.zone)
	until, ends := q.day("until", rules.zone)
	switch {
	case ends && !q.values.Has("since"):
		q.faults.Add("since", "is missing: until needs it")
	case ends && given && until <= since:
		q.faults.Add("until", "must be later than since")
	}
	return models.Period{Since: since, Until: until}
}
