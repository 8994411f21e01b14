package store

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/mittari/mittari/models"
)

// found names the responses that a filter selects, by their submission_id.
func (h house) found(t *testing.T, f models.ResponseFilter) string {
	t.Helper()
	responses, err := h.FindResponses(t.Context(), "bank", f)
	if err != nil {
		t.Fatal(err)
	}
	names := make([]string, len(responses))
	for i, r := range responses {
		names[i] = r.SubmissionID
	}
	return strings.Join(names, " ")
}

func TestEveryFilterOfResponsesSelectsWhatItSays(t *testing.T) {
	at := func(clock string) time.Time {
		at, err := time.Parse(time.RFC3339Nano, "2026-11-19T"+clock)
		if err != nil {
			t.Fatal(err)
		}
		return at
	}
	onEachDatabase(t, func(t *testing.T, h house) {
		h.commit(t, "bank",
			nps(9, `"submission_id":"a"`, `"survey":"y"`, `"touchpoint":"visit"`, `"channel":"sms"`, `"segment":"g"`, `"team":"m"`, `"person":"p"`, `"collected_at":"2026-11-19T10:00:00Z"`),
			nps(8, `"submission_id":"b"`, `"survey":"y"`, `"touchpoint":"call"`, `"collected_at":"2026-11-19T10:00:00.5Z"`),
			// its touchpoint is visit, its answers' are food and visit
			`{"submission_id":"c","touchpoint":"visit","channel":"web","collected_at":"2026-11-19T10:00:01Z",
			  "answers":[{"metric":"csat","score":4,"touchpoint":"food"},{"metric":"nps","score":1}]}`,
			// its touchpoint is visit, and no answer's is
			`{"submission_id":"d","touchpoint":"visit","team":"m","collected_at":"2026-11-19T12:00:00.25+02:00","answers":[{"metric":"csat","score":1,"touchpoint":"food"}]}`)
		keys := func(d models.Dimension, key string) models.ResponseFilter {
			f := models.ResponseFilter{Limit: 10}
			f.Keys[d] = key
			return f
		}
		foodNPS := keys(models.Touchpoint, "food")
		foodNPS.Metric = "nps"
		surveyChannel := keys(models.Survey, "y")
		surveyChannel.Keys[models.Channel] = "sms"
		for _, c := range []struct {
			name   string
			filter models.ResponseFilter
			want   string
		}{
			{"all, the latest arrived first", models.ResponseFilter{Limit: 10}, "d c b a"},
			{"two at most", models.ResponseFilter{Limit: 2}, "d c"},
			{"survey", keys(models.Survey, "y"), "b a"},
			{"channel", keys(models.Channel, "web"), "c"},
			{"segment", keys(models.Segment, "g"), "a"},
			{"team", keys(models.Team, "m"), "d a"},
			{"touchpoint of the answers", keys(models.Touchpoint, "visit"), "c a"},
			{"touchpoint that only answers have", keys(models.Touchpoint, "food"), "d c"},
			{"no such touchpoint", keys(models.Touchpoint, "shop"), ""},
			{"metric", models.ResponseFilter{Metric: "csat", Limit: 10}, "d c"},
			{"the metric at the touchpoint", foodNPS, ""},
			{"survey and channel", surveyChannel, "a"},
			{"person", models.ResponseFilter{Person: "p", Limit: 10}, "a"},
			{"submission_id", models.ResponseFilter{SubmissionID: "c", Limit: 10}, "c"},
			{"since is included", models.ResponseFilter{Since: at("10:00:00.5Z"), Limit: 10}, "c b"},
			{"until is not", models.ResponseFilter{Until: at("10:00:01Z"), Limit: 10}, "d b a"},
			{"since and until", models.ResponseFilter{Since: at("10:00:00.25Z"), Until: at("10:00:00.500001Z"), Limit: 10}, "d b"},
			{"in another zone", models.ResponseFilter{Since: at("12:00:00.250001+02:00"), Until: at("12:00:01+02:00"), Limit: 10}, "b"},
			{"an empty period", models.ResponseFilter{Since: at("10:00:00Z"), Until: at("10:00:00Z"), Limit: 10}, ""},
		} {
			if got := h.found(t, c.filter); got != c.want {
				t.Errorf("%s: %q, want %q", c.name, got, c.want)
			}
		}
	})
}

func TestPagesHoldEachResponseOnceWhileOthersArrive(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, h house) {
		const rows, page = 23, 5
		arrive := func(i int) { h.commit(t, "bank", nps(9, fmt.Sprintf(`"submission_id":"s%02d"`, i))) }
		var want []string
		for i := range rows {
			arrive(i)
			want = append([]string{fmt.Sprintf("s%02d", i)}, want...)
		}
		var got []string
		filter := models.ResponseFilter{Limit: page}
		for pages := 0; ; pages++ {
			responses, err := h.FindResponses(t.Context(), "bank", filter)
			if err != nil || pages > rows {
				t.Fatal(pages, err)
			}
			for _, r := range responses {
				got = append(got, r.SubmissionID)
				filter.Before = r.ID
			}
			if len(responses) < page {
				break
			}
			arrive(rows + pages)
			if pages == 1 { // the response that the next page begins behind
				if err := h.EraseResponse(t.Context(), "bank", filter.Before); err != nil {
					t.Fatal(err)
				}
			}
		}
		same(t, "pages", got, want)
	})
}
