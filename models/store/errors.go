package store

import (
	"context"
	"database/sql/driver"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"gorm.io/gorm"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/mittari/mittari/models"
)

// errAgain says that a transaction met another one and is worth repeating.
var errAgain = errors.New("met another transaction")

const maxTries = 6

// transaction runs do in a write transaction, again when it lost against
// another one or against a connection that broke, and tells what is left in the domain's terms.
func (s *Store) transaction(ctx context.Context, do func(tx *gorm.DB) error) error {
	var err error
	for try := range maxTries {
		err = s.write.WithContext(ctx).Transaction(do)
		if !worthRepeating(err) || ctx.Err() != nil {
			break
		}
		pause := time.Duration(1<<try) * (2 + time.Duration(rand.IntN(3))) * time.Millisecond
		select {
		case <-time.After(pause):
		case <-ctx.Done():
		}
	}
	return s.domainError(err)
}

// worthRepeating tells serialization failures, deadlocks, broken connections and
// locked databases. A commit whose connection broke may have happened; judge
// finds its rows by their ids then.
func worthRepeating(err error) bool {
	if pg, ok := errors.AsType[*pgconn.PgError](err); ok && (pg.Code == "40001" || pg.Code == "40P01") {
		return true
	}
	return errors.Is(err, errAgain) || unreachable(err)
}

// unreachable tells that the database did not answer, or is busy with others.
func unreachable(err error) bool {
	if pg, ok := errors.AsType[*pgconn.PgError](err); ok {
		return strings.HasPrefix(pg.Code, "08") || strings.HasPrefix(pg.Code, "57P") || strings.HasPrefix(pg.Code, "53")
	}
	if lite, ok := errors.AsType[*sqlite.Error](err); ok {
		return lite.Code()&0xff == sqlite3.SQLITE_BUSY
	}
	var network net.Error
	var connect *pgconn.ConnectError
	return errors.As(err, &network) || errors.As(err, &connect) || errors.Is(err, io.ErrUnexpectedEOF) ||
		errors.Is(err, io.EOF) || errors.Is(err, driver.ErrBadConn) || pgconn.SafeToRetry(err) // the last: "conn closed"
}

// unable tells that the database answers, and can't do at present what is asked of it: its disk is full, broken or
// read-only, it takes part as a standby, or somebody holds what is needed.
func unable(err error) bool {
	if pg, ok := errors.AsType[*pgconn.PgError](err); ok {
		return strings.HasPrefix(pg.Code, "53") || strings.HasPrefix(pg.Code, "58") || pg.Code == "25006" || pg.Code == "55P03" || pg.Code == "57014"
	}
	if lite, ok := errors.AsType[*sqlite.Error](err); ok {
		switch lite.Code() & 0xff {
		case sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM, sqlite3.SQLITE_NOMEM, sqlite3.SQLITE_PROTOCOL:
			return true
		}
	}
	return false
}

// refused tells that the database does not take a value that was given.
func refused(err error) bool {
	if pg, ok := errors.AsType[*pgconn.PgError](err); ok {
		return strings.HasPrefix(pg.Code, "22") || strings.HasPrefix(pg.Code, "23")
	}
	if lite, ok := errors.AsType[*sqlite.Error](err); ok {
		code := lite.Code() & 0xff
		return code == sqlite3.SQLITE_CONSTRAINT || code == sqlite3.SQLITE_MISMATCH || code == sqlite3.SQLITE_TOOBIG
	}
	return false
}

// domainError gives values that a database refuses as Invalid and a database
// that can't be reached, is closed, or is unable, as Busy; other errors stay as they are.
func (s *Store) domainError(err error) error {
	switch {
	case err == nil || models.ErrorCode(err) != "" || errors.Is(err, gorm.ErrRecordNotFound):
		return err
	case refused(err):
		return &causedError{models.Errorf(models.Invalid, "the database refuses a value that was given"), err}
	case unable(err):
		s.unable.Store(true)
		return busy(err, "the database can't do this at present, its disk may be full or read-only; try again: with a submission_id nothing is stored twice")
	case worthRepeating(err) || s.closed.Load():
		return busy(err, "the database can't be reached or is busy; try again: with a submission_id nothing is stored twice")
	}
	return err
}

func busy(cause error, message string) error {
	return &causedError{&models.Error{Code: models.Busy, Message: message, RetryAfter: 2 * time.Second}, cause}
}

// tellInDomainTerms makes what gorm runs on the connections fail with the domain's errors.
func (s *Store) tellInDomainTerms(db *gorm.DB) error {
	tell := func(ran *gorm.DB) { ran.Error = s.domainError(ran.Error) }
	const name = "mittari:domain_error"
	on := db.Callback()
	return firstError(on.Query().Register(name, tell), on.Row().Register(name, tell), on.Raw().Register(name, tell))
}

// causedError says to the sender what the domain says, and to the log what the database said.
type causedError struct {
	told  *models.Error
	cause error
}

func (e *causedError) Error() string   { return e.told.Message + ": " + e.cause.Error() }
func (e *causedError) Unwrap() []error { return []error{e.told, e.cause} }

// notFound turns gorm's missing record into the domain's.
func notFound(err error, format string, args ...any) error {
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return models.Errorf(models.NotFound, format, args...)
	}
	return err
}
