package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"time"
)

const (
	sendTries   = 5
	longestWait = time.Minute      // also when the server asks for more
	sendTimeout = 2 * time.Minute  // of one request
	sendGrace   = 10 * time.Second // that a request under way gets when the program is asked to stop
)

// rowSender posts rows to a server's bulk endpoint until each has its outcome.
type rowSender struct {
	client     *http.Client
	url, key   string
	repeatable bool         // a row that may have arrived already can be sent again
	notice     func(string) // is told why it waits
	sleep      func(context.Context, time.Duration) error
}

func newRowSender(url, key string) *rowSender {
	return &rowSender{
		url: url, key: key, sleep: sleepUnlessDone, notice: func(string) {},
		client: &http.Client{
			Timeout:       sendTimeout,
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	}
}

var errNoKey = errors.New("a key is missing: set MITTARI_KEY, or MITTARI_KEY_FILE to a file that holds it")

// serverURL judges the address of a server.
func serverURL(address string) (*url.URL, error) {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
		return nil, fmt.Errorf("--server must be an address such as http://localhost:8080, is %q", address)
	}
	return u, nil
}

func sleepUnlessDone(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}

// send posts the rows, each one JSON, and gives the outcome of each in their
// order, as far as it is known also with an error. Rows that the server can't
// take for now, or that got lost on the way, are sent again: 5 tries, counted
// from the last that got any further.
func (s *rowSender) send(ctx context.Context, rows [][]byte) ([]rowOutcome, error) {
	outcomes := make([]rowOutcome, len(rows))
	for try := 1; ; try++ {
		open := unsettled(outcomes)
		if len(open) == 0 || ctx.Err() != nil {
			return outcomes, ctx.Err()
		}
		err := s.post(ctx, rows, open, outcomes)
		var again *tryAgain
		switch {
		case err == nil:
			return outcomes, nil
		case ctx.Err() != nil || !errors.As(err, &again):
			return outcomes, err
		case again.unsure && !s.repeatable:
			return outcomes, fmt.Errorf("%w; which of the last %d rows are stored is not known", err, len(open))
		case len(unsettled(outcomes)) < len(open):
			try = 1
		case try == sendTries:
			return outcomes, fmt.Errorf("gave up after %d tries: %w", try, err)
		}
		wait := min(cmp.Or(again.after, time.Second<<try/4), longestWait)
		s.notice(fmt.Sprintf("%s; trying again in %s", err, wait))
		if err := s.sleep(ctx, wait); err != nil {
			return outcomes, err
		}
	}
}

// unsettled are the places of the rows without an outcome.
func unsettled(outcomes []rowOutcome) []int {
	var open []int
	for i, o := range outcomes {
		if o.Status == 0 {
			open = append(open, i)
		}
	}
	return open
}

// post sends the open rows once and books their outcomes. It fails when any is still without one.
func (s *rowSender) post(ctx context.Context, rows [][]byte, open []int, outcomes []rowOutcome) error {
	var body bytes.Buffer
	for _, i := range open {
		body.Write(rows[i])
		body.WriteByte('\n')
	}
	// A request under way may end by itself, so that its outcomes are known.
	request, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	defer context.AfterFunc(ctx, func() { time.AfterFunc(sendGrace, cancel) })()
	r, err := http.NewRequestWithContext(request, http.MethodPost, s.url, &body)
	if err != nil {
		return err
	}
	r.Header.Set("Authorization", "Bearer "+s.key)
	r.Header.Set("Content-Type", "application/x-ndjson")
	response, err := s.client.Do(r)
	if err != nil {
		var dial *net.OpError
		return &tryAgain{err: err, unsure: !errors.As(err, &dial) || dial.Op != "dial"}
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return refusal(response)
	}
	return book(response.Body, open, outcomes)
}
