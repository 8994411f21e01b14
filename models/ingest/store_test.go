package ingest

import (
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/mittari/mittari/models"
	"github.com/mittari/mittari/models/store"
)

// database is a real SQLite database that refuses responses with the comment that the shelf refuses.
func database(t *testing.T) *store.Store {
	t.Helper()
	path := filepath.Join(t.TempDir(), "mittari.db")
	s, err := store.Open(t.Context(), store.Config{URL: "sqlite://" + path, MaxKeys: 10, Clock: time.Now, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	behind, err := sql.Open("sqlite", "file:"+path)
	if err != nil {
		t.Fatal(err)
	}
	defer behind.Close()
	_, err = behind.Exec(`CREATE TRIGGER refuse BEFORE INSERT ON answers WHEN NEW.comment = '` + refused + `' BEGIN SELECT RAISE(ABORT, 'refused'); END`)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestManyCallersOnARealDatabaseAreCountedExactly(t *testing.T) {
	const callers, each = 25, 8
	db := database(t)
	var transactions atomic.Int64
	w := New(db, Options{Batch: 40, Observe: func(int, time.Duration, error) { transactions.Add(1) }})
	ended := run(w)
	var created, again, invalid, conflicts atomic.Int64
	var calling sync.WaitGroup
	for c := range callers {
		mine := []models.Accepted{ // one that all send, one that all send differently, one that is refused
			response(t, "bank", "same", ""), response(t, "bank", "differs", fmt.Sprintf(`,"comment":"%d"`, c)),
			response(t, "bank", fmt.Sprintf("bad%d", c), `,"comment":"`+refused+`"`),
		}
		for i := range each {
			mine = append(mine, response(t, "bank", fmt.Sprintf("s%d-%d", c, i), ""), response(t, "shop", fmt.Sprintf("s%d-%d", c, i), ""))
		}
		calling.Go(func() {
			outcomes, err := w.RecordAll(t.Context(), mine)
			if err != nil {
				t.Error(err)
			}
			for _, o := range outcomes {
				switch {
				case models.ErrorCode(o.Err) == models.Invalid:
					invalid.Add(1)
				case models.ErrorCode(o.Err) == models.Conflict:
					conflicts.Add(1)
				case o.Err != nil:
					t.Error(o.Err)
				case o.New:
					created.Add(1)
				default:
					again.Add(1)
				}
			}
		})
	}
	calling.Wait()
	w.Close()
	ended()
	got := []int64{created.Load(), again.Load(), conflicts.Load(), invalid.Load()}
	if want := []int64{2*callers*each + 2, callers - 1, callers - 1, callers}; fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("new, again, conflicts and refused are %v, want %v", got, want)
	}
	for workspace, want := range map[string]int64{"bank": callers*each + 2, "shop": callers * each} {
		if n := counted(t, db, workspace); n != want {
			t.Errorf("%d answers of %s are counted, want %d", n, workspace, want)
		}
	}
	if n := transactions.Load(); n >= 2*callers*each {
		t.Errorf("it took %d transactions: nothing was grouped", n)
	}
}

// counted is how many answers the rollups hold, which must be what the answers add up to.
func counted(t *testing.T, db *store.Store, workspace string) (n int64) {
	t.Helper()
	if differences, err := db.Verify(context.Background(), workspace, false); err != nil || len(differences) > 0 {
		t.Errorf("%s: %+v, %v", workspace, differences, err)
	}
	err := db.EachCount(context.Background(), workspace, "nps", models.Period{Since: 0, Until: 100_000}, func(c models.Count) error { n += c.N; return nil })
	if err != nil {
		t.Error(err)
	}
	return n
}
