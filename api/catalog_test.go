package api_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
)

type entry struct {
	Key         string    `json:"key"`
	Name        string    `json:"name"`
	Description string    `json:"description"`
	Touchpoints []string  `json:"touchpoints"`
	CreatedAt   time.Time `json:"created_at"`
	UpdatedAt   time.Time `json:"updated_at"`
}

// keysOf are the keys of a catalog, in the order they are listed.
func (c caller) keysOf(t testing.TB, plural string) string {
	t.Helper()
	list := read[map[string][]entry](t, c.get(t, "/v1/"+plural).want(t, http.StatusOK))
	if len(list) != 1 || list[plural] == nil {
		t.Fatalf("%+v, want one list, %s", list, plural)
	}
	var keys []string
	for _, e := range list[plural] {
		keys = append(keys, e.Key)
	}
	return strings.Join(keys, " ")
}

// plurals are the catalogs as they are named in paths.
var plurals = []string{"surveys", "touchpoints", "channels", "segments", "teams", "journeys"}

func TestEntryIsCreatedReplacedReadAndDeleted(t *testing.T) {
	t.Parallel()
	onEachDatabase(t, func(t *testing.T, s *server) {
		admin, created := s.as(t, home), s.clock.now()
		for _, plural := range plurals {
			s.clock.set(t, startOfTests)
			path, stops := "/v1/"+plural+"/check.out:1_a-B", ""
			if plural == "journeys" {
				stops = `,"touchpoints":["b","a"]`
			}
			if keys := admin.keysOf(t, plural); keys != "" {
				t.Errorf("%s has %q before anything was put there", plural, keys)
			}
			wantProblem(t, admin.get(t, path), http.StatusNotFound, "not_found")
			wantProblem(t, admin.send(t, "DELETE", path, ""), http.StatusNotFound, "not_found")
			first := read[entry](t, admin.send(t, "PUT", path, `{"name":"Kassa","description":"the till"`+stops+`}`).want(t, http.StatusCreated))
			if first.Key != "check.out:1_a-B" || first.Name != "Kassa" || !first.CreatedAt.Equal(created) || !first.UpdatedAt.Equal(created) {
				t.Errorf("%s: created %+v", plural, first)
			}
			s.clock.pass(time.Hour)
			second := read[entry](t, admin.send(t, "PUT", path, `{"name":"Till"`+stops+`}`).want(t, http.StatusOK))
			if second.Name != "Till" || second.Description != "" || !second.CreatedAt.Equal(created) || !second.UpdatedAt.Equal(s.clock.now()) {
				t.Errorf("%s: replaced by %+v", plural, second)
			}
			if got := read[entry](t, admin.get(t, path).want(t, http.StatusOK)); fmt.Sprint(got) != fmt.Sprint(second) {
				t.Errorf("%s: read %+v, want %+v", plural, got, second)
			}
			if keys := admin.keysOf(t, plural); keys != "check.out:1_a-B" {
				t.Errorf("%s lists %q", plural, keys)
			}
			admin.send(t, "DELETE", path, "").want(t, http.StatusNoContent)
			wantProblem(t, admin.get(t, path), http.StatusNotFound, "not_found")
			if keys := admin.keysOf(t, plural); keys != "" {
				t.Errorf("%s has %q after all was deleted", plural, keys)
			}
		}
	})
}

func TestJourneyKeepsItsOrderAndHoldsItsTouchpoints(t *testing.T) {
	t.Parallel()
	onEachDatabase(t, func(t *testing.T, s *server) {
		admin := s.as(t, home)
		for _, touchpoint := range []string{"meet", "book", "sign"} {
			admin.send(t, "PUT", "/v1/touchpoints/"+touchpoint, `{}`).want(t, http.StatusCreated)
		}
		admin.send(t, "PUT", "/v1/journeys/loan", `{"name":"Home loan","touchpoints":["meet","book"]}`).want(t, http.StatusCreated)
		admin.send(t, "PUT", "/v1/journeys/card", `{"touchpoints":["book"]}`).want(t, http.StatusCreated)
		p := wantProblem(t, admin.send(t, "DELETE", "/v1/touchpoints/book", ""), http.StatusConflict, "conflict")
		if !strings.Contains(p.Detail, "card, loan") {
			t.Errorf("the journeys in the way are not named: %s", p.Detail)
		}
		admin.get(t, "/v1/touchpoints/book").want(t, http.StatusOK)
		admin.send(t, "DELETE", "/v1/touchpoints/sign", "").want(t, http.StatusNoContent)
		loan := read[entry](t, admin.send(t, "PUT", "/v1/journeys/loan", `{"touchpoints":["sign","meet"]}`).want(t, http.StatusOK))
		if !slices.Equal(loan.Touchpoints, []string{"sign", "meet"}) {
			t.Errorf("touchpoints %v, want sign, meet in this order", loan.Touchpoints)
		}
		admin.send(t, "DELETE", "/v1/journeys/card", "").want(t, http.StatusNoContent)
		admin.send(t, "DELETE", "/v1/touchpoints/book", "").want(t, http.StatusNoContent)
	})
}

func TestKeysAppearInTheirCatalogsWithFirstUse(t *testing.T) {
	t.Parallel()
	onEachDatabase(t, func(t *testing.T, s *server) {
		admin := s.as(t, home)
		admin.send(t, "PUT", "/v1/teams/north", `{"name":"The north"}`).want(t, http.StatusCreated)
		admin.record(t, `{"survey":"s1","touchpoint":"t1","channel":"web","segment":"young","team":"north","answers":[{"metric":"nps","score":9},{"touchpoint":"t2","metric":"csat","score":5}]}`)
		admin.record(t, `{"survey":"s1","touchpoint":"never-answered","channel":"B","team":"a","answers":[{"touchpoint":"T2","metric":"nps","score":9}]}`)
		wantProblem(t, admin.post(t, "/v1/responses", `{"team":"refused","metric":"nps","score":11}`), http.StatusUnprocessableEntity, "invalid")
		for plural, want := range map[string]string{
			"surveys": "s1", "channels": "B web", "segments": "young", "teams": "a north", "journeys": "", "touchpoints": "T2 t1 t2",
		} {
			if got := admin.keysOf(t, plural); got != want {
				t.Errorf("%s: %q, want %q", plural, got, want)
			}
		}
		if north := read[entry](t, admin.get(t, "/v1/teams/north")); north.Name != "The north" {
			t.Errorf("using a key changed what was said of it: %+v", north)
		}
	})
}

func TestKeysPastTheBoundAreCountedButNotAdded(t *testing.T) {
	t.Parallel()
	admin := newServer(t, setup{maxKeys: 3}).as(t, home)
	for i := range 5 {
		admin.record(t, fmt.Sprintf(`{"team":"t%d","metric":"nps","score":9}`, i))
	}
	if got := admin.keysOf(t, "teams"); got != "t0 t1 t2" {
		t.Errorf("the catalog has %q, want the first three", got)
	}
	if got := sizes(admin.scores(t, "?metric=nps&group_by=team")); got != "t0:1 t1:1 t2:1 t3:1 t4:1" {
		t.Errorf("scores of %q, want all five", got)
	}
	admin.send(t, "PUT", "/v1/teams/t4", `{}`).want(t, http.StatusCreated)
}

func TestFaultyEntryIsRefusedByName(t *testing.T) {
	t.Parallel()
	g := goldenFile(t, "entry_faults")
	admin := newServer(t, setup{}).as(t, home)
	hundredAndOne := `"t0"`
	for i := 1; i <= 100; i++ {
		hundredAndOne += fmt.Sprintf(`,"t%d"`, i)
	}
	for _, c := range []struct{ name, path, body string }{
		{"a key that is none", "touchpoints/two%20words", `{}`},
		{"a key too long", "teams/" + strings.Repeat("k", 101), `{}`},
		{"texts too long", "segments/a", `{"name":"` + strings.Repeat("å", 201) + `","description":"` + strings.Repeat("d", 2001) + `"}`},
		{"unknown and wrong", "channels/a", `{"key":"b","name":7,"title":"x"}`},
		{"no body", "surveys/a", ``},
		{"null", "surveys/a", `null`},
		{"touchpoints off a journey", "teams/a", `{"touchpoints":["b"]}`},
		{"a journey without touchpoints", "journeys/a", `{"name":"x"}`},
		{"a journey that goes round and astray", "journeys/a", `{"touchpoints":["a","b","a","c d",""]}`},
		{"a journey too long", "journeys/a", `{"touchpoints":[` + hundredAndOne + `]}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := admin.send(t, "PUT", "/v1/"+c.path, c.body)
			if r.status != http.StatusBadRequest && r.status != http.StatusUnprocessableEntity {
				t.Errorf("status %d", r.status)
			}
			g.check(t, c.name, r)
		})
	}
	for _, plural := range plurals {
		if keys := admin.keysOf(t, plural); keys != "" {
			t.Errorf("%s: refused, and still there are %q", plural, keys)
		}
	}
}
