package models

import (
	"fmt"
	"testing"
)

func TestAnExcludedResponseIsCountedNowhere(t *testing.T) {
	r := *accept(t, `{"metric":"nps","score":9}`).Response()
	none := func(Answer) bool { return false } // is held back
	if counts := r.Counts(7, StandardMetrics(), none); len(counts) != 2 || counts[0] != (Count{"nps", 7, Keys{}, 9, 1}) {
		t.Errorf("counted as %+v", counts)
	}
	yes := true
	(Patch{Excluded: &yes}).Apply(&r)
	if counts := r.Counts(7, StandardMetrics(), none); len(counts) != 0 {
		t.Errorf("counted as %+v", counts)
	}
}

func TestAPatchChangesWhatItNamesAndNothingElse(t *testing.T) {
	before := *accept(t, `{"metric":"nps","score":9,"tags":["a"],"properties":{"p":1}}`).Response()
	tags, none, properties := []string{"b"}, []string{}, map[string]any{"q": true}
	for _, c := range []struct {
		name, want string
		patch      Patch
	}{
		{"nothing", "[a] map[p:1] false", Patch{}},
		{"tags", "[b] map[p:1] false", Patch{Tags: &tags}},
		{"no tags", "[] map[p:1] false", Patch{Tags: &none}},
		{"properties", "[a] map[q:true] false", Patch{Properties: &properties}},
	} {
		r := before
		c.patch.Apply(&r)
		if got := fmt.Sprint(r.Tags, r.Properties, r.Excluded); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
	nested, empty := map[string]any{"a": []any{}}, []string{""}
	holdsOneFault(t, Patch{}.Check(), "excluded", "give excluded, tags or properties")
	holdsOneFault(t, Patch{Tags: &empty}.Check(), "tags[0]", "must not be empty")
	holdsOneFault(t, Patch{Properties: &nested}.Check(), "properties.a", "nothing nested")
	if err := (Patch{Tags: &none}).Check(); err != nil {
		t.Errorf("taking all tags away: %v", err)
	}
}
