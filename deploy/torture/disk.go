package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
)

// onSmallDisk makes a small disk, of memory, for the database and for the server's temporary files.
func (t *trial) onSmallDisk() error {
	size := map[kind]string{sqlite: "24m", postgres: "256m"}[t.kind]
	disk := t.disk()
	if err := os.Mkdir(disk, 0o755); err != nil {
		return err
	}
	if said, err := exec.CommandContext(t.ctx, "mount", "-t", "tmpfs", "-o", "mode=1777,size="+size, "tmpfs", disk).CombinedOutput(); err != nil {
		return cannot{fmt.Sprintf("a small disk can't be mounted, which takes root: %v %s", err, strings.TrimSpace(string(said)))}
	}
	t.later(func() error { return exec.Command("umount", disk).Run() }) //nolint:noctx // also when the run is interrupted
	t.env = []string{"TMPDIR=" + disk}
	return t.database(disk, "max_wal_size = 48MB", "min_wal_size = 32MB")
}

func (t *trial) disk() string { return filepath.Join(t.folder, "disk") }

// fillDisk takes all the room there is for a while.
func (t *trial) fillDisk() error {
	ballast := filepath.Join(t.disk(), "ballast")
	if err := fill(ballast); err != nil {
		return err
	}
	before := t.busy.Load()
	t.pause(2000, 4000)
	if t.strikes%2 == 1 {
		t.servers[0].kill()
		t.pause(500, 1500)
	}
	if t.busy.Load() == before {
		t.quiet++
	}
	if err := os.Remove(ballast); err != nil {
		return err
	}
	if t.kind == postgres { // it may have given up; that it runs is up to whoever runs it
		_ = t.cluster.Resume()
	}
	return nil
}

// fill writes a file until there is no room left.
func fill(name string) error {
	file, err := os.Create(name)
	if err != nil {
		return err
	}
	for _, size := range []int{1 << 20, 1 << 12, 1} {
		block := make([]byte, size)
		for err == nil {
			_, err = file.Write(block)
		}
		if !errors.Is(err, syscall.ENOSPC) && !errors.Is(err, io.ErrShortWrite) {
			break
		}
		err = nil
	}
	return errors.Join(err, file.Close())
}

// canProtect says whether files can be made immutable here.
func (t *trial) canProtect() error {
	name := filepath.Join(t.folder, "protected")
	if err := os.WriteFile(name, nil, 0o600); err != nil {
		return err
	}
	if err := immutable(true, name); err != nil {
		return cannot{fmt.Sprintf("files can't be made immutable, which takes root and a file system such as ext4: %v", err)}
	}
	return immutable(false, name)
}

// immutable makes that nobody can write to the files, those who have opened them and root included; or takes that back.
func immutable(set bool, files ...string) error {
	flag := "-i"
	if set {
		flag = "+i"
	}
	said, err := exec.Command("chattr", append([]string{flag}, files...)...).CombinedOutput() //nolint:noctx // also when the run is interrupted
	if err != nil {
		return fmt.Errorf("chattr: %w %s", err, strings.TrimSpace(string(said)))
	}
	return nil
}

// protect makes the database and its log immutable for a while.
func (t *trial) protect() (err error) {
	file := strings.TrimPrefix(t.direct, "sqlite://")
	files := []string{file, file + "-wal"}
	before := t.busy.Load()
	defer func() {
		err = errors.Join(err, immutable(false, files...))
		if err == nil && t.busy.Load() == before {
			t.quiet++
		}
	}()
	if err := immutable(true, files...); err != nil {
		return err
	}
	t.pause(1500, 3000)
	if t.strikes%2 == 1 {
		t.servers[0].kill()
		t.pause(500, 1500)
	}
	return nil
}
