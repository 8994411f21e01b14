package payload

import (
	"encoding/json"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/mittari/mittari/models"
)

const exampleFolder = "../../deploy/sources/"

// example is a payload of the tool, and the mapping beside it.
func example(t testing.TB, kind models.SourceKind) (payload, mapping []byte) {
	t.Helper()
	payload, err := os.ReadFile(exampleFolder + string(kind) + ".json")
	if err != nil {
		t.Fatal(err)
	}
	mapping, err = os.ReadFile(exampleFolder + string(kind) + ".mapping.json")
	if err != nil {
		t.Fatal(err)
	}
	return payload, mapping
}

func compiled(t testing.TB, kind models.SourceKind, mapping string) models.PayloadReader {
	t.Helper()
	read, err := Compile(kind, []byte(mapping))
	if err != nil {
		t.Fatal(err)
	}
	return read
}

// row are the fields that the payload has, as a mapping sees them.
func row(t *testing.T, kind models.SourceKind, payload string) fields {
	t.Helper()
	top, err := decode([]byte(payload))
	if err != nil {
		t.Fatal(err)
	}
	tool, names := tools()[kind], fields{}
	response := top[tool.root].(map[string]any)
	names.add("", response)
	if tool.more != nil {
		tool.more(names, response)
	}
	return names
}

func TestEachKindOfAnswerHasItsText(t *testing.T) {
	for _, c := range []struct {
		kind              models.SourceKind
		payload           string
		field, text       string
		otherwise, absent string // a field that must not be there
	}{
		{models.Typeform, `{"form_response":{"answers":[{"type":"number","number":4,"field":{"id":"a","ref":"b"}}]}}`, "answers.a", "4", "answers.b", "answers.c"},
		{models.Typeform, `{"form_response":{"answers":[{"type":"choices","choices":{"labels":["A","B"],"other":"C"},"field":{"ref":"b"}}]}}`, "answers.b", "A, B, C", "", "answers.a"},
		{models.Typeform, `{"form_response":{"answers":[{"type":"choice","choice":{"other":"Mine"},"field":{"ref":"b"}}]}}`, "answers.b", "Mine", "", ""},
		{models.Typeform, `{"form_response":{"answers":[{"type":"boolean","boolean":false,"field":{"ref":"b"}}]}}`, "answers.b", "false", "", ""},
		{models.Typeform, `{"form_response":{"answers":[{"type":"email","email":"a@example.com","field":{"ref":"b"}}]}}`, "answers.b", "a@example.com", "", ""},
		{models.Typeform, `{"form_response":{"variables":[{"key":"score","type":"number","number":7}],"hidden":{"x":"y"},"calculated":{"score":1}}}`, "variables.score", "7", "hidden.x", "answers"},
		{models.Formbricks, `{"data":{"data":{"a":4,"b":["x","y"],"c":{"Row":"4"},"d":null}}}`, "data.b", "x, y", "data.c.Row", "data.d"},
		{models.Formbricks, `{"data":{"tags":[{"name":"vip"}],"finished":true}}`, "tags.0.name", "vip", "finished", "tags"},
		{models.Delighted, `{"event_data":{"score":0,"person_properties":{"Branch":"x"}}}`, "score", "0", "person_properties.Branch", "comment"},
		{models.Delighted, `{"event_data":{"additional_answers":[{"value":{"scale":5},"question":{"id":"q"}},{"value":{"select_many":[{"text":"A"},{"text":"B"}]},"question":{"id":"r"}}]}}`,
			"additional_answers.q", "5", "additional_answers.r", ""},
	} {
		got := row(t, c.kind, c.payload)
		if got[c.field] != c.text || c.otherwise != "" && got[c.otherwise] == "" {
			t.Errorf("%s: %v", c.payload, got)
		}
		if _, there := got[c.absent]; there && c.absent != "" {
			t.Errorf("%s: it has %s: %v", c.payload, c.absent, got)
		}
	}
}

func TestWhatIsNotToBeStoredIsIgnoredWithAReason(t *testing.T) {
	const mapping = `{"rows":[{"column":"kind","in":["a"]}],"answers":[{"metric":"nps","score":"{x}"}]}`
	for _, c := range []struct {
		kind            models.SourceKind
		payload, reason string
	}{
		{models.Formbricks, `{"event":"responseCreated","data":{"finished":false}}`, "not finished"},
		{models.Formbricks, `[{"event":"responseUpdated","data":{}}]`, "not finished"},
		{models.Formbricks, `{"event":"surveyDeleted"}`, "surveyDeleted"},
		{models.Typeform, `{"event_type":"form_response_partial","form_response":{}}`, "form_response_partial"},
		{models.Typeform, `{"event_type":"form_response","form_response":{"kind":"b"}}`, "rows"},
		{models.Delighted, `{"event_type":"unsubscribe.created","event_data":{}}`, "unsubscribe.created"},
		{models.Delighted, `{}`, `""`},
	} {
		d, err := compiled(t, c.kind, mapping)([]byte(c.payload))
		if err != nil || !strings.Contains(d.Ignored, c.reason) {
			t.Errorf("%s: %q, %v", c.payload, d.Ignored, err)
		}
	}
}

func TestEveryFaultOfAPayloadIsToldAtOnce(t *testing.T) {
	read := compiled(t, models.Typeform, `{"touchpoint":{"column":"hidden.where","values":{"a":"b"}},
		"answers":[{"metric":"nps","score":"{answers.nps}"},{"metric":"csat","score":"{answers.gone}"}]}`)
	_, err := read([]byte(`{"event_type":"form_response","form_response":{"submitted_at":"yesterday","hidden":{"where":"c"},
		"definition":{"fields":[{"ref":"nps","id":"1"}]},"answers":[{"type":"text","text":"nine","field":{"ref":"nps"}}]}}`))
	var e *models.Error
	if !errors.As(err, &e) || e.Code != models.Invalid {
		t.Fatalf("%v", err)
	}
	var got []string
	for _, f := range e.Faults {
		got = append(got, f.Field+": "+f.Message)
	}
	want := []string{
		"mapping: the form has no question answers.gone; it has answers.1, answers.nps",
		`answers[0].score: column answers.nps: "nine" is not a whole number, true or false: say in values what it means, or in no_answer that it means nothing`,
		`touchpoint: column hidden.where: "c" is not among the values (a): add it to them, or say otherwise`,
		"submission_id: the payload has no form_response.token",
		"collected_at: the payload has no times form_response.submitted_at and form_response.submitted_at that can be read",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestPayloadWithoutAnAnswerNamesTheFieldsThatItHas(t *testing.T) {
	read := compiled(t, models.Delighted, `{"answers":[{"metric":"nps","score":"{scores}"}]}`)
	_, err := read([]byte(`{"event_type":"survey_response.created","event_data":{"id":"1","score":9,"comment":"a secret","created_at":1795161844,"updated_at":1795161844}}`))
	if err == nil || !strings.Contains(err.Error(), "the payload holds comment, created_at, event, id, score, updated_at") || strings.Contains(err.Error(), "secret") {
		t.Errorf("%v", err)
	}
}

func TestTimesOfTheToolAreThoseOfTheResponse(t *testing.T) {
	for _, kind := range models.SourceKinds() {
		payload, mapping := example(t, kind)
		d, err := compiled(t, kind, string(mapping))(payload)
		if err != nil {
			t.Fatal(err)
		}
		if day := d.Submission.CollectedAt.UTC().Format(time.DateOnly); day != "2026-11-20" || d.ChangedAt.Before(*d.Submission.CollectedAt) {
			t.Errorf("%s: answered at %s, changed at %s", kind, d.Submission.CollectedAt, d.ChangedAt)
		}
	}
	d, err := compiled(t, models.Typeform, `{"collected_at":"{landed_at}","answers":[{"metric":"nps","score":"{answers.recommend}"}]}`)(first(example(t, models.Typeform)))
	if err != nil || d.Submission.CollectedAt.Format(time.TimeOnly) != "08:00:02" {
		t.Errorf("%v %v", d.Submission.CollectedAt, err)
	}
}

func TestResponseThatNeverChangedIsOfTheTimeWhenItCame(t *testing.T) {
	for _, never := range []string{`,"updated_at":null`, ``} {
		d, err := compiled(t, models.Delighted, `{"answers":[{"metric":"nps","score":"{score}"}]}`)(
			[]byte(`{"event_type":"survey_response.created","event_data":{"id":"1","score":9,"created_at":1795161844` + never + `}}`))
		if err != nil || d.ChangedAt.Unix() != 1795161844 || !d.ChangedAt.Equal(*d.Submission.CollectedAt) {
			t.Errorf("%q: %v %v", never, d, err)
		}
	}
}

func first(payload, _ []byte) []byte { return payload }

// TestMappingsOfTheGuideCanBeUsed goes through the JSON blocks of deploy/sources/README.md.
func TestMappingsOfTheGuideCanBeUsed(t *testing.T) {
	text, err := os.ReadFile(exampleFolder + "README.md")
	if err != nil {
		t.Fatal(err)
	}
	blocks := strings.Split(string(text), "```json\n")[1:]
	if len(blocks) < 3 {
		t.Fatalf("%d mappings were found", len(blocks))
	}
	for _, block := range blocks {
		mapping, _, _ := strings.Cut(block, "```")
		for _, kind := range models.SourceKinds() {
			if _, err := Compile(kind, []byte(mapping)); err != nil {
				t.Errorf("%s\n%v", mapping, err)
			}
		}
	}
}

// fuzz: no payload makes a tool's reader panic, and what is mapped can be sent.
func fuzz(f *testing.F, kind models.SourceKind) {
	payload, mapping := example(f, kind)
	read := compiled(f, kind, string(mapping))
	f.Add(payload)
	f.Add(append(append([]byte("["), payload...), ']'))
	f.Add([]byte(strings.ReplaceAll(string(payload), `"`, `""`)))
	f.Add([]byte(strings.ReplaceAll(string(payload), "9", "null")))
	f.Add([]byte(strings.ReplaceAll(string(payload), "{", `{"a":{"b":[{`)))
	f.Fuzz(func(t *testing.T, payload []byte) {
		d, err := read(payload)
		if err != nil {
			if models.ErrorCode(err) != models.Invalid || err.Error() == "" {
				t.Errorf("%v", err)
			}
			return
		}
		if _, err := json.Marshal(d.Submission); err != nil {
			t.Errorf("%+v can't be sent: %v", d.Submission, err)
		}
		if d.Ignored == "" && len(d.Submission.Answers) == 0 {
			t.Error("nothing to be stored, and no reason")
		}
	})
}

func FuzzFormbricks(f *testing.F) { fuzz(f, models.Formbricks) }
func FuzzTypeform(f *testing.F)   { fuzz(f, models.Typeform) }
func FuzzDelighted(f *testing.F)  { fuzz(f, models.Delighted) }

// FuzzMappingOfAPayload: no mapping makes the compiler panic.
func FuzzMappingOfAPayload(f *testing.F) {
	_, mapping := example(f, models.Typeform)
	f.Add(mapping)
	f.Add([]byte(`{"answers":[{"metric":"nps","score":{"column":"a","values":{"\u0000":null}}}]}`))
	f.Fuzz(func(_ *testing.T, mapping []byte) {
		for _, kind := range models.SourceKinds() {
			if read, err := Compile(kind, mapping); err == nil {
				_, _ = read([]byte(`{"event":"responseFinished","event_type":"form_response","data":{"finished":true},"form_response":{}}`)) // must not panic
			}
		}
	})
}
