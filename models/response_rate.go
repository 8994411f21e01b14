package models

import "github.com/mittari/mittari/models/score"

// ResponseRate is how many of those who were asked have answered, for a group
// and a period, as it is told to people: responses collected in the period that
// were asked for, or may have been, ÷ invitations of the period. Nothing but the
// period is told of a group that is Suppressed.
type ResponseRate struct {
	Audience   Audience
	Level      Level
	Key        string
	Period     Period
	Invited    int64
	Answered   int64           // responses that were asked for, or may have been
	Unasked    int64           // responses that were given unasked
	Rate       float64         // 0…1
	Interval   *score.Interval // 95 %, Wilson; nil: there is no rate
	Suppressed bool
}

// NewResponseRate tells of a group by the histogram of its Participation.
//
// Where nobody was asked there is no rate. Nor is there where more answered than
// were asked: not all who were asked are known then, or they were asked before
// the period; a rate cut off at 1 would hide it.
func NewResponseRate(participation Metric, level Level, key string, period Period, h score.Histogram) ResponseRate {
	r := ResponseRate{Audience: participation.Audience, Level: level, Key: key, Period: period}
	if h == nil {
		h = participation.NewHistogram()
	}
	unasked, answered, invited := h[Unasked], h[Answered], h[Invited]
	if participation.Suppressed(answered+unasked) || invited > 0 && participation.Suppressed(invited) {
		r.Suppressed = true
		return r
	}
	r.Invited, r.Answered, r.Unasked = invited, answered, unasked
	if answered > invited {
		return r
	}
	if i, ok := score.Wilson(answered, invited, score.Confidence); ok {
		r.Rate, r.Interval = float64(answered)/float64(invited), &i
	}
	return r
}
