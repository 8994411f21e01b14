package api_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// golden is a file of expected replies by the name of their case.
type golden struct {
	path string
	mu   sync.Mutex
	want map[string]json.RawMessage
	seen map[string]json.RawMessage
}

// goldenFile opens testdata/name.json. With -update it is written when the test
// ends; otherwise an entry that no case asks for fails the test.
func goldenFile(t *testing.T, name string) *golden {
	t.Helper()
	g := &golden{path: filepath.Join("testdata", name+".json"), seen: map[string]json.RawMessage{}}
	text, err := os.ReadFile(g.path)
	if err == nil {
		err = json.Unmarshal(text, &g.want)
	}
	if err != nil && !*update {
		t.Fatalf("%v; run go test ./api -update", err)
	}
	t.Cleanup(func() { g.finish(t) })
	return g
}

func (g *golden) finish(t *testing.T) {
	if *update {
		text, err := json.MarshalIndent(g.seen, "", "  ")
		if err == nil {
			err = os.WriteFile(g.path, append(unescaped(text), '\n'), 0o600)
		}
		if err != nil {
			t.Error(err)
		}
		return
	}
	if only := flag.Lookup("test.run").Value.String(); strings.Contains(only, "/") {
		return
	}
	for name := range g.want {
		if g.seen[name] == nil {
			t.Errorf("%s has an entry %q that nothing is compared with; run go test ./api -update", g.path, name)
		}
	}
}

// unescaped writes <, > and & as themselves, for the reader's sake.
func unescaped(text []byte) []byte {
	for escaped, plain := range map[string]string{`\u003c`: "<", `\u003e`: ">", `\u0026`: "&"} {
		text = bytes.ReplaceAll(text, []byte(escaped), []byte(plain))
	}
	return text
}

// toldHeaders are those that a client acts on.
var toldHeaders = []string{"Allow", "Content-Disposition", "Content-Type", "Location", "Retry-After", "Vary", "WWW-Authenticate"}

// check compares a reply, its ids made alike, with the case's entry. A case may
// be asked for again, on another database for example: it must come out the same.
func (g *golden) check(t *testing.T, name string, r reply) {
	t.Helper()
	headers := map[string]string{}
	for _, h := range toldHeaders {
		told := slices.DeleteFunc(r.header.Values(h), func(value string) bool { return value == "Accept-Encoding" }) // by which all vary
		if value := strings.Join(told, ", "); value != "" {
			headers[h] = value
		}
	}
	var body any = r.body
	if json.Valid([]byte(r.body)) {
		body = json.RawMessage(r.body)
	}
	got, err := json.MarshalIndent(map[string]any{"status": r.status, "headers": headers, "body": body}, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	got = masked(got)
	g.mu.Lock()
	defer g.mu.Unlock()
	if earlier := g.seen[name]; earlier != nil && !bytes.Equal(earlier, got) {
		t.Errorf("%s: %q differs from another reply of that name: got\n%s\nand\n%s", g.path, name, unescaped(got), unescaped(earlier))
	}
	g.seen[name] = got
	if !*update && !sameJSON(t, got, g.want[name]) {
		t.Errorf("%s: %q: got\n%s\nwant\n%s", g.path, name, unescaped(got), g.want[name])
	}
}

func sameJSON(t *testing.T, a, b []byte) bool {
	t.Helper()
	if len(b) == 0 {
		return false
	}
	var left, right bytes.Buffer
	if err := firstOf(json.Compact(&left, unescaped(a)), json.Compact(&right, b)); err != nil {
		t.Fatal(err)
	}
	return left.String() == right.String()
}

func firstOf(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

var (
	anID    = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}`)
	aToken  = regexp.MustCompile(`mtr_[A-Za-z0-9_-]{43}|whsec_[A-Za-z0-9+/]{43}=`)
	aCursor = regexp.MustCompile(`"next_cursor":\s*"[A-Za-z0-9_-]{22}"`)
)

// masked replaces what differs from run to run: ids by their order of appearance, tokens and cursors.
func masked(text []byte) []byte {
	ids := map[string]string{}
	text = anID.ReplaceAllFunc(text, func(id []byte) []byte {
		if ids[string(id)] == "" {
			ids[string(id)] = "ID-" + strconv.Itoa(len(ids)+1)
		}
		return []byte(ids[string(id)])
	})
	text = aToken.ReplaceAll(text, []byte("TOKEN"))
	return aCursor.ReplaceAll(text, []byte(`"next_cursor": "CURSOR"`))
}

// wantProblem ends the test unless the reply is a whole problem document of the status and code.
func wantProblem(t testing.TB, r reply, status int, code string) problem {
	t.Helper()
	r.want(t, status)
	if form := r.header.Get("Content-Type"); form != "application/problem+json" {
		t.Errorf("Content-Type %q, want application/problem+json", form)
	}
	p := read[problem](t, r)
	if p.Status != status || p.Code != code || p.Type != "urn:mittari:problem:"+code || p.Title == "" || p.Detail == "" {
		t.Errorf("the problem is not whole, or not %d %s: %s", status, code, r.body)
	}
	if status == http.StatusUnauthorized && r.header.Get("WWW-Authenticate") == "" {
		t.Error("401 without WWW-Authenticate")
	}
	return p
}

// faultOf is the message about the field; "" when there is none.
func (p problem) faultOf(field string) string {
	for _, f := range p.Errors {
		if f.Field == field {
			return f.Message
		}
	}
	return ""
}
