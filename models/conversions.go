package models

import "github.com/mittari/mittari/models/score"

// ConversionQuery asks how people's answers to a metric changed.
type ConversionQuery struct {
	Metric Metric
	Period Period // of the later of two answers
	Filter Keys   // of both
}

// ConversionCount is how many people answered From and, next time, To.
type ConversionCount struct {
	Day      Day // of the later answer
	From, To int
	N        int64
}

// Conversions are the pairs of consecutive answers of one person, by the
// categories of the earlier and of the later one.
type Conversions [3][3]int64

// Add counts pairs of answers to the metric.
func (c *Conversions) Add(m Metric, n ConversionCount) {
	c[m.Category(n.From)][m.Category(n.To)] += n.N
}

// Pairs are all of them.
func (c Conversions) Pairs() int64 {
	var all int64
	for from := range c {
		all += c.From(score.Category(from))
	}
	return all
}

// From is how many were in a category before.
func (c Conversions) From(category score.Category) int64 {
	return c[category][score.Top] + c[category][score.Middle] + c[category][score.Bottom]
}

// Net is how many went from the bottom to the top category, less those who went the other way.
func (c Conversions) Net() int64 { return c[score.Bottom][score.Top] - c[score.Top][score.Bottom] }
