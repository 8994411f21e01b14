package api_test

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mittari/mittari/api"
	"github.com/mittari/mittari/models"
	"github.com/mittari/mittari/models/ingest"
	"github.com/mittari/mittari/models/payload"
	"github.com/mittari/mittari/models/store"
	"github.com/mittari/mittari/models/store/storetest"
)

// The two workspaces of every test server. The operators' is home; its days are Helsinki's.
const (
	home  = "home"
	other = "other"
)

// startOfTests is a Friday morning in winter: 10:04 in Helsinki.
const startOfTests = "2026-11-20T08:04:00Z"

// setup says how a test's server differs from the usual one.
type setup struct {
	database string // a URL; "" is an SQLite file of the test's own
	queue    int    // how many callers the writer's queue holds; 0 is the writer's default
	maxKeys  int    // how many keys of a catalog come with first use; 0 is 1000
	stalled  bool   // nothing takes from the queue before runWriter
	config   func(*api.Config)
}

// server is the real router, store and writer behind a listener of 127.0.0.1.
type server struct {
	url     string
	handler *api.Handler
	client  *http.Client // holds every answer against the OpenAPI document
	plain   *http.Client // does not
	store   *store.Store
	writer  *ingest.Writer
	clock   *clock
	logs    *journal
	running sync.Once
	workers sync.WaitGroup
}

// newServer starts a server that ends with the test.
func newServer(t testing.TB, with setup) *server {
	t.Helper()
	s := &server{clock: newClock(t, startOfTests), logs: &journal{}}
	logger := slog.New(slog.NewJSONHandler(s.logs, &slog.HandlerOptions{Level: slog.LevelDebug}))
	if with.database == "" {
		with.database = "sqlite://" + filepath.Join(t.TempDir(), "test.db")
	}
	var err error
	s.store, err = store.Open(t.Context(), store.Config{URL: with.database, MaxKeys: cmp.Or(with.maxKeys, 1000), Clock: s.clock.now, Logger: logger})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.store.Close)
	for key, zone := range map[string]string{home: "Europe/Helsinki", other: "America/New_York"} {
		if _, err := s.store.CreateWorkspace(t.Context(), models.Workspace{Key: key, Name: key, TimeZone: zone}); err != nil {
			t.Fatal(err)
		}
	}
	s.writer = ingest.New(s.store, ingest.Options{Queue: with.queue})
	t.Cleanup(func() { s.writer.Close(); s.workers.Wait() })
	if !with.stalled {
		s.runWriter()
	}
	config := api.Config{
		Store: s.store, Recorder: s.writer, Clock: s.clock.now, NewID: store.NewID, Logger: logger, Operators: home, CompileMapping: payload.Compile,
		Ready: func() error { return nil }, Observe: func(string, string, int, time.Duration) {},
	}
	if with.config != nil {
		with.config(&config)
	}
	s.handler = handlerOf(t, config)
	s.listen(t, s.handler)
	return s
}

func handlerOf(t testing.TB, config api.Config) *api.Handler {
	t.Helper()
	handler, err := api.New(config)
	if err != nil {
		t.Fatal(err)
	}
	return handler
}

func (s *server) runWriter() { s.running.Do(func() { s.workers.Go(s.writer.Run) }) }

func (s *server) listen(t testing.TB, handler http.Handler) {
	t.Helper()
	errors := slog.NewLogLogger(slog.NewJSONHandler(s.logs, nil), slog.LevelInfo)
	web := &httptest.Server{Listener: listener(t), Config: &http.Server{Handler: handler, ErrorLog: errors}}
	web.Start()
	s.url = web.URL
	transport := &http.Transport{}
	s.plain = &http.Client{Transport: transport, Timeout: 2 * time.Minute}
	s.client = &http.Client{Transport: contractTransport(t, transport), Timeout: 2 * time.Minute}
	t.Cleanup(func() {
		s.runWriter() // whoever waits is answered, or Close would wait for ever
		transport.CloseIdleConnections()
		web.Close()
	})
}

// listener opens a port below those that systems give to clients.
func listener(t testing.TB) net.Listener {
	t.Helper()
	var err error
	for range 100 {
		var l net.Listener
		if l, err = net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", 10_000+rand.IntN(22_000))); err == nil {
			return l
		}
	}
	t.Fatal(err)
	return nil
}

// token is the key's token for the workspace and the scopes; the key is made at the first call.
func (s *server) token(t testing.TB, workspace string, scopes []models.Scope) string {
	t.Helper()
	name := fmt.Sprintf("%s %v", workspace, scopes)
	sum := sha256.Sum256([]byte(name))
	hash := models.HashToken(hex.EncodeToString(sum[:]))
	if _, err := s.store.KeyByHash(t.Context(), hash); models.ErrorCode(err) == models.NotFound {
		_, err := s.store.CreateKey(t.Context(), models.Key{Workspace: workspace, Name: name, Scopes: scopes, Hash: hash})
		if err != nil {
			t.Fatal(err)
		}
	}
	return hex.EncodeToString(sum[:])
}

// as is a caller with a key of the workspace that has the scopes, or is an admin key.
func (s *server) as(t testing.TB, workspace string, scopes ...models.Scope) caller {
	t.Helper()
	if len(scopes) == 0 {
		scopes = []models.Scope{models.Admin}
	}
	return caller{server: s, token: s.token(t, workspace, scopes)}
}

// onEachDatabase runs the test on SQLite and on PostgreSQL.
func onEachDatabase(t *testing.T, test func(t *testing.T, s *server)) {
	t.Helper()
	onEachDatabaseWith(t, nil, test)
}

// onEachDatabaseWith does so with servers that differ from the usual ones.
func onEachDatabaseWith(t *testing.T, config func(*api.Config), test func(t *testing.T, s *server)) {
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		test(t, newServer(t, setup{config: config}))
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		test(t, newServer(t, setup{config: config, database: storetest.Postgres(t)}))
	})
}

// clock shows the time that the test last set.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func newClock(t testing.TB, at string) *clock {
	c := &clock{}
	c.set(t, at)
	return c
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) set(t testing.TB, at string) {
	t.Helper()
	parsed, err := time.Parse(time.RFC3339, at)
	if err != nil {
		t.Fatal(err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = parsed
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// journal keeps what was logged.
type journal struct {
	mu   sync.Mutex
	text strings.Builder
}

func (j *journal) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.Write(p)
}

func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.String()
}

// routesOf are the patterns of all routes as "METHOD /path", in order.
func (s *server) routesOf() []string {
	var routes []string
	for _, r := range s.handler.Routes() {
		routes = append(routes, r.Method+" "+r.Path)
	}
	slices.Sort(routes)
	return routes
}
