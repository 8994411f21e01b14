package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/schollz/progressbar/v3"

	"github.com/mittari/mittari/models/store"
)

// backupCommand writes a copy of the database. It only reads, so that servers may be running, of an earlier version too.
type backupCommand struct {
	databaseSettings
	Verify bool   `help:"Also check the copy before it is given its name: its integrity, and that its rollups equal its answers. SQLite only."`
	File   string `arg:"" help:"The file to write; it must not exist."`
}

// Help says how the copy is used.
func (backupCommand) Help() string {
	return `Of SQLite the copy is a database file: to restore it, stop the server, put it in the place of the database and remove what is called as that with -wal and -shm at its end.
Of PostgreSQL it is what pg_dump --format=custom writes, which has to be installed; to restore it into an empty database:

  pg_restore --no-owner --no-privileges --exit-on-error --dbname=URL FILE

A copy holds what is erased later: erase it again after it was restored. deploy/README.md has all steps.`
}

// Run writes the copy under another name first, so that what has the name is whole.
func (c *backupCommand) Run(p *program) (err error) {
	begun := time.Now()
	if err := c.check(); err != nil {
		return err
	}
	part, err := os.CreateTemp(filepath.Dir(c.File), filepath.Base(c.File)+".part-*") // its owner's only
	if err != nil {
		return err
	}
	name := part.Name()
	defer func() { err = errors.Join(err, removeParts(name)) }()
	if err := part.Close(); err != nil {
		return err
	}
	path, lite := store.SQLiteFile(c.DatabaseURL)
	stop := showGrowth(p, name, path)
	if lite {
		err = store.CopySQLite(p.ctx, path, name)
	} else {
		err = dumpPostgres(p.ctx, c.DatabaseURL, name)
	}
	stop()
	if err == nil && c.Verify {
		err = c.verify(p, name)
	}
	if p.ctx.Err() != nil {
		return errors.New("interrupted: no copy was made")
	}
	size, err := settleFile(err, name, c.File)
	if err != nil {
		return fmt.Errorf("no copy was made: %w", err)
	}
	_, err = fmt.Fprintf(p.stdout, "%s: %.1f MB in %s\n", c.File, float64(size)/1e6, time.Since(begun).Round(100*time.Millisecond))
	return err
}

// check names everything wrong with the arguments at once.
func (c *backupCommand) check() error {
	var faults []error
	if _, err := os.Lstat(c.File); err == nil {
		faults = append(faults, fmt.Errorf("%s exists; nothing is overwritten", c.File))
	}
	if _, lite := store.SQLiteFile(c.DatabaseURL); c.Verify && !lite {
		faults = append(faults, errors.New("--verify is for SQLite; of PostgreSQL restore the copy into an empty database, and run mittari verify on that"))
	}
	return errors.Join(faults...)
}

// verify recounts the copy.
func (c *backupCommand) verify(p *program, name string) error {
	db, err := store.Open(p.ctx, store.Config{URL: "sqlite://" + name, Existing: true, AsItIs: true, MaxKeys: c.MaxKeys, Clock: p.clock(), Logger: newLogger(p, "warn")})
	if err != nil {
		return fmt.Errorf("check the copy, which a program of its version can: %w", err)
	}
	defer db.Close()
	if err := db.CheckIntegrity(p.ctx); err != nil {
		return err
	}
	workspaces, err := workspacesOf(p.ctx, db, "")
	for _, w := range workspaces {
		found, verifyErr := db.Verify(p.ctx, w.Key, false)
		if err = errors.Join(err, verifyErr); len(found) > 0 {
			err = errors.Join(err, fmt.Errorf("workspace %s: %d rollup rows differ from the answers; mend them in the database with: mittari verify --repair", w.Key, len(found)))
		}
	}
	return err
}

// settleFile flushes the file to the disk and gives it its name, unless there was an error. It gives the size.
func settleFile(err error, from, to string) (size int64, _ error) {
	if err != nil {
		return 0, err
	}
	file, err := os.OpenFile(from, os.O_RDWR, 0)
	if err != nil {
		return 0, err
	}
	info, statErr := file.Stat()
	if err := errors.Join(statErr, file.Sync(), file.Close()); err != nil {
		return 0, err
	}
	if _, err := os.Lstat(to); err == nil {
		return 0, fmt.Errorf("%s exists by now; nothing is overwritten", to)
	}
	if err := os.Rename(from, to); err != nil {
		return 0, err
	}
	folder, err := os.Open(filepath.Dir(to))
	if err != nil {
		return 0, err
	}
	_ = folder.Sync() // some file systems have that for files only
	return info.Size(), folder.Close()
}

// removeParts removes what was left of a copy that was not made.
func removeParts(name string) error {
	var faults []error
	for _, end := range []string{"", "-wal", "-shm", "-journal"} {
		if err := os.Remove(name + end); err != nil && !errors.Is(err, os.ErrNotExist) {
			faults = append(faults, err)
		}
	}
	return errors.Join(faults...)
}

// showGrowth shows on a terminal how much of the copy is written until it is stopped.
func showGrowth(p *program, name, original string) (stop func()) {
	if !isTerminal(p.stderr) {
		return func() {}
	}
	all := int64(-1) // of a dump nobody knows
	if info, err := os.Stat(original); err == nil {
		all = info.Size()
	}
	bar := progressbar.NewOptions64(all, progressbar.OptionSetWriter(p.stderr), progressbar.OptionSetDescription("copying"),
		progressbar.OptionShowBytes(true), progressbar.OptionClearOnFinish())
	ctx, cancel := context.WithCancel(p.ctx)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for ctx.Err() == nil {
			if info, err := os.Stat(name); err == nil {
				_ = bar.Set64(info.Size()) // nothing depends on the bar
			}
			_ = sleepUnlessDone(ctx, 200*time.Millisecond)
		}
	}()
	return func() {
		cancel()
		<-ended
		_ = bar.Finish()
	}
}
