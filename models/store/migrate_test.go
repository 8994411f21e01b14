package store

import (
	"context"
	"testing"
)

func TestMigrationsGoDownAndUpAgain(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, h house) {
		h.commit(t, "bank", fullSubmission)
		provider, err := h.provider()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := provider.DownTo(t.Context(), 0); err != nil {
			t.Fatal(err)
		}
		if left := h.tables(t); len(left) != 0 {
			t.Errorf("tables are left: %v", left)
		}
		if err := h.migrate(t.Context()); err != nil {
			t.Fatal(err)
		}
		h.commit(t, "bank", fullSubmission)
		h.isExact(t, "bank")
		if pending, err := provider.HasPending(context.Background()); err != nil || pending {
			t.Errorf("migrations are pending: %v, %v", pending, err)
		}
	})
}

// tables are the names of the store's tables in its database.
func (h house) tables(t *testing.T) []string {
	t.Helper()
	query := `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'goose%' AND name NOT LIKE 'sqlite%' ORDER BY name`
	if h.dialect == onPostgres {
		query = `SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' AND table_name NOT LIKE 'goose%' ORDER BY table_name COLLATE "C"`
	}
	var names []string
	if err := h.read.Raw(query).Scan(&names).Error; err != nil {
		t.Fatal(err)
	}
	return names
}
