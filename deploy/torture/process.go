package main

import (
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// killServer kills one of the servers, at whatever it is doing.
func (t *trial) killServer() error {
	t.servers[t.random.IntN(len(t.servers))].kill()
	return nil
}

// terminateServer asks the server to stop, which it has to do of its own accord.
func (t *trial) terminateServer() error {
	begun := time.Now()
	if code, said := t.servers[0].terminate(); code != 0 {
		t.wrong("a server that was asked to stop ended after %s with %d: %s", time.Since(begun), code, last(said, 1000))
	}
	return nil
}

// withShortQueue lets fewer requests wait than there are clients.
func (t *trial) withShortQueue() error {
	t.flags = []string{"--queue", fmt.Sprint(clients / 2)}
	return nil
}

// clockVariable names the file from which a server that is built with the tag torture reads by how much its clock is wrong.
const clockVariable = "MITTARI_TORTURE_CLOCK"

// withClock gives the server a clock that can be set.
func (t *trial) withClock() (err error) {
	if t.shifted == "" {
		if t.shifted, err = t.build(t.ctx, "shifted", "-tags", "torture"); err != nil {
			return err
		}
	}
	t.program = t.shifted
	t.env = []string{clockVariable + "=" + t.clock()}
	return t.setClock("0s")
}

func (t *trial) clock() string { return filepath.Join(t.folder, "clock") }

// setClock sets the server's clock to so much after the machine's, at one moment.
func (t *trial) setClock(by string) error {
	if err := os.WriteFile(t.clock()+".new", []byte(by), 0o600); err != nil {
		return err
	}
	return os.Rename(t.clock()+".new", t.clock())
}

// setBack sets the clock back by an hour for a while.
func (t *trial) setBack() error {
	if err := t.setClock("-1h"); err != nil {
		return err
	}
	t.pause(1000, 2000)
	if t.strikes%2 == 1 {
		if err := t.terminateServer(); err != nil {
			return err
		}
	}
	if err := t.awaitReady(); err != nil {
		return err
	}
	t.pause(1000, 2000)
	return t.setClock("0s")
}
