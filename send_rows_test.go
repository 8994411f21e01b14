package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
)

// scripted is a server that answers each request by the next of its steps, and keeps what it was sent.
type scripted struct {
	steps []http.HandlerFunc
	sent  [][]string
}

func (s *scripted) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	text, _ := io.ReadAll(r.Body)
	r.Body = io.NopCloser(bytes.NewReader(text))
	var lines []string
	for in := bufio.NewScanner(bytes.NewReader(text)); in.Scan(); {
		lines = append(lines, in.Text())
	}
	s.sent = append(s.sent, lines)
	s.steps[min(len(s.sent), len(s.steps))-1](w, r)
}

// outcomesOf answers a line for each status.
func outcomesOf(statuses ...int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		for i, status := range statuses {
			fmt.Fprintf(w, `{"line":%d,"status":%d,"problem":{"detail":"because of %d"}}`+"\n", i+1, status, status)
		}
	}
}

func answer(status int, header ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		for i := 0; i+1 < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		w.WriteHeader(status)
		fmt.Fprintf(w, `{"title":"a title","detail":"a reason"}`)
	}
}

func TestRowsAreSentUntilEachHasItsOutcome(t *testing.T) {
	cut := func(w http.ResponseWriter, r *http.Request) {
		outcomesOf(201, 422)(w, r)
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	}
	for _, c := range []struct {
		name   string
		once   bool // the rows have no submission_id
		steps  []http.HandlerFunc
		sent   []string // the rows of each request
		waits  []time.Duration
		status []int
		err    string
	}{
		{name: "at once", steps: []http.HandlerFunc{outcomesOf(201, 200, 409)},
			sent: []string{"a b c"}, status: []int{201, 200, 409}},
		{name: "busy with a time to wait", steps: []http.HandlerFunc{answer(503, "Retry-After", "7"), answer(429), outcomesOf(201, 201, 201)},
			sent: []string{"a b c", "a b c", "a b c"}, waits: []time.Duration{7 * time.Second, time.Second}, status: []int{201, 201, 201}},
		{name: "a time to wait without end", steps: []http.HandlerFunc{answer(503, "Retry-After", "86400"), outcomesOf(201, 201, 201)},
			sent: []string{"a b c", "a b c"}, waits: []time.Duration{time.Minute}, status: []int{201, 201, 201}},
		{name: "busy rows only are sent again", once: true, steps: []http.HandlerFunc{outcomesOf(201, 503, 422), outcomesOf(201)},
			sent: []string{"a b c", "b"}, waits: []time.Duration{time.Second / 2}, status: []int{201, 201, 422}},
		{name: "an answer that breaks off", steps: []http.HandlerFunc{cut, outcomesOf(200)},
			sent: []string{"a b c", "c"}, waits: []time.Duration{time.Second / 2}, status: []int{201, 422, 200}},
		{name: "an answer that breaks off, without submission_id", once: true, steps: []http.HandlerFunc{cut},
			sent: []string{"a b c"}, status: []int{201, 422, 0}, err: "which of the last 3 rows are stored is not known"},
		{name: "a gateway's fault", steps: []http.HandlerFunc{answer(502), outcomesOf(200, 201, 201)},
			sent: []string{"a b c", "a b c"}, waits: []time.Duration{time.Second / 2}, status: []int{200, 201, 201}},
		{name: "never", steps: []http.HandlerFunc{answer(503)},
			sent:   []string{"a b c", "a b c", "a b c", "a b c", "a b c"},
			waits:  []time.Duration{time.Second / 2, time.Second, 2 * time.Second, 4 * time.Second},
			status: []int{0, 0, 0}, err: "gave up after 5 tries: the server answered 503 Service Unavailable: a reason"},
		{name: "not allowed", steps: []http.HandlerFunc{answer(403)},
			sent: []string{"a b c"}, status: []int{0, 0, 0}, err: "the server answered 403 Forbidden: a reason"},
		{name: "elsewhere", steps: []http.HandlerFunc{answer(301, "Location", "https://feedback.example/v1")},
			sent: []string{"a b c"}, status: []int{0, 0, 0}, err: "it is at https://feedback.example/v1"},
		{name: "not Mittari", steps: []http.HandlerFunc{func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `{"line":9}`) }},
			sent: []string{"a b c"}, status: []int{0, 0, 0}, err: "is it a Mittari server"},
	} {
		t.Run(c.name, func(t *testing.T) {
			script := &scripted{steps: c.steps}
			sender := newRowSender(serveHTTP(t, script), testKey)
			sender.repeatable = !c.once
			var waits []time.Duration
			sender.sleep = func(_ context.Context, d time.Duration) error { waits = append(waits, d); return nil }

			outcomes, err := sender.send(t.Context(), [][]byte{[]byte("a"), []byte("b"), []byte("c")})
			if (err == nil) != (c.err == "") || (err != nil && !strings.Contains(err.Error(), c.err)) {
				t.Errorf("error %v, want %q", err, c.err)
			}
			var status []int
			for _, o := range outcomes {
				status = append(status, o.Status)
			}
			var sent []string
			for _, lines := range script.sent {
				sent = append(sent, strings.Join(lines, " "))
			}
			if !slices.Equal(status, c.status) || !slices.Equal(sent, c.sent) || !slices.Equal(waits, c.waits) {
				t.Errorf("outcomes %v, sent %q, waits %v; want %v, %q, %v", status, sent, waits, c.status, c.sent, c.waits)
			}
		})
	}
}

func TestWaitingToTryAgainCanBeInterrupted(t *testing.T) {
	ctx, interrupt := context.WithCancel(t.Context())
	sender := newRowSender("http://127.0.0.1:1", testKey)
	said := ""
	sender.notice = func(line string) { said = line; interrupt() }
	_, err := sender.send(ctx, [][]byte{[]byte("a")})
	if !errors.Is(err, context.Canceled) || !strings.Contains(said, "trying again in 500ms") {
		t.Errorf("error %v, said %q", err, said)
	}
}
