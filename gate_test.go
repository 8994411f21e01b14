package main

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// gated is a server behind a gate with room for one.
func gated(t *testing.T, handler http.HandlerFunc) (address string, g gate) {
	t.Helper()
	g = make(gate, 1)
	server := httptest.NewUnstartedServer(handler)
	server.Listener = g.through(server.Config, server.Listener)
	server.Start()
	t.Cleanup(server.Close)
	return server.Listener.Addr().String(), g
}

// asks sends a request on a connection of its own and gives the answer.
func asks(t *testing.T, address, body string) string {
	t.Helper()
	return answers(t, dial(t, address), body)
}

func answers(t *testing.T, c net.Conn, body string) string {
	t.Helper()
	request, err := http.NewRequest(http.MethodPost, "http://gate/", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if err := request.Write(c); err != nil {
		t.Fatal(err)
	}
	answer, err := http.ReadResponse(bufio.NewReader(c), request)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestWhoSendsSlowlyOrAsksForMuchKeepsNobodyOutOfTheGate(t *testing.T) {
	release := make(chan struct{})
	var waiting atomic.Int64
	address, g := gated(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if string(body) == "wait" {
			waiting.Add(1)
			<-release
		}
		_, _ = w.Write(body)
	})
	for _, unfinished := range []string{"P", "POST / HTTP/1.1\r\nHost: g", "POST / HTTP/1.1\r\nHost: gate\r\nContent-Length: 5\r\n\r\nab"} {
		if _, err := io.WriteString(dial(t, address), unfinished); err != nil {
			t.Fatal(err)
		}
	}
	long := make(chan string)
	for range 3 {
		c := dial(t, address)
		go func() { long <- answers(t, c, "wait") }()
	}
	for deadline := time.Now().Add(10 * time.Second); waiting.Load() < 3; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("requests that take long do not all begin")
		}
	}
	c := dial(t, address)
	for range 3 { // on one connection
		if got := answers(t, c, "short"); got != "short" {
			t.Errorf("answered %q", got)
		}
	}
	if got := asks(t, address, strings.Repeat("x", 1<<20)); len(got) != 1<<20 {
		t.Errorf("of a long body %d bytes came back", len(got))
	}
	close(release)
	for range 3 {
		if got := <-long; got != "wait" {
			t.Errorf("answered %q", got)
		}
	}
	for deadline := time.Now().Add(10 * time.Second); len(g) > 0; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%d places in the gate are not given back", len(g))
		}
	}
}

func TestAConnectionThatEndsGivesItsPlaceBack(t *testing.T) {
	address, g := gated(t, func(w http.ResponseWriter, r *http.Request) { panic(http.ErrAbortHandler) })
	for range 20 {
		c := dial(t, address)
		if _, err := io.WriteString(c, "GET / HTTP/1.1\r\nHost: gate\r\n\r\n"); err != nil {
			t.Fatal(err)
		}
		_, _ = io.ReadAll(c) // the handler aborts it
		half := dial(t, address)
		if _, err := io.WriteString(half, "GET / HT"); err != nil {
			t.Fatal(err)
		}
		_ = half.Close()
	}
	for deadline := time.Now().Add(10 * time.Second); len(g) > 0; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%d places in the gate are not given back", len(g))
		}
	}
}
