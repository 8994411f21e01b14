package api

import (
	"github.com/gin-gonic/gin"

	"github.com/mittari/mittari/models"
	"github.com/mittari/mittari/models/score"
)

// scoreGroup tells the score of a group in one part of the period asked for.
type scoreGroup func(part int) models.Score

// scoreGroups are the groups that the question is about, by key: those with
// answers in any of its parts, and the company always.
func (s *server) scoreGroups(c *gin.Context, q scoreQuery) ([]scoreGroup, error) {
	model, modelled, err := s.modelOf(c, q)
	if err != nil {
		return nil, err
	}
	switch {
	case modelled:
		counted, err := s.counted(c, q, model.Level)
		return []scoreGroup{func(part int) models.Score { return model.Score(q.metric, q.parts[part], counted.in(part)) }}, err
	case q.level == models.JourneyLevel:
		return s.journeyGroups(c, q)
	}
	counted, err := s.counted(c, q, q.level)
	var groups []scoreGroup
	for _, key := range sortedNames(counted) {
		groups = append(groups, func(part int) models.Score {
			return models.NewScore(q.metric, q.level, key, q.parts[part], counted[key][part])
		})
	}
	return groups, err
}

// modelOf is the model that answers the question: for the whole company only,
// where its metric has one.
func (s *server) modelOf(c *gin.Context, q scoreQuery) (models.CompanyModel, bool, error) {
	if q.level != models.CompanyLevel || q.filter != (models.Keys{}) || q.pooled {
		return models.CompanyModel{}, false, nil
	}
	all, err := s.Store.FindModels(c.Request.Context(), workspaceOf(c))
	model, found := models.ModelOf(q.metric.Key, all)
	return model, found, err
}

// journeyGroups are the journeys on which there are answers.
func (s *server) journeyGroups(c *gin.Context, q scoreQuery) ([]scoreGroup, error) {
	counted, err := s.counted(c, q, models.Level(models.Touchpoint.String()))
	if err != nil {
		return nil, err
	}
	journeys, err := s.Store.FindEntries(c.Request.Context(), workspaceOf(c), models.JourneyKind)
	var groups []scoreGroup
	for _, journey := range journeys {
		if !counted.any(journey.Touchpoints) {
			continue
		}
		groups = append(groups, func(part int) models.Score {
			return models.NewJourney(q.metric, journey, q.parts[part], counted.in(part))
		})
	}
	return groups, err
}

// countedGroups are the histograms of a level's groups by key, one for each
// part of the period; nil for a part without answers.
type countedGroups map[string][]score.Histogram

// in gives each group's answers in one part, nil for none.
func (g countedGroups) in(part int) func(key string) score.Histogram {
	return func(key string) score.Histogram {
		if g[key] == nil {
			return nil
		}
		return g[key][part]
	}
}

func (g countedGroups) any(keys []string) bool {
	for _, key := range keys {
		if g[key] != nil {
			return true
		}
	}
	return false
}

// counted sorts the answers into the level's groups and the parts of the period.
// The company is always there; answers that name no group belong to none.
func (s *server) counted(c *gin.Context, q scoreQuery, level models.Level) (countedGroups, error) {
	count := models.CountQuery{Metric: q.metric.Key, Filter: q.filter, Daily: len(q.parts) > 1,
		Period: models.Period{Since: q.parts[0].Since, Until: q.parts[len(q.parts)-1].Until}}
	groups := countedGroups{}
	if d, grouped := level.Dimension(); grouped {
		count.By = &d
	} else {
		groups[""] = make([]score.Histogram, len(q.parts))
	}
	counts, err := s.Store.FindCounts(c.Request.Context(), workspaceOf(c), count)
	if err != nil {
		return nil, err
	}
	for _, n := range counts {
		if n.Key == "" && count.By != nil {
			continue
		}
		if groups[n.Key] == nil {
			groups[n.Key] = make([]score.Histogram, len(q.parts))
		}
		of, part := groups[n.Key], partOf(q.parts, n.Day)
		if of[part] == nil {
			of[part] = q.metric.NewHistogram()
		}
		q.metric.Add(of[part], n.Score, n.N)
	}
	return groups, nil
}
