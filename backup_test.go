package main

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/mittari/mittari/models/store/storetest"
)

// writers send responses, one after the other, until they are stopped.
type writers struct {
	mu           sync.Mutex
	acknowledged []string // submission_ids, in the order of their answers
	sent         atomic.Int64
	stop         func()
}

func write(r *running, clients int) *writers {
	w := &writers{}
	var all sync.WaitGroup
	done := make(chan struct{})
	for range clients {
		all.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
				}
				id := fmt.Sprintf("b-%d", w.sent.Add(1))
				status, _, text := r.postWithHeader(fmt.Sprintf(`{"submission_id":%q,"touchpoint":"meeting","answers":[{"metric":"nps","score":9,"comment":"x"}]}`, id))
				if status != http.StatusCreated {
					r.t.Errorf("a POST gave %d %s", status, text)
					return
				}
				w.mu.Lock()
				w.acknowledged = append(w.acknowledged, id)
				w.mu.Unlock()
			}
		})
	}
	w.stop = sync.OnceFunc(func() { close(done); all.Wait() })
	r.t.Cleanup(w.stop)
	return w
}

func (w *writers) until() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.acknowledged)
}

// restore puts a copy where a new server finds it, as the documentation tells, and gives the database's URL.
func restore(t *testing.T, copied, database string) string {
	t.Helper()
	if strings.HasPrefix(database, "sqlite:") {
		text, err := os.ReadFile(copied)
		if err != nil {
			t.Fatal(err)
		}
		file := filepath.Join(t.TempDir(), "mittari.db")
		if err := os.WriteFile(file, text, 0o600); err != nil {
			t.Fatal(err)
		}
		return "sqlite://" + file
	}
	restored := storetest.Postgres(t)
	said, err := exec.CommandContext(t.Context(), "pg_restore", "--no-owner", "--no-privileges", "--exit-on-error", "--dbname="+restored, copied).CombinedOutput()
	if err != nil {
		t.Fatalf("pg_restore: %v\n%s", err, said)
	}
	return restored
}

func TestABackupOfABusyServerHoldsWhatWasAcknowledgedBeforeIt(t *testing.T) {
	onBothDatabases(t, func(t *testing.T, database string) {
		r := start(t, database)
		w := write(r, 8)
		eventually(t, time.Minute, "many are stored", func() bool { return w.until() > 500 })
		args := []string{"backup", filepath.Join(t.TempDir(), "copy"), "--database-url", database}
		if strings.HasPrefix(database, "sqlite:") {
			args = append(args, "--verify")
		}
		before := w.until()
		code, out, errs := call(t, envOf(), args...)
		if code != 0 {
			t.Fatalf("backup gave %d: %s%s", code, out, errs)
		}
		after := int(w.sent.Load())
		w.stop()
		restored := restore(t, args[1], database)
		again := start(t, restored)
		lines := exportAll(t, again)
		for _, id := range w.acknowledged[:before] {
			if n := strings.Count(lines, fmt.Sprintf(`"submission_id":%q`, id)); n != 1 {
				t.Errorf("%s was acknowledged before the backup, and is in it %d times", id, n)
			}
		}
		if n := strings.Count(lines, "\n"); n > after {
			t.Errorf("there are %d responses, %d were sent when the backup ended", n, after)
		}
		if code, out, errs := call(t, envOf(), "verify", "--database-url", restored); code != 0 {
			t.Errorf("verify of what was restored gave %d: %s%s", code, out, errs)
		}
		if status, text := again.send("POST", "/v1/responses", fmt.Sprintf(`{"submission_id":%q,"touchpoint":"meeting","answers":[{"metric":"nps","score":9,"comment":"x"}]}`, w.acknowledged[0])); status != http.StatusOK {
			t.Errorf("what is restored, sent again, gave %d %s", status, text)
		}
	})
}

func TestABackupIsItsOwnersAndOverwritesNothing(t *testing.T) {
	onBothDatabases(t, func(t *testing.T, database string) {
		start(t, database)
		folder := t.TempDir()
		copied := filepath.Join(folder, "copy")
		if code, out, errs := call(t, envOf("MITTARI_DATABASE_URL", database), "backup", copied); code != 0 || !strings.Contains(out, copied+": ") {
			t.Fatalf("backup gave %d: %s%s", code, out, errs)
		}
		info, err := os.Stat(copied)
		if err != nil || info.Mode() != 0o600 {
			t.Errorf("%v, %v", info.Mode(), err)
		}
		if code, _, errs := call(t, envOf("MITTARI_DATABASE_URL", database), "backup", copied); code != 1 || !strings.Contains(errs, "nothing is overwritten") {
			t.Errorf("a second backup to the same file gave %d: %s", code, errs)
		}
		ctx, cancel := contextOf(t)
		cancel()
		if code := run(ctx, []string{"backup", copied + "2"}, envOf("MITTARI_DATABASE_URL", database), io.Discard, io.Discard); code != 1 {
			t.Errorf("an interrupted backup gave %d", code)
		}
		if left, err := os.ReadDir(folder); err != nil || len(left) != 1 {
			t.Errorf("there are %v, %v", left, err)
		}
	})
}

func TestABackupThatIsNotSoundIsNotKept(t *testing.T) {
	database := sqliteURL(t)
	r := start(t, database)
	if status, text := r.send("POST", "/v1/responses", `{"metric":"nps","score":9}`); status != http.StatusCreated {
		t.Fatal(status, text)
	}
	r.stop()
	copied := filepath.Join(t.TempDir(), "copy")
	tamper(t, database, "UPDATE rollups SET n = n + 1")
	if code, _, errs := call(t, envOf(), "backup", "--verify", copied, "--database-url", database); code != 1 || !strings.Contains(errs, "mittari verify --repair") {
		t.Errorf("backup --verify gave %d: %s", code, errs)
	}
	tamper(t, database, "UPDATE goose_db_version SET version_id = version_id + 1000 WHERE id = (SELECT MAX(id) FROM goose_db_version)")
	if code, _, errs := call(t, envOf(), "backup", "--verify", copied, "--database-url", database); code != 1 || !strings.Contains(errs, "schema") {
		t.Errorf("backup --verify of another version gave %d: %s", code, errs)
	}
	if _, err := os.Stat(copied); err == nil {
		t.Error("there is a copy")
	}
	if code, _, errs := call(t, envOf(), "backup", copied, "--database-url", database); code != 0 {
		t.Errorf("backup of another version gave %d: %s", code, errs)
	}
}

func TestABackupSaysWhatIsWrong(t *testing.T) {
	for _, c := range []struct{ url, flag, want string }{
		{"sqlite:///nowhere/mittari.db", "", "there is no database"},
		{"postgres://mittari:secret-of-nobody@127.0.0.1:1/x", "", "pg_dump"},
		{"postgres://mittari:secret-of-nobody@127.0.0.1:1/x", "--verify", "--verify is for SQLite"},
		{"mysql://mittari:secret-of-nobody@127.0.0.1/x", "", "must begin with"},
	} {
		args := []string{"backup", filepath.Join(t.TempDir(), "copy"), "--database-url", c.url}
		if c.flag != "" {
			args = append(args, c.flag)
		}
		code, out, errs := call(t, envOf(), args...)
		if code != 1 || !strings.Contains(errs, c.want) || strings.Contains(out+errs, "secret-of-nobody") {
			t.Errorf("%s gave %d: %s%s", c.url, code, out, errs)
		}
	}
}
