package main

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"time"
)

// leastRate is how fast a body has to come, and an answer to be taken, in the long run, in bytes a second: slower
// than any honest line, and more than somebody can afford who wants to hold many connections for long.
const leastRate = 500

// writeStalls is how many times as long an answer may wait for its reader. Systems tell late that some was
// taken: a reader who is slow, but does read, makes room by hundreds of kilobytes (measured on Linux).
const writeStalls = 4

// pieceSize is how much of an answer is written at a time, and has to be taken in that time.
const pieceSize = 64 << 10

// paced ends requests whose client stalls: one whose body comes more slowly than leastRate
// for as long as stall, or who takes the answer more slowly than that for writeStalls times as long. A body that
// keeps coming may take hours, and what the server itself takes its time for doesn't count.
//
// It is for a server whose ReadTimeout is the same: the first deadline of a body is that, which costs nothing.
func paced(handler http.Handler, stall time.Duration) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		x := &exchange{ResponseWriter: w, connection: http.NewResponseController(w), stall: stall, toRead: stall, toWrite: writeStalls * stall, multiplexed: r.ProtoMajor > 1}
		if r.Body != nil && r.Body != http.NoBody {
			x.body, x.request = r.Body, *r // a copy: net/http looks after the body that it knows
			x.request.Body = (*pacedBody)(x)
			now := time.Now()
			r, x.readBy = &x.request, now.Add(stall)
			if r.Header["Expect"] != nil {
				x.allowWriting(now) // of "100 Continue", which the first Read sends
			}
		}
		if x.body == nil || x.multiplexed {
			x.waitForNothing()
		}
		handler.ServeHTTP(x, r)
		x.allowWriting(time.Now()) // of what is buffered
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
	toRead      time.Duration // for which the body may still be waited for, the stall timeout at most
	toWrite     time.Duration // for which the client may still be, writeStalls times that at most
	multiplexed bool          // HTTP/2
	readBy      time.Time     // the deadline that was set last
	writeBy     time.Time
}

// Unwrap is for http.ResponseController.
func (x *exchange) Unwrap() http.ResponseWriter { return x.ResponseWriter }

// Errors of deadlines are a server that knows none, in tests.

func (x *exchange) allowReading(now time.Time) {
	x.moveOn(&x.readBy, now.Add(x.toRead), (*http.ResponseController).SetReadDeadline)
}

// waitForNothing lets net/http wait for the client's going away, however long the request takes.
func (x *exchange) waitForNothing() { _ = x.connection.SetReadDeadline(time.Time{}) }

// allowWriting leaves time for the rest of a body that was not read to its end: before it answers, net/http waits for that.
func (x *exchange) allowWriting(now time.Time) {
	allowed := x.toWrite
	if x.body != nil && !x.whole {
		allowed += x.toRead
	}
	x.moveOn(&x.writeBy, now.Add(allowed), (*http.ResponseController).SetWriteDeadline)
}

// spent is what is left to wait for, most at the most, after n bytes moved since began.
func spent(left, most time.Duration, began time.Time, n int) time.Duration {
	return min(most, left-time.Since(began)+time.Duration(n)*time.Second/leastRate)
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
		began := time.Now()
		x.allowWriting(began)
		n, err := x.ResponseWriter.Write(piece)
		x.toWrite = spent(x.toWrite, writeStalls*x.stall, began, n)
		if written += n; err != nil || written == len(p) {
			x.pauseWriting()
			return written, err
		}
	}
}

// Flush sends what is buffered.
func (x *exchange) Flush() {
	began := time.Now()
	x.allowWriting(began)
	_ = x.connection.Flush()
	x.toWrite = spent(x.toWrite, writeStalls*x.stall, began, 0)
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
	x.toRead = spent(x.toRead, x.stall, began, n)
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
