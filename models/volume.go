package models

import "math"

// Volume compares how many answers came with how many usually do.
type Volume struct {
	Responses int64
	Expected  float64
	Z         float64 // how far below the expectation, in its standard errors; negative when more came
}

// The history that a Volume is judged by.
const (
	VolumeWeeks   = 8  // before the last one: the same weekday, or whole weeks
	leastWeeks    = 4  // with which there is an expectation at all
	leastExpected = 10 // answers with which none at all would be remarkable
)

// NewVolume judges a count by those of the same time in the weeks before, the
// latest last; weeks before the first answer are to be left out. The spread is
// that of the weeks, never less than a Poisson count's, so that neither few
// answers nor restless weeks raise it. It reports false when there are fewer than
// four weeks, or fewer than ten answers expected, and for employees' metrics, which come in waves.
func NewVolume(m Metric, now int64, before []int64) (Volume, bool) {
	if m.Audience == Employee || len(before) < leastWeeks {
		return Volume{}, false
	}
	weeks := float64(len(before))
	var sum, squares float64
	for _, n := range before {
		sum += float64(n)
	}
	v := Volume{Responses: now, Expected: sum / weeks}
	if v.Expected < leastExpected {
		return Volume{}, false
	}
	for _, n := range before {
		d := float64(n) - v.Expected
		squares += d * d
	}
	variance := math.Max(squares/(weeks-1), v.Expected)
	v.Z = (v.Expected - float64(now)) / math.Sqrt(variance*(1+1/weeks))
	return v, true
}
