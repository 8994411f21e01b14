package mapping

import (
	"testing"
	"time"
)

func TestOneNotionOfAValue(t *testing.T) {
	row := Row{"ID": " 7 ", "City": "Oulu", "Empty": "  ", "Code": "99", "Zero": "0", "What is it?": "x"}
	for _, c := range []struct{ name, value, want string }{
		{"constant", `spring`, "spring"},
		{"constant number as written", `007`, "007"},
		{"column", `"{City}"`, "Oulu"},
		{"column with other letters in its name", `"{What is it?}"`, "x"},
		{"template", `"r-{ID}-{City}"`, "r-7-Oulu"},
		{"braces", `"{{{City}}}"`, "{Oulu}"},
		{"template with an empty column", `"r-{ID}-{Empty}"`, ""},
		{"a column that the row lacks", `"{Nowhere}"`, ""},
		{"object column", `{column: City}`, "Oulu"},
		{"object template", `{template: "{City}!"}`, "Oulu!"},
		{"no answer", `{column: Code, no_answer: [98, 99]}`, ""},
		{"no answer in a template", `{template: "c-{Code}", no_answer: [99]}`, ""},
		{"values", `{column: City, values: {Oulu: north, Turku: south}}`, "north"},
		{"values after a template", `{template: "{City}-{ID}", values: {Oulu-7: north}}`, "north"},
		{"values to null", `{column: City, values: {Oulu: null}}`, ""},
		{"otherwise", `{column: City, values: {Turku: south}, otherwise: elsewhere}`, "elsewhere"},
		{"otherwise null", `{column: City, values: {Turku: south}, otherwise: null}`, ""},
		{"otherwise is not for empty cells", `{column: Empty, values: {Turku: south}, otherwise: elsewhere}`, ""},
		{"default is", `{column: Empty, values: {Turku: south}, otherwise: elsewhere, default: nowhere}`, "nowhere"},
		{"default for a code of no answer", `{column: Code, no_answer: [99], default: none}`, "none"},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := parsed(t, "segment: "+c.value+"\nanswers: [{metric: nps, score: '5'}]")
			s, _, err := m.Submission(row)
			if err != nil || s.Segment != c.want {
				t.Errorf("got %q, error %v; want %q", s.Segment, err, c.want)
			}
		})
	}
}

func TestScores(t *testing.T) {
	for _, c := range []struct{ cell, json string }{
		{"9", "9"}, {"0", "0"}, {" 4 ", "4"}, {"4.0", "4"}, {"10,00", "10"}, {"TRUE", "true"}, {"false", "false"}, {"-2", "-2"},
		{"4.5", ""}, {"1e3", ""}, {"yes", ""}, {"nan", ""}, {"0x4", ""}, {"", "none"}, {"99", "none"},
	} {
		m := parsed(t, "no_answer: [99]\nanswers: [{metric: nps, score: '{a}'}]")
		s, _, err := m.Submission(Row{"a": c.cell})
		switch {
		case c.json == "none":
			if err != nil || len(s.Answers) != 0 {
				t.Errorf("%q: answers %+v, error %v; want none", c.cell, s.Answers, err)
			}
		case c.json == "":
			if err == nil {
				t.Errorf("%q was taken as %+v", c.cell, s.Answers[0].Score)
			}
		default:
			if err != nil {
				t.Errorf("%q: %v", c.cell, err)
				continue
			}
			if b, _ := s.Answers[0].Score.MarshalJSON(); string(b) != c.json {
				t.Errorf("%q: got %s, want %s", c.cell, b, c.json)
			}
		}
	}
}

func TestOwnNoAnswerGoesBeforeTheCommonOne(t *testing.T) {
	m := parsed(t, `
no_answer: [0, 6]
answers:
  - {metric: csat, score: "{a}"}
  - {metric: nps, score: {column: b, no_answer: []}}`)
	s, _, err := m.Submission(Row{"a": "0", "b": "0"})
	if err != nil || len(s.Answers) != 1 || s.Answers[0].Metric != "nps" || s.Answers[0].Score.N != 0 {
		t.Errorf("answers %+v, error %v", s.Answers, err)
	}
}

func TestOneRowAnAnswer(t *testing.T) {
	m := parsed(t, `answers: [{metric: "{what}", touchpoint: "{where}", score: "{a}"}]`)
	s, _, err := m.Submission(Row{"what": "ces", "where": "checkout", "a": "2"})
	if err != nil || s.Answers[0].Metric != "ces" || s.Answers[0].Touchpoint != "checkout" {
		t.Errorf("answers %+v, error %v", s.Answers, err)
	}
}

func TestTimes(t *testing.T) {
	for _, c := range []struct{ name, at, cell, want string }{
		{"the usual, a day", `"{c}"`, "2026-03-29", "2026-03-29T00:00:00+02:00"},
		{"the usual, minutes", `"{c}"`, "2026-03-29 12:30", "2026-03-29T12:30:00+03:00"},
		{"the usual, with a zone of its own", `"{c}"`, "2026-03-29T12:30:00-07:00", "2026-03-29T12:30:00-07:00"},
		{"a constant and a day of one digit", `{template: "2014-09-{c}", format: YYYY-MM-D}`, "4", "2014-09-04T00:00:00+03:00"},
		{"a constant and a day of two", `{template: "2014-09-{c}", format: YYYY-MM-D}`, "25", "2014-09-25T00:00:00+03:00"},
		{"Finnish", `{column: c, format: D.M.YYYY HH:mm}`, "3.11.2026 9:05", "2026-11-03T09:05:00+02:00"},
		{"American", `{column: c, format: "M/D/YY h:mma"}`, "7/4/26 2:05pm", "2026-07-04T14:05:00+03:00"},
		{"with the month's name", `{column: c, format: "DD MMM YYYY HH:mm:ss Z"}`, "04 Jul 2026 14:05:09 +01:00", "2026-07-04T14:05:09+01:00"},
		{"without anything between", `{column: c, format: YYYYMMDD}`, "20260704", "2026-07-04T00:00:00+03:00"},
		{"the second of several", `{column: c, format: [DD.MM.YYYY, YYYY-MM-DD]}`, "2026-07-04", "2026-07-04T00:00:00+03:00"},
		{"a default", `{column: c, default: 2026-07-04}`, "", "2026-07-04T00:00:00+03:00"},
		{"values", `{column: c, values: {wave 1: 2026-02-01}}`, "wave 1", "2026-02-01T00:00:00+02:00"},
		{"no such day", `{column: c, format: YYYY-MM-DD}`, "2026-02-30", ""},
		{"empty", `"{c}"`, "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := parsed(t, "time_zone: Europe/Helsinki\ncollected_at: "+c.at+"\nanswers: [{metric: nps, score: '5'}]")
			s, _, err := m.Submission(Row{"c": c.cell})
			switch {
			case c.want == "" && err == nil:
				t.Errorf("was taken as %s", s.CollectedAt)
			case c.want != "" && err != nil:
				t.Error(err)
			case c.want != "" && s.CollectedAt.Format(time.RFC3339) != c.want:
				t.Errorf("got %s, want %s", s.CollectedAt.Format(time.RFC3339), c.want)
			}
		})
	}
}

func TestTimeWithoutAZoneIsRefused(t *testing.T) {
	m := parsed(t, "collected_at: '{c}'\nanswers: [{metric: nps, score: '5'}]")
	if _, _, err := m.Submission(Row{"c": "2026-01-31 10:00"}); err == nil {
		t.Error("a time whose zone nobody gave was taken")
	}
	if s, _, err := m.Submission(Row{"c": "2026-01-31T10:00:00Z"}); err != nil || s.CollectedAt.Hour() != 10 {
		t.Errorf("a time with its own zone: %v, error %v", s.CollectedAt, err)
	}
}

func TestFilters(t *testing.T) {
	m := parsed(t, `
rows:
  - {column: Done, in: ["yes", 1]}
  - {column: Test, not_in: [x, ""]}
answers: [{metric: nps, score: "5"}]`)
	for _, c := range []struct {
		row  Row
		want bool
	}{
		{Row{"Done": "yes", "Test": "no"}, true},
		{Row{"Done": " 1 ", "Test": "no"}, true},
		{Row{"Done": "no", "Test": "no"}, false},
		{Row{"Done": "yes", "Test": "x"}, false},
		{Row{"Done": "yes"}, false},
		{Row{"Test": "no"}, false},
	} {
		if got := m.Keeps(c.row); got != c.want {
			t.Errorf("%v: %v", c.row, got)
		}
	}
}
