package sample

import (
	"maps"
	"slices"
	"testing"

	"github.com/mittari/mittari/models"
	"github.com/mittari/mittari/models/score"
)

func TestCatalogsHoldEveryKeyThatIsUsedAndNoOther(t *testing.T) {
	b := friday()
	used := map[models.Kind]map[string]bool{}
	for _, kind := range models.Kinds() {
		used[kind] = map[string]bool{}
	}
	use := func(d models.Dimension, key string) {
		if key != "" {
			used[models.Kind(d.String())][key] = true
		}
	}
	for _, s := range said() {
		for d, key := range (models.Keys{
			models.Survey: s.Survey, models.Touchpoint: s.Touchpoint, models.Channel: s.Channel,
			models.Segment: s.Segment, models.Team: s.Team,
		}) {
			use(models.Dimension(d), key)
		}
		for _, a := range s.Answers {
			use(models.Touchpoint, a.Touchpoint)
		}
	}
	used[models.JourneyKind]["home-loan"] = true
	named := map[models.Kind]map[string]bool{}
	for _, e := range b.Entries() {
		if err := e.Check(); err != nil {
			t.Errorf("%s %s: %v", e.Kind, e.Key, err)
		}
		if e.Name == "" || e.Description == "" {
			t.Errorf("%s %s has no name or no description", e.Kind, e.Key)
		}
		if named[e.Kind] == nil {
			named[e.Kind] = map[string]bool{}
		}
		named[e.Kind][e.Key] = true
	}
	for kind, keys := range used {
		if !maps.Equal(keys, named[kind]) {
			t.Errorf("%s: used are %v, named are %v", kind, slices.Sorted(maps.Keys(keys)), slices.Sorted(maps.Keys(named[kind])))
		}
	}
	for kind, want := range map[models.Kind]int{"segment": 3, "channel": 4, "team": 6, "touchpoint": 9, "journey": 1} {
		if got := len(named[kind]); got != want {
			t.Errorf("%d of kind %s, want %d", got, kind, want)
		}
	}
}

func TestJourneyLeadsFromAwarenessToTheEnd(t *testing.T) {
	entries := friday().Entries()
	i := slices.IndexFunc(entries, func(e models.Entry) bool { return e.Kind == models.JourneyKind })
	want := []string{"awareness", "booking", "meeting", "follow-up", "decision"}
	if got := entries[i].Touchpoints; !slices.Equal(got, want) {
		t.Errorf("the journey is %v, want %v", got, want)
	}
}

func TestQuestionsCoverTheirScales(t *testing.T) {
	b := friday()
	var questions []question
	for _, s := range b.everyday {
		questions = append(questions, s.questions...)
	}
	for _, s := range b.journey.steps {
		questions = append(questions, s.questions...)
	}
	for _, w := range b.waves {
		questions = append(questions, w.questions...)
	}
	for _, q := range questions {
		if m, ok := b.metrics[q.metric]; !ok || len(q.weights) != m.Size() {
			t.Errorf("%s at %q: %d weights, want one for each of the %d values of a known metric", q.metric, q.touchpoint, len(q.weights), m.Size())
		}
	}
}

func TestEachTouchpointIsAskedItsOwnMetrics(t *testing.T) {
	asked := map[string]map[string]bool{}
	for _, s := range said() {
		if asked[s.Touchpoint] == nil {
			asked[s.Touchpoint] = map[string]bool{}
		}
		for _, a := range s.Answers {
			asked[s.Touchpoint][a.Metric] = true
		}
		if s.Touchpoint == "booking" && s.Channel != "sms" {
			t.Fatalf("%s came by %s, booking is asked by SMS", s.SubmissionID, s.Channel)
		}
	}
	for touchpoint, metrics := range map[string][]string{
		"booking":       {"ces"},
		"meeting":       {"csat", "fcr", "expectation", "effectiveness", "ease", "emotion"},
		"follow-up":     {"csat"},
		"decision":      {"nps", "expectation"},
		"phone-service": {"csat", "fcr"},
		"":              {"nps", "csat", "pulse", "enps", "job_satisfaction", "ex_effectiveness", "ex_ease", "ex_emotion"},
	} {
		got := slices.Sorted(maps.Keys(asked[touchpoint]))
		if want := slices.Sorted(slices.Values(metrics)); !slices.Equal(got, want) {
			t.Errorf("%q is asked %v, want %v", touchpoint, got, want)
		}
	}
}

func TestCommentsFitTheAnswerAndTheLanguage(t *testing.T) {
	known := map[[2]string][]topic{} // by language and text
	for _, r := range remarks() {
		for _, language := range []string{"fi", "sv", "en"} {
			known[[2]string{language, r.in(language)}] = append(known[[2]string{language, r.in(language)}], r.topic)
		}
	}
	b := friday()
	heard := map[topic]bool{}
	for _, s := range said() {
		for i, a := range s.Answers {
			if a.Comment == "" {
				continue
			}
			topics := known[[2]string{s.Language, a.Comment}]
			if len(topics) != 1 || i > 0 {
				t.Fatalf("%s: %q is no remark in %s", s.SubmissionID, a.Comment, s.Language)
			}
			if c := b.metrics[a.Metric].Category(a.Score.N); c != topics[0].category {
				t.Fatalf("%s: %q with a %s of %d", s.SubmissionID, a.Comment, a.Metric, a.Score.N)
			}
			if n := topics[0].name; n != s.Touchpoint && n != s.Survey && n != queueing {
				t.Fatalf("%s: %q is about %s", s.SubmissionID, a.Comment, n)
			}
			heard[topics[0]] = true
		}
	}
	for _, r := range remarks() {
		if !heard[r.topic] {
			t.Errorf("nobody ever speaks of %s in category %d", r.name, r.category)
		}
	}
}

func TestOnlySpontaneousFeedbackIsUnsolicited(t *testing.T) {
	b := friday()
	tagged := map[string]int{}
	for _, s := range said() {
		if s.Solicited == nil || *s.Solicited == (s.Touchpoint == "feedback") {
			t.Fatalf("%s: solicited is %v", s.SubmissionID, s.Solicited)
		}
		if s.Touchpoint != "feedback" {
			continue
		}
		for _, tag := range s.Tags {
			tagged[tag]++
			if want := b.metrics["csat"].Category(s.Answers[0].Score.N); (tag == "praise") != (want == score.Top) {
				t.Fatalf("%s is tagged %s with a score of %d", s.SubmissionID, tag, s.Answers[0].Score.N)
			}
		}
	}
	if tagged["praise"] == 0 || tagged["complaint"] == 0 {
		t.Errorf("tags are %v, want praise and complaints", tagged)
	}
}
