package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strings"
)

// SQLiteFile is the file of a database URL that names one.
func SQLiteFile(url string) (path string, is bool) {
	rest, is := strings.CutPrefix(url, "sqlite:")
	return strings.TrimPrefix(rest, "//"), is
}

// CopySQLite writes a copy of a SQLite database, as it is at one moment, into a file that is empty or
// not there yet. Servers may write to the database meanwhile: they do not wait, and the copy has none of what they write.
// Nothing is changed, and the schema may be an older one.
//
// It is made by VACUUM INTO (https://www.sqlite.org/lang_vacuum.html) and not by SQLite's
// backup API, which begins anew each time that another process has written, and so comes to no end beside a busy
// server; and which copies free pages with what was erased from them. The caller flushes the copy to the disk.
func CopySQLite(ctx context.Context, path, to string) (err error) {
	if _, err := os.Stat(path); err != nil {
		return fmt.Errorf("there is no database, or not there: %w", err)
	}
	db, err := sql.Open("sqlite", "file:"+(&url.URL{Path: path}).EscapedPath()+"?mode=ro&_pragma=busy_timeout(10000)&_pragma=temp_store(memory)")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	db.SetMaxOpenConns(1)
	_, err = db.ExecContext(ctx, "VACUUM INTO ?", to)
	return err
}

// CheckIntegrity has SQLite look at every page and index of the file; what is broken is an error. PostgreSQL does that by other means.
func (s *Store) CheckIntegrity(ctx context.Context) error {
	if s.dialect != onSQLite {
		return nil
	}
	var found []string
	if err := s.read.WithContext(ctx).Raw("PRAGMA integrity_check").Scan(&found).Error; err != nil {
		return err
	}
	if len(found) != 1 || found[0] != "ok" {
		return fmt.Errorf("the file is broken: %s", strings.Join(found, "; "))
	}
	return nil
}
