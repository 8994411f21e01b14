package main

import (
	"context"
	"net"
	"net/http"
	"runtime"
	"sync"
)

// gate lets few requests at a time begin. Of thousands of connections that are sent
// requests at once, each would otherwise stand in line for a processor, and before
// whoever stores what came earlier: the more were refused, the fewer would be stored.
//
// A request passes it once its first bytes are there, and has left it when its handler
// begins, so that whoever sends slowly, or asks for much, keeps nobody out.
type gate chan struct{}

// newGate has room for a few requests a processor.
func newGate() gate { return make(gate, 8*runtime.GOMAXPROCS(0)) }

// through makes the server's connections, those of the listener, pass the gate.
func (g gate) through(server *http.Server, listener net.Listener) net.Listener {
	handler := server.Handler
	server.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if c, gated := r.Context().Value(gatedKey{}).(*gatedConn); gated {
			c.begin()
			defer c.end()
		}
		handler.ServeHTTP(w, r)
	})
	server.ConnContext = func(ctx context.Context, c net.Conn) context.Context {
		if secured, is := c.(interface{ NetConn() net.Conn }); is { // TLS
			c = secured.NetConn()
		}
		return context.WithValue(ctx, gatedKey{}, c)
	}
	return gatedListener{listener, g}
}

type gatedKey struct{}

type gatedListener struct {
	net.Listener
	gate gate
}

func (l gatedListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &gatedConn{halfClosing: halfClosing{c}, gate: l.gate}, nil
}

// gatedConn holds a place in the gate from when bytes of a request were read until
// more are waited for, its handler begins, or the connection is closed.
type gatedConn struct {
	halfClosing
	gate gate

	mu      sync.Mutex
	inside  bool
	handled bool // its handler is at work: what is read now is a body, or looks whether the client is still there
	closed  bool
}

// Read waits for bytes, and for a place where they begin a request.
func (c *gatedConn) Read(p []byte) (int, error) {
	c.leave()
	n, err := c.Conn.Read(p)
	if n > 0 && !c.isHandled() {
		c.gate <- struct{}{}
		c.enter()
	}
	return n, err
}

func (c *gatedConn) isHandled() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.handled
}

// enter takes the place that was got, or gives it back where nobody would.
func (c *gatedConn) enter() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.handled || c.closed {
		<-c.gate
		return
	}
	c.inside = true
}

func (c *gatedConn) leave() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.inside {
		c.inside = false
		<-c.gate
	}
}

func (c *gatedConn) begin() {
	c.leave()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.handled = true
}

func (c *gatedConn) end() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.handled = false
}

// Close closes the connection, and leaves.
func (c *gatedConn) Close() error {
	c.leave()
	c.mu.Lock()
	c.closed = true
	c.mu.Unlock()
	return c.Conn.Close()
}
