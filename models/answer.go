package models

import (
	"encoding/json"
	"errors"
	"strconv"

	"github.com/mittari/mittari/models/score"
)

// Value is an answer's score as it arrives: an integer, or yes or no.
type Value struct {
	N     int  // 1 or 0 for yes or no
	YesNo bool // it was given as true or false
}

var errValue = errors.New("must be an integer, or true or false for a yes/no metric")

// UnmarshalJSON reads an integer, true or false.
func (v *Value) UnmarshalJSON(b []byte) error {
	switch string(b) {
	case "true":
		*v = Value{N: 1, YesNo: true}
	case "false":
		*v = Value{YesNo: true}
	default:
		n, err := strconv.Atoi(string(b))
		if err != nil {
			return errValue
		}
		*v = Value{N: n}
	}
	return nil
}

// MarshalJSON writes what UnmarshalJSON reads.
func (v Value) MarshalJSON() ([]byte, error) {
	if v.YesNo {
		return json.Marshal(v.N == 1)
	}
	return json.Marshal(v.N)
}

// fault says why the value can't be an answer on the scale; "" when it can.
func (v Value) fault(s score.Scale) string {
	yesNo := s.Min == 0 && s.Max == 1
	switch {
	case v.YesNo && !yesNo:
		return "must be an integer from " + strconv.Itoa(s.Min) + " to " + strconv.Itoa(s.Max) + ", not true or false"
	case !s.Contains(v.N):
		return "must be from " + strconv.Itoa(s.Min) + " to " + strconv.Itoa(s.Max) + ", is " + strconv.Itoa(v.N)
	}
	return ""
}

// Answer is one metric's score at one touchpoint, with what was said about it.
type Answer struct {
	Metric     string `json:"metric" example:"csat"`
	Score      int    `json:"score" example:"4"`                      // on the metric's scale; 1 or 0 for yes or no
	Touchpoint string `json:"touchpoint,omitempty" example:"meeting"` // the answer's own, else the response's
	Comment    string `json:"comment,omitempty" example:"Quick and friendly."`
}
