package store

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
	_ "time/tzdata"

	"go.uber.org/goleak"

	"github.com/mittari/mittari/models"
)

// onPostgreSQL are the databases of the tests of this package.
var onPostgreSQL databases

// TestMain puts the machine's clock on another zone than UTC, as people's
// machines are, and fails when a test leaves a goroutine behind.
func TestMain(m *testing.M) {
	time.Local = time.FixedZone("elsewhere", 5*3600)
	goleak.VerifyTestMain(m, goleak.Cleanup(func(code int) {
		onPostgreSQL.dropAll()
		os.Exit(code)
	}))
}

// house is a store on a database of the test's own, with a clock that stands still.
type house struct {
	*Store
	url string
	now *testClock
}

type testClock struct {
	mu sync.Mutex
	at time.Time
}

func (c *testClock) read() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *testClock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// maxKeys is the bound on keys of a catalog in these tests.
const maxKeys = 6

// onEachDatabase runs a promise on SQLite and on PostgreSQL.
func onEachDatabase(t *testing.T, promise func(t *testing.T, h house)) {
	t.Helper()
	t.Parallel() // they wait for disks
	t.Run("sqlite", func(t *testing.T) { promise(t, newHouse(t, sqliteURL(t))) })
	t.Run("postgres", func(t *testing.T) {
		h := newHouse(t, onPostgreSQL.take(t))
		h.empty(t)
		promise(t, h)
	})
}

func sqliteURL(t *testing.T) string {
	t.Helper()
	return "sqlite://" + filepath.Join(t.TempDir(), "mittari.db")
}

func newHouse(t *testing.T, url string) house {
	t.Helper()
	h := house{url: url, now: &testClock{at: time.Date(2026, 11, 20, 8, 30, 0, 123456789, time.UTC)}}
	h.Store = h.replica(t)
	return h
}

// replica is another store on the house's database, as another server's is.
func (h house) replica(t *testing.T) *Store {
	t.Helper()
	s, err := Open(t.Context(), h.config())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

func (h house) config() Config {
	return Config{URL: h.url, MaxKeys: maxKeys, Clock: h.now.read, Logger: slog.New(slog.DiscardHandler)}
}

// accept checks submissions for a workspace in Helsinki; all must pass.
func (h house) accept(t *testing.T, workspace string, submissions ...string) []models.Accepted {
	t.Helper()
	metrics, err := h.FindMetrics(t.Context(), workspace)
	if err != nil {
		t.Fatal(err)
	}
	zone, err := time.LoadLocation("Europe/Helsinki")
	if err != nil {
		t.Fatal(err)
	}
	batch := make([]models.Accepted, len(submissions))
	for i, text := range submissions {
		var s models.Submission
		if err := json.Unmarshal([]byte(text), &s); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		batch[i], err = s.Check(models.Rules{Workspace: workspace, Metrics: metrics, Zone: zone, Now: h.now.read(), NewID: NewID})
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
	}
	return batch
}

// commit stores submissions that must all be new, and gives their ids.
func (h house) commit(t *testing.T, workspace string, submissions ...string) []string {
	t.Helper()
	outcomes, err := h.Commit(t.Context(), workspace, h.accept(t, workspace, submissions...))
	if err != nil {
		t.Fatal(err)
	}
	ids := make([]string, len(outcomes))
	for i, o := range outcomes {
		if !o.New || o.Err != nil {
			t.Fatalf("%s is not new: %+v", submissions[i], o)
		}
		ids[i] = o.ID
	}
	return ids
}

// nps is a submission of one answer, with more fields.
func nps(score int, more ...string) string {
	return fmt.Sprintf(`{"metric":"nps","score":%d%s}`, score, strings.Join(append([]string{""}, more...), ","))
}

// sql runs statements behind the store's back.
func (h house) sql(t *testing.T, statements ...string) {
	t.Helper()
	for _, statement := range statements {
		if err := h.write.Exec(statement).Error; err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
}

// isExact fails unless the rollups are what the answers add up to.
func (h house) isExact(t *testing.T, workspace string) {
	t.Helper()
	differences, err := h.Verify(t.Context(), workspace, false)
	if err != nil || len(differences) > 0 {
		t.Fatalf("the rollups differ: %+v, %v", differences, err)
	}
}

// everyDay is a period that holds all answers.
func everyDay() models.Period { return models.Period{Since: -1, Until: 100_000} }

// counted tells how many answers of a metric the rollups hold, by score.
func (h house) counted(t *testing.T, workspace, metric string) map[int]int64 {
	t.Helper()
	counts, err := h.FindCounts(t.Context(), workspace, models.CountQuery{Metric: metric, Period: everyDay()})
	if err != nil {
		t.Fatal(err)
	}
	byScore := map[int]int64{}
	for _, c := range counts {
		byScore[c.Score] += c.N
	}
	return byScore
}

// arrived tells how many answers have ever arrived.
func (h house) arrived(t *testing.T, workspace string) int64 {
	t.Helper()
	counts, err := h.FindArrivals(t.Context(), workspace)
	if err != nil {
		t.Fatal(err)
	}
	var n int64
	for _, c := range counts {
		n += c.N
	}
	return n
}

// same fails unless both are written alike in JSON.
func same(t *testing.T, what string, got, want any) {
	t.Helper()
	g, err := json.Marshal(got)
	if err != nil {
		t.Fatal(err)
	}
	w, err := json.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	if string(g) != string(w) {
		t.Errorf("%s:\n%s, want\n%s", what, g, w)
	}
}

// hasCode fails unless the error is of the domain and of the kind given.
func hasCode(t *testing.T, what string, err error, want models.Code) {
	t.Helper()
	if models.ErrorCode(err) != want {
		t.Errorf("%s: %v, want code %q", what, err, want)
	}
}
