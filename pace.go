package main

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"time"
)

// leastRate is how fast a body has to come in the long run, in bytes a second: slower
// than any honest line, and more than somebody can afford who wants to hold many connections for long.
const leastRate = 500

// pieceSize is how much of an answer is written at a time. Each piece has to be taken within the stall timeout.
const pieceSize = 64 << 10

// paced ends requests whose client stalls: one whose body comes more slowly than leastRate
// for as long as stall, or who takes nothing of the answer for so long. A body that
// keeps coming may take hours, and what the server itself takes its time for doesn't count.
//
// It is for a server whose ReadTimeout is the same: the first deadline of a body is that, which costs nothing.
func paced(handler http.Handler, stall time.Duration) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		x := &exchange{ResponseWriter: w, connection: http.NewResponseController(w), stall: stall, left: stall, multiplexed: r.ProtoMajor > 1}
		if r.Body != nil && r.Body != http.NoBody {
			x.body, x.request = r.Body, *r // a copy: net/http looks after the body that it knows
			x.request.Body = (*pacedBody)(x)
			r, x.readBy = &x.request, time.Now().Add(stall)
			if r.Header["Expect"] != nil {
				x.allowWriting() // of "100 Continue", which the first Read sends
			}
		}
		if x.body == nil || x.multiplexed {
			x.waitForNothing()
		}
		handler.ServeHTTP(x, r)
		x.allowWriting() // of what is buffered
	})
}

// exchange is one request and its answer. It is the answer's writer; pacedBody is the body.
//
// A deadline that passes while nobody reads or writes harms no connection of HTTP/1, and
// the next one takes its place. Of HTTP/2 it ends the stream, so there it holds only while somebody reads or writes.
type exchange struct {
	http.ResponseWriter
	connection  *http.ResponseController
	request     http.Request // as the handler sees it, where it has a body
	body        io.ReadCloser
	stall       time.Duration
	whole       bool          // the body was read to its end
	left        time.Duration // for which the body may still be waited for, the stall timeout at most
	multiplexed bool          // HTTP/2
	readBy      time.Time     // the deadline that was set last
	writeBy     time.Time
}

// Unwrap is for http.ResponseController.
func (x *exchange) Unwrap() http.ResponseWriter { return x.ResponseWriter }

// Errors of deadlines are a server that knows none, in tests.

func (x *exchange) allowReading(now time.Time) {
	x.moveOn(&x.readBy, now.Add(x.left), (*http.ResponseController).SetReadDeadline)
}

// waitForNothing lets net/http wait for the client's going away, however long the request takes.
func (x *exchange) waitForNothing() { _ = x.connection.SetReadDeadline(time.Time{}) }

// allowWriting leaves time for the rest of a body that was not read to its end: before it answers, net/http waits for that.
func (x *exchange) allowWriting() {
	allowed := x.stall
	if x.body != nil && !x.whole {
		allowed += x.left
	}
	x.moveOn(&x.writeBy, time.Now().Add(allowed), (*http.ResponseController).SetWriteDeadline)
}

// moveOn sets a deadline, unless that would be about the one there is.
func (x *exchange) moveOn(at *time.Time, to time.Time, set func(*http.ResponseController, time.Time) error) {
	if x.multiplexed || to.Sub(*at) > x.stall/30 {
		*at = to
		_ = set(x.connection, to)
	}
}

// Write sends in pieces, each within the stall timeout.
func (x *exchange) Write(p []byte) (int, error) {
	written := 0
	for {
		piece := p[written:min(len(p), written+pieceSize)]
		x.allowWriting()
		n, err := x.ResponseWriter.Write(piece)
		if written += n; err != nil || written == len(p) {
			x.pauseWriting()
			return written, err
		}
	}
}

// Flush sends what is buffered.
func (x *exchange) Flush() {
	x.allowWriting()
	_ = x.connection.Flush()
	x.pauseWriting()
}

func (x *exchange) pauseWriting() {
	if x.multiplexed {
		_ = x.connection.SetWriteDeadline(time.Time{})
	}
}

// pacedBody is the body of an exchange.
type pacedBody exchange

func (b *pacedBody) Read(p []byte) (int, error) {
	x := (*exchange)(b)
	began := time.Now()
	x.allowReading(began)
	n, err := x.body.Read(p)
	x.left = min(x.stall, x.left-time.Since(began)+time.Duration(n)*time.Second/leastRate)
	switch {
	case errors.Is(err, io.EOF), err == nil && x.multiplexed:
		x.whole = err != nil
		x.waitForNothing()
	case errors.Is(err, os.ErrDeadlineExceeded):
		err = fmt.Errorf("too little of it came within %s", x.stall)
	}
	return n, err
}

// Close closes the body.
func (b *pacedBody) Close() error { return b.body.Close() }
