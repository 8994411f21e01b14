// Package store keeps everything in a database: SQLite, embedded, or PostgreSQL.
//
// It is the only place that knows SQL. The schema can be distributed by
// workspace: workspace is the first column of every key and stands in every
// WHERE, ids come from the application, and there are no triggers.
package store

import (
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"gorm.io/driver/postgres"
	"gorm.io/driver/sqlite"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"
	_ "modernc.org/sqlite" // the SQLite driver, free of cgo
)

// Config is what a store is opened with.
type Config struct {
	URL      string // postgres://… or sqlite:…; see Open
	Existing bool   // a SQLite file that is missing is an error, and not created
	AsItIs   bool   // a schema that is not up to date is an error, and not changed
	MaxKeys  int    // how many keys of one catalog are created on first use
	Clock    func() time.Time
	Logger   *slog.Logger
}

// Store is a database with Mittari's tables. Its methods may be called concurrently.
type Store struct {
	read    *gorm.DB
	write   *gorm.DB // SQLite: one connection; PostgreSQL: the same as read
	pool    *pgxpool.Pool
	dialect dialect
	known   *knownKeys
	large   chan struct{} // a place for each analysis under way
	retried atomic.Int32  // how many commits are to expect retries; see commitAtOnce
	clock   func() time.Time
	log     *slog.Logger
	closed  atomic.Bool
	unable  atomic.Bool // the database did not take something; see Ping
}

type dialect string

const (
	onSQLite   dialect = "sqlite3" // goose's names
	onPostgres dialect = "postgres"
)

// Open connects to the database and brings its schema up to date.
//
// URL is postgres://user@host/database, or sqlite:///absolute/file.db, or
// sqlite:relative/file.db; a missing SQLite file and its folder are created, unless it is to be Existing.
func Open(ctx context.Context, c Config) (*Store, error) {
	s := &Store{clock: c.Clock, log: c.Logger, known: newKnownKeys(c.MaxKeys), large: make(chan struct{}, mostAnalyses)}
	var err error
	path, lite := SQLiteFile(c.URL)
	switch scheme, _, _ := strings.Cut(c.URL, ":"); {
	case scheme == "postgres" || scheme == "postgresql":
		err = s.openPostgres(ctx, c.URL)
	case lite:
		err = s.openSQLite(path, c.Existing)
	default:
		return nil, fmt.Errorf("the database URL must begin with postgres:// or sqlite:, such as sqlite:///path/file.db")
	}
	switch {
	case err != nil:
	case c.AsItIs:
		err = s.checkMigrated(ctx)
	default:
		err = s.migrate(ctx)
	}
	if err != nil {
		s.Close()
		return nil, fmt.Errorf("open the database: %w", err)
	}
	return s, nil
}

func (s *Store) openPostgres(ctx context.Context, url string) error {
	s.dialect = onPostgres
	config, err := pgxpool.ParseConfig(url)
	if err != nil {
		return err
	}
	if s.pool, err = pgxpool.NewWithConfig(ctx, config); err != nil {
		return err
	}
	s.read, err = s.gormOn(postgres.New(postgres.Config{Conn: stdlib.OpenDBFromPool(s.pool)}))
	s.write = s.read
	return err
}

// openSQLite opens one connection that writes and a few that read beside it.
// Acknowledged means on disk: synchronous(FULL) flushes the log at each commit.
// What is deleted is overwritten, so that what is erased is not in the file any more.
// A new file is its owner's only; SQLite gives its log the same mode.
func (s *Store) openSQLite(path string, existing bool) error {
	s.dialect = onSQLite
	if path == "" {
		return fmt.Errorf("the SQLite URL names no file: use sqlite:///path/file.db")
	}
	if _, err := os.Stat(path); existing && err != nil {
		return fmt.Errorf("there is no database yet, or not there: %w", err)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
		return err
	}
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	if err := file.Close(); err != nil {
		return err
	}
	pragmas := []string{"busy_timeout(10000)", "journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(1)", "temp_store(memory)", "secure_delete(1)"}
	query := url.Values{
		"_pragma": append(pragmas, "cache_size(-16000)"), // a great transaction of bulk fits into it, and is written once
		"_txlock": {"immediate"}, "_time_format": {"sqlite"}, "_timezone": {"UTC"},
	}
	open := func(connections int) (*gorm.DB, error) {
		db, err := sql.Open("sqlite", "file:"+(&url.URL{Path: path}).EscapedPath()+"?"+query.Encode())
		if err != nil {
			return nil, err
		}
		db.SetMaxOpenConns(connections)
		db.SetMaxIdleConns(connections)
		return s.gormOn(sqlite.New(sqlite.Config{Conn: db}))
	}
	if s.write, err = open(1); err != nil {
		return err
	}
	query["_pragma"] = pragmas
	query.Set("_txlock", "deferred")
	s.read, err = open(4)
	return err
}

// gormOn is gorm on connections, with errors in the domain's terms.
func (s *Store) gormOn(connections gorm.Dialector) (*gorm.DB, error) {
	db, err := gorm.Open(connections, &gorm.Config{
		Logger:                 logger.Discard, // errors are returned; rows never reach a log
		SkipDefaultTransaction: true,
		TranslateError:         false,
		NowFunc:                func() time.Time { return time.Time{} }, // no clock of gorm's
	})
	if err == nil {
		err = s.tellInDomainTerms(db)
	}
	return db, err
}

// Close ends all connections. Nothing that was acknowledged depends on it.
func (s *Store) Close() {
	s.closed.Store(true)
	for _, db := range []*gorm.DB{s.read, s.write} {
		if db == nil {
			continue
		}
		if pool, err := db.DB(); err == nil {
			_ = pool.Close() // nothing is left to lose
		}
	}
	if s.pool != nil {
		s.pool.Close()
	}
}

// Ping reports whether the database answers and, once it was unable to do something, whether it takes what is written again.
func (s *Store) Ping(ctx context.Context) error {
	db, err := s.write.DB()
	if err != nil {
		return err
	}
	if err := db.PingContext(ctx); err != nil || !s.unable.Load() {
		return err
	}
	return s.tryToWrite(ctx)
}

// Connections are how many connections to the database are in use, idle and allowed.
func (s *Store) Connections() (inUse, idle, limit int) {
	if s.pool != nil {
		stat := s.pool.Stat()
		return int(stat.AcquiredConns()), int(stat.IdleConns()), int(stat.MaxConns())
	}
	for _, db := range []*gorm.DB{s.read, s.write} {
		if pool, err := db.DB(); err == nil {
			stats := pool.Stats()
			inUse, idle, limit = inUse+stats.InUse, idle+stats.Idle, limit+stats.MaxOpenConnections
		}
	}
	return inUse, idle, limit
}

// NewID makes an id that sorts by the time it was made: a UUIDv7.
func NewID() string { return uuid.Must(uuid.NewV7()).String() }

// storedID is an id as the databases hold it. What can't be one becomes the id of no row.
func storedID(id string) string {
	parsed, err := uuid.Parse(id)
	if err != nil {
		parsed = uuid.Nil
	}
	return parsed.String()
}

// now is the store's clock, as the databases can hold it.
func (s *Store) now() time.Time { return s.clock().UTC().Truncate(time.Microsecond) }
