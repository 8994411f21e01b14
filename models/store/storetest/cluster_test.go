package storetest

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// holderVariable makes this test binary a process that holds a server until its standard input ends.
const holderVariable = "STORETEST_HOLDER"

const patience = 30 * time.Second

func TestServerEndsWithItsProcess(t *testing.T) {
	if os.Getenv(holderVariable) != "" {
		fmt.Println(Postgres(t))
		_, _ = io.Copy(io.Discard, os.Stdin)
		return
	}
	for name, end := range map[string]func(*exec.Cmd, io.Closer) error{
		"killed":   func(holder *exec.Cmd, _ io.Closer) error { return holder.Process.Kill() },
		"finished": func(_ *exec.Cmd, input io.Closer) error { return input.Close() },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			holder, input, dsn := startHolder(t)
			conn, err := pgx.Connect(t.Context(), dsn)
			if err != nil {
				t.Fatal(err)
			}
			folder := filepath.Dir(queryText(t, conn, "SELECT current_setting('data_directory')"))
			if _, err := os.Stat(folder); err != nil {
				t.Fatal(err)
			}
			if err := end(holder, input); err != nil {
				t.Fatal(err)
			}
			awaitEnd(t, conn)
			awaitRemoval(t, folder)
			if _, err := pgx.Connect(t.Context(), dsn); err == nil {
				t.Error("the server is still there")
			}
		})
	}
}

// startHolder runs this test binary as a process that holds a server of its own.
func startHolder(t *testing.T) (holder *exec.Cmd, input io.Closer, dsn string) {
	t.Helper()
	holder = exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestServerEndsWithItsProcess$")
	holder.Env = append(os.Environ(), holderVariable+"=1", serverVariable+"=")
	input, err := holder.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	output, err := holder.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := holder.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = holder.Process.Kill()
		_ = holder.Wait()
	})
	lines := bufio.NewScanner(output)
	for lines.Scan() {
		if strings.HasPrefix(lines.Text(), "postgres://") {
			return holder, input, lines.Text()
		}
		t.Log(lines.Text())
	}
	t.Fatal("the process that was to hold a server ended without one")
	return nil, nil, ""
}

// awaitEnd waits until the server closes the connection.
func awaitEnd(t *testing.T, conn *pgx.Conn) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if _, err := conn.WaitForNotification(ctx); err == nil || ctx.Err() != nil {
		t.Fatalf("the server outlives its process: %v", err)
	}
}

func awaitRemoval(t *testing.T, folder string) {
	t.Helper()
	deadline := time.After(patience)
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		if _, err := os.Stat(folder); errors.Is(err, fs.ErrNotExist) {
			return
		}
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatalf("%s is left behind", folder)
		}
	}
}

func TestFailedStartLeavesNoFilesAndSaysWhy(t *testing.T) {
	bin, temporary := openFolder(t), openFolder(t)
	t.Setenv("TMPDIR", temporary)
	writeProgram(t, bin, "initdb", "echo no room; exit 1")
	_, err := runCluster(bin, firstPort, t.TempDir())
	if err == nil || !strings.Contains(err.Error(), "no room") || errors.Is(err, errNoPostgres) {
		t.Errorf("the fault is not told: %v", err)
	}
	left, err := filepath.Glob(filepath.Join(temporary, "*"))
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v (%v)", left, err)
	}
}

// openFolder is a temporary folder that any user can write to.
func openFolder(t *testing.T) string {
	t.Helper()
	folder := t.TempDir()
	if err := errors.Join(os.Chmod(filepath.Dir(folder), 0o755), os.Chmod(folder, 0o777)); err != nil {
		t.Fatal(err)
	}
	return folder
}

func TestProgramsOfPathComeFirstThenTheNewest(t *testing.T) {
	root := t.TempDir()
	pattern := filepath.Join(root, "*", "bin")
	folder := func(version string) string { return filepath.Join(root, version, "bin") }
	for _, version := range []string{"9", "15", "16"} {
		for _, name := range []string{"initdb", "pg_ctl", "postgres"} {
			writeProgram(t, folder(version), name, "")
		}
	}
	writeProgram(t, folder("17"), "psql", "") // a client only
	for _, c := range []struct{ path, want string }{
		{"", folder("16")},
		{folder("17") + string(os.PathListSeparator) + folder("9"), folder("9")},
	} {
		if got, err := findPrograms(c.path, pattern); got != c.want || err != nil {
			t.Errorf("PATH=%s: %s, %v, want %s", c.path, got, err, c.want)
		}
	}
}

func writeProgram(t *testing.T, folder, name, script string) {
	t.Helper()
	if err := os.MkdirAll(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	text := []byte("#!/bin/sh\n" + script + "\n")
	if err := os.WriteFile(filepath.Join(folder, name), text, 0o755); err != nil {
		t.Fatal(err)
	}
}
