package main

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mittari/mittari/models/store/storetest"
)

// running is a server that a test has started by its command line.
type running struct {
	t            testing.TB
	api, metrics string // base URLs
	key          string // an admin key
	database     string
	out, log     *lockedBuffer
	stop         func() int // asks it to stop and gives its exit code
}

const testKey = "test-admin-key-of-a-test-server"

// start runs "mittari serve" with further arguments until the test ends.
func start(t testing.TB, database string, args ...string) *running {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	r := &running{t: t, key: testKey, database: database, out: &lockedBuffer{}, log: &lockedBuffer{}}
	args = append([]string{"serve", "--database-url", database, "--listen", freeAddress(t), "--metrics-listen", freeAddress(t), "--stop-delay", "0s"}, args...)
	exited := make(chan int, 1)
	go func() { exited <- run(ctx, args, envOf("MITTARI_ADMIN_KEY", testKey), r.out, r.log) }()
	r.stop = sync.OnceValue(func() int {
		cancel()
		select {
		case code := <-exited:
			return code
		case <-time.After(time.Minute):
			t.Error("the server did not stop within a minute")
			return -1
		}
	})
	t.Cleanup(func() { r.stop() })
	eventually(t, 5*time.Minute, "the server says that it is ready", func() bool {
		select {
		case code := <-exited:
			exited <- code
			t.Fatalf("the server ended with %d:\n%s%s", code, r.out, r.log)
		default:
		}
		return strings.Contains(r.out.String(), "is ready")
	})
	r.api = find(t, r.out.String(), `Landing page +(https?://\S+)/\n`)
	r.metrics = find(t, r.out.String(), `This process +(https?://\S+)/metrics`)
	return r
}

// onBothDatabases runs a test on SQLite and on a real PostgreSQL.
func onBothDatabases(t *testing.T, test func(t *testing.T, database string)) {
	t.Run("sqlite", func(t *testing.T) { test(t, sqliteURL(t)) })
	t.Run("postgres", func(t *testing.T) { test(t, storetest.Postgres(t)) })
}

func sqliteURL(t testing.TB) string { return "sqlite://" + filepath.Join(t.TempDir(), "mittari.db") }

// freeAddress is an address on 127.0.0.1 that nothing listened on a moment ago.
func freeAddress(t testing.TB) string {
	t.Helper()
	port, err := storetest.FreePort()
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("127.0.0.1:%d", port)
}

func envOf(pairs ...string) func(string) string {
	return func(name string) string {
		for i := 0; i < len(pairs); i += 2 {
			if pairs[i] == name {
				return pairs[i+1]
			}
		}
		return ""
	}
}

// call runs another command of the program to its end.
func call(t testing.TB, env func(string) string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	code = run(t.Context(), args, env, &out, &errs)
	return code, out.String(), errs.String()
}

// send makes a request of the API and gives its status and body.
func (r *running) send(method, path, body string) (int, string) {
	r.t.Helper()
	request, err := http.NewRequestWithContext(context.Background(), method, r.api+path, strings.NewReader(body))
	if err != nil {
		r.t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+r.key)
	return r.do(request)
}

func (r *running) do(request *http.Request) (int, string) {
	r.t.Helper()
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		r.t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		r.t.Fatal(err)
	}
	return response.StatusCode, string(text)
}

// scrape gets a page of the metrics listener; "" before the scores were read for the first time.
func (r *running) scrape(path string) string {
	r.t.Helper()
	request, err := http.NewRequestWithContext(context.Background(), http.MethodGet, r.metrics+path, nil)
	if err != nil {
		r.t.Fatal(err)
	}
	status, text := r.do(request)
	switch status {
	case http.StatusOK:
		return text
	case http.StatusServiceUnavailable:
		return ""
	}
	r.t.Fatalf("GET %s%s: %d %s", r.metrics, path, status, text)
	return ""
}

func decode[T any](t testing.TB, text string) T {
	t.Helper()
	var v T
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	return v
}

func find(t testing.TB, text, pattern string) string {
	t.Helper()
	found := regexp.MustCompile(pattern).FindStringSubmatch(text)
	if found == nil {
		t.Fatalf("%q is not in:\n%s", pattern, text)
	}
	return found[1]
}

// eventually waits until what is asked for is so.
func eventually(t testing.TB, within time.Duration, what string, so func() bool) {
	t.Helper()
	for deadline := time.Now().Add(within); !so(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("not within %s: %s", within, what)
		}
	}
}

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func contextOf(t testing.TB) (context.Context, func()) {
	ctx, cancel := context.WithCancel(t.Context())
	return ctx, cancel
}

// openRaw opens a database behind the program's back.
func openRaw(t testing.TB, database string) *sql.DB {
	t.Helper()
	driver, dsn := "pgx", database
	if path, lite := strings.CutPrefix(database, "sqlite://"); lite {
		driver, dsn = "sqlite", "file:"+path
	}
	db, err := sql.Open(driver, dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// tamper changes a database behind the program's back.
func tamper(t testing.TB, database, statement string) {
	t.Helper()
	if _, err := openRaw(t, database).ExecContext(t.Context(), statement); err != nil {
		t.Fatal(err)
	}
}
