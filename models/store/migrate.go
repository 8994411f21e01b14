package store

import (
	"context"
	"embed"
	"fmt"
	"io/fs"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

//go:embed migrations
var migrations embed.FS

// migrate applies the migrations that the database lacks, one server at a time:
// on PostgreSQL they wait for a lock, on SQLite the later one finds the tables
// made under its hands and looks again.
func (s *Store) migrate(ctx context.Context) error {
	provider, err := s.provider()
	if err != nil {
		return err
	}
	for range map[dialect]int{onSQLite: 3, onPostgres: 1}[s.dialect] {
		if _, err = provider.Up(ctx); err == nil {
			return nil
		}
	}
	return fmt.Errorf("migrate the schema: %w", err)
}

// checkMigrated fails where migrations are lacking.
func (s *Store) checkMigrated(ctx context.Context) error {
	provider, err := s.provider()
	if err != nil {
		return err
	}
	current, latest, err := provider.GetVersions(ctx)
	if err == nil && current != latest {
		err = fmt.Errorf("its schema is of version %d, this program's of %d", current, latest)
	}
	return err
}

// provider knows the dialect's migrations.
func (s *Store) provider() (*goose.Provider, error) {
	folder, err := fs.Sub(migrations, "migrations/"+map[dialect]string{onSQLite: "sqlite", onPostgres: "postgres"}[s.dialect])
	if err != nil {
		return nil, err
	}
	options := []goose.ProviderOption{goose.WithDisableGlobalRegistry(true), goose.WithSlog(s.log)}
	if s.dialect == onPostgres {
		locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, 300)) // asks every second, 300 times
		if err != nil {
			return nil, err
		}
		options = append(options, goose.WithSessionLocker(locker))
	}
	db, err := s.write.DB()
	if err != nil {
		return nil, err
	}
	return goose.NewProvider(goose.Dialect(s.dialect), db, folder, options...)
}
