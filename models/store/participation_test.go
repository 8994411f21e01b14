package store

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/mittari/mittari/models"
)

// took is how an audience took part, by day, team and score.
func (h house) took(t *testing.T, audience models.Audience) string {
	t.Helper()
	var rows []string
	err := h.EachCount(t.Context(), "bank", models.ParticipationKey(audience), everyDay(), func(c models.Count) error {
		if c.N != 0 {
			rows = append(rows, strings.TrimSpace(fmt.Sprintf("%s%s %d×%d", c.Day.String()[8:], c.Keys[models.Team], c.Score, c.N)))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(rows)
	return strings.Join(rows, ", ")
}

// takes fails unless the rollups are exact and both audiences took part as told.
func (h house) takes(t *testing.T, when, customers, employees string) {
	t.Helper()
	h.isExact(t, "bank")
	if c, e := h.took(t, models.Customer), h.took(t, models.Employee); c != customers || e != employees {
		t.Errorf("%s: customers %q, want %q; employees %q, want %q", when, c, customers, e, employees)
	}
}

func TestResponsesAreCountedOnceBesideTheirAnswers(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, h house) {
		h.workspace(t, "bank")
		both := `{"submission_id":"x","collected_at":"2026-11-10T10:00:00Z","answers":[{"metric":"nps","score":9},{"metric":"csat","score":5},{"metric":"pulse","score":2}]}`
		unasked := `{"team":"c","collected_at":"2026-11-10T10:00:00Z","metric":"nps","score":1,"solicited":false}`
		id := h.commit(t, "bank", both, unasked)[0]
		h.takes(t, "two customers", "10 1×1, 10c 0×1", "")
		if outcomes, err := h.Commit(t.Context(), "bank", h.accept(t, "bank", both)); err != nil || outcomes[0].New {
			t.Fatalf("%+v, %v", outcomes, err)
		}
		h.takes(t, "a retry", "10 1×1, 10c 0×1", "")
		for excluded, want := range map[bool]string{true: "10c 0×1", false: "10 1×1, 10c 0×1"} {
			h.patch(t, id, models.Patch{Excluded: &excluded})
			h.takes(t, fmt.Sprint("excluded ", excluded), want, "")
		}
		if err := h.EraseResponse(t.Context(), "bank", id); err != nil {
			t.Fatal(err)
		}
		h.takes(t, "erased", "10c 0×1", "")
	})
}

func TestEmployeesTakePartInLotsOnly(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, h house) {
		h.workspace(t, "bank")
		h.commit(t, "bank", staff("a", 10, 4, 5)...)
		h.takes(t, "four", "", "")
		id := h.commit(t, "bank", staff("a", 10, 1, 5, `"solicited":false`)...)[0]
		h.takes(t, "five", "", "10a 0×1, 10a 1×4")
		if err := h.EraseResponse(t.Context(), "bank", id); err != nil {
			t.Fatal(err)
		}
		h.takes(t, "one erased", "", "")
		h.commit(t, "bank", staff("a", 11, 5, 5)...)
		h.takes(t, "five more", "", "11a 1×9")
		if err := h.PutAnonymity(t.Context(), "bank", models.Anonymity{Employees: 12, EmployeeComments: 12, Customers: 1}); err != nil {
			t.Fatal(err)
		}
		h.takes(t, "a higher threshold", "", "")
		h.commit(t, "bank", staff("a", 12, 3, 5)...)
		h.takes(t, "and twelve", "", "12a 1×12")
	})
}

func TestCustomersTakePartInLotsOnceTheyAreAnonymous(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, h house) {
		h.workspace(t, "bank")
		h.commit(t, "bank", on("2026-11-10", 9), on("2026-11-10", 9), on("2026-11-10", 9, `"team":"x"`))
		raise := func(customers int64) {
			t.Helper()
			if err := h.PutAnonymity(t.Context(), "bank", models.Anonymity{Employees: 5, EmployeeComments: 10, Customers: customers}); err != nil {
				t.Fatal(err)
			}
		}
		raise(2)
		h.takes(t, "two of three", "10 1×2", "")
		raise(3)
		h.takes(t, "none of three", "", "")
		h.sql(t, `DELETE FROM held WHERE metric LIKE '\_participation/%' ESCAPE '\'`) // as if a server of before had stored them
		if _, err := h.Verify(t.Context(), "bank", true); err != nil {
			t.Fatal(err)
		}
		h.commit(t, "bank", on("2026-11-11", 9))
		h.takes(t, "three", "11 1×3", "")
	})
}

func TestResponsesOfBeforeAreCountedByTheMigration(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, h house) {
		h.workspace(t, "bank")
		h.commit(t, "bank", slices.Concat(staff("a", 10, 6, 5), staff("b", 10, 4, 5), []string{on("2026-11-10", 9), on("2026-11-10", 9), on("2026-11-10", 3, `"solicited":false`),
			`{"collected_at":"2026-11-10T10:00:00Z","answers":[{"metric":"nps","score":9},{"metric":"pulse","score":2}]}`})...)
		const customers, employees = "10 0×1, 10 1×3", "10a 1×6"
		h.takes(t, "counted as they came", customers, employees)
		provider, err := h.provider()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := provider.DownTo(t.Context(), 6); err != nil {
			t.Fatal(err)
		}
		if c, e := h.took(t, models.Customer), h.took(t, models.Employee); c != "" || e != "" {
			t.Errorf("before the migration there are %q and %q", c, e)
		}
		if err := firstError(h.migrate(t.Context()), h.FormLots(t.Context())); err != nil {
			t.Fatal(err)
		}
		h.takes(t, "counted by the migration", customers, employees)
	})
}
