package mapping

import (
	"strings"
	"testing"
)

func TestEveryFaultOfAMappingIsToldAtOnceWithItsPlace(t *testing.T) {
	_, err := Parse([]byte(`delimiter: ";;"
encoding: ebcdic
time_zone: Helsinki
submision_id: "{ID}"
submission_id: spring
channel: {METHOD}
team: {column: T, template: "{T}", otherwise: x}
segment: "{A"
collected_at: {column: D, format: DD.MM}
survey:
properties: {age: {column: Age, as: integer}}
rows:
  - {column: Done}
answers:
  - {metric: nps}
  - {metric: csat, score: {column: Q, format: D}}
  - metric: [x]
    score: "{Q}"
    score: "{R}"
`))
	want := []string{
		`line 1, column 12: delimiter: must be one character such as ";", or tab`,
		`line 2, column 11: encoding: must be utf-8, utf-16, latin1 or windows-1252`,
		`line 3, column 12: time_zone: must be an IANA time zone such as Europe/Helsinki`,
		`line 4, column 1: submision_id: unknown key: do you mean "submission_id"?`,
		`line 5, column 16: submission_id: must hold a column, such as "spring-2026-{ID}": a constant is the same for every row`,
		`line 6, column 10: channel: needs column or template, and one of them only`,
		`line 6, column 11: channel.METHOD: unknown key: a template stands in quotes: "{METHOD}"`,
		`line 7, column 7: team: needs column or template, and one of them only`,
		`line 7, column 7: team: otherwise is for what values doesn't list; for empty cells say default`,
		`line 8, column 10: segment: a column's name must stand between { and }; write {{ for the brace itself`,
		`line 9, column 35: collected_at.format: "DD.MM" needs year, month and day: put a constant and a column together in the template, such as "2014-09-{DAY}" with the format YYYY-MM-D`,
		`line 10, column 8: survey: is missing`,
		`line 11, column 37: properties.age.as: must be text, number or boolean`,
		`line 13, column 5: rows[0]: needs column, and in or not_in`,
		`line 15, column 5: answers[0]: needs metric and score`,
		`line 16, column 39: answers[1].score.format: unknown key: one of column, default, no_answer, otherwise, template, values`,
		`line 17, column 13: answers[2].metric: must be text`,
		`line 19, column 5: answers[2].score: stands here twice`,
	}
	if err == nil || err.Error() != strings.Join(want, "\n") {
		t.Errorf("got\n%v\nwant\n%s", err, strings.Join(want, "\n"))
	}
}

func TestFaultyMappings(t *testing.T) {
	const answers = "answers: [{metric: nps, score: '{a}'}]\n"
	for _, c := range []struct{ name, yaml, want string }{
		{"nothing", "", `line 1, column 1: must be keys with values`},
		{"text only", "nps", `line 1, column 1: must be keys with values`},
		{"not YAML", "answers: [1\nb: 2", `line 2, column 1: not YAML: `},
		{"no answers", "survey: x", `answers is missing`},
		{"empty answers", "answers: []", `must be 1 to 200 answers`},
		{"two documents", answers + "---\nsurvey: x", `line 3, column 1: a mapping is one YAML document`},
		{"unknown alias", answers + "survey: *x", `line 2, column 9: survey: nothing above is anchored as &x`},
		{"anchor in itself", answers + "survey: &x {column: *x}", `survey.column: must be text`},
		{"an item that lacks something, in block style", "answers:\n  - metric: nps", `line 2, column 5: answers[0]: needs metric and score`},
		{"a format without a zone", answers + "collected_at: {column: a, format: YYYY-MM-DD}", `time_zone is missing`},
		{"numbers that run together", answers + "collected_at: {column: a, format: YYYYMD}", `put something between YYYY and M`},
		{"an unknown part of a format", answers + "collected_at: {column: a, format: yyyy-MM-DD}", `'y' is no part of a format`},
		{"a brace too many", answers + "survey: 'a}'", `line 2, column 9: survey: } closes no {`},
		{"a tag", answers + "survey: !!str 5", `must be text`},
		{"merge key", answers + "channel: {<<: x, column: a}", `unknown key`},
		{"too long", strings.Repeat("#", maxBytes+1), `1 MB at most`},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := Parse([]byte(c.yaml))
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %s", err, c.want)
			}
		})
	}
}

func TestAnchorsShareValues(t *testing.T) {
	m := parsed(t, `
answers:
  - {metric: csat, touchpoint: a, score: {column: A, values: &agree {Bad: 1, Good: 5}}}
  - {metric: csat, touchpoint: b, score: {column: B, values: *agree}}`)
	s, _, err := m.Submission(Row{"A": "Good", "B": "Bad"})
	if err != nil || s.Answers[0].Score.N != 5 || s.Answers[1].Score.N != 1 {
		t.Errorf("answers %+v, error %v", s.Answers, err)
	}
}

func TestColumnsThatTheHeaderLacksAreNamedWithTheClosest(t *testing.T) {
	m := parsed(t, `submission_id: "s-{RESPNO}"
channel: {column: method}
answers:
  - {metric: nps, score: "{Q7ART}"}
  - {metric: csat, score: "{Twice}"}
  - {metric: ces, score: "{Something else}"}`)
	err := m.Check([]string{"RESPNUM", "METHOD", "Q7ART", "Twice", "Twice"})
	want := `line 1, column 16: submission_id: the column "RESPNO" is not in the header; do you mean "RESPNUM"?
line 2, column 19: channel.column: the column "method" is not in the header; do you mean "METHOD"?
line 5, column 27: answers[1].score: the column "Twice" stands in the header more than once: give each its own name
line 6, column 26: answers[2].score: the column "Something else" is not in the header`
	if err == nil || err.Error() != want {
		t.Errorf("got\n%v\nwant\n%s", err, want)
	}
	if err := m.Check([]string{"RESPNO;method;Q7ART"}); err == nil || !strings.Contains(err.Error(), "is the delimiter right?") {
		t.Errorf("a wrong delimiter: %v", err)
	}
}
