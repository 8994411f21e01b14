package main

import (
	"net"
	"sync"
)

// writeBuffer is how much of an answer the system holds of each connection. Of much more it would tell too late
// that some was taken: who reads slowly, but does read, would seem to take nothing.
const writeBuffer = 256 << 10

// bounded lets the listener have so many connections at once; further ones wait, outside of this process.
func bounded(l net.Listener, most int) net.Listener {
	return boundedListener{l, make(chan struct{}, most)}
}

type boundedListener struct {
	net.Listener
	room chan struct{}
}

// Accept waits for room, and for a connection.
func (l boundedListener) Accept() (net.Conn, error) {
	l.room <- struct{}{}
	c, err := l.Listener.Accept()
	if err != nil {
		<-l.room
		return nil, err
	}
	if tcp, is := c.(*net.TCPConn); is {
		_ = tcp.SetWriteBuffer(writeBuffer) // else it is what it is
	}
	return &boundedConn{halfClosing{c}, sync.OnceFunc(func() { <-l.room })}, nil
}

type boundedConn struct {
	halfClosing
	leave func()
}

// halfClosing is a connection that is wrapped, and can be closed by halves all the same.
type halfClosing struct{ net.Conn }

// CloseWrite tells the client that nothing follows, before the connection is closed.
func (c halfClosing) CloseWrite() error {
	if half, can := c.Conn.(interface{ CloseWrite() error }); can {
		return half.CloseWrite()
	}
	return nil
}

// Close closes the connection, and makes room.
func (c *boundedConn) Close() error {
	defer c.leave()
	return c.Conn.Close()
}
