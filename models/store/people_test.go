package store

import (
	"context"
	"crypto/sha256"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/mittari/mittari/models"
)

// dump is every row of every table but one, as text.
func (h house) dump(t *testing.T, but string) string {
	t.Helper()
	var tables []string
	query := `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'`
	if h.dialect == onPostgres {
		query = `SELECT tablename FROM pg_tables WHERE schemaname = current_schema()`
	}
	if err := h.read.Raw(query).Scan(&tables).Error; err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	for _, table := range tables {
		if table == but {
			continue
		}
		var rows []map[string]any
		if err := h.read.Table(table).Find(&rows).Error; err != nil {
			t.Fatal(err)
		}
		for _, row := range rows {
			fmt.Fprintf(&all, "%s %s\n", table, row)
		}
	}
	if len(tables) < 10 {
		t.Fatalf("only the tables %v were found", tables)
	}
	return all.String()
}

// erase erases a person.
func (h house) erase(t *testing.T, person string, scores models.Kept) models.Erasure {
	t.Helper()
	done, err := h.ErasePerson(t.Context(), "bank", person, "alias of "+person, scores)
	if err != nil {
		t.Fatal(err)
	}
	return done
}

// record stores one of everything about a person called canary, and others beside.
func (h house) record(t *testing.T) {
	t.Helper()
	h.workspace(t, "bank")
	h.define(t, "bank", models.KPI{Key: "sales"})
	canary := `"person":"canary","comment":"canary says","tags":["canary"],"properties":{"canary":"canary"},"submission_id":"canary-`
	h.commit(t, "bank", nps(9, canary+`1"`), nps(2, canary+`2"`), nps(9), nps(10, `"person":"other"`))
	h.commit(t, "bank", append(staff("a", 10, 1, 1, canary+`3"`), staff("a", 10, 5, 5, `"comment":"fine"`)...)...)
	h.commit(t, "bank", staff("b", 10, 1, 2, canary+`4"`)...) // waits
	h.invite(t, "bank", false, `{"person":"canary","invitation_id":"canary"}`, `{"person":"other"}`)
	h.observe(t, "bank", "sales", earned("canary", "2026-10", 1), earned("canary", "2026-09", 20), earned("other", "2026-10", 300))
	h.observe(t, "bank", "sales", earned("canary", "2026-10", 40))
}

func (h house) sum(t *testing.T, kpi string) (sum, people float64) {
	t.Helper()
	err := h.EachKPIPart(t.Context(), "bank", kpi, everyDay(), func(p models.KPIPart) error {
		sum, people = sum+p.Value, people+p.People
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return sum, people
}

func TestErasedPersonLeavesNothingButNumbersOfNobody(t *testing.T) {
	for _, scores := range []models.Kept{models.KeepScores, models.DeleteScores} {
		t.Run(string(scores), func(t *testing.T) {
			onEachDatabase(t, func(t *testing.T, h house) {
				h.record(t)
				before := h.told(t, "bank")
				same(t, "erased", h.erase(t, "canary", scores), models.Erasure{Responses: 4, Invitations: 1, Observations: 3})
				h.inWholeLots(t, "erased", 5)
				if left := h.dump(t, "audit"); strings.Contains(left, "canary") {
					t.Errorf("something is left:\n%s", left)
				}
				sum, people := h.sum(t, "sales")
				if scores == models.KeepScores {
					same(t, "figures", h.told(t, "bank"), before)
					same(t, "sales", []float64{sum, people}, []float64{360, 3})
				} else {
					same(t, "customers", h.counted(t, "bank", "nps"), map[int]int64{9: 1, 10: 1})
					same(t, "sales", []float64{sum, people}, []float64{300, 1})
				}
				same(t, "again", h.erase(t, "canary", scores), models.Erasure{})
				h.commit(t, "bank", staff("b", 11, 4, 4)...)
				h.commit(t, "bank", staff("a", 11, 5, 4)...)
				h.inWholeLots(t, "others come", 5)
				want := int64(6 + 5 + 5)
				if scores == models.DeleteScores {
					want = 5 + 5 // four of b wait
				}
				var pulse int64
				for _, n := range h.counted(t, "bank", "pulse") {
					pulse += n
				}
				if pulse != want {
					t.Errorf("%d answers of employees are counted, want %d", pulse, want)
				}
			})
		})
	}
}

func TestFiguresOfTheErasedAreNoPersons(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, h house) {
		h.record(t)
		h.erase(t, "canary", models.KeepScores)
		persons := 0
		err := h.EachPersonFigure(t.Context(), "bank", models.ValueQuery{Metric: models.StandardMetrics()["nps"], KPI: turnover("sales"), Length: models.MonthLength, Period: everyDay()},
			func(f models.PersonFigure) error { persons++; return nil })
		if err != nil || persons != 1 {
			t.Errorf("%d persons, %v", persons, err)
		}
		found, err := h.FindObservations(t.Context(), "bank", "sales", models.ObservationFilter{WithPersons: true, Limit: 10})
		if err != nil || len(found) != 3 {
			t.Fatalf("%+v, %v", found, err)
		}
		names := map[string]bool{}
		for _, o := range found {
			names[o.Person] = true
		}
		if len(names) != 3 {
			t.Errorf("figures of one erased person have one name: %v", names)
		}
	})
}

// TestNothingTellsWhenTheErasedWereErased looks for what the audit log's times could be held against.
func TestNothingTellsWhenTheErasedWereErased(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, h house) {
		h.record(t)
		h.now.pass(40 * 24 * time.Hour)
		h.erase(t, "canary", models.KeepScores)
		var rows []heldRow
		if err := h.read.Where("workspace = ?", "bank").Find(&rows).Error; err != nil {
			t.Fatal(err)
		}
		nobodys := 0
		for _, r := range rows {
			if r.Since.Equal(r.Since.Truncate(24 * time.Hour)) {
				nobodys++
				if r.AtTouchpoint != "" || r.ResponseID[14] != '4' || r.Since.After(h.now.read().Add(-24*time.Hour)) {
					t.Errorf("%+v tells when it was made", r)
				}
			}
		}
		if nobodys != 4 { // two answers, and what they took part by
			t.Errorf("%d answers are nobody's", nobodys)
		}
	})
}

func TestCommentsBesideThatOfTheErasedComeBackWithOthers(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, h house) {
		h.workspace(t, "bank")
		h.commit(t, "bank", append(staff("a", 10, 1, 1, `"comment":"mine"`, `"person":"canary"`), staff("a", 10, 9, 5, `"comment":"ours"`)...)...)
		counts := []int{h.said(t)}
		h.erase(t, "canary", models.KeepScores)
		counts = append(counts, h.said(t))
		h.commit(t, "bank", staff("a", 11, 10, 5, `"comment":"new"`)...)
		same(t, "comments told", append(counts, h.said(t)), []int{10, 0, 19})
	})
}

func TestPersonOfManyResponsesIsErasedInBatchesThatGoOnWhereTheyStopped(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, h house) {
		h.workspace(t, "bank")
		var submissions []string
		for i := range 2*erasureBatch + 10 {
			submissions = append(submissions, nps(i%11, `"person":"canary"`), nps(i%11))
		}
		h.commit(t, "bank", submissions...)
		before := h.counted(t, "bank", "nps")
		ctx, cancel := context.WithCancel(t.Context())
		h.stopAfterFirst(cancel)
		done, err := h.ErasePerson(ctx, "bank", "canary", "alias", models.KeepScores)
		if err == nil || done.Responses != erasureBatch {
			t.Fatalf("%+v, %v", done, err)
		}
		h.isExact(t, "bank")
		same(t, "the rest", h.erase(t, "canary", models.KeepScores), models.Erasure{Responses: erasureBatch + 10})
		h.isExact(t, "bank")
		same(t, "counted", h.counted(t, "bank", "nps"), before)
		entries, err := h.FindAudit(t.Context(), "bank", models.AuditFilter{Act: models.PersonErased, Limit: 10})
		if err != nil || len(entries) != 3 {
			t.Fatalf("%+v, %v", entries, err)
		}
		for i, n := range []int64{10, erasureBatch, erasureBatch} {
			same(t, "recorded", entries[i].Counts["responses"], n)
		}
		if n := h.left(t, "responses", "bank"); n != 2*erasureBatch+10 {
			t.Errorf("%d are left", n)
		}
	})
}

// stopAfterFirst ends a context once the clock has been asked for the time of the first audit entry.
func (h house) stopAfterFirst(cancel context.CancelFunc) {
	inner := h.Store.clock
	asked := 0
	h.Store.clock = func() time.Time {
		if asked++; asked == 2 {
			cancel()
		}
		return inner()
	}
}

func TestPersonIsFoundByTheHashOfTheID(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, h house) {
		h.workspace(t, "bank")
		h.workspace(t, "shop")
		h.define(t, "bank", models.KPI{Key: "sales"})
		odd := `ä/"'%\😀`
		h.commit(t, "bank", nps(9, `"person":"c-1"`), nps(9))
		h.invite(t, "bank", false, `{"person":"c-2"}`)
		h.observe(t, "bank", "sales", earned("c-3", "2026-10", 1))
		h.commit(t, "bank", nps(9, fmt.Sprintf(`"person":%q`, odd)))
		for _, person := range []string{"c-1", "c-2", "c-3", odd} {
			if found, err := h.PersonByHash(t.Context(), "bank", sha256.Sum256([]byte(person))); err != nil || found != person {
				t.Errorf("%s: %q, %v", person, found, err)
			}
			_, err := h.PersonByHash(t.Context(), "shop", sha256.Sum256([]byte(person)))
			hasCode(t, "in another workspace", err, models.NotFound)
		}
		_, err := h.PersonByHash(t.Context(), "bank", sha256.Sum256(nil))
		hasCode(t, "nobody", err, models.NotFound)
	})
}

// TestRollupsAreExactAfterWhateverErasures plays random days of customers and employees.
func TestRollupsAreExactAfterWhateverErasures(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, h house) {
		h.workspace(t, "bank")
		for seed := range uint64(3) {
			random := rand.New(rand.NewPCG(seed, 7))
			for range 40 {
				what := h.play(t, random)
				h.inWholeLots(t, fmt.Sprintf("seed %d, %s", seed, what), 5)
			}
		}
	})
}

// play does one of many things, and says which.
func (h house) play(t *testing.T, random *rand.Rand) string {
	t.Helper()
	person := fmt.Sprintf("p%d", random.IntN(12))
	switch random.IntN(9) {
	case 0, 1, 2, 3:
		var sent []string
		for range 1 + random.IntN(9) {
			at := h.now.read().Add(-time.Duration(random.IntN(72)) * time.Hour).Format(time.RFC3339)
			pulse := fmt.Sprintf(`{"metric":"pulse","score":%d,"comment":%q}`, 1+random.IntN(5), strings.Repeat("c", random.IntN(2)))
			csat := fmt.Sprintf(`{"metric":"csat","score":%d,"touchpoint":"t%d"}`, 1+random.IntN(5), random.IntN(2))
			answers := []string{pulse, csat, pulse + "," + csat}[random.IntN(3)]
			sent = append(sent, fmt.Sprintf(`{"person":"p%d","team":"t%d","collected_at":%q,"answers":[%s]}`, random.IntN(12), random.IntN(2), at, answers))
		}
		h.commit(t, "bank", sent...)
		return "stored"
	case 4, 5:
		before := h.told(t, "bank")
		h.erase(t, person, models.KeepScores)
		same(t, "figures after "+person+" is erased", h.told(t, "bank"), before)
		return "erased, scores kept"
	case 6:
		h.erase(t, person, models.DeleteScores)
		return "erased, scores too"
	case 7:
		found, err := h.FindResponses(t.Context(), "bank", models.ResponseFilter{Person: person, Limit: 1})
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range found {
			excluded := !r.Excluded
			h.patch(t, r.ID, models.Patch{Excluded: &excluded})
		}
		return "excluded"
	}
	h.days(3 + random.IntN(12))
	if err := h.FormLots(t.Context()); err != nil {
		t.Fatal(err)
	}
	h.expire(t, "bank")
	return "time passed"
}

func TestWhatIsErasedIsOverwrittenInTheFileOfSQLite(t *testing.T) {
	t.Parallel()
	for _, scores := range []models.Kept{models.KeepScores, models.DeleteScores} {
		h := newHouse(t, sqliteURL(t))
		h.record(t)
		h.commit(t, "bank", nps(9, `"person":"canary","comment":"`+strings.Repeat("canary ", 1400)+`"`)) // has pages of its own
		h.erase(t, "canary", scores)
		h.Close() // which ends the log
		text, err := os.ReadFile(strings.TrimPrefix(h.url, "sqlite://"))
		if err != nil {
			t.Fatal(err)
		}
		if n := strings.Count(strings.ReplaceAll(string(text), "alias of canary", ""), "canary"); n > 0 {
			t.Errorf("%s: the file still holds it %d times", scores, n)
		}
	}
}
