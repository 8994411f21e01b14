package api

import (
	"errors"
	"net/http"
	"slices"

	"github.com/gin-gonic/gin"

	"github.com/mittari/mittari/models"
	"github.com/mittari/mittari/models/score"
)

// metricBody is what a client says of a metric; its key stands in the path.
type metricBody struct {
	Name     string          `json:"name" example:"Staff friendliness"`
	Question string          `json:"question,omitempty" example:"How friendly were we?"`
	Min      *int            `json:"min" example:"1"`
	Max      *int            `json:"max" example:"7"`
	Better   score.Direction `json:"better,omitempty" default:"higher" example:"higher"` // which end is good
	Top      *int            `json:"top" example:"6"`                                    // the cut of the top category
	Bottom   *int            `json:"bottom" example:"3"`                                 // the cut of the bottom category
	Headline score.Headline  `json:"headline" example:"share"`
	Audience models.Audience `json:"audience,omitempty" default:"customer" example:"customer"`
}

// metricList is the workspace's catalog of metrics.
type metricList struct {
	Metrics []models.Metric `json:"metrics"`
}

// @Summary		List metrics
// @Description	All metrics of the workspace by key, the standard ones and its own.
// @ID				findMetrics
// @Tags			metrics
// @Security		key
// @Success		200	{object}	metricList
// @Router			/v1/metrics [get]
func (s *server) findMetrics(c *gin.Context) error {
	if err := noQuery(c); err != nil {
		return err
	}
	metrics, err := s.Store.FindMetrics(c.Request.Context(), workspaceOf(c))
	if err != nil {
		return err
	}
	list := metricList{}
	for _, key := range metrics.Keys() {
		list.Metrics = append(list.Metrics, metrics[key])
	}
	return tell(c, http.StatusOK, list)
}

// @Summary		Read a metric
// @ID			metricByKey
// @Tags			metrics
// @Security		key
// @Param			key	path		string	true	"The metric's key"
// @Success		200	{object}	models.Metric
// @Failure		404
// @Router			/v1/metrics/{key} [get]
func (s *server) metricByKey(c *gin.Context) error {
	if err := noQuery(c); err != nil {
		return err
	}
	metrics, err := s.Store.FindMetrics(c.Request.Context(), workspaceOf(c))
	if err != nil {
		return err
	}
	metric, found := metrics[c.Param("key")]
	if !found {
		return models.Errorf(models.NotFound, "there is no metric %q", c.Param("key"))
	}
	return tell(c, http.StatusOK, metric)
}

// @Summary		Define a metric
// @Description	Creates the metric or replaces its definition; repeating it changes nothing. Once there are
// @Description	answers, its range, good end and audience stay as they are; the cut points and the headline may
// @Description	change, for past answers too.
// @ID				putMetric
// @Tags			metrics
// @Security		key[catalog:write]
// @Param			key		path		string			true	"The metric's key: 1 to 100 letters, digits, '.', '_', ':' or '-', starting with a letter or digit"
// @Param			metric	body		metricBody		true	"The metric"
// @Success		201		{object}	models.Metric	"Created"
// @Success		200		{object}	models.Metric	"Replaced"
// @Failure		409		"A standard metric, or one with answers that the new scale does not fit"
// @Router			/v1/metrics/{key} [put]
func (s *server) putMetric(c *gin.Context) error {
	body := metricBody{Better: score.Higher, Audience: models.Customer}
	if err := firstError(noQuery(c), readBody(c, &body)); err != nil {
		return err
	}
	metric, missing := body.metric(c.Param("key"))
	when, err := preconditions(c, itself[models.Metric])
	if err := firstError(withMissing(missing, metric.Check()), err); err != nil {
		return err
	}
	created, err := s.Store.PutMetric(acting(c), workspaceOf(c), metric, when...)
	if err != nil {
		return err
	}
	s.workspaces.clear()
	thresholds, err := s.Store.AnonymityByWorkspace(c.Request.Context(), workspaceOf(c))
	if err != nil {
		return err
	}
	return tell(c, createdStatus(created), thresholds.Apply(metric))
}

// metric is the metric described, and a fault for each number that is missing: they have no default.
func (b metricBody) metric(key string) (models.Metric, models.Faults) {
	var faults models.Faults
	number := func(field string, n *int) int {
		if n == nil {
			faults.Add(field, "is missing: it must be an integer")
			return 0
		}
		return *n
	}
	scale := score.Scale{Min: number("min", b.Min), Max: number("max", b.Max), Better: b.Better,
		Top: number("top", b.Top), Bottom: number("bottom", b.Bottom), Headline: b.Headline}
	return models.Metric{Key: key, Name: b.Name, Question: b.Question, Audience: b.Audience, Scale: scale}, faults
}

// withMissing names what is missing and what the check found in the other fields, all at once.
func withMissing(missing models.Faults, checked error) error {
	if len(missing) == 0 {
		return checked
	}
	var e *models.Error
	if errors.As(checked, &e) {
		for _, f := range e.Faults {
			if !slices.ContainsFunc(missing, func(m models.Fault) bool { return m.Field == f.Field }) {
				missing = append(missing, f)
			}
		}
	}
	return missing.Err("the metric can't be used as it is")
}
