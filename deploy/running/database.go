package running

import (
	"database/sql"
	"net/url"
	"strings"

	_ "github.com/jackc/pgx/v5/stdlib" // the PostgreSQL driver
	_ "modernc.org/sqlite"             // the SQLite driver, free of cgo
)

// Connect opens a database by the URL that the server takes.
func Connect(database string) (*sql.DB, error) {
	if file, lite := strings.CutPrefix(database, "sqlite://"); lite {
		return OpenSQLite((&url.URL{Path: file}).EscapedPath())
	}
	return sql.Open("pgx", database)
}

// OpenSQLite opens one connection to a file, with the server's settings.
func OpenSQLite(file string) (*sql.DB, error) {
	db, err := sql.Open("sqlite", "file:"+file+"?_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_txlock=immediate&_time_format=sqlite&_timezone=UTC")
	if err == nil {
		db.SetMaxOpenConns(1)
	}
	return db, err
}
