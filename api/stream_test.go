package api_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"runtime"
	"runtime/debug"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/mittari/mittari/api"
	"github.com/mittari/mittari/models"
)

// watched tells how many responses were stored, when they are.
type watched struct {
	api.Recorder
	stored chan<- int
}

func (w watched) Prepare(rs []models.Accepted) models.Storing {
	record := w.Recorder.Prepare(rs)
	return func(ctx context.Context) func() ([]models.Outcome, error) {
		end := record(ctx)
		return func() ([]models.Outcome, error) {
			outcomes, err := end()
			w.stored <- len(rs)
			return outcomes, err
		}
	}
}

// watchedServer tells of every chunk that is stored and of every request that is over.
func watchedServer(t *testing.T) (s *server, stored <-chan int, over <-chan string) {
	t.Helper()
	chunks, routes := make(chan int, 100), make(chan string, 100)
	return newServer(t, setup{config: func(c *api.Config) {
		c.Recorder = watched{c.Recorder, chunks}
		c.Observe = func(method, route string, _ int, _ time.Duration) { routes <- method + " " + route }
	}}), chunks, routes
}

// next takes what comes next from the channel, within a time that nothing needs.
func next[T any](t *testing.T, from <-chan T) T {
	t.Helper()
	select {
	case v := <-from:
		return v
	case <-time.After(30 * time.Second):
		t.Fatal("nothing happened in 30 seconds")
		panic("not reached")
	}
}

func numberedLines(from, to int) string {
	var lines strings.Builder
	for i := from; i <= to; i++ {
		fmt.Fprintf(&lines, `{"submission_id":"n-%d","metric":"nps","score":%d}`+"\n", i, i%11)
	}
	return lines.String()
}

func TestBulkIsStoredWhileItStillArrives(t *testing.T) {
	t.Parallel()
	s, stored, _ := watchedServer(t)
	admin := s.as(t, home)
	body, sender := io.Pipe()
	answered := make(chan reply, 1)
	go func() { answered <- admin.stream(t, "POST", "/v1/responses/bulk", body) }()
	seen := 0
	for from := 1; from <= 1500; from += 50 { // the lines come in dribs and drabs
		if _, err := io.WriteString(sender, numberedLines(from, from+49)); err != nil {
			t.Fatal(err)
		}
		if from%500 == 451 {
			seen += next(t, stored)
			if n := *admin.scores(t, "?metric=nps")[0].SampleSize; n != int64(seen) || n < int64(from) {
				t.Fatalf("after %d lines %d responses are counted, and %d were stored", from+49, n, seen)
			}
		}
	}
	_, _ = io.WriteString(sender, `{"submission_id":"n-7","metric":"nps","score":7}`)
	_ = sender.Close()
	outcomes := next(t, answered).want(t, http.StatusOK).outcomes(t)
	if len(outcomes) != 1501 {
		t.Fatalf("%d outcomes, want 1501", len(outcomes))
	}
	for i, o := range outcomes {
		if o.Line != i+1 || o.Status != http.StatusCreated && i < 1500 {
			t.Fatalf("outcome %d is %+v", i, o)
		}
	}
	if last := outcomes[1500]; last.Status != http.StatusOK || last.ID != outcomes[6].ID {
		t.Errorf("line 1501 repeats line 7, %+v, and its outcome is %+v", outcomes[6], last)
	}
}

// tardy takes its time to make the first of some responses ready.
type tardy struct {
	api.Recorder
	calls *atomic.Int32
}

func (r tardy) Prepare(rs []models.Accepted) models.Storing {
	if r.calls.Add(1) == 1 {
		time.Sleep(300 * time.Millisecond)
	}
	return r.Recorder.Prepare(rs)
}

func TestBulkStoresLinesInTheirOrderThoughTheyAreMadeReadySideBySide(t *testing.T) {
	t.Parallel()
	s := newServer(t, setup{config: func(c *api.Config) { c.Recorder = tardy{c.Recorder, new(atomic.Int32)} }})
	const again = 3000 // lines later, in another chunk, the first two are repeated
	body := numberedLines(1, again) + `{"submission_id":"n-1","metric":"nps","score":9}` + "\n" + numberedLines(2, 2) + numberedLines(again+1, 7000)
	outcomes := s.as(t, home).post(t, "/v1/responses/bulk", body).want(t, http.StatusOK).outcomes(t)
	if len(outcomes) != 7002 {
		t.Fatalf("%d outcomes", len(outcomes))
	}
	for i, o := range outcomes {
		want := http.StatusCreated
		switch i {
		case again:
			want = http.StatusConflict
		case again + 1:
			want = http.StatusOK
		}
		if o.Line != i+1 || o.Status != want {
			t.Errorf("outcome %d is %+v, want status %d", i, o, want)
		}
	}
}

// chunk is a part of a body in HTTP's chunked coding.
func chunk(text string) string { return fmt.Sprintf("%x\r\n%s\r\n", len(text), text) }

func TestClientThatGoesAwayMidwayLosesNothingThatWasStored(t *testing.T) {
	t.Parallel()
	s, stored, over := watchedServer(t)
	admin := s.as(t, home)
	conn, err := net.Dial("tcp", strings.TrimPrefix(s.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	_, err = io.WriteString(conn, "POST /v1/responses/bulk HTTP/1.1\r\nHost: test\r\nAuthorization: Bearer "+admin.token+
		"\r\nTransfer-Encoding: chunked\r\n\r\n"+chunk(numberedLines(1, 510)))
	if err != nil {
		t.Fatal(err)
	}
	next(t, stored)
	if _, err := io.WriteString(conn, chunk(`{"submission_id":"half a li`)); err != nil {
		t.Fatal(err)
	}
	_ = conn.Close()
	if route := next(t, over); route != "POST /v1/responses/bulk" {
		t.Fatalf("%s was over first", route)
	}
	if kept := *admin.scores(t, "?metric=nps")[0].SampleSize; kept < 500 {
		t.Errorf("%d responses are stored, want the 500 at least that were stored before", kept)
	}
	outcomes := admin.post(t, "/v1/responses/bulk", numberedLines(1, 600)).want(t, http.StatusOK).outcomes(t)
	for i, o := range outcomes {
		if i < 500 && o.Status != http.StatusOK || i >= 510 && o.Status != http.StatusCreated {
			t.Errorf("line %d of the second try: status %d", i+1, o.Status)
		}
	}
	if n := *admin.scores(t, "?metric=nps")[0].SampleSize; n != 600 {
		t.Errorf("%d answers are counted, want 600", n)
	}
	if strings.Contains(s.logs.String(), "ERROR") {
		t.Errorf("that a client went away was logged as the server's fault:\n%s", s.logs)
	}
}

func TestClientThatWaitsNoLongerIsNoFaultOfTheServer(t *testing.T) {
	t.Parallel()
	over := make(chan string, 10)
	s := newServer(t, setup{stalled: true, config: func(c *api.Config) {
		c.Observe = func(method, route string, _ int, _ time.Duration) { over <- method + " " + route }
	}})
	admin := s.as(t, home)
	for path, body := range map[string]string{"/v1/responses": goodLine, "/v1/responses/bulk": numberedLines(1, 20)} {
		ctx, leave := context.WithCancel(t.Context())
		request, err := http.NewRequestWithContext(ctx, "POST", s.url+path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Authorization", "Bearer "+admin.token)
		gone := make(chan error, 1)
		go func() {
			answer, err := s.client.Do(request)
			if err == nil {
				_ = answer.Body.Close()
			}
			gone <- err
		}()
		for before := s.writer.Length(); s.writer.Length() == before; { // until it waits in the queue
			runtime.Gosched()
		}
		leave()
		if err := next(t, gone); err == nil {
			t.Errorf("%s was answered, though nothing is stored", path)
		}
		next(t, over)
	}
	s.runWriter()
	if strings.Contains(s.logs.String(), "ERROR") {
		t.Errorf("that a client went away was logged as the server's fault:\n%s", s.logs)
	}
}

// repeated reads the text over and over.
type repeated struct {
	text  string
	times int
	at    int
}

func (r *repeated) Read(p []byte) (int, error) {
	if r.times == 0 {
		return 0, io.EOF
	}
	n := copy(p, r.text[r.at:])
	if r.at += n; r.at == len(r.text) {
		r.at = 0
		r.times--
	}
	return n, nil
}

// TestBulkOfAnyLengthNeedsLittleMemory sends responses of almost a megabyte each, and worse. It is not parallel: it measures.
func TestBulkOfAnyLengthNeedsLittleMemory(t *testing.T) {
	s := newServer(t, setup{})
	var line strings.Builder
	for i := range 200 {
		fmt.Fprintf(&line, `,{"touchpoint":"t%d","metric":"nps","score":9,"comment":"%s"}`, i, strings.Repeat("x", 5000))
	}
	one := `{"answers":[` + line.String()[1:] + "]}\n"
	admin := s.as(t, home).hasty() // what is sent is not remembered
	for name, body := range map[string]io.Reader{
		"lines":        &repeated{text: one, times: 40}, // 40 MB
		"an array":     io.MultiReader(strings.NewReader("["), &repeated{text: one[:len(one)-1] + ",", times: 4}, strings.NewReader(one+"]")),
		"one line":     io.MultiReader(&repeated{text: strings.Repeat("x", 1000), times: 32_000}, strings.NewReader("\n"+one)),
		"white spaces": io.MultiReader(strings.NewReader("["), &repeated{text: strings.Repeat(" ", 1000), times: 32_000}, strings.NewReader(one+"]")),
	} {
		peak := peakOfHeap(func() {
			outcomes := admin.stream(t, "POST", "/v1/responses/bulk?dry_run=true", body).want(t, http.StatusOK).outcomes(t)
			if len(outcomes) == 0 {
				t.Errorf("%s: no outcome", name)
			}
		})
		if peak > 28<<20 {
			t.Errorf("%s: the heap grew by %d MB", name, peak>>20)
		}
	}
}

// peakOfHeap is by how much the heap grew at most while do ran, in bytes.
func peakOfHeap(do func()) uint64 {
	defer debug.SetGCPercent(debug.SetGCPercent(20)) // little garbage, so that the heap is about what is held
	runtime.GC()
	var before, now runtime.MemStats
	runtime.ReadMemStats(&before)
	done := make(chan struct{})
	go func() { defer close(done); do() }()
	var peak uint64
	for {
		select {
		case <-done:
			return peak
		case <-time.After(5 * time.Millisecond):
			runtime.ReadMemStats(&now)
			if now.HeapAlloc > before.HeapAlloc {
				peak = max(peak, now.HeapAlloc-before.HeapAlloc)
			}
		}
	}
}
