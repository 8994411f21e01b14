package api

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/mittari/mittari/models"
	"github.com/mittari/mittari/models/score"
)

type scoreStore interface {
	FindCounts(ctx context.Context, workspace string, q models.CountQuery) ([]models.GroupCount, error)
}

// maxScores is the greatest number of scores in one answer.
const maxScores = 10_000

// scoreList is the answer to a question for scores.
type scoreList struct {
	Scores []scoreRow `json:"scores"`
}

// scoreRow is one score. All but metric, level, key and the period is absent
// where there are no answers; suppressed says that there are too few to be shown.
type scoreRow struct {
	Metric       string           `json:"metric" example:"nps"`
	Level        models.Level     `json:"level" example:"touchpoint"`
	Key          string           `json:"key,omitempty" example:"checkout"`                             // absent for the company
	Since        time.Time        `json:"since" format:"date-time" example:"2026-10-24T00:00:00+03:00"` // the first moment of the period
	Until        time.Time        `json:"until" format:"date-time" example:"2026-11-21T00:00:00+02:00"` // the first moment behind it
	Score        *float64         `json:"score,omitempty" example:"42.3"`                               // points
	StdErr       *float64         `json:"stderr,omitempty" example:"3.1"`                               // points
	Lower        *float64         `json:"lower,omitempty" example:"36.1"`                               // of the 95 % interval, points
	Upper        *float64         `json:"upper,omitempty" example:"48.2"`                               // of the 95 % interval, points
	SampleSize   *int64           `json:"sample_size,omitempty" example:"412"`
	Mean         *float64         `json:"mean,omitempty" example:"8.4"` // on the metric's own scale
	Distribution []scoreCount     `json:"distribution,omitempty"`       // every value of the scale with its number of answers
	Categories   map[string]int64 `json:"categories,omitempty"`         // how many promoters, passives and detractors, or top, middle and bottom
	Suppressed   bool             `json:"suppressed,omitempty"`         // too few employees answered to show anything
	Model        bool             `json:"model,omitempty"`              // calculated by the company model
	Coverage     *float64         `json:"coverage,omitempty"`           // by the model only: the share of the weight that had answers, 0 to 1
}

type scoreCount struct {
	Score int   `json:"score" example:"9"`
	N     int64 `json:"n" example:"120"`
}

// @Summary		Read scores
// @Description	One metric's score for the company, or for each key of a level (`group_by`), over a window that
// @Description	ends today, or from `since` to before `until`; with `interval` one score for each day, week or
// @Description	month of it. Every score comes with its sample size, standard error and 95 % interval.
// @Description
// @Description	Where nobody answered there is a `sample_size` of 0 and no score. Where fewer employees
// @Description	answered than may be shown there is `suppressed` and no number at all.
// @Description
// @Description	The company's score is calculated by its model (`PUT /v1/model`) where the metric has one and there
// @Description	is no filter; `model` says so, and `coverage` tells the share of the weight that had answers. Its mean
// @Description	is weighted, too; the distribution and the categories count the answers as they were given. Below a
// @Description	coverage of 0.5 there is no score.
// @ID				findScores
// @Tags			scores
// @Security		key[scores:read]
// @Param			metric		query		string			true	"The metric's key, such as nps; GET /v1/metrics lists all"
// @Param			group_by	query		string			false	"The level to tell scores apart by"	default(company)
// @Param			window		query		string			false	"Whole days up to now, today included: 28d unless since is given; not together with since"
// @Param			since		query		string			false	"The first day: a date such as 2026-11-01, or its first moment in the workspace's time zone"
// @Param			until		query		string			false	"The day behind the last one; tomorrow unless given. Needs since"
// @Param			interval	query		models.Interval	false	"Cut the period into calendar days, weeks from Monday, or months"
// @Param			pooled		query		bool			false	"The company's score of all answers together, whatever its model"
// @Param			{dimension}	query		string			false	"Only answers of this {dimension}"
// @Success		200			{object}	scoreList		"Scores by key, then by time"
// @Router			/v1/scores [get]
func (s *server) findScores(c *gin.Context) error {
	q, err := s.scoreQueryOf(c)
	if err != nil {
		return err
	}
	scores, err := s.scores(c, q)
	if err != nil {
		return err
	}
	rows := make([]scoreRow, len(scores))
	for i, score := range scores {
		rows[i] = rowOf(score, q.zone)
	}
	c.JSON(http.StatusOK, scoreList{rows})
	return nil
}

// scores answers the question from the rollups: by key, then by time.
func (s *server) scores(c *gin.Context, q scoreQuery) ([]models.Score, error) {
	model, modelled, err := s.modelOf(c, q)
	if err != nil {
		return nil, err
	}
	level := q.level
	if modelled {
		level = model.Level
	}
	groups, err := s.groups(c, q, level)
	if err != nil {
		return nil, err
	}
	n := len(groups) * len(q.parts)
	if modelled {
		n = len(q.parts)
	}
	if n > maxScores {
		return nil, models.Errorf(malformed, "these are %d scores, more than %d: take a shorter period, a longer interval or a filter", n, maxScores)
	}
	if modelled {
		return modelScores(q, model, groups), nil
	}
	var scores []models.Score
	for _, key := range sortedNames(groups) {
		for i, part := range q.parts {
			scores = append(scores, models.NewScore(q.metric, q.level, key, part, groups[key][i]))
		}
	}
	return scores, nil
}

// groups are the histograms of the level's groups; see histograms.
func (s *server) groups(c *gin.Context, q scoreQuery, level models.Level) (map[string][]score.Histogram, error) {
	count := models.CountQuery{Metric: q.metric.Key, Filter: q.filter, Daily: len(q.parts) > 1,
		Period: models.Period{Since: q.parts[0].Since, Until: q.parts[len(q.parts)-1].Until}}
	if d, grouped := level.Dimension(); grouped {
		count.By = &d
	}
	counts, err := s.Store.FindCounts(c.Request.Context(), workspaceOf(c), count)
	if err != nil {
		return nil, err
	}
	groupsOf, err := s.groupsOf(c, level)
	if err != nil {
		return nil, err
	}
	return histograms(q, counts, groupsOf), nil
}

// histograms sorts counts into the groups they belong to and the parts of the
// period, one histogram a part; nil where there are none. The company is always there.
func histograms(q scoreQuery, counts []models.GroupCount, groupsOf func(key string) []string) map[string][]score.Histogram {
	groups := map[string][]score.Histogram{}
	if q.level == models.CompanyLevel {
		groups[""] = make([]score.Histogram, len(q.parts))
	}
	for _, c := range counts {
		part := partOf(q.parts, c.Day)
		for _, key := range groupsOf(c.Key) {
			if groups[key] == nil {
				groups[key] = make([]score.Histogram, len(q.parts))
			}
			if groups[key][part] == nil {
				groups[key][part] = q.metric.NewHistogram()
			}
			q.metric.Add(groups[key][part], c.Score, c.N)
		}
	}
	return groups
}

// partOf finds the part that a day lies in; without days there is one part only.
func partOf(parts []models.Period, day models.Day) int {
	if len(parts) == 1 {
		return 0
	}
	i, _ := slices.BinarySearchFunc(parts, day, func(p models.Period, d models.Day) int {
		switch {
		case d < p.Since:
			return 1
		case d >= p.Until:
			return -1
		}
		return 0
	})
	return i
}

// groupsOf tells which groups of the level a counted key belongs to: itself,
// or, for journeys, those that the touchpoint stands on.
func (s *server) groupsOf(c *gin.Context, level models.Level) (func(string) []string, error) {
	if level != models.JourneyLevel {
		return func(key string) []string {
			if key == "" && level != models.CompanyLevel {
				return nil // answers that name none belong to no group
			}
			return []string{key}
		}, nil
	}
	journeys, err := s.Store.FindEntries(c.Request.Context(), workspaceOf(c), models.JourneyKind)
	if err != nil {
		return nil, err
	}
	on := map[string][]string{}
	for _, j := range journeys {
		for _, touchpoint := range j.Touchpoints {
			on[touchpoint] = append(on[touchpoint], j.Key)
		}
	}
	return func(touchpoint string) []string { return on[touchpoint] }, nil
}

func rowOf(s models.Score, zone *time.Location) scoreRow {
	row := scoreRow{Metric: s.Metric.Key, Level: s.Level, Key: s.Key, Suppressed: s.Suppressed,
		Since: s.Period.Since.Start(zone), Until: s.Period.Until.Start(zone)}
	row.Model = s.Modelled
	if s.Modelled && !s.Suppressed {
		row.Coverage = &s.Coverage
	}
	if s.Result == nil {
		if n := s.Histogram.N(); !s.Suppressed {
			row.SampleSize = &n
		}
		return row
	}
	r := s.Result
	row.Score, row.StdErr, row.SampleSize, row.Mean = &r.Score, r.StdErr, &r.SampleSize, &r.Mean
	if r.Interval != nil {
		row.Lower, row.Upper = &r.Interval.Lower, &r.Interval.Upper
	}
	for i, n := range s.Histogram {
		row.Distribution = append(row.Distribution, scoreCount{s.Metric.Min + i, n})
	}
	row.Categories = map[string]int64{}
	for category, name := range s.Metric.CategoryNames() {
		row.Categories[name] = r.Categories[category]
	}
	return row
}
