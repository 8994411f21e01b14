package main

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/mittari/mittari/deploy/running"
)

// server is a server that is started again whenever it ends, as an orchestrator does.
type server struct {
	address, metrics string

	mu       sync.Mutex
	process  *running.Process
	asked    bool // it was killed, or asked to stop
	wasReady bool
	ends     int    // how many processes have ended
	code     int    // the exit code of the last one
	said     string // by it

	readiness
	counters map[string]float64 // the greatest that were seen
}

// serve has a server run until the trial ends.
func (t *trial) serve() error {
	addresses, err := running.FreeAddresses(2)
	if err != nil {
		return err
	}
	s := &server{address: addresses[0], metrics: addresses[1], counters: map[string]float64{}}
	t.servers = append(t.servers, s)
	t.watched.every(50*time.Millisecond, func() { t.watchReady(s) })
	t.watched.every(100*time.Millisecond, func() { t.watchCounters(s) })
	t.watched.every(200*time.Millisecond, func() { t.read(s) })
	ctx, cancel := context.WithCancel(t.ctx)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for ctx.Err() == nil {
			t.life(ctx, s)
		}
	}()
	t.later(func() error {
		cancel()
		select {
		case <-ended:
			return nil
		case <-time.After(time.Minute):
			return errors.New("a server did not end when asked")
		}
	})
	return nil
}

// life is that of one process of the server.
func (t *trial) life(ctx context.Context, s *server) {
	p := running.Server(ctx, t.program, t.folder, t.url, s.address, s.metrics, t.flags...).WithEnv(t.env...)
	if err := p.Begin(); err != nil {
		t.wrong("the server can't be started: %v", err)
		return
	}
	s.mu.Lock()
	s.process, s.asked, s.wasReady = p, false, false
	s.mu.Unlock()
	<-p.Ended
	s.mu.Lock()
	s.ends, s.code, s.said = s.ends+1, p.ExitCode(), p.Said()
	if !s.asked && s.wasReady && ctx.Err() == nil {
		t.wrong("a server ended by itself: %s", last(s.said, 2000))
	}
	s.mu.Unlock()
	if strings.Contains(s.said, "panic: ") || strings.Contains(s.said, "fatal error: ") {
		t.wrong("a server panicked: %s", last(s.said, 4000))
	}
	select {
	case <-ctx.Done():
	case <-time.After(100 * time.Millisecond): // before it is started again
	}
}

func last(text string, n int) string { return text[max(0, len(text)-n):] }

// kill ends the server's process at once.
func (s *server) kill() {
	s.mu.Lock()
	s.asked = true
	p := s.process
	s.mu.Unlock()
	p.Kill()
	s.down()
}

// terminate asks the server to stop and waits until it has; it gives the exit code.
func (s *server) terminate() (code int, said string) {
	s.mu.Lock()
	s.asked = true
	p := s.process
	s.mu.Unlock()
	p.Terminate()
	<-p.Ended
	s.down()
	return p.ExitCode(), p.Said()
}

// lastSaid ends the servers, which are not as they should be, and gives what they said.
func (t *trial) lastSaid() string {
	var all strings.Builder
	for _, s := range t.servers {
		s.mu.Lock()
		before, p := s.said, s.process
		s.mu.Unlock()
		s.kill()
		all.WriteString(last(before, 1000) + last(p.Said(), 2000))
	}
	return all.String()
}

// readiness is what /readyz told.
type readiness struct {
	ready   bool
	since   time.Time // when it was ready last, while it is not
	longest time.Duration
}

func (s *server) isReady() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.ready
}

// down notes that the server is not ready, as whoever ended it knows.
func (s *server) down() { s.note(false) }

func (s *server) note(ready bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case ready && !s.ready && !s.since.IsZero():
		s.longest = max(s.longest, time.Since(s.since))
	case !ready && s.ready:
		s.since = time.Now()
	}
	s.ready, s.wasReady = ready, s.wasReady || ready
}

// watchReady asks the server whether it is ready. What a process said that was ended meanwhile is of no account.
func (t *trial) watchReady(s *server) {
	s.mu.Lock()
	before := s.process
	s.mu.Unlock()
	status, _ := t.get(s, "/readyz")
	s.mu.Lock()
	of := s.process == before && !s.asked
	s.mu.Unlock()
	if of || status != http.StatusOK {
		s.note(status == http.StatusOK)
	}
}
