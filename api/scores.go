package api

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/mittari/mittari/models"
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
	Journey      *journeyRow      `json:"journey,omitempty"`            // of a journey only
}

// journeyRow is a journey's score by its steps, beside that of all answers.
type journeyRow struct {
	Mean    pointsRow `json:"mean"`                   // the plain mean of the steps' scores
	PeakEnd pointsRow `json:"peak_end"`               // the mean of the peak's and the end's score
	Peak    string    `json:"peak" example:"meeting"` // the touchpoint that lies farthest from the mean
	End     string    `json:"end" example:"decision"` // the last touchpoint with answers
	Steps   []string  `json:"steps"`                  // the touchpoints with answers, in the journey's order
}

// pointsRow is a figure in points with its 95 % interval.
type pointsRow struct {
	Score float64 `json:"score" example:"42.3"`
	Lower float64 `json:"lower" example:"36.1"`
	Upper float64 `json:"upper" example:"48.2"`
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
// @Description
// @Description	A journey's score is that of all answers at its touchpoints. Beside it `journey` tells two that are made of the
// @Description	steps' scores, however many answer at each: their plain mean, and the mean of the peak and the end, by
// @Description	which people remember (the peak is the step that most surely lies farthest from the mean). Neither is
// @Description	known to foretell better than the other what people do. The interval of `peak_end` reaches over every
// @Description	step that may be the peak.
// @Description
// @Description	As JSON there may be 10,000 scores, by key, then by time. As NDJSON, CSV or Parquet (by the Accept header) there
// @Description	may be any number, streamed by time, then by key; a connection that is cut says that something is missing.
// @Description	In CSV and Parquet `distribution`, `categories` and `journey` are JSON in a cell.
// @ID				findScores
// @Tags			scores
// @Security		key[scores:read]
// @Produce		json,application/x-ndjson,text/csv,application/vnd.apache.parquet
// @Param			metric		query		string			true	"The metric's key, such as nps; GET /v1/metrics lists all"
// @Param			group_by	query		string			false	"The level to tell scores apart by"	default(company)
// @Param			window		query		string			false	"Whole days up to now, today included: 28d unless since is given; not together with since"
// @Param			since		query		string			false	"The first day: a date such as 2026-11-01, or its first moment in the workspace's time zone"
// @Param			until		query		string			false	"The day behind the last one; tomorrow unless given. Needs since"
// @Param			interval	query		models.Interval	false	"Cut the period into calendar days, weeks from Monday, or months"
// @Param			pooled		query		bool			false	"The company's score of all answers together, whatever its model"
// @Param			{dimension}	query		string			false	"Only answers of this {dimension}"
// @Success		200			{object}	scoreList		"Scores by key, then by time, or a stream"
// @Failure		406
// @Router			/v1/scores [get]
func (s *server) findScores(c *gin.Context) error {
	form, err := formOf(c, "scores")
	if err != nil {
		return err
	}
	q, err := s.scoreQueryOf(c)
	if err != nil {
		return err
	}
	if form == formJSON {
		return s.answerScores(c, q)
	}
	return s.streamScores(c, q, form)
}

func (s *server) answerScores(c *gin.Context, q scoreQuery) error {
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
	groups, err := s.scoreGroups(c, q)
	if err != nil {
		return nil, err
	}
	if n := len(groups) * len(q.parts); n > maxScores {
		return nil, models.Errorf(malformed, "these are %d scores, more than %d: take a shorter period, a longer interval or a filter, or ask for another form than JSON, which may have any number", n, maxScores)
	}
	scores := make([]models.Score, 0, len(groups)*len(q.parts))
	for _, score := range groups {
		for part := range q.parts {
			scores = append(scores, score(part))
		}
	}
	return scores, nil
}

func tooManyScores(number string) error {
	return models.Errorf(malformed, "these are %s: take a shorter period, a longer interval or a filter", number)
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

func rowOf(s models.Score, zone *time.Location) scoreRow {
	row := scoreRow{Metric: s.Metric.Key, Level: s.Level, Key: s.Key, Suppressed: s.Suppressed,
		Since: s.Period.Since.Start(zone), Until: s.Period.Until.Start(zone)}
	row.Model = s.Modelled
	if s.Modelled && !s.Suppressed {
		row.Coverage = &s.Coverage
	}
	if s.Journey != nil {
		row.Journey = journeyRowOf(*s.Journey)
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

func journeyRowOf(j models.JourneyScore) *journeyRow {
	row := &journeyRow{Mean: pointsRowOf(j.Mean), PeakEnd: pointsRowOf(j.PeakEnd), Peak: j.Peak.Touchpoint, End: j.End.Touchpoint}
	for _, step := range j.Steps {
		row.Steps = append(row.Steps, step.Touchpoint)
	}
	return row
}

func pointsRowOf(p models.PointsWithin) pointsRow {
	return pointsRow{p.Points, p.Interval.Lower, p.Interval.Upper}
}
