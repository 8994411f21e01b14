package store

import (
	"fmt"
	"testing"

	"github.com/mittari/mittari/models"
	"github.com/mittari/mittari/models/store/storetest"
)

// disability is how a database is made unable to store anything, and able again.
type disability struct {
	name, url  string
	begin, end func(t *testing.T, h house)
}

func disabilities(t *testing.T) []disability {
	t.Helper()
	pragma := func(text string) func(*testing.T, house) {
		return func(t *testing.T, h house) {
			t.Helper()
			if err := h.write.Exec("PRAGMA " + text).Error; err != nil {
				t.Fatal(err)
			}
		}
	}
	readOnly := func(on string) func(*testing.T, house) {
		return func(t *testing.T, h house) {
			t.Helper()
			var name string
			if err := h.read.Raw("SELECT current_database()").Scan(&name).Error; err != nil {
				t.Fatal(err)
			}
			change := fmt.Sprintf("BEGIN READ WRITE; ALTER DATABASE %s SET default_transaction_read_only = %s; COMMIT", name, on)
			if _, err := h.pool.Exec(t.Context(), change); err != nil {
				t.Fatal(err)
			}
			h.pool.Reset() // connections have it from their beginning
		}
	}
	return []disability{
		{"sqlite, full", sqliteURL(t), pragma("max_page_count = 1"), pragma("max_page_count = 1000000")}, // it is not made less than there is
		{"sqlite, read-only", sqliteURL(t), pragma("query_only = 1"), pragma("query_only = 0")},
		{"postgres, a standby", storetest.Postgres(t), readOnly("on"), readOnly("off")},
	}
}

func TestADatabaseThatIsUnableToStoreIsBusyAndNotReadyUntilItIsAble(t *testing.T) {
	for _, d := range disabilities(t) {
		t.Run(d.name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t, d.url)
			h.commit(t, "bank", nps(9))
			if err := h.Ping(t.Context()); err != nil {
				t.Fatal(err)
			}
			d.begin(t, h)
			var err error
			for range 1000 { // until what room there is is taken
				if _, err = h.Commit(t.Context(), "bank", h.accept(t, "bank", nps(9))); err != nil {
					break
				}
			}
			hasCode(t, "commit", err, models.Busy)
			if err := h.Ping(t.Context()); err == nil {
				t.Error("it is ready, and stores nothing")
			}
			d.end(t, h)
			if err := h.Ping(t.Context()); err != nil {
				t.Errorf("it is not ready again: %v", err)
			}
			h.commit(t, "bank", nps(9))
			h.isExact(t, "bank")
		})
	}
}
