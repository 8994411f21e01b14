package models

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"
)

// Held is an answer to an anonymous metric, the comment on it, or the
// Participation of a response: it is not counted, or shown, by itself but in a Lot. The response's id and the answer's
// own touchpoint tell which answer it is; Day and Keys are its own while it waits
// and the lot's once it is in one.
type Held struct {
	ResponseID string
	Touchpoint string
	Metric     string
	Comment    bool // what was said, not what was scored
	Score      int
	Day        Day
	Keys       Keys
	Since      time.Time // when it was stored
	Lot        string    // a UUIDv7; "" while it waits
	Returned   bool      // it was in a lot that lost another answer, erased or excluded
	PostedBy   string    // the id of the key that sent it; "" where that is not known
}

// Count is n of what the answer counts to once it is in a lot.
func (h Held) Count(n int64) Count {
	return Count{Metric: h.Metric, Day: h.Day, Keys: h.Keys, Score: h.Score, N: n}
}

// Lot is answers that are counted together, under what all of them have in
// common and on the day of the last.
type Lot struct {
	Day     Day
	Keys    Keys
	Answers []Held
}

// WaveLife is how long answers wait for more of their kind before they are
// counted with others, under fewer keys: by then the wave of a survey is over.
const WaveLife = 14 * 24 * time.Hour

// grains are what lots have in common, the finest first. A lot that is formed
// under fewer keys counts for the company, and not for the team it is of.
func grains() [][]Dimension {
	return [][]Dimension{{Survey, Touchpoint, Channel, Segment, Team}, {Survey, Team}, {Team}, {Survey}, {}}
}

// Lots puts together those of one metric's waiting answers that may be counted,
// at least threshold in a lot. Each answer is counted in one lot, so that every
// figure that is ever told is a sum over whole lots, and so is every difference
// of two: no query, window, filter or scrape can be subtracted from another to
// find what fewer than threshold people said (microaggregation; Domingo-Ferrer
// and Mateo-Sanz 2002).
//
// Lots are formed of answers that have all keys in common, by day: a day's
// answers are never divided, so that answers which wait with one day and the same
// keys, as those of a lot do that has become too small, stay together. Those stored
// before closed, which found too few of their kind, are put together under fewer
// keys. Answers that have Returned come back beside threshold others only, so that
// what is missing of their old lot can't be told. Those that were sent with
// different keys are never put together: who may send answers could otherwise fill
// up a lot with made-up ones and find what the few others in it said.
func Lots(waiting []Held, threshold int64, closed time.Time) []Lot {
	var lots []Lot
	for i, grain := range grains() {
		groups := map[lotGroup][]Held{}
		var others []Held // not for this grain
		for _, h := range waiting {
			if i > 0 && !h.Since.Before(closed) {
				others = append(others, h)
				continue
			}
			group := lotGroup{h.Keys.only(grain), h.PostedBy}
			groups[group] = append(groups[group], h)
		}
		waiting = others
		for _, group := range sortedGroups(groups) {
			formed, rest := cut(groups[group], threshold)
			for _, answers := range formed {
				lots = append(lots, Lot{Day: answers[len(answers)-1].Day, Keys: group.keys, Answers: answers})
			}
			waiting = append(waiting, rest...)
		}
	}
	return lots
}

// only are the keys of the dimensions given, the others empty.
func (k Keys) only(dimensions []Dimension) Keys {
	var some Keys
	for _, d := range dimensions {
		some[d] = k[d]
	}
	return some
}

// lotGroup is what a lot's answers have in common.
type lotGroup struct {
	keys     Keys
	postedBy string
}

func sortedGroups(groups map[lotGroup][]Held) []lotGroup {
	return slices.SortedFunc(maps.Keys(groups), func(a, b lotGroup) int {
		return cmp.Or(slices.Compare(a.keys[:], b.keys[:]), strings.Compare(a.postedBy, b.postedBy))
	})
}

// cut divides answers, by day, into parts of threshold answers or more; the last
// few that make no part are the rest.
func cut(answers []Held, threshold int64) (parts [][]Held, rest []Held) {
	sorted := slices.SortedFunc(slices.Values(answers), func(a, b Held) int {
		return cmp.Or(cmp.Compare(a.Day, b.Day), strings.Compare(a.ResponseID, b.ResponseID), strings.Compare(a.Touchpoint, b.Touchpoint))
	})
	var fresh int64
	begun := 0
	for i, h := range sorted {
		if !h.Returned {
			fresh++
		}
		if dayEnds := i+1 == len(sorted) || sorted[i+1].Day > h.Day; dayEnds && fresh >= threshold {
			parts = append(parts, sorted[begun:i+1])
			begun, fresh = i+1, 0
		}
	}
	return parts, sorted[begun:]
}

// Counts are the lot's answers as rollup rows.
func (l Lot) Counts() []Count {
	counts := make([]Count, len(l.Answers))
	for i, h := range l.Answers {
		h.Day, h.Keys = l.Day, l.Keys
		counts[i] = h.Count(1)
	}
	return counts
}

// Arrivals are what the lot adds to the counts of answers that arrived: all of
// it, also what had Returned, so that the two counts can't be told apart. Responses
// themselves add nothing.
func (l Lot) Arrivals(m Metric) []Arrival {
	var arrivals []Arrival
	for _, h := range l.Answers {
		if !IsParticipation(h.Metric) {
			arrivals = append(arrivals, m.arrival(l.Keys, h.Score))
		}
	}
	return arrivals
}
