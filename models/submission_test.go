package models

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/mittari/mittari/models/score"
)

func TestAScoreIsAnIntegerOrYesOrNo(t *testing.T) {
	for _, bad := range []string{`4.5`, `4.0`, `1e1`, `"4"`, `[4]`, `{}`, `99999999999999999999`, `"true"`} {
		var s Submission
		err := json.Unmarshal([]byte(`{"metric":"nps","score":`+bad+`}`), &s)
		if err == nil || !strings.Contains(err.Error(), "must be an integer, or true or false") {
			t.Errorf("%s: %v", bad, err)
		}
	}
	for given, want := range map[string]int{`true`: 1, `false`: 0, `1`: 1, `0`: 0} {
		if a := accept(t, `{"metric":"fcr","score":`+given+`}`); a.Response().Answers[0].Score != want {
			t.Errorf("%s became %d", given, a.Response().Answers[0].Score)
		}
	}
}

func TestShortFormIsASingleAnswer(t *testing.T) {
	a := accept(t, `{"touchpoint":"meeting","metric":"nps","score":0,"comment":"no"}`)
	want := Answer{Metric: "nps", Score: 0, Touchpoint: "meeting", Comment: "no"}
	if got := a.Response().Answers; len(got) != 1 || got[0] != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	long := accept(t, `{"touchpoint":"meeting","answers":[{"metric":"nps","score":0,"comment":"no"}]}`)
	if a.Digest() != long.Digest() {
		t.Error("the same answer in short and in long form is not a retry")
	}
}

func TestAnswersOwnTouchpointGoesBeforeTheResponses(t *testing.T) {
	r := accept(t, `{"touchpoint":"visit","segment":"s","channel":"c","team":"t","survey":"y",
		"answers":[{"metric":"csat","score":4},{"metric":"csat","score":2,"touchpoint":"food"}]}`).Response()
	for i, want := range []string{"visit", "food"} {
		if got := r.Keys(r.Answers[i]); got != (Keys{"y", want, "c", "s", "t"}) {
			t.Errorf("answer %d is counted by %v", i, got)
		}
	}
}

func TestAnAcceptedResponseIsWhatWasSaid(t *testing.T) {
	given := rules(t)
	a := accept(t, `{"submission_id":"s-1","survey":"y","touchpoint":"t","channel":"c","segment":"g","team":"m","person":"p",
		"collected_at":"2026-11-20T00:30:00.123456789+02:00","language":"fi","solicited":false,"properties":{"a":1,"b":null},"tags":["x"],
		"answers":[{"metric":"nps","score":6,"comment":"ä\u0001 👍"},{"metric":"ces","score":1}]}`)
	no := false
	got, _ := json.Marshal(a.Response())
	want, _ := json.Marshal(Response{
		ID: given.NewID(), Workspace: "bank", SubmissionID: "s-1", Survey: "y", Touchpoint: "t", Channel: "c", Segment: "g", Team: "m", Person: "p",
		CollectedAt: time.Date(2026, 11, 19, 22, 30, 0, 123456000, time.UTC), CreatedAt: time.Date(2026, 11, 20, 8, 30, 0, 123456000, time.UTC),
		Language: "fi", Solicited: &no, Properties: map[string]any{"a": 1.0, "b": nil}, Tags: []string{"x"},
		Answers: []Answer{{"nps", 6, "t", "ä\u0001 👍"}, {"ces", 1, "t", ""}},
	})
	if string(got) != string(want) || a.Response().Workspace != "bank" {
		t.Errorf("got\n%s, want\n%s", got, want)
	}
	if day := a.Day().String(); day != "2026-11-20" {
		t.Errorf("the day in Helsinki is %s", day)
	}
	arrivals := a.Arrivals()
	if len(arrivals) != 2 || arrivals[0] != (Arrival{"nps", "t", "g", "c", score.Bottom}) || arrivals[1] != (Arrival{"ces", "t", "g", "c", score.Top}) {
		t.Errorf("arrivals are %+v", arrivals)
	}
}

func TestTimeOfCollectionIsNowUnlessGiven(t *testing.T) {
	given := rules(t)
	if r := accept(t, `{"metric":"nps","score":9}`).Response(); !r.CollectedAt.Equal(given.Now.Truncate(time.Microsecond)) || r.CollectedAt != r.CreatedAt {
		t.Errorf("collected %v, created %v", r.CollectedAt, r.CreatedAt)
	}
	for _, at := range []string{"1970-01-01T00:00:00Z", "2026-11-20T08:35:00.123456Z", "2026-11-20T10:35:00+02:00"} {
		accept(t, `{"metric":"nps","score":9,"collected_at":"`+at+`"}`)
	}
}
