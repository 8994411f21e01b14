package models

import (
	"fmt"
	"hash/fnv"
	"math"
	"math/rand/v2"

	"github.com/mittari/mittari/models/score"
)

// AnswerChoice says which of a person's answers tells what the person thinks of us.
type AnswerChoice string

// The choices. Of several answers given at one moment, as of one response about
// several touchpoints, the least counts.
const (
	LastBefore  AnswerChoice = "last_before" // the last one before the figures' period begins
	LastAnswer  AnswerChoice = "last"        // the last one before it ends
	FirstAnswer AnswerChoice = "first"       // the first one before it ends
	MeanAnswer  AnswerChoice = "mean"        // the mean of all before it ends, at the nearest value of the scale
)

// AnswerChoices are all of them, the default first.
func AnswerChoices() []AnswerChoice {
	return []AnswerChoice{LastBefore, LastAnswer, FirstAnswer, MeanAnswer}
}

// ValueQuery asks what people are worth by what they answered.
type ValueQuery struct {
	Metric Metric
	KPI    KPI
	Period Period       // of the figures, by the first day of each
	Length PeriodLength // of the figures
	Last   Day          // the first day of the last figures in the period
	Answer AnswerChoice
	Filter Keys // of the answers
}

// Answered is the day behind the last on which an answer may have been given.
func (q ValueQuery) Answered() Day {
	if q.Answer == LastBefore {
		return q.Period.Since
	}
	return q.Period.Until
}

// PersonFigures is what was observed of persons, from the first day of the first
// figures to the first day of the last.
type PersonFigures struct {
	Length      PeriodLength
	First, Last Day
}

// Year is the latest calendar year that there are figures of from beginning to
// end, or all there are where there is none.
func (f PersonFigures) Year() Period {
	all := Period{f.First, f.Length.Next(f.Last)}
	end := YearLength.Start(all.Until)
	begin := YearLength.Start(end - 1)
	first := f.Length.Start(begin)
	if first < begin { // a week that begins in the year before
		first = f.Length.Next(begin)
	}
	if f.First > first {
		return all
	}
	return Period{begin, end}
}

// Place settles which figures the question is about: those of the periods that
// begin in a run of days, Until 0: up to the last one, or, where that is all zero,
// those of Year. find gives NotFound where there are none.
func (q *ValueQuery) Place(starts Period, find func(starts Period) (PersonFigures, error)) error {
	figures, err := find(starts)
	if err == nil && starts == (Period{}) {
		starts = figures.Year()
		figures, err = find(starts)
	}
	if err != nil {
		return err
	}
	q.Period, q.Length, q.Last = starts, figures.Length, figures.Last
	if q.Period.Until == 0 {
		q.Period.Until = q.Length.Next(q.Last)
	}
	return nil
}

// PersonFigure is a figure of N persons and what they answered.
type PersonFigure struct {
	Answered bool    // else they have a figure only
	Answer   float64 // the score, or the mean of several
	Observed bool    // else they have an answer only
	Figure   float64
	N        int64
}

// CategoryValue is what the persons of a category are worth. Figures are in the
// KPI's unit; those of a yes/no KPI are shares from 0 to 1.
type CategoryValue struct {
	Category     score.Category
	Persons      int64
	Mean, Median *float64 // nil without persons; Median of a yes/no KPI, too
	Interval     *score.Interval
	Total        *float64 // nil of a KPI whose figures are averaged
	ShareOfTotal *float64 // 0…1; nil where there is no total, or a category is suppressed
	Suppressed   bool     // too few persons to be shown

	figures score.Figures
	yes     int64
}

// ValueDifference is how much more the top category is worth than the bottom one.
type ValueDifference struct {
	score.Difference
	Bootstrap *score.Interval // nil of a yes/no KPI, and of fewer than 20 persons on either side
}

// PersonValue is what people are worth by what they answered.
type PersonValue struct {
	ValueQuery
	Categories    [3]CategoryValue // by score.Category
	Difference    *ValueDifference // nil where it can't be told
	Persons       int64            // with a figure and an answer
	WithoutAnswer int64            // with a figure only
	WithoutFigure int64            // with an answer only
}

// ByPersonRefused is the Forbidden of a metric or a KPI whose figures are not
// linked with persons, nil when they may be. Whoever may write figures of a person
// could otherwise write one person's, and see which category's mean it moves.
func ByPersonRefused(m Metric, kpi *KPI) error {
	switch {
	case m.Anonymous():
		return Errorf(Forbidden, "answers to %s are anonymous and are not linked with persons: whoever may write figures could write one person's and see "+
			"which category's mean it moves. A key of scope admin may ask", m.Key)
	case kpi != nil && kpi.Kind == EmployeeKPI:
		return Errorf(Forbidden, "%s is a figure of employees and is not told by person. A key of scope admin may ask", kpi.Key)
	}
	return nil
}

// NewPersonValue begins without persons.
func NewPersonValue(q ValueQuery) *PersonValue {
	v := &PersonValue{ValueQuery: q}
	for i := range v.Categories {
		v.Categories[i].Category = score.Category(i)
	}
	return v
}

// Add takes figures, in any order, those of the same persons once only.
func (v *PersonValue) Add(f PersonFigure) {
	switch {
	case !f.Answered:
		v.WithoutAnswer += f.N
	case !f.Observed:
		v.WithoutFigure += f.N
	default:
		v.Persons += f.N
		v.Categories[v.Metric.Category(nearest(f.Answer))].add(v.KPI, f.Figure, f.N)
	}
}

// Evaluate tells what was added amounts to; nothing is added after it. The same
// figures give the same answer to the same question, the bootstrap's too.
func (v *PersonValue) Evaluate() {
	for i := range v.Categories {
		v.Categories[i].evaluate(v.ValueQuery)
	}
	v.share()
	v.compare()
	for i := range v.Categories {
		v.Categories[i].figures = nil // they may be many
	}
}

// nearest is the value of a scale that a mean answer lies nearest to; a half is rounded up.
func nearest(answer float64) int { return int(math.Floor(answer + 0.5)) }

func (c *CategoryValue) add(k KPI, figure float64, n int64) {
	c.Persons += n
	if k.YesNo {
		if figure > 0 {
			c.yes += n
		}
		return
	}
	for range n {
		c.figures = append(c.figures, figure)
	}
}

func (c *CategoryValue) evaluate(q ValueQuery) {
	c.figures = score.NewFigures(c.figures)
	if q.Metric.Suppressed(c.Persons) {
		c.Persons, c.Suppressed = 0, true
		return
	}
	if c.Persons == 0 {
		return
	}
	if q.KPI.YesNo {
		share, yes := float64(c.yes)/float64(c.Persons), float64(c.yes)
		interval, _ := score.Wilson(c.yes, c.Persons, score.Confidence)
		c.Mean, c.Interval, c.Total = &share, &interval, &yes
		return
	}
	e, _ := c.figures.Mean(score.Confidence)
	median, _ := c.figures.Median()
	mean, median := rounded(e.Mean), rounded(median)
	c.Mean, c.Median, c.Interval = &mean, &median, e.Interval
	if q.KPI.AddsUp != ByMean {
		total := rounded(c.figures.Total())
		c.Total = &total
	}
}

// share tells what part of all each category's total is, where all of them are at least nothing.
func (v *PersonValue) share() {
	var sum float64
	for _, c := range v.Categories {
		if c.Suppressed || c.Total != nil && *c.Total < 0 {
			return
		}
		if c.Total != nil {
			sum += *c.Total
		}
	}
	for i, c := range v.Categories {
		if c.Total != nil && sum > 0 {
			share := rounded(*c.Total / sum)
			v.Categories[i].ShareOfTotal = &share
		}
	}
}

func (v *PersonValue) compare() {
	top, bottom := v.Categories[score.Top], v.Categories[score.Bottom]
	if top.Suppressed || bottom.Suppressed {
		return
	}
	if v.KPI.YesNo {
		if d, ok := score.Newcombe(top.yes, top.Persons, bottom.yes, bottom.Persons, score.Confidence); ok {
			v.Difference = &ValueDifference{Difference: d}
		}
		return
	}
	d, ok := score.CompareFigures(top.figures, bottom.figures, score.Confidence)
	if !ok {
		return
	}
	v.Difference = &ValueDifference{Difference: d}
	if i, ok := score.BootstrapDifference(top.figures, bottom.figures, score.Confidence, v.random()); ok {
		v.Difference.Bootstrap = &i
	}
}

// random begins anew for every question, and alike for the same one.
func (q ValueQuery) random() *rand.Rand {
	h := fnv.New64a()
	_, _ = fmt.Fprintf(h, "%q %q %d %d %q %q", q.Metric.Key, q.KPI.Key, q.Period.Since, q.Period.Until, q.Answer, q.Filter)
	return rand.New(rand.NewPCG(h.Sum64(), 0)) //nolint:gosec // no secret: it is to be the same again
}
