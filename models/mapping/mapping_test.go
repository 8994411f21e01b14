package mapping

import (
	"encoding/json"
	"errors"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/mittari/mittari/models"
)

const exampleFolder = "../../deploy/import/"

// parsed is a mapping that must be right.
func parsed(t testing.TB, yaml string) *Mapping {
	t.Helper()
	m, err := Parse([]byte(yaml))
	if err != nil {
		t.Fatalf("the mapping has faults:\n%v", err)
	}
	return m
}

func exampleFiles(t testing.TB) (*Mapping, string) {
	t.Helper()
	yaml, err := os.ReadFile(exampleFolder + "example.yaml")
	if err != nil {
		t.Fatal(err)
	}
	csv, err := os.ReadFile(exampleFolder + "example.csv")
	if err != nil {
		t.Fatal(err)
	}
	return parsed(t, string(yaml)), string(csv)
}

// lines reads a table to its end.
func lines(t testing.TB, m *Mapping, text string) []Line {
	t.Helper()
	table, err := m.Table(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	var all []Line
	for {
		line, err := table.Next()
		if errors.Is(err, io.EOF) {
			return all
		}
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, line)
	}
}

func rules() models.Rules {
	return models.Rules{
		Workspace: "bank", Metrics: models.StandardMetrics(), Zone: time.UTC,
		Now: time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC), NewID: func() string { return "id" },
	}
}

func TestExampleBecomesResponsesThatPassTheChecks(t *testing.T) {
	m, csv := exampleFiles(t)
	got := map[int]string{}
	for _, line := range lines(t, m, csv) {
		if line.Fault != nil {
			t.Errorf("line %d: %v", line.Number, line.Fault)
		}
		if !m.Keeps(line.Row) {
			got[line.Number] = "filtered out"
			continue
		}
		s, _, err := m.Submission(line.Row)
		if err != nil {
			t.Errorf("line %d: %v", line.Number, err)
		}
		if len(s.Answers) == 0 {
			got[line.Number] = "no answer"
			continue
		}
		if _, err := s.Check(rules()); err != nil {
			t.Errorf("line %d: %v", line.Number, err)
		}
		b, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		got[line.Number] = string(b)
	}
	want := map[int]string{
		3: `{"submission_id":"meeting-2026-1002","survey":"home-loan-meeting","touchpoint":"meeting","channel":"sms","segment":"home-loan","team":"tampere-1","person":"c-202","collected_at":"2026-03-02T11:40:00+02:00","language":"fi","solicited":true,"properties":{"age":51},"tags":["import-2026-03"],"answers":[{"metric":"nps","score":6,"comment":"Jonotin; sitten käskettiin varata aika."},{"metric":"csat","score":2,"comment":"Aika oli lyhyt."},{"metric":"ces","score":4},{"metric":"fcr","score":false}]}`,
		4: "filtered out",
		6: `{"submission_id":"meeting-2026-1005","survey":"home-loan-meeting","touchpoint":"meeting","channel":"kiosk","segment":"home-loan","team":"oulu-1","collected_at":"2026-03-03T15:55:00+02:00","language":"fi","solicited":false,"tags":["import-2026-03"],"answers":[{"metric":"nps","score":7},{"metric":"csat","score":4},{"metric":"ces","score":2}]}`,
		7: `{"submission_id":"meeting-2026-1006","survey":"home-loan-meeting","touchpoint":"meeting","channel":"email","segment":"home-loan","team":"oulu-1","person":"c-206","collected_at":"2026-03-04T08:20:00+02:00","language":"en","solicited":true,"properties":{"age":45},"tags":["import-2026-03"],"answers":[{"metric":"nps","score":8,"comment":"Clear advice,\nbut the \"quick\" form took an hour."},{"metric":"csat","score":4},{"metric":"ces","score":3},{"metric":"fcr","score":true}]}`,
		9: "no answer",
	}
	if len(got) != 9 {
		t.Errorf("%d rows were read, want 9", len(got))
	}
	for line, w := range want {
		if got[line] != w {
			t.Errorf("line %d:\n got %s\nwant %s", line, got[line], w)
		}
	}
	if other := got[11]; !strings.Contains(other, `"channel":"other"`) {
		t.Errorf("a channel that values doesn't list is not otherwise's: %s", other)
	}
}

func TestExamplesOfTheReferenceAreMappings(t *testing.T) {
	text, err := os.ReadFile(exampleFolder + "README.md")
	if err != nil {
		t.Fatal(err)
	}
	blocks := strings.Split(string(text), "```yaml\n")[1:]
	if len(blocks) < 5 {
		t.Fatalf("%d examples were found", len(blocks))
	}
	for _, block := range blocks {
		yaml, _, _ := strings.Cut(block, "```")
		if !strings.Contains(yaml, "answers:") && !strings.Contains(yaml, "kpi:") {
			yaml += "time_zone: UTC\nanswers: [{metric: nps, score: \"{Q}\"}]\n"
		}
		if _, err := Parse([]byte(yaml)); err != nil {
			t.Errorf("%s\n%v", yaml, err)
		}
	}
}

func TestCommentsWithoutAScoreAreCounted(t *testing.T) {
	m := parsed(t, `
answers:
  - {metric: nps, score: "{a}", comment: "{why}"}
  - {metric: csat, score: "{b}"}`)
	s, lost, err := m.Submission(Row{"a": "", "why": "Slow.", "b": "4"})
	if err != nil || lost != 1 || len(s.Answers) != 1 || s.Answers[0].Comment != "" {
		t.Errorf("lost %d, answers %+v, error %v", lost, s.Answers, err)
	}
}

func TestRowWithoutAnyAnswerIsNoFault(t *testing.T) {
	m := parsed(t, `
submission_id: "{id}"
collected_at: "{at}"
answers: [{metric: nps, score: "{a}"}]`)
	if s, _, err := m.Submission(Row{}); err != nil || len(s.Answers) != 0 {
		t.Errorf("answers %+v, error %v", s.Answers, err)
	}
}

func TestEveryFaultOfARowIsToldAtOnce(t *testing.T) {
	m := parsed(t, `
submission_id: "{id}"
collected_at: {column: at, format: YYYY-MM-DD}
time_zone: UTC
solicited: "{asked}"
channel: {column: how, values: {1: sms, 2: email}}
properties:
  age: {column: age, as: number}
answers:
  - {metric: nps, score: "{a}"}
  - {metric: csat, score: "{b}"}`)
	_, _, err := m.Submission(Row{"at": "31.1.2026", "asked": "maybe", "how": "3", "age": "old", "a": "nine", "b": "4"})
	var e *models.Error
	if !errors.As(err, &e) || e.Code != models.Invalid {
		t.Fatalf("error %v", err)
	}
	var got []string
	for _, f := range e.Faults {
		got = append(got, f.Field+": "+f.Message)
	}
	want := []string{
		`answers[0].score: column a: "nine" is not a whole number, true or false: say in values what it means, or in no_answer that it means nothing`,
		`submission_id: column id: is empty: without one, importing the row again would store it twice`,
		`channel: column how: "3" is not among the values (1, 2): add it to them, or say otherwise`,
		`collected_at: column at: "31.1.2026" is not a time like 2026-01-31`,
		`solicited: column asked: "maybe" is neither true nor false: say in values which it means`,
		`properties.age: column age: "old" is not a number such as 12.5`,
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}
