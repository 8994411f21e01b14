// Package storetest gives tests a real PostgreSQL, each test an empty database of its own.
package storetest

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// serverVariable names a PostgreSQL to use in place of a throw-away one, by a
// URL of a user who may create databases.
const serverVariable = "MITTARI_TEST_POSTGRES_DSN"

// dropTimeout bounds the removal of a test's database.
const dropTimeout = 30 * time.Second

// errNoPostgres is the fault of a machine that lacks what a server needs, which an installation mends.
var errNoPostgres = errors.New("no PostgreSQL server to test with")

// Postgres returns the URL of an empty database that is the test's alone and is
// dropped, whoever is still connected, when the test ends.
//
// It stands on the server that MITTARI_TEST_POSTGRES_DSN names, else on a
// throw-away one, which the first call of a process starts and all its tests
// share; that one is gone within a second of the end of the process, however it
// ends. No TestMain is needed. The user is a superuser of the throw-away server,
// which syncs every commit to disk, sorts text by language and is not on UTC.
//
// Where no PostgreSQL is installed the test fails in CI (CI=true) and is skipped
// elsewhere; one that is there and does not work fails the test anywhere.
func Postgres(tb testing.TB) string {
	tb.Helper()
	server := os.Getenv(serverVariable)
	if server == "" {
		c, err := sharedCluster()
		if err != nil {
			giveUp(tb, os.Getenv("CI"), err)
			return ""
		}
		server = c.url
	}
	dsn, drop, err := createDatabase(tb.Context(), server)
	if err != nil {
		tb.Fatalf("a database for the test: %v", err)
	}
	tb.Cleanup(func() {
		if err := drop(); err != nil {
			tb.Errorf("the test's database can't be dropped: %v", err)
		}
	})
	return dsn
}

// giveUp ends a test that got no server.
func giveUp(tb testing.TB, ci string, err error) {
	tb.Helper()
	inCI, _ := strconv.ParseBool(ci) // what is no boolean is no CI
	if inCI || !errors.Is(err, errNoPostgres) {
		tb.Fatalf("PostgreSQL: %v", err)
		return
	}
	tb.Skipf("SKIPPED, NOTHING WAS TESTED ON POSTGRESQL: %v. Install it (Debian, Ubuntu: postgresql; "+
		"\"make setup\" says how), or set %s=postgres://user:password@host/database", err, serverVariable)
}

// createDatabase makes an empty database on the server of the URL given and
// returns the URL of the new one, and what drops it.
func createDatabase(ctx context.Context, server string) (dsn string, drop func() error, err error) {
	u, err := url.Parse(server)
	if err != nil || (u.Scheme != "postgres" && u.Scheme != "postgresql") {
		// The URL holds a password: it is not quoted.
		return "", nil, fmt.Errorf("%s must be a URL like postgres://user:password@host:5432/database", serverVariable)
	}
	name := "mittari_test_" + strings.ToLower(rand.Text())
	if err := execute(ctx, server, "CREATE DATABASE "+name+" TEMPLATE template0 ENCODING 'UTF8'"); err != nil {
		return "", nil, err
	}
	u.Path = "/" + name
	return u.String(), func() error {
		ctx, cancel := context.WithTimeout(context.Background(), dropTimeout)
		defer cancel()
		return execute(ctx, server, "DROP DATABASE "+name+" WITH (FORCE)")
	}, nil
}

func execute(ctx context.Context, server, statement string) error {
	conn, err := pgx.Connect(ctx, server)
	if err != nil {
		return err
	}
	_, err = conn.Exec(ctx, statement)
	return errors.Join(err, conn.Close(ctx))
}
