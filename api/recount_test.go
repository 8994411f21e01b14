package api_test

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/mittari/mittari/models"
	stats "github.com/mittari/mittari/models/score"
)

// town draws responses at random, always the same ones, and stores them; some are excluded, some erased.
func town(t *testing.T, admin caller, n int) {
	t.Helper()
	chance := rand.New(rand.NewPCG(1, 2))
	pick := func(of ...string) string { return of[chance.IntN(len(of))] }
	now := admin.clock.now()
	var body strings.Builder
	for range n {
		r := map[string]any{
			"survey": pick("", "s1", "s2"), "touchpoint": pick("", "t1", "t2", "t3"), "channel": pick("web", "sms"),
			"segment": pick("", "a", "b"), "team": pick("x", "y", "z"),
			"collected_at": now.Add(-time.Duration(chance.IntN(60*24*60)) * time.Minute),
		}
		answers := []map[string]any{{"metric": "nps", "score": chance.IntN(11)}}
		if chance.IntN(2) == 0 {
			answers = append(answers, map[string]any{"metric": "ces", "score": 1 + chance.IntN(5), "touchpoint": pick("t1", "t4")})
		}
		if chance.IntN(3) == 0 {
			answers = append(answers, map[string]any{"metric": "pulse", "score": 1 + chance.IntN(5)})
		}
		r["answers"] = answers
		line, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		body.Write(append(line, '\n'))
	}
	for i, o := range admin.post(t, "/v1/responses/bulk", body.String()).want(t, http.StatusOK).outcomes(t) {
		switch {
		case o.Status != http.StatusCreated:
			t.Fatalf("%+v", o)
		case i%37 == 0:
			admin.patch(t, o.ID, `{"excluded":true}`).want(t, http.StatusOK)
		case i%41 == 0:
			admin.send(t, "DELETE", "/v1/responses/"+o.ID, "").want(t, http.StatusNoContent)
		}
	}
}

// question is one for scores, as a client may ask it.
type question struct {
	metric, groupBy, interval string
	filter                    map[string]string
	since, until              string // dates
}

func drawQuestion(t *rapid.T) question {
	q := question{
		metric:   rapid.SampledFrom([]string{"nps", "ces"}).Draw(t, "metric"),
		groupBy:  rapid.SampledFrom([]string{"company", "survey", "touchpoint", "channel", "segment", "team"}).Draw(t, "group_by"),
		interval: rapid.SampledFrom([]string{"", "day", "week", "month"}).Draw(t, "interval"),
		filter:   map[string]string{},
	}
	for name, values := range map[string][]string{"touchpoint": {"t1", "t4"}, "channel": {"web", "no"}, "segment": {"a"}, "team": {"x", "y"}, "survey": {"s1"}} {
		if rapid.IntRange(0, 3).Draw(t, name+"?") == 0 {
			q.filter[name] = rapid.SampledFrom(values).Draw(t, name)
		}
	}
	first := rapid.IntRange(0, 60).Draw(t, "first day")
	last := rapid.IntRange(first+1, 62).Draw(t, "day behind the last")
	begin := time.Date(2026, 9, 20, 0, 0, 0, 0, time.UTC)
	q.since, q.until = begin.AddDate(0, 0, first).Format(time.DateOnly), begin.AddDate(0, 0, last).Format(time.DateOnly)
	return q
}

func (q question) String() string {
	values := url.Values{"metric": {q.metric}, "group_by": {q.groupBy}, "since": {q.since}, "until": {q.until}}
	if q.interval != "" {
		values.Set("interval", q.interval)
	}
	for name, value := range q.filter {
		values.Set(name, value)
	}
	return "?" + values.Encode()
}

// key is what the response's answer is told apart by.
func (r response) key(a answer, level string) string {
	return map[string]string{"company": "", "survey": r.Survey, "touchpoint": a.Touchpoint, "channel": r.Channel, "segment": r.Segment, "team": r.Team}[level]
}

// recount counts the answers anew that a score tells of.
func recount(all []response, q question, of score) stats.Histogram {
	metric := models.StandardMetrics()[q.metric]
	h := metric.NewHistogram()
	for _, r := range all {
		if r.Excluded || r.CollectedAt.Before(of.Since) || !r.CollectedAt.Before(of.Until) {
			continue
		}
		for _, a := range r.Answers {
			selected := a.Metric == q.metric && r.key(a, q.groupBy) == of.Key
			for name, value := range q.filter {
				selected = selected && r.key(a, name) == value
			}
			if selected {
				metric.Add(h, a.Score, 1)
			}
		}
	}
	return h
}

func TestScoresEqualARecountOfTheResponses(t *testing.T) {
	t.Parallel()
	onEachDatabase(t, func(t *testing.T, s *server) {
		admin := s.as(t, home)
		town(t, admin, 600)
		var all []response
		for line := range strings.Lines(admin.get(t, "/v1/responses", "Accept: "+ndjson).want(t, http.StatusOK).body) {
			all = append(all, read[response](t, reply{body: line}))
		}
		rapid.Check(t, func(rt *rapid.T) {
			q := drawQuestion(rt)
			told := int64(0)
			for _, row := range admin.hasty().scores(t, q.String()) {
				h := recount(all, q, row)
				told += h.N()
				if fault := differs(models.StandardMetrics()[q.metric], row, h); fault != "" {
					rt.Fatalf("%s: %s", q, fault)
				}
			}
			if n := answersBetween(all, q, location(t, helsinki)); told != n {
				rt.Fatalf("%s: the scores tell of %d answers in all, the responses have %d", q, told, n)
			}
		})
		if found, err := s.store.Verify(t.Context(), home, false); err != nil || len(found) > 0 {
			t.Errorf("the rollups are not what the answers add up to: %v, %v", found, err)
		}
	})
}

// answersBetween are how many answers the question is about, those without a key of its level left out.
func answersBetween(all []response, q question, zone *time.Location) int64 {
	n := int64(0)
	for _, key := range []string{"", "s1", "s2", "t1", "t2", "t3", "t4", "web", "sms", "a", "b", "x", "y", "z"} {
		if (key == "") != (q.groupBy == "company") {
			continue
		}
		since, _ := time.ParseInLocation(time.DateOnly, q.since, zone)
		until, _ := time.ParseInLocation(time.DateOnly, q.until, zone)
		n += recount(all, q, score{Key: key, Since: since, Until: until}).N()
	}
	return n
}

// differs says how the row differs from the score of the histogram; "" when it does not.
func differs(m models.Metric, row score, h stats.Histogram) string {
	if m.Suppressed(h.N()) || row.Suppressed {
		if !row.Suppressed || !m.Suppressed(h.N()) || row.SampleSize != nil {
			return fmt.Sprintf("n=%d, and the row is %+v", h.N(), row)
		}
		return ""
	}
	want, any := m.Evaluate(h)
	switch {
	case *row.SampleSize != h.N() || any != (row.Score != nil):
		return fmt.Sprintf("n=%d, recounted %d", *row.SampleSize, h.N())
	case !any:
		return ""
	case *row.Score != want.Score || *row.Mean != want.Mean || !same(row.StdErr, want.StdErr):
		return fmt.Sprintf("score %v mean %v stderr %v, want %+v", *row.Score, *row.Mean, row.StdErr, want)
	case want.Interval == nil && (row.Lower != nil || row.Upper != nil):
		return "an interval where there can be none"
	case want.Interval != nil && (*row.Lower != want.Interval.Lower || *row.Upper != want.Interval.Upper):
		return fmt.Sprintf("from %v to %v, want %+v", *row.Lower, *row.Upper, want.Interval)
	}
	var counts []int64
	for i, c := range row.Distribution {
		if c.Score != m.Min+i {
			return fmt.Sprintf("the distribution has %d in place of %d", c.Score, m.Min+i)
		}
		counts = append(counts, c.N)
	}
	if !slices.Equal(counts, h) {
		return fmt.Sprintf("distribution %v, want %v", counts, h)
	}
	for i, name := range m.CategoryNames() {
		if row.Categories[name] != want.Categories[i] {
			return fmt.Sprintf("categories %v, want %v", row.Categories, want.Categories)
		}
	}
	return ""
}

func same(a, b *float64) bool {
	return a == nil && b == nil || a != nil && b != nil && math.Float64bits(*a) == math.Float64bits(*b)
}
