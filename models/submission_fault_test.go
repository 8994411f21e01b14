package models

import (
	"fmt"
	"math"
	"strings"
	"testing"
)

func TestEveryFaultOfASubmissionNamesItsFieldAndTheRemedy(t *testing.T) {
	nps := func(rest string) string { return `{"metric":"nps","score":9,` + rest + `}` }
	for _, c := range []struct{ name, submission, field, remedy string }{
		{"nothing", `{}`, "answers", `give answers, or metric and score, for example {"metric":"nps","score":9}`},
		{"no answers", `{"answers":[]}`, "answers", "give answers"},
		{"201 answers", `{"answers":[` + list(201, func(i int) string { return fmt.Sprintf(`{"metric":"nps","touchpoint":"t%d","score":9}`, i) }) + `]}`, "answers", "200 at most, are 201"},
		{"no metric", `{"score":9}`, "answers[0].metric", "is missing: one of ces, ces7"},
		{"unknown metric", `{"metric":"npx","score":9}`, "answers[0].metric", `"npx" is unknown: one of ces, ces7`},
		{"unknown metric tells how to define it", `{"metric":"npx","score":9}`, "answers[0].metric", "define it by PUT /v1/metrics/{key}"},
		{"long unknown metric is cut", `{"metric":"` + strings.Repeat("x", 300) + `","score":9}`, "answers[0].metric", `"` + strings.Repeat("x", 40) + `…" is unknown`},
		{"no score", `{"metric":"nps"}`, "answers[0].score", "is missing"},
		{"null score", `{"metric":"nps","score":null}`, "answers[0].score", "is missing"},
		{"too high", `{"metric":"nps","score":11}`, "answers[0].score", "must be from 0 to 10, is 11"},
		{"too low", `{"metric":"csat","score":0}`, "answers[0].score", "must be from 1 to 5, is 0"},
		{"yes for a number", `{"metric":"csat","score":true}`, "answers[0].score", "must be an integer from 1 to 5, not true or false"},
		{"number for yes", `{"metric":"fcr","score":2}`, "answers[0].score", "must be from 0 to 1, is 2"},
		{"comment too long", `{"metric":"nps","score":9,"comment":"` + text(10_001) + `"}`, "answers[0].comment", "10000 characters at most, is 10001"},
		{"comment with NUL", `{"metric":"nps","score":9,"comment":"` + nulCharacter + `"}`, "answers[0].comment", "NUL"},
		{"answer's touchpoint", `{"answers":[{"metric":"nps","score":9,"touchpoint":"a b"}]}`, "answers[0].touchpoint", `a–z, digits, '.', '_', ':' or '-', starting with a letter or digit; "a b" is not`},
		{"short form beside answers", `{"answers":[{"metric":"nps","score":9}],"metric":"csat"}`, "metric", "goes inside answers"},
		{"score beside answers", `{"answers":[{"metric":"nps","score":9}],"score":1}`, "score", "goes inside answers"},
		{"comment beside answers", `{"answers":[{"metric":"nps","score":9}],"comment":"x"}`, "comment", "goes inside answers"},
		{"twice", `{"answers":[{"metric":"nps","score":9},{"metric":"csat","score":1},{"metric":"nps","score":8}]}`, "answers[2].metric", `"nps" is answered twice at one touchpoint, first in answers[0]`},
		{"twice by the response's touchpoint", `{"touchpoint":"meeting","answers":[{"metric":"nps","score":9,"touchpoint":"meeting"},{"metric":"nps","score":8}]}`, "answers[1].metric", "first in answers[0]"},
		{"survey", nps(`"survey":"_x"`), "survey", `starting with a letter or digit; "_x" is not`},
		{"touchpoint", nps(`"touchpoint":"a/b"`), "touchpoint", "must be 1 to 100 letters"},
		{"channel", nps(`"channel":"sähköposti"`), "channel", "must be 1 to 100 letters"},
		{"segment", nps(`"segment":"` + strings.Repeat("s", 101) + `"`), "segment", "must be 1 to 100 letters"},
		{"team", nps(`"team":"a` + nulCharacter + `"`), "team", "must be 1 to 100 letters"},
		{"submission_id too long", nps(`"submission_id":"` + text(201) + `"`), "submission_id", "200 characters at most, is 201"},
		{"submission_id with NUL", nps(`"submission_id":"a` + nulCharacter + `"`), "submission_id", "NUL"},
		{"person too long", nps(`"person":"` + text(201) + `"`), "person", "200 characters at most, is 201"},
		{"language", nps(`"language":"suomi vain"`), "language", `a BCP 47 tag such as fi or en-GB, is "suomi vain"`},
		{"endless language", nps(`"language":"fi-x` + strings.Repeat("-abcdefgh", 50) + `"`), "language", "100 characters at most, is 454"},
		{"future", nps(`"collected_at":"2026-11-20T08:35:00.2Z"`), "collected_at", "is in the future: 2026-11-20T08:35:00Z is after now (2026-11-20T08:30:00Z) by more than 5 minutes; check the sender's clock and time zone"},
		{"before computers", nps(`"collected_at":"1969-12-31T23:59:59Z"`), "collected_at", "must not be before 1970"},
		{"the year 10000 in UTC", nps(`"collected_at":"9999-12-31T23:59:59-10:00"`), "collected_at", "in the future"},
		{"before the year 0 in UTC", nps(`"collected_at":"0000-01-01T00:00:00+10:00"`), "collected_at", "must not be before 1970"},
		{"nested property", nps(`"properties":{"a":{"b":1}}`), "properties.a", "nothing nested"},
		{"property that is a list", nps(`"properties":{"a":[1]}`), "properties.a", "must be text, a number, true, false or null"},
		{"long property", nps(`"properties":{"a":"` + text(1001) + `"}`), "properties.a", "1000 characters at most, is 1001"},
		{"property with NUL", nps(`"properties":{"a":"` + nulCharacter + `"}`), "properties.a", "NUL"},
		{"nameless property", nps(`"properties":{"":1}`), "properties.", "needs a name"},
		{"property's name too long", nps(`"properties":{"` + strings.Repeat("p", 101) + `":1}`), "properties." + strings.Repeat("p", 40) + "…", "100 characters at most, is 101"},
		{"property's name with NUL", nps(`"properties":{"a` + nulCharacter + `":1}`), "properties.a\x00", "NUL"},
		{"51 properties", nps(`"properties":{` + list(51, func(i int) string { return fmt.Sprintf(`"p%d":1`, i) }) + `}`), "properties", "50 at most, are 51"},
		{"51 tags", nps(`"tags":[` + list(51, func(int) string { return `"t"` }) + `]`), "tags", "50 at most, are 51"},
		{"empty tag", nps(`"tags":["a",""]`), "tags[1]", "must not be empty"},
		{"long tag", nps(`"tags":["` + text(101) + `"]`), "tags[0]", "100 characters at most, is 101"},
		{"tag with NUL", nps(`"tags":["` + nulCharacter + `"]`), "tags[0]", "NUL"},
	} {
		t.Run(c.name, func(t *testing.T) {
			a, err := submission(t, c.submission).Check(rules(t))
			holdsOneFault(t, err, c.field, c.remedy)
			if a.Response() != nil {
				t.Error("a response came of it all the same")
			}
		})
	}
}

func TestWhatJSONCanNotSayIsRefusedToo(t *testing.T) {
	nine := &Value{N: 9}
	for _, c := range []struct {
		name          string
		s             Submission
		field, remedy string
	}{
		{"broken UTF-8", Submission{Metric: "nps", Score: nine, Comment: "\xff"}, "answers[0].comment", "must be UTF-8"},
		{"broken UTF-8 in a property's name", Submission{Metric: "nps", Score: nine, Properties: map[string]any{"\xff": 1.0}}, "properties.\xff", "must be UTF-8"},
		{"not a number", Submission{Metric: "nps", Score: nine, Properties: map[string]any{"a": math.NaN()}}, "properties.a", "must be text, a number"},
		{"infinite", Submission{Metric: "nps", Score: nine, Properties: map[string]any{"a": math.Inf(1)}}, "properties.a", "must be text, a number"},
		{"no JSON at all", Submission{Metric: "nps", Score: nine, Properties: map[string]any{"a": func() {}}}, "properties.a", "must be text, a number"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := c.s.Check(rules(t))
			holdsOneFault(t, err, c.field, c.remedy)
		})
	}
}

func TestAllFaultsAreNamedAtOnce(t *testing.T) {
	_, err := submission(t, `{"submission_id":"`+text(201)+`","survey":"?","touchpoint":"?","language":"???","collected_at":"2030-01-01T00:00:00Z",
		"properties":{"b":[],"a":[]},"tags":[""],"metric":"nps","answers":[{"metric":"npx"},{"score":1},{"metric":"csat","score":6}]}`).Check(rules(t))
	var got []string
	for _, f := range faultsOf(t, err) {
		got = append(got, f.Field)
	}
	want := "metric submission_id survey touchpoint language properties.a properties.b tags[0] collected_at " +
		"answers[0].metric answers[0].score answers[1].metric answers[2].score"
	if strings.Join(got, " ") != want {
		t.Errorf("faults in\n%s, want\n%s", strings.Join(got, " "), want)
	}
}
