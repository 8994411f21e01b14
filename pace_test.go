package main

import (
	"bufio"
	"crypto/tls"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

// dial connects to a base URL's server.
func dial(t *testing.T, url string) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

// trickle sends the beginning and then a byte now and then, until the server has ended the connection; it gives what the server said.
func trickle(t *testing.T, url, beginning, drop string) string {
	t.Helper()
	conn := dial(t, url)
	if _, err := io.WriteString(conn, beginning); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		for {
			select {
			case <-ended:
				return
			case <-time.After(50 * time.Millisecond):
				if _, err := io.WriteString(conn, drop); err != nil {
					return
				}
			}
		}
	}()
	defer close(ended)
	_ = conn.SetReadDeadline(time.Now().Add(time.Minute))
	said, err := io.ReadAll(conn)
	if timeout, is := err.(net.Error); is && timeout.Timeout() { //nolint:errorlint // it is the connection's own
		t.Errorf("%.40q: the connection was not ended within a minute", beginning)
	}
	return string(said)
}

func TestWhoSendsARequestByTheByteIsEndedOnBothListeners(t *testing.T) {
	r := start(t, sqliteURL(t), "--stall-timeout", "1s")
	key := "Host: a\r\nAuthorization: Bearer " + r.key + "\r\n"
	for name, c := range map[string]struct{ url, beginning, drop, said string }{
		"a header":                        {r.api, "GET /v1/metrics HTTP/1.1\r\nX-Slow: ", "a", ""},
		"a header of the metrics":         {r.metrics, "GET /metrics HTTP/1.1\r\nX-Slow: ", "a", ""},
		"a body":                          {r.api, "POST /v1/responses HTTP/1.1\r\n" + key + "Content-Length: 1000\r\n\r\n", " ", "too little of it came within 1s"},
		"a body behind a first part":      {r.api, "POST /v1/responses HTTP/1.1\r\n" + key + "Content-Length: 9000\r\n\r\n" + strings.Repeat(" ", 8000), " ", "too little of it came within 1s"},
		"chunks":                          {r.api, "POST /v1/responses/bulk HTTP/1.1\r\n" + key + "Transfer-Encoding: chunked\r\n\r\n", "1\r\n \r\n", "too little of it came within 1s"},
		"a body that is not read":         {r.api, "GET /v1/metrics HTTP/1.1\r\n" + key + "Content-Length: 1000\r\n\r\n", "a", "200 OK"},
		"a body without a key":            {r.api, "POST /v1/responses HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n", "a", "401 Unauthorized"},
		"a body of nowhere":               {r.api, "POST /nowhere HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n", "a", "404 Not Found"},
		"a body of the metrics":           {r.metrics, "GET /metrics/cx HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n", "a", "HTTP/1.1 "},
		"a body of what the metrics lack": {r.metrics, "POST /metrics HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n", "a", "405 Method Not Allowed"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if said := trickle(t, c.url, c.beginning, c.drop); !strings.Contains(said, c.said) {
				t.Errorf("the server said %q, want %q", said, c.said)
			}
		})
	}
}

func TestBodyThatKeepsComingMayTakeAsLongAsItLikes(t *testing.T) {
	t.Parallel()
	r := start(t, sqliteURL(t), "--stall-timeout", "2s")
	body, sender := io.Pipe()
	go func() {
		for i := range 60 { // 6 seconds
			fmt.Fprintf(sender, `{"submission_id":"s-%d","metric":"nps","score":9,"comment":"%s"}`+"\n", i, strings.Repeat("x", 500))
			time.Sleep(100 * time.Millisecond)
		}
		_ = sender.Close()
	}()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, r.api+"/v1/responses/bulk", body)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+r.key)
	if status, text := r.do(request); status != http.StatusOK || strings.Count(text, `"status":201`) != 60 {
		t.Errorf("the stream gave %d %s", status, text)
	}
}

func TestConnectionThatWasIdleForLongerIsUsedAgain(t *testing.T) {
	t.Parallel()
	r := start(t, sqliteURL(t), "--stall-timeout", "1s")
	for _, url := range []string{r.api, r.metrics} {
		conn := dial(t, url)
		in := bufio.NewReader(conn)
		for range 2 {
			if _, err := io.WriteString(conn, "GET / HTTP/1.1\r\nHost: a\r\n\r\n"); err != nil {
				t.Fatal(err)
			}
			answer, err := http.ReadResponse(in, nil)
			if err != nil {
				t.Fatal(err)
			}
			_, _ = io.Copy(io.Discard, answer.Body)
			_ = answer.Body.Close()
			time.Sleep(1500 * time.Millisecond)
		}
	}
}

// serving is the program's own server with a handler of the test's, by HTTP/1 and HTTP/2.
func serving(t *testing.T, stall time.Duration, handler http.HandlerFunc, test func(t *testing.T, url string, client *http.Client)) {
	for _, protocol := range []string{"HTTP/1.1", "HTTP/2.0"} {
		t.Run(protocol, func(t *testing.T) {
			t.Parallel()
			server := newServer(handler, guardSettings{StallTimeout: stall}, slog.New(slog.DiscardHandler))
			listener, err := net.Listen("tcp", freeAddress(t))
			if err != nil {
				t.Fatal(err)
			}
			transport, url := &http.Transport{}, "http://"+listener.Addr().String()
			serve := func() error { return server.Serve(listener) }
			if protocol == "HTTP/2.0" {
				made := newAuthority(t, t.TempDir()).issue(t, 1)
				certificate, err := openCertificate(made.cert, made.key, slog.New(slog.DiscardHandler))
				if err != nil {
					t.Fatal(err)
				}
				server.TLSConfig, url = certificate.config(), "https://"+listener.Addr().String()
				transport.ForceAttemptHTTP2, transport.TLSClientConfig = true, &tls.Config{RootCAs: made.roots, MinVersion: tls.VersionTLS12}
				serve = func() error { return server.ServeTLS(listener, "", "") }
			}
			ended := make(chan struct{})
			go func() { _ = serve(); close(ended) }()
			t.Cleanup(func() { transport.CloseIdleConnections(); _ = server.Close(); <-ended })
			test(t, url, &http.Client{Transport: transport})
		})
	}
}

// ask makes a request whose answer the caller closes.
func ask(t *testing.T, client *http.Client, url string, body io.Reader) (*http.Response, error) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, body)
	if err != nil {
		t.Fatal(err)
	}
	return client.Do(request)
}

func TestWhatTheServerTakesItsTimeForIsNotHeldAgainstTheClient(t *testing.T) {
	t.Parallel()
	const stall = time.Second
	serving(t, stall, func(w http.ResponseWriter, r *http.Request) {
		begun := make([]byte, min(10, r.ContentLength))
		_, err := io.ReadFull(r.Body, begun)
		time.Sleep(2 * stall)
		rest, err2 := io.ReadAll(r.Body)
		time.Sleep(2 * stall)
		if err != nil || err2 != nil || r.Context().Err() != nil {
			http.Error(w, fmt.Sprint(err, err2, r.Context().Err()), http.StatusTeapot)
			return
		}
		fmt.Fprint(w, r.Proto, " ")
		_ = http.NewResponseController(w).Flush()
		time.Sleep(2 * stall)
		fmt.Fprint(w, len(begun)+len(rest))
	}, func(t *testing.T, url string, client *http.Client) {
		for _, size := range []int{200_000, 0, 5} {
			answer, err := ask(t, client, url, strings.NewReader(strings.Repeat("a", size)))
			if err != nil {
				t.Fatal(err)
			}
			text, err := io.ReadAll(answer.Body)
			_ = answer.Body.Close()
			if want := fmt.Sprint(answer.Proto, " ", size); err != nil || string(text) != want {
				t.Errorf("the answer is %q (%v), want %q", text, err, want)
			}
		}
	})
}

func TestBodyThatStopsComingIsEndedByBothProtocols(t *testing.T) {
	t.Parallel()
	failed := make(chan error, 2)
	serving(t, time.Second, func(_ http.ResponseWriter, r *http.Request) {
		_, err := io.Copy(io.Discard, r.Body)
		failed <- err
	}, func(t *testing.T, url string, client *http.Client) {
		body, sender := io.Pipe()
		defer sender.Close()
		go func() { _, _ = io.WriteString(sender, "begun") }()
		go func() {
			if answer, err := ask(t, client, url, body); err == nil {
				_ = answer.Body.Close()
			}
		}()
		select {
		case err := <-failed:
			if err == nil || !strings.Contains(err.Error(), "too little of it came") {
				t.Errorf("the handler was told %v", err)
			}
		case <-time.After(time.Minute):
			t.Error("the body was waited for a minute")
		}
	})
}

func TestReaderThatTakesNothingIsEndedByBothProtocols(t *testing.T) {
	t.Parallel()
	failed := make(chan error, 2)
	serving(t, time.Second, func(w http.ResponseWriter, _ *http.Request) {
		for piece := make([]byte, 1<<20); ; {
			if _, err := w.Write(piece); err != nil {
				failed <- err
				return
			}
		}
	}, func(t *testing.T, url string, client *http.Client) {
		answer, err := ask(t, client, url, http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		select {
		case <-failed: //nolint:errcheck // any will do
		case <-time.After(time.Minute):
			t.Error("it was written for a minute to who reads nothing")
		}
	})
}

// TestReaderWhoIsSlowButSteadyGetsAllOfTheAnswer reads 80 kB a second, of which the system tells the server every few seconds only.
func TestReaderWhoIsSlowButSteadyGetsAllOfTheAnswer(t *testing.T) {
	t.Parallel()
	server := newServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		for line := make([]byte, 300); ; {
			if _, err := w.Write(line); err != nil {
				return
			}
		}
	}), guardSettings{StallTimeout: 2 * time.Second}, slog.New(slog.DiscardHandler))
	listener, err := net.Listen("tcp", freeAddress(t))
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() { _ = server.Serve(bounded(listener, 10)); close(ended) }()
	t.Cleanup(func() { _ = server.Close(); <-ended })
	conn := dial(t, "http://"+listener.Addr().String())
	if _, err := io.WriteString(conn, "GET / HTTP/1.1\r\nHost: a\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	piece := make([]byte, 4<<10)
	for range 240 { // 12 s
		time.Sleep(50 * time.Millisecond)
		if _, err := io.ReadFull(conn, piece); err != nil {
			t.Fatalf("the answer broke off: %v", err)
		}
	}
}

func TestConnectionsPastTheBoundWaitForRoom(t *testing.T) {
	r := start(t, sqliteURL(t), "--max-connections", "2")
	for _, url := range []string{r.api, r.metrics} {
		first, second, third := dial(t, url), dial(t, url), dial(t, url)
		for _, conn := range []net.Conn{first, second, third} {
			if _, err := io.WriteString(conn, "GET / HTTP/1.1\r\nHost: a\r\n\r\n"); err != nil {
				t.Fatal(err)
			}
		}
		answered := func(conn net.Conn, within time.Duration) bool {
			_ = conn.SetReadDeadline(time.Now().Add(within))
			_, err := conn.Read(make([]byte, 1))
			return err == nil
		}
		if !answered(first, time.Minute) || !answered(second, time.Minute) || answered(third, 300*time.Millisecond) {
			t.Errorf("%s: not two of three connections were answered", url)
		}
		_ = first.Close()
		if !answered(third, time.Minute) {
			t.Errorf("%s: the third was never answered", url)
		}
	}
}

// BenchmarkPace tells what minding a client's pace takes of a request: three deadlines of a real connection.
func BenchmarkPace(b *testing.B) {
	listener, err := net.Listen("tcp", freeAddress(b))
	if err != nil {
		b.Fatal(err)
	}
	defer listener.Close()
	conn, err := net.Dial("tcp", listener.Addr().String())
	if err != nil {
		b.Fatal(err)
	}
	defer conn.Close()
	piece := make([]byte, 1024)
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for _, err := r.Body.Read(piece); err == nil; {
			_, err = r.Body.Read(piece)
		}
		_, _ = w.Write(piece[:60])
	})
	for name, h := range map[string]http.Handler{"without": handler, "paced": paced(handler, 30*time.Second)} {
		b.Run(name, func(b *testing.B) {
			request, err := http.NewRequestWithContext(b.Context(), http.MethodPost, "/", nil)
			if err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			for b.Loop() {
				r := *request
				r.Body = io.NopCloser(strings.NewReader("hello"))
				h.ServeHTTP(connected{conn}, &r)
			}
		})
	}
}

// connected is an answer that nobody reads, with the deadlines of a real connection.
type connected struct{ net.Conn }

func (connected) Header() http.Header         { return nil }
func (connected) WriteHeader(int)             {}
func (connected) Write(p []byte) (int, error) { return len(p), nil }
