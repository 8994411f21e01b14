package api

import (
	"slices"

	"github.com/gin-gonic/gin"
	"github.com/parquet-go/parquet-go"

	"github.com/mittari/mittari/models"
)

// streamScores writes all scores by time, then by key, of some time at a time: it
// holds as much for a year as for ten. The groups are those that JSON tells, those
// with answers anywhere in the period, so that what is not shown there is not shown here.
func (s *server) streamScores(c *gin.Context, q scoreQuery, form string) error {
	leave, err := s.exports.enter(workspaceOf(c))
	if err != nil {
		return err
	}
	defer leave()
	if q.groups, err = s.groupsOf(c, q); err != nil {
		return err
	}
	headSheet(c, form, "scores")
	out := newSheet(form, c.Writer, "scores", scoreColumns())
	for parts := range slices.Chunk(q.parts, q.partsAtOnce()) {
		if err := s.writeScores(c, q, parts, out); err != nil {
			return err
		}
	}
	return out.close()
}

// groupsOf are the keys of the groups with answers in any part of the period.
func (s *server) groupsOf(c *gin.Context, q scoreQuery) ([]string, error) {
	q.parts = []models.Period{{Since: q.parts[0].Since, Until: q.parts[len(q.parts)-1].Until}}
	groups, err := reading(s.exports, c, func() ([]scoreGroup, error) { return s.scoreGroups(c, q) })
	keys := make([]string, len(groups))
	for i, score := range groups {
		keys[i] = score(0).Key
	}
	return keys, err
}

// mostHeld is for how many days, times the groups, counts are held at a time: each has as many as the scale has values.
const mostHeld = 2000

// partsAtOnce is how many parts of the period that is.
func (q scoreQuery) partsAtOnce() int {
	days := int(q.parts[len(q.parts)-1].Until - q.parts[0].Since)
	return max(1, mostHeld*len(q.parts)/(days*max(1, len(q.groups))))
}

// writeScores writes those of some parts, which go out before the next are read.
func (s *server) writeScores(c *gin.Context, q scoreQuery, parts []models.Period, out sheet[scoreRow]) error {
	last := parts[len(parts)-1] == q.parts[len(q.parts)-1]
	q.parts = parts
	groups, err := reading(s.exports, c, func() ([]scoreGroup, error) { return s.scoreGroups(c, q) })
	if err != nil {
		return err
	}
	for part := range parts {
		for _, score := range groups {
			if err := out.write(rowOf(score(part), q.zone)); err != nil {
				return err
			}
		}
	}
	if last {
		return nil
	}
	if err := out.flush(); err != nil {
		return err
	}
	sendOn(c)
	return nil
}

func scoreColumns() []column[scoreRow] {
	nested := func(name string, of func(scoreRow) (value any, length int)) column[scoreRow] {
		return column[scoreRow]{name, parquet.Optional(jsonColumn()), func(r scoreRow) any { return jsonCell(of(r)) }}
	}
	return []column[scoreRow]{
		{"metric", keyColumn(), func(r scoreRow) any { return r.Metric }},
		{"level", keyColumn(), func(r scoreRow) any { return string(r.Level) }},
		keyOf("key", func(r scoreRow) string { return r.Key }),
		{"since", timeColumn(), func(r scoreRow) any { return r.Since }},
		{"until", timeColumn(), func(r scoreRow) any { return r.Until }},
		figureOf("score", func(r scoreRow) *float64 { return r.Score }),
		figureOf("stderr", func(r scoreRow) *float64 { return r.StdErr }),
		figureOf("lower", func(r scoreRow) *float64 { return r.Lower }),
		figureOf("upper", func(r scoreRow) *float64 { return r.Upper }),
		{"sample_size", parquet.Optional(parquet.Int(64)), func(r scoreRow) any { return ifGiven(r.SampleSize) }},
		figureOf("mean", func(r scoreRow) *float64 { return r.Mean }),
		nested("distribution", func(r scoreRow) (any, int) { return r.Distribution, len(r.Distribution) }),
		nested("categories", func(r scoreRow) (any, int) { return r.Categories, len(r.Categories) }),
		{"suppressed", flagColumn(), func(r scoreRow) any { return r.Suppressed }},
		{"model", flagColumn(), func(r scoreRow) any { return r.Model }},
		figureOf("coverage", func(r scoreRow) *float64 { return r.Coverage }),
		nested("journey", func(r scoreRow) (any, int) {
			if r.Journey == nil {
				return nil, 0
			}
			return r.Journey, 1
		}),
	}
}
