package api

import (
	"mime"
	"strconv"
	"strings"
)

// negotiate gives the offer that the Accept header prefers (RFC 9110, 12.5.1):
// the one of the greatest q, of several the first; "" when it accepts none of
// them. Without a header every offer is as welcome. A range that is none is passed over.
func negotiate(accept []string, offers ...string) string {
	best, bestQ := "", 0.0
	ranges := mediaRanges(strings.Join(accept, ","))
	for _, offer := range offers {
		if q := quality(ranges, offer); q > bestQ {
			best, bestQ = offer, q
		}
	}
	return best
}

type mediaRange struct {
	of string // type/subtype, type/* or */*
	q  float64
}

func mediaRanges(accept string) []mediaRange {
	var ranges []mediaRange
	empty := true
	for part := range strings.SplitSeq(accept, ",") {
		if strings.TrimSpace(part) == "" {
			continue
		}
		empty = false
		of, parameters, err := mime.ParseMediaType(part)
		if err != nil {
			continue
		}
		q, err := strconv.ParseFloat(parameters["q"], 64)
		if _, given := parameters["q"]; !given {
			q, err = 1, nil
		}
		if err == nil {
			ranges = append(ranges, mediaRange{of, q})
		}
	}
	if empty {
		return []mediaRange{{"*/*", 1}}
	}
	return ranges
}

// quality is the q of the most specific range that the offer is in.
func quality(ranges []mediaRange, offer string) float64 {
	family, _, _ := strings.Cut(offer, "/")
	for _, of := range []string{offer, family + "/*", "*/*"} {
		for _, r := range ranges {
			if r.of == of {
				return r.q
			}
		}
	}
	return 0
}
