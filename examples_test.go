package main

import (
	"net/http"
	"net/http/httputil"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
)

// TestExamplesStoreOnceReadAScoreAndTellARefusal runs each example twice, the first time
// by way of a server that is busy at first.
func TestExamplesStoreOnceReadAScoreAndTellARefusal(t *testing.T) {
	r := startReplica(t, sqliteURL(t))
	for _, c := range []struct {
		file, now, before string
		prepare           func(w *workshop) []string // gives the program and its arguments
	}{
		{"example.sh", `"new":true`, `"new":false`, func(w *workshop) []string { return []string{installed(w.t, "bash"), "example.sh"} }},
		{"example.py", "now\n", "before\n", func(w *workshop) []string { return []string{installed(w.t, "python3"), "example.py"} }},
		{"example.go", "now\n", "before\n", func(*workshop) []string { return []string{"go", "run", "example.go"} }},
		{"example.ts", "now\n", "before\n", compileExample},
	} {
		t.Run(c.file, func(t *testing.T) {
			t.Parallel()
			w := newWorkshop(t, busyAtFirst(t, r.api), "examples/"+c.file)
			program := c.prepare(w)
			first := w.runs(program[0], program[1:]...)
			wantsExample(t, first, c.now)
			again := w.runs(program[0], program[1:]...)
			wantsExample(t, again, c.before)
			const id = `([0-9a-f]{8}-[0-9a-f-]{27})`
			if find(t, first, id) != find(t, again, id) {
				t.Errorf("stored twice:\n%s%s", first, again)
			}
		})
	}
}

func wantsExample(t *testing.T, said, stored string) {
	t.Helper()
	for _, part := range []string{stored, "100", "refused: ", "invalid", "answers[0].score", "must be from 0 to 10, is 11"} {
		if !strings.Contains(said, part) {
			t.Errorf("it does not print %q:\n%s", part, said)
		}
	}
}

// compileExample does what Node 22.18 and later need not.
func compileExample(w *workshop) []string {
	w.takeModules()
	w.write("package.json", []byte(`{"type":"module"}`))
	w.runs(filepath.Join("node_modules", ".bin", "tsc"), "--strict", "--exactOptionalPropertyTypes", "--noUncheckedIndexedAccess", "--erasableSyntaxOnly",
		"--target", "es2022", "--module", "nodenext", "--lib", "es2022,dom,dom.iterable", "example.ts")
	return []string{installed(w.t, "node", "nodejs"), "example.js"}
}

// busyAtFirst passes every request but the first on to the server.
func busyAtFirst(t *testing.T, server string) string {
	t.Helper()
	return serveHTTP(t, &scripted{steps: []http.HandlerFunc{answer(503, "Retry-After", "1"), passOn(t, server)}})
}

// passOn passes requests on to the server.
func passOn(t *testing.T, server string) http.HandlerFunc {
	t.Helper()
	target, err := url.Parse(server)
	if err != nil {
		t.Fatal(err)
	}
	return httputil.NewSingleHostReverseProxy(target).ServeHTTP
}
