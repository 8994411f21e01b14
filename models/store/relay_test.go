package store

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/url"
	"sync"
	"testing"
)

// relay stands between a store and its PostgreSQL as a network does, and fails as one does.
type relay struct {
	server string // where PostgreSQL listens

	mu       sync.Mutex
	listener net.Listener
	open     map[net.Conn]bool
	lose     int // how many replies to a commit still get lost
	lost     int
	running  sync.WaitGroup
}

// newRelay starts one and gives the URL of the database behind it.
func newRelay(t *testing.T, database string) (r *relay, throughRelay string) {
	t.Helper()
	u, err := url.Parse(database)
	if err != nil {
		t.Fatal(err)
	}
	r = &relay{server: u.Host, open: map[net.Conn]bool{}}
	for range 100 {
		u.Host = fmt.Sprintf("127.0.0.1:%d", 10000+rand.IntN(22767))
		if err = r.start(u.Host); err == nil {
			t.Cleanup(r.stop)
			return r, u.String()
		}
	}
	t.Fatal(err)
	return nil, ""
}

// start accepts connections on the address.
func (r *relay) start(address string) error {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return err
	}
	r.listener = listener
	r.running.Go(func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			r.connect(client)
		}
	})
	return nil
}

// stop breaks all connections and accepts no more, like a server that is gone. It gives its address.
func (r *relay) stop() {
	_ = r.listener.Close() // it may be closed already
	r.mu.Lock()
	for conn := range r.open {
		_ = conn.Close()
	}
	r.mu.Unlock()
	r.running.Wait()
}

func (r *relay) connect(client net.Conn) {
	server, err := net.Dial("tcp", r.server)
	if err != nil {
		_ = client.Close()
		return
	}
	r.mu.Lock()
	r.open[client], r.open[server] = true, true
	r.mu.Unlock()
	committing := false // guarded by mu
	r.running.Go(func() {
		r.copy(server, client, func(b []byte) bool { committing = bytes.Contains(b, []byte("commit\x00")); return true })
	})
	r.running.Go(func() {
		r.copy(client, server, func([]byte) bool {
			if !committing || r.lose == 0 {
				return true
			}
			r.lose--
			r.lost++
			return false
		})
	})
}

// copy passes on what comes until either end breaks, or pass says no.
func (r *relay) copy(to io.WriteCloser, from io.ReadCloser, pass func([]byte) bool) {
	defer func() { _, _ = to.Close(), from.Close() }()
	buffer := make([]byte, 1<<16)
	for {
		n, err := from.Read(buffer)
		if err != nil {
			return
		}
		r.mu.Lock()
		passed := pass(buffer[:n])
		r.mu.Unlock()
		if !passed {
			return
		}
		if _, err := to.Write(buffer[:n]); err != nil {
			return
		}
	}
}

// loseReplies makes the replies to the next commits get lost, with their connections.
func (r *relay) loseReplies(n int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.lose, r.lost = n, 0
}

// repliesLost is how many were lost since.
func (r *relay) repliesLost() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.lost
}
