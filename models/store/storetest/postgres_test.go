package storetest

import (
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
)

func TestEachTestGetsAnEmptyDatabaseOfItsOwn(t *testing.T) {
	first, second := Postgres(t), Postgres(t)
	if first == second {
		t.Fatalf("both got %s", first)
	}
	if _, err := connect(t, first).Exec(t.Context(), "CREATE TABLE answers (score int)"); err != nil {
		t.Fatal(err)
	}
	for dsn, want := range map[string]string{first: "1", second: "0"} {
		const tables = "SELECT count(*)::text FROM pg_tables WHERE schemaname = 'public'"
		if got := queryText(t, connect(t, dsn), tables); got != want {
			t.Errorf("%s tables, want %s", got, want)
		}
	}
}

func TestDatabaseIsDroppedWithItsTestThoughAConnectionIsOpen(t *testing.T) {
	var name string
	t.Run("user", func(t *testing.T) {
		dsn := Postgres(t)
		name = queryText(t, connect(t, dsn), "SELECT current_database()")
		conn, err := pgx.Connect(t.Context(), dsn) // not closed
		if err != nil {
			t.Fatal(err)
		}
		if err := conn.Ping(t.Context()); err != nil {
			t.Fatal(err)
		}
	})
	left := queryText(t, connect(t, Postgres(t)), "SELECT count(*)::text FROM pg_database WHERE datname = $1", name)
	if left != "0" {
		t.Errorf("database %s is still there", name)
	}
}

func TestCommitsAreReal(t *testing.T) {
	t.Setenv(serverVariable, "")
	conn := connect(t, Postgres(t))
	for _, setting := range []string{"fsync", "synchronous_commit", "full_page_writes"} {
		if got := queryText(t, conn, "SELECT current_setting($1)", setting); got != "on" {
			t.Errorf("%s is %s, want on", setting, got)
		}
	}
}

func TestServerListensOnLoopbackBelowTheClientsPorts(t *testing.T) {
	t.Setenv(serverVariable, "")
	own := Postgres(t)
	conn := connect(t, own)
	if got := queryText(t, conn, "SELECT current_setting('listen_addresses')"); got != "127.0.0.1" {
		t.Errorf("it listens on %q", got)
	}
	port, err := strconv.Atoi(queryText(t, conn, "SELECT current_setting('port')"))
	if err != nil || port < firstPort || port > lastPort {
		t.Errorf("its port is %d, want %d to %d (%v)", port, firstPort, lastPort, err)
	}
	u, err := url.Parse(own)
	if err != nil {
		t.Fatal(err)
	}
	u.User = url.UserPassword("mittari", "guessed")
	if conn, err := pgx.Connect(t.Context(), u.String()); err == nil {
		t.Error("it lets in who does not know the password")
		_ = conn.Close(t.Context())
	}
}

func TestNamedServerIsUsedInPlaceOfAThrowAwayOne(t *testing.T) {
	named := Postgres(t)
	t.Setenv(serverVariable, named)
	var dsn string
	t.Run("user", func(t *testing.T) {
		dsn = Postgres(t)
		if dsn == named {
			t.Error("the test got the named database itself, which may hold something")
		}
		if got := queryText(t, connect(t, dsn), "SELECT 'here'"); got != "here" {
			t.Error(got)
		}
	})
	if conn, err := pgx.Connect(t.Context(), dsn); err == nil {
		t.Error("the database is there after its test")
		_ = conn.Close(t.Context())
	}
}

func TestNamedServerMustBeAURLAndIsNotQuoted(t *testing.T) {
	for _, dsn := range []string{"host=db password=sesame", "mysql://u:sesame@h/d", "postgres://u:sesame@h:port/d"} {
		_, _, err := createDatabase(t.Context(), dsn)
		if err == nil || !strings.Contains(err.Error(), serverVariable) || strings.Contains(err.Error(), "sesame") {
			t.Errorf("%s: %v", dsn, err)
		}
	}
}

// recorder notes how a test would have ended.
type recorder struct {
	testing.TB
	end string
}

func (*recorder) Helper()                     {}
func (r *recorder) Fatalf(f string, a ...any) { r.end = "failed: " + fmt.Sprintf(f, a...) }
func (r *recorder) Skipf(f string, a ...any)  { r.end = "skipped: " + fmt.Sprintf(f, a...) }

func TestMissingPostgresFailsInCIAndSkipsLoudlyElsewhere(t *testing.T) {
	_, missing := findPrograms(t.TempDir(), t.TempDir()+"/*/bin")
	if missing == nil {
		t.Fatal("programs found in empty folders")
	}
	broken := errors.New("the disk is full")
	for _, c := range []struct {
		name, ci string
		err      error
		want     []string
	}{
		{"CI", "true", missing, []string{"failed:", "initdb"}},
		{"a developer's machine", "", missing, []string{"skipped:", "NOTHING WAS TESTED", "initdb", "postgresql", serverVariable}},
		{"CI=false", "false", missing, []string{"skipped:"}},
		{"broken on a developer's machine", "", broken, []string{"failed:", "disk is full"}},
	} {
		var r recorder
		giveUp(&r, c.ci, c.err)
		for _, want := range c.want {
			if !strings.Contains(r.end, want) {
				t.Errorf("%s: %q lacks %q", c.name, r.end, want)
			}
		}
	}
}

func connect(t *testing.T, dsn string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(t.Context()) })
	return conn
}

func queryText(t *testing.T, conn *pgx.Conn, query string, args ...any) string {
	t.Helper()
	var text string
	if err := conn.QueryRow(t.Context(), query, args...).Scan(&text); err != nil {
		t.Fatal(err)
	}
	return text
}
