package store

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/mittari/mittari/models/store/storetest"
)

func TestAWrongURLIsRefusedWithAReasonAndWithoutThePassword(t *testing.T) {
	folder := t.TempDir()
	text := filepath.Join(folder, "notes.txt")
	if err := os.WriteFile(text, []byte(strings.Repeat("not a database\n", 100)), 0o600); err != nil {
		t.Fatal(err)
	}
	const schemes = "the database URL must begin with postgres:// or sqlite:"
	for _, c := range []struct{ url, want string }{
		{"", schemes},
		{"mysql://root:geheim@localhost/db", schemes},
		{"/var/lib/mittari.db", schemes},
		{"sqlite:", "the SQLite URL names no file: use sqlite:///path/file.db"},
		{"sqlite://", "the SQLite URL names no file"},
		{"sqlite://" + folder, folder},
		{"sqlite://" + text, "not a database"},
		{"sqlite://" + text + "/mittari.db", text + ": not a directory"},
		{"postgres://u:geheim@127.0.0.1:1x/db", "invalid port"},
		{"postgres://u:geheim@127.0.0.1:1/db?sslmode=nonsense", "sslmode"},
		{"postgres://u:geheim@127.0.0.1:1/db?connect_timeout=5", "127.0.0.1:1"},
		{"postgres://u:geheim@127.0.0.1:1/db", "connection refused"},
	} {
		h := house{url: c.url, now: &testClock{}}
		s, err := Open(t.Context(), h.config())
		if err == nil {
			s.Close()
		}
		if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "geheim") {
			t.Errorf("%s: %v, want %q", c.url, err, c.want)
		}
	}
}

func TestADatabaseOfAWrongPasswordIsRefused(t *testing.T) {
	url := storetest.Postgres(t)
	before, after, _ := strings.Cut(url, "@")
	h := house{url: before + "x@" + after, now: &testClock{}}
	if _, err := Open(t.Context(), h.config()); err == nil || !strings.Contains(err.Error(), "password authentication failed") || strings.Contains(err.Error(), before) {
		t.Errorf("it says %v", err)
	}
}

func TestOnlyTheOwnerCanReadASQLiteDatabase(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "new", "deeper")
	path := filepath.Join(folder, "a b%20c?d#e.db") // a path, not a URL's
	h := newHouse(t, "sqlite://"+path)
	h.commit(t, "bank", nps(9))
	h.counted(t, "bank", "nps")
	files, err := os.ReadDir(folder)
	if err != nil || len(files) != 3 {
		t.Fatalf("files are %v, %v, want the database, its log and the log's index", files, err)
	}
	for _, f := range files {
		info, err := f.Info()
		if err != nil {
			t.Fatal(err)
		}
		if mode := info.Mode().Perm(); mode != 0o600 || !strings.HasPrefix(f.Name(), filepath.Base(path)) {
			t.Errorf("%s has mode %v", f.Name(), mode)
		}
	}
	info, err := os.Stat(folder)
	if err != nil || info.Mode().Perm()&0o007 != 0 {
		t.Errorf("the new folder: %v, %v", info.Mode(), err)
	}
}

func TestAModeThatTheOperatorChoseStays(t *testing.T) {
	url := sqliteURL(t)
	path := strings.TrimPrefix(url, "sqlite://")
	newHouse(t, url).Close()
	if err := os.Chmod(path, 0o640); err != nil {
		t.Fatal(err)
	}
	newHouse(t, url)
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != fs.FileMode(0o640) {
		t.Errorf("%v, %v", info.Mode(), err)
	}
}

func TestARelativePathIsTheWorkingFolders(t *testing.T) {
	t.Chdir(t.TempDir())
	newHouse(t, "sqlite:mittari.db")
	if _, err := os.Stat("mittari.db"); err != nil {
		t.Error(err)
	}
}

func TestAnExistingDatabaseKeepsWhatItHolds(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, h house) {
		h.workspace(t, "bank")
		id := h.commit(t, "bank", fullSubmission)[0]
		before, err := h.ResponseByID(t.Context(), "bank", id)
		h.Close()
		h.Close() // once more does no harm
		h.Store = h.replica(t)
		after, afterErr := h.ResponseByID(t.Context(), "bank", id)
		if err := firstError(err, afterErr, h.Ping(t.Context())); err != nil {
			t.Fatal(err)
		}
		same(t, "response", after, before)
		same(t, "counted", h.counted(t, "bank", "nps"), map[int]int64{9: 1})
		h.isExact(t, "bank")
		if inUse, idle, limit := h.Connections(); inUse != 0 || idle < 1 || limit < 4 {
			t.Errorf("%d connections in use, %d idle, %d allowed", inUse, idle, limit)
		}
	})
}

func TestServersThatStartAtOnceMakeOneSchema(t *testing.T) {
	t.Parallel()
	for name, url := range map[string]string{"sqlite": sqliteURL(t), "postgres": storetest.Postgres(t)} {
		fresh := house{url: url, now: &testClock{}}
		start := func(ctx context.Context) error {
			s, err := Open(ctx, fresh.config())
			if err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
			defer s.Close()
			_, err = s.FindWorkspaces(ctx)
			return err
		}
		together(t, start, start, start)
	}
}
