package api

import (
	"fmt"
	"slices"

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
		counted, err := s.counted(c, q, model.Level, sortedNames(model.Weights))
		return []scoreGroup{func(part int) models.Score { return model.Score(q.metric, q.parts[part], counted.in(part)) }}, err
	case q.level == models.JourneyLevel:
		return s.journeyGroups(c, q)
	}
	counted, err := s.counted(c, q, q.level, nil)
	var groups []scoreGroup
	for _, key := range q.told(sortedNames(counted)) {
		groups = append(groups, func(part int) models.Score {
			return models.NewScore(q.metric, q.level, key, q.parts[part], counted.in(part)(key))
		})
	}
	return groups, err
}

// told are the groups to be told, of which some have answers.
func (q scoreQuery) told(answered []string) []string {
	if q.groups != nil {
		return q.groups
	}
	return answered
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
	journeys, counted, err := s.journeys(c, q)
	var groups []scoreGroup
	for _, journey := range journeys {
		groups = append(groups, func(part int) models.Score {
			return models.NewJourney(q.metric, journey, q.parts[part], counted.in(part))
		})
	}
	return groups, err
}

// journeys are those on which there are answers, and the answers at their touchpoints.
func (s *server) journeys(c *gin.Context, q scoreQuery) ([]models.Entry, countedGroups, error) {
	journeys, err := s.Store.FindEntries(c.Request.Context(), workspaceOf(c), models.JourneyKind)
	if err != nil {
		return nil, nil, err
	}
	steps := []string{}
	for _, journey := range journeys {
		steps = append(steps, journey.Touchpoints...)
	}
	counted, err := s.counted(c, q, models.Level(models.Touchpoint.String()), steps)
	unused := func(journey models.Entry) bool {
		if q.groups != nil {
			return !slices.Contains(q.groups, journey.Key)
		}
		return !counted.any(journey.Touchpoints)
	}
	return slices.DeleteFunc(journeys, unused), counted, err
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

// mostCounts is how many counts as many groups may have as are answered, and those who named none.
func (q scoreQuery) mostCounts() int {
	days := 1
	if len(q.parts) > 1 {
		days = int(q.parts[len(q.parts)-1].Until - q.parts[0].Since)
	}
	return (maxScores/len(q.parts) + 1) * days * q.metric.Size()
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
// The company is always there; answers that name no group belong to none. among are
// the groups that are asked for; nil are all of them, of which no more are read than may be answered.
func (s *server) counted(c *gin.Context, q scoreQuery, level models.Level, among []string) (countedGroups, error) {
	count := models.CountQuery{Metric: q.metric.Key, Filter: q.filter, Daily: len(q.parts) > 1,
		Period: models.Period{Since: q.parts[0].Since, Until: q.parts[len(q.parts)-1].Until}}
	groups := countedGroups{}
	if d, grouped := level.Dimension(); grouped {
		count.By, count.Among = &d, among
	} else {
		groups[""] = make([]score.Histogram, len(q.parts))
	}
	if count.By != nil && among == nil {
		count.Limit = q.mostCounts() + 1
	}
	counts, err := s.Store.FindCounts(c.Request.Context(), workspaceOf(c), count)
	if err != nil {
		return nil, err
	}
	if count.Limit > 0 && len(counts) == count.Limit {
		return nil, tooManyScores(fmt.Sprintf("more than %d scores", maxScores))
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
