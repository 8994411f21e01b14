package api_test

import (
	"net/http"
	"slices"
	"testing"

	"github.com/mittari/mittari/models"
)

func (c caller) patch(t testing.TB, id, body string) reply {
	t.Helper()
	return c.send(t, "PATCH", "/v1/responses/"+id, body)
}

// counted is how many answers of the metric are counted today.
func (c caller) counted(t testing.TB, metric string) int64 {
	t.Helper()
	return *c.scores(t, "?window=today&metric="+metric)[0].SampleSize
}

func TestExcludedResponseLeavesTheScoresAtOnceAndComesBack(t *testing.T) {
	t.Parallel()
	onEachDatabase(t, func(t *testing.T, s *server) {
		admin := s.as(t, home)
		admin.record(t, `{"touchpoint":"meeting","answers":[{"metric":"nps","score":10},{"metric":"csat","score":5}]}`)
		id := admin.record(t, `{"touchpoint":"meeting","answers":[{"metric":"nps","score":0},{"metric":"csat","score":1}]}`)
		want := func(step string, n int64, nps float64) {
			t.Helper()
			for _, query := range []string{"?metric=nps", "?metric=nps&group_by=touchpoint"} {
				score := admin.scores(t, query)[0]
				if *score.SampleSize != n || *score.Score != nps || admin.counted(t, "csat") != n {
					t.Errorf("%s: %s gives n=%d score=%v, want n=%d score=%v", step, query, *score.SampleSize, *score.Score, n, nps)
				}
			}
		}
		want("stored", 2, 0)
		for range 2 { // the second time changes nothing
			if r := read[response](t, admin.patch(t, id, `{"excluded":true}`).want(t, http.StatusOK)); !r.Excluded {
				t.Error("the answer does not say that the response is excluded")
			}
			want("excluded", 1, 100)
		}
		admin.patch(t, id, `{"excluded":false}`).want(t, http.StatusOK)
		want("included again", 2, 0)
		admin.patch(t, id, `{"excluded":true}`).want(t, http.StatusOK)
		admin.send(t, "DELETE", "/v1/responses/"+id, "").want(t, http.StatusNoContent)
		want("excluded and erased", 1, 100)
	})
}

func TestErasedResponseIsGoneFromEverything(t *testing.T) {
	t.Parallel()
	onEachDatabase(t, func(t *testing.T, s *server) {
		admin := s.as(t, home)
		id := admin.record(t, `{"submission_id":"e","person":"p","metric":"nps","score":9,"comment":"to be forgotten"}`)
		erased := admin.send(t, "DELETE", "/v1/responses/"+id, "").want(t, http.StatusNoContent)
		if erased.body != "" {
			t.Errorf("204 with a body: %s", erased.body)
		}
		for _, method := range []string{"GET", "DELETE"} {
			wantProblem(t, admin.send(t, method, "/v1/responses/"+id, ""), http.StatusNotFound, "not_found")
		}
		wantProblem(t, admin.patch(t, id, `{"excluded":true}`), http.StatusNotFound, "not_found")
		if left := admin.list(t, "?person=p").Responses; len(left) != 0 || admin.counted(t, "nps") != 0 {
			t.Errorf("%d are listed and %d counted", len(left), admin.counted(t, "nps"))
		}
		again := admin.record(t, `{"submission_id":"e","metric":"nps","score":1}`) // its submission_id is free
		if again == id || admin.counted(t, "nps") != 1 {
			t.Errorf("stored again as %s, counted %d times", again, admin.counted(t, "nps"))
		}
	})
}

func TestPatchChangesTagsAndPropertiesAndNothingElse(t *testing.T) {
	t.Parallel()
	onEachDatabase(t, func(t *testing.T, s *server) {
		admin := s.as(t, home)
		id := admin.record(t, shapes["in full"])
		before := read[response](t, admin.get(t, "/v1/responses/"+id))
		changed := read[response](t, admin.patch(t, id, `{"tags":["seen"],"properties":{"case":"c-1"}}`).want(t, http.StatusOK))
		kept := read[response](t, admin.get(t, "/v1/responses/"+id))
		for _, r := range []response{changed, kept} {
			if !slices.Equal(r.Tags, []string{"seen"}) || len(r.Properties) != 1 || r.Properties["case"] != "c-1" {
				t.Errorf("tags %v and properties %v, want those of the patch", r.Tags, r.Properties)
			}
			if r.Person != before.Person || r.Excluded || !r.CollectedAt.Equal(before.CollectedAt) || !slices.Equal(r.Answers, before.Answers) {
				t.Errorf("something else changed: %+v, before %+v", r, before)
			}
		}
		emptied := read[response](t, admin.patch(t, id, `{"tags":[],"properties":{}}`).want(t, http.StatusOK))
		if len(emptied.Tags) != 0 || len(emptied.Properties) != 0 {
			t.Errorf("tags %v and properties %v are left", emptied.Tags, emptied.Properties)
		}
		if again := read[recorded](t, admin.post(t, "/v1/responses", shapes["in full"]).want(t, http.StatusOK)); again.ID != id {
			t.Error("after the patch the retry is no retry any more")
		}
	})
}

func TestFaultyPatchIsRefusedByName(t *testing.T) {
	t.Parallel()
	g := goldenFile(t, "patch_faults")
	admin := newServer(t, setup{}).as(t, home)
	id := admin.record(t, shapes["in full"])
	before := admin.get(t, "/v1/responses/"+id).body
	for name, body := range map[string]string{
		"nothing to change":  `{}`,
		"only nulls":         `{"excluded":null,"tags":null,"properties":null}`,
		"no object":          `[true]`,
		"null":               `null`,
		"an answer":          `{"score":9,"answers":[],"comment":"x"}`,
		"wrong types":        `{"excluded":"yes","tags":"a","properties":7}`,
		"faulty new content": `{"excluded":true,"tags":[""],"properties":{"a":{},"":1}}`,
		"empty body":         ``,
	} {
		t.Run(name, func(t *testing.T) { g.check(t, name, admin.patch(t, id, body)) })
	}
	if after := admin.get(t, "/v1/responses/"+id).body; after != before {
		t.Errorf("a refused patch changed\n%s\ninto\n%s", before, after)
	}
	for _, unknown := range []string{someID, "x", "%20", id[:35], id + "0", "01938f6e7c1a7d5eb0a43f1de8a2c901", "{" + id + "}"} {
		for _, method := range []string{"GET", "PATCH", "DELETE"} {
			wantProblem(t, admin.send(t, method, "/v1/responses/"+unknown, `{"excluded":true}`), http.StatusNotFound, "not_found")
		}
	}
}

func TestWritingAloneNeitherChangesNorErases(t *testing.T) {
	t.Parallel()
	s := newServer(t, setup{})
	writer := s.as(t, home, models.WriteResponses)
	id := writer.record(t, goodLine)
	wantProblem(t, writer.patch(t, id, `{"excluded":true}`), http.StatusForbidden, "forbidden")
	wantProblem(t, writer.send(t, "DELETE", "/v1/responses/"+id, ""), http.StatusForbidden, "forbidden")
	both := s.as(t, home, models.WriteResponses, models.ReadResponses)
	both.send(t, "DELETE", "/v1/responses/"+id, "").want(t, http.StatusNoContent)
}
