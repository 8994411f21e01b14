package store

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/mittari/mittari/models"
)

// put stores an entry and tells whether it was new.
func (h house) put(t *testing.T, e models.Entry) (models.Entry, bool) {
	t.Helper()
	stored, created, err := h.PutEntry(t.Context(), "bank", e)
	if err != nil {
		t.Fatal(err)
	}
	return stored, created
}

// keys are the keys of a catalog, in their order.
func (h house) keys(t *testing.T, workspace string, kind models.Kind) string {
	t.Helper()
	entries, err := h.FindEntries(t.Context(), workspace, kind)
	if err != nil {
		t.Fatal(err)
	}
	keys := make([]string, len(entries))
	for i, e := range entries {
		keys[i] = e.Key
	}
	return strings.Join(keys, " ")
}

func TestAnEntryIsPutAsOftenAsOneLikes(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, h house) {
		born := time.Date(2026, 11, 20, 8, 30, 0, 123456000, time.UTC)
		want := models.Entry{Kind: "journey", Key: "loan", Name: "Home loan ä", Description: "d", Touchpoints: []string{"b", "a"}, CreatedAt: born, UpdatedAt: born}
		for i, change := range []func(){
			func() {}, func() {}, // the second time it is there already
			func() { want.Name, want.Description, want.Touchpoints = "", "", []string{"c"} },
		} {
			change()
			stored, created := h.put(t, models.Entry{Kind: want.Kind, Key: want.Key, Name: want.Name, Description: want.Description, Touchpoints: want.Touchpoints})
			if created != (i == 0) {
				t.Errorf("put %d: created %v", i, created)
			}
			same(t, "told", stored, want)
			read, err := h.EntryByKey(t.Context(), "bank", "journey", "loan")
			if err != nil || read.Kind != "journey" || read.CreatedAt.Location() != time.UTC || read.UpdatedAt.Location() != time.UTC {
				t.Errorf("%+v, %v", read, err)
			}
			same(t, "stored", read, want)
			h.now.pass(time.Hour)
			want.UpdatedAt = want.UpdatedAt.Add(time.Hour)
		}
		if _, err := h.EntryByKey(t.Context(), "bank", "touchpoint", "loan"); models.ErrorCode(err) != models.NotFound || err.Error() != `there is no touchpoint "loan"` {
			t.Errorf("the key of another catalog: %v", err)
		}
	})
}

func TestADeletedKeyComesBackAtItsNextUse(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, h house) {
		h.commit(t, "bank", nps(9, `"touchpoint":"a"`, `"channel":"a"`))
		h.put(t, models.Entry{Kind: "touchpoint", Key: "a", Name: "With a name"})
		if err := h.DeleteEntry(t.Context(), "bank", "touchpoint", "a"); err != nil {
			t.Fatal(err)
		}
		hasCode(t, "delete again", h.DeleteEntry(t.Context(), "bank", "touchpoint", "a"), models.NotFound)
		if got := h.keys(t, "bank", "touchpoint") + "," + h.keys(t, "bank", "channel"); got != ",a" {
			t.Errorf("touchpoints and channels are %q", got)
		}
		same(t, "answers stay", h.counted(t, "bank", "nps"), map[int]int64{9: 1})
		h.commit(t, "bank", nps(9, `"touchpoint":"a"`))
		if e, err := h.EntryByKey(t.Context(), "bank", "touchpoint", "a"); err != nil || e.Name != "" {
			t.Errorf("%+v, %v", e, err)
		}
	})
}

// A replica believes for a while what it has read of the catalogs.
func TestAKeyDeletedOnAnotherReplicaComesBackSoon(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, h house) {
		other := h.replica(t)
		h.commit(t, "bank", nps(9, `"touchpoint":"a"`))
		if err := other.DeleteEntry(t.Context(), "bank", "touchpoint", "a"); err != nil {
			t.Fatal(err)
		}
		h.now.pass(knownLife + time.Second)
		h.commit(t, "bank", nps(9, `"touchpoint":"a"`))
		if got := h.keys(t, "bank", "touchpoint"); got != "a" {
			t.Errorf("touchpoints are %q", got)
		}
		if _, err := other.Commit(t.Context(), "bank", h.accept(t, "bank", nps(9, `"touchpoint":"a"`))); err != nil {
			t.Errorf("a key that another replica made: %v", err)
		}
	})
}

func TestATouchpointOnAJourneyIsNotDeleted(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, h house) {
		h.commit(t, "bank", nps(9, `"touchpoint":"a"`, `"channel":"a"`))
		h.put(t, models.Entry{Kind: "journey", Key: "loan", Touchpoints: []string{"b", "a"}})
		h.put(t, models.Entry{Kind: "journey", Key: "card", Touchpoints: []string{"a"}})
		err := h.DeleteEntry(t.Context(), "bank", "touchpoint", "a")
		hasCode(t, "delete", err, models.Conflict)
		if want := `touchpoint "a" stands on the journeys card, loan; take it off them first`; fmt.Sprint(err) != want {
			t.Errorf("it says %v, want %s", err, want)
		}
		if got := h.keys(t, "bank", "touchpoint"); got != "a" {
			t.Errorf("touchpoints are %q", got)
		}
		h.put(t, models.Entry{Kind: "journey", Key: "loan", Touchpoints: []string{"b"}})
		for _, what := range [][2]string{{"channel", "a"}, {"journey", "card"}, {"touchpoint", "a"}} {
			if err := h.DeleteEntry(t.Context(), "bank", models.Kind(what[0]), what[1]); err != nil {
				t.Errorf("%s: %v", what, err)
			}
		}
	})
}

func TestNoMoreKeysThanTheBoundAreMadeOnFirstUse(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, h house) {
		h.put(t, models.Entry{Kind: "touchpoint", Key: "put"})
		var many []string
		for i := range maxKeys + 3 {
			many = append(many, nps(9, fmt.Sprintf(`"touchpoint":"t%d"`, i), `"team":"m"`))
		}
		h.commit(t, "bank", many...)
		h.commit(t, "bank", nps(9, `"touchpoint":"late"`, `"team":"n"`))
		if got, want := h.keys(t, "bank", "touchpoint"), "put t0 t1 t2 t3 t4"; got != want {
			t.Errorf("touchpoints are %q, want %q", got, want)
		}
		if got := h.keys(t, "bank", "team"); got != "m n" {
			t.Errorf("the bound of one catalog holds another back: teams are %q", got)
		}
		h.put(t, models.Entry{Kind: "touchpoint", Key: "wanted"}) // an operator's word goes beyond the bound
		touchpoint := models.Touchpoint
		counts, err := h.FindCounts(t.Context(), "bank", models.CountQuery{Metric: "nps", Period: everyDay(), By: &touchpoint})
		if err != nil || len(counts) != maxKeys+4 {
			t.Errorf("answers at %d touchpoints are counted, %v", len(counts), err)
		}
	})
}

// While servers are updated one by one, one finds what a newer one has made.
func TestACatalogOfANewerVersionIsLeftAlone(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, h house) {
		h.put(t, models.Entry{Kind: "promise", Key: "24h"})
		h.commit(t, "bank", nps(9, `"touchpoint":"a"`))
		if got := h.keys(t, "bank", ""); got != "24h a" {
			t.Errorf("keys are %q", got)
		}
	})
}

// PostgreSQL sorts text as a language does, SQLite by its bytes.
func TestOrderDoesNotDependOnTheDatabase(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, h house) {
		keys := []string{"10", "9", "B", "a", "a-b", "a_b", "ab"}
		for _, key := range slices.Backward(keys[1:]) {
			h.put(t, models.Entry{Kind: "touchpoint", Key: key})
		}
		h.put(t, models.Entry{Kind: "journey", Key: "Z", Touchpoints: keys})
		if got, want := h.keys(t, "bank", "touchpoint"), strings.Join(keys[1:], " "); got != want {
			t.Errorf("touchpoints are %q, want %q", got, want)
		}
		if got, want := h.keys(t, "bank", ""), "Z "+strings.Join(keys[1:], " "); got != want {
			t.Errorf("all are %q, want %q", got, want)
		}
		id := h.commit(t, "bank", `{"answers":[{"metric":"nps","score":1,"touchpoint":"`+strings.Join(keys, `"},{"metric":"nps","score":1,"touchpoint":"`)+`"}]}`)[0]
		r, err := h.ResponseByID(t.Context(), "bank", id)
		if err != nil {
			t.Fatal(err)
		}
		var answered []string
		for _, a := range r.Answers {
			answered = append(answered, a.Touchpoint)
		}
		same(t, "answers", answered, keys)
	})
}
