package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/mittari/mittari/deploy/running"
)

// load is a number of connections that are kept open, each of which sends a
// response and waits for the answer, again and again. The requests are made before;
// only the digits of the submission_id are written into them, so that the generator
// takes as little of the processors as can be.
type load struct {
	address     string
	connections int
	next        *atomic.Int64 // the number of the last submission_id that was given out
}

// pace is what a load came to.
type pace struct {
	perSecond float64 // answers 201
	p50, p99  time.Duration
}

// sender is one connection.
type sender struct {
	conn    net.Conn
	answers *bufio.Reader
	request []byte
	digits  []byte // of the submission_id, within request
	took    []time.Duration
	told    bool // the last answer says when to try again, and that nothing was stored
}

// run sends for a while that does not count, and then for a time that does.
// An answer that is not 201 is an error.
func (l load) run(ctx context.Context, warmUp, measured time.Duration) (pace, error) {
	senders, err := l.connect(ctx)
	defer closeAll(senders)
	if err != nil {
		return pace{}, err
	}
	begin := time.Now().Add(warmUp)
	end := begin.Add(measured)
	faults := make([]error, len(senders))
	var sending sync.WaitGroup
	for i, s := range senders {
		sending.Go(func() { faults[i] = s.send(ctx, l.next, begin, end) })
	}
	sending.Wait()
	if err := errors.Join(ctx.Err(), errors.Join(faults...)); err != nil {
		return pace{}, err
	}
	var took []time.Duration
	for _, s := range senders {
		took = append(took, s.took...)
	}
	return paceOf(took, measured)
}

func paceOf(took []time.Duration, in time.Duration) (pace, error) {
	if len(took) == 0 {
		return pace{}, errors.New("no request was answered in time")
	}
	slices.Sort(took)
	return pace{perSecond: float64(len(took)) / in.Seconds(), p50: took[len(took)/2], p99: took[len(took)*99/100]}, nil
}

func (l load) connect(ctx context.Context) ([]*sender, error) {
	senders := make([]*sender, 0, l.connections)
	for i := range l.connections {
		conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", l.address)
		if err != nil {
			return senders, err
		}
		request := requestOf(l.address, i)
		at := bytes.Index(request, []byte(noDigits))
		senders = append(senders, &sender{conn: conn, answers: bufio.NewReaderSize(conn, 4096), request: request, digits: request[at : at+len(noDigits)]})
	}
	return senders, nil
}

func closeAll(senders []*sender) {
	for _, s := range senders {
		_ = s.conn.Close()
	}
}

// requestOf is a whole request with the body of the i-th response.
func requestOf(address string, i int) []byte {
	body := bodyOf(i, noDigits, "")
	return fmt.Appendf(nil, "POST /v1/responses HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s",
		address, running.AdminKey, len(body), body)
}

// send counts what began after begin and was answered before end.
func (s *sender) send(ctx context.Context, next *atomic.Int64, begin, end time.Time) error {
	if err := s.conn.SetDeadline(end.Add(time.Minute)); err != nil {
		return err
	}
	for now := time.Now(); now.Before(end) && ctx.Err() == nil; {
		writeDigits(s.digits, next.Add(1))
		if _, err := s.conn.Write(s.request); err != nil {
			return err
		}
		status, err := s.answer()
		if err != nil {
			return err
		}
		if status != 201 {
			return fmt.Errorf("POST /v1/responses was answered %d", status)
		}
		done := time.Now()
		if !now.Before(begin) && !done.After(end) {
			s.took = append(s.took, done.Sub(now))
		}
		now = done
	}
	return nil
}

// answer reads one answer and gives its status.
func (s *sender) answer() (status int, err error) {
	length := 0
	again := false
	for first := true; ; first = false {
		line, err := s.answers.ReadSlice('\n')
		if err != nil {
			return 0, err
		}
		line = bytes.TrimRight(line, "\r\n")
		switch {
		case len(line) == 0:
			body, err := s.answers.Peek(length)
			if err != nil {
				return status, err
			}
			s.told = again && bytes.Contains(body, []byte("nothing was stored"))
			_, err = s.answers.Discard(length)
			return status, err
		case first:
			if len(line) < 12 {
				return 0, io.ErrUnexpectedEOF
			}
			if status, err = strconv.Atoi(string(line[9:12])); err != nil {
				return 0, err
			}
		default:
			name, value, _ := bytes.Cut(line, []byte(": "))
			switch {
			case bytes.EqualFold(name, []byte("Content-Length")):
				if length, err = strconv.Atoi(string(value)); err != nil {
					return 0, err
				}
			case bytes.EqualFold(name, []byte("Retry-After")):
				again = len(value) > 0
			}
		}
	}
}

// noDigits stand where the digits of a submission_id go.
const noDigits = "000000000000"

// writeDigits writes a number into all the digits there are.
func writeDigits(digits []byte, n int64) {
	for i := len(digits) - 1; i >= 0; i-- {
		digits[i] = byte('0' + n%10)
		n /= 10
	}
}
