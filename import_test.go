package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/mittari/mittari/models"
)

// serveHTTP runs a server of the test's own until the test ends, and gives its URL.
func serveHTTP(t *testing.T, handler http.Handler) string {
	t.Helper()
	listener, err := net.Listen("tcp", freeAddress(t))
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: handler}
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(func() { _ = server.Close() })
	return "http://" + listener.Addr().String()
}

// imported runs the command and gives its exit code and what it wrote.
func imported(t *testing.T, server string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	return call(t, envOf("MITTARI_SERVER", server, "MITTARI_KEY", testKey), append([]string{"import"}, args...)...)
}

// importedUntil is imported with an end to it.
func importedUntil(ctx context.Context, server string, args ...string) (code int, stderr string) {
	var errs bytes.Buffer
	code = run(ctx, append([]string{"import"}, args...), envOf("MITTARI_SERVER", server, "MITTARI_KEY", testKey), io.Discard, &errs)
	return code, errs.String()
}

func wants(t *testing.T, code, wanted int, stderr string, parts ...string) {
	t.Helper()
	if code != wanted {
		t.Errorf("exit code %d, want %d", code, wanted)
	}
	for _, part := range parts {
		if !strings.Contains(stderr, part) {
			t.Errorf("it does not say %q:\n%s", part, stderr)
		}
	}
}

// file makes a file of the test's own.
func file(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestImportIsRepeatable(t *testing.T) {
	onBothDatabases(t, func(t *testing.T, database string) {
		server := start(t, database, "--time-zone", "Europe/Helsinki")
		example := []string{"deploy/import/example.csv", "--mapping", "deploy/import/example.yaml"}

		code, stdout, stderr := imported(t, server.api, append(example, "--dry-run")...)
		wants(t, code, 0, stderr, "9 rows read, 1 filtered out, 1 without an answer, 7 sent, 7 would be accepted, 0 refused")
		showsRows(t, stdout, "meeting-2026-1001", "meeting-2026-1002", "meeting-2026-1004")

		code, _, stderr = imported(t, server.api, example...)
		wants(t, code, 0, stderr, "7 sent, 7 stored, 0 already there, 0 refused")
		code, _, stderr = imported(t, server.api, example...)
		wants(t, code, 0, stderr, "7 sent, 0 stored, 7 already there, 0 refused")

		_, body := server.send("GET", "/v1/scores?metric=csat&since=2026-03-01&until=2026-04-01", "")
		scores := decode[scoreAnswer](t, body).Scores
		if len(scores) != 1 || *scores[0].SampleSize != 7 || math.Abs(*scores[0].Score-100*5/7.) > 1e-9 {
			t.Errorf("the score of the rows is %s", body)
		}
	})
}

// showsRows fails the test unless the text is the JSON of the submissions with the ids given.
func showsRows(t *testing.T, text string, ids ...string) {
	t.Helper()
	shown := json.NewDecoder(strings.NewReader(text))
	for i, id := range ids {
		var s models.Submission
		if err := shown.Decode(&s); err != nil || s.SubmissionID != id {
			t.Errorf("row %d shown is %q, error %v; want %q", i, s.SubmissionID, err, id)
		}
	}
	if shown.Decode(&models.Submission{}) != io.EOF {
		t.Errorf("more rows are shown than %v", ids)
	}
}

const smallMapping = `
submission_id: "s-{id}"
touchpoint: shop
answers:
  - {metric: csat, score: "{a}"}
  - {metric: nps, score: "{b}", comment: "{why}"}
`

func TestGoodRowsAreStoredWhenOthersAreRefused(t *testing.T) {
	server := start(t, sqliteURL(t)).api
	mapping := file(t, "m.yaml", smallMapping)
	rows := file(t, "rows.csv", "id,a,b,why\n1,5,9,\n2,5,11,\"two\nlines\"\n3,5\n4,x,1,\n5,,,only a comment\n6,4,,\n")
	refused := filepath.Join(t.TempDir(), "refused.csv")

	code, _, stderr := imported(t, server, rows, "--mapping", mapping, "--refused", refused)
	wants(t, code, 1, stderr,
		"6 rows read, 0 filtered out, 1 without an answer, 3 sent, 2 stored, 0 already there, 3 refused, 1 comments left out",
		"rows.csv:3: refused: answers[1].score (nps): must be from 0 to 10, is 11",
		"rows.csv:5: refused: has 2 cells, the header has 4",
		`rows.csv:6: refused: answers[0].score: column a: "x" is not a whole number`,
		"mittari: 3 rows were refused", "no collected_at",
	)
	got, err := os.ReadFile(refused)
	if err != nil {
		t.Fatal(err)
	}
	want := `refused_line,refused_reason,id,a,b,why
3,"answers[1].score (nps): must be from 0 to 10, is 11",2,5,11,"two
lines"
5,"has 2 cells, the header has 4: is a quote or a delimiter missing?",3,5,,
6,"answers[0].score: column a: ""x"" is not a whole number, true or false: say in values what it means, or in no_answer that it means nothing",4,x,1,
`
	if string(got) != want {
		t.Errorf("refused rows:\n%s\nwant\n%s", got, want)
	}

	mended := file(t, "mended.csv", strings.NewReplacer(",11,", ",10,", "x,1", "4,1").Replace(string(got)))
	code, _, stderr = imported(t, server, mended, "--mapping", mapping)
	wants(t, code, 0, stderr, "3 sent, 3 stored, 0 already there, 0 refused")

	changed := file(t, "changed.csv", "id,a,b,why\n1,1,9,\n")
	code, _, stderr = imported(t, server, changed, "--mapping", mapping)
	wants(t, code, 1, stderr, "changed.csv:2: refused: ", "0 stored, 0 already there, 1 refused")
}

func TestImportSaysWhatIsWrongBeforeItSends(t *testing.T) {
	good, rows := file(t, "m.yaml", smallMapping), file(t, "rows.csv", "id,a,b,why\n1,5,9,\n")
	plain := file(t, "plain.yaml", "answers: [{metric: nps, score: '{b}'}]")
	faulty := file(t, "faulty.yaml", "survy: x\nanswers: 5\n")
	other := file(t, "other.csv", "id;a;b;why\n1;5;9;\n")
	for _, c := range []struct {
		name string
		args []string
		want []string
	}{
		{"no submission_id", []string{rows, "--mapping", plain}, []string{"has no submission_id: importing twice would count twice", "--allow-duplicates"}},
		{"faults in the mapping", []string{rows, "--mapping", faulty}, []string{"faulty.yaml: line 1, column 1: survy: unknown key: do you mean \"survey\"?", "faulty.yaml: line 2, column 10: answers: must be a list"}},
		{"another header", []string{other, "--mapping", good}, []string{"m.yaml: line 2, column 16: submission_id: the column \"id\" is not in the header", "is the delimiter right?"}},
		{"no such file", []string{"nowhere.csv", "--mapping", good}, []string{"nowhere.csv"}},
		{"no such mapping", []string{rows, "--mapping", "nowhere.yaml"}, []string{"nowhere.yaml"}},
		{"a folder", []string{t.TempDir(), "--mapping", good}, []string{"is a folder"}},
		{"an empty file", []string{file(t, "empty.csv", ""), "--mapping", good}, []string{"empty.csv: there is no header"}},
		{"refused rows over the rows", []string{rows, "--mapping", good, "--refused", rows}, []string{"is being read: name another file"}},
		{"refused rows over the mapping", []string{rows, "--mapping", good, "--refused", good}, []string{"is being read: name another file"}},
		{"not an address", []string{rows, "--mapping", good, "--server", "localhost"}, []string{"--server must be an address"}},
		{"no key", []string{rows, "--mapping", good, "--key", ""}, []string{"a key is missing: set MITTARI_KEY"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			code, stdout, stderr := imported(t, "http://127.0.0.1:1", c.args...)
			wants(t, code, 1, stderr, c.want...)
			if stdout != "" {
				t.Errorf("stdout: %s", stdout)
			}
		})
	}
	if text, err := os.ReadFile(rows); err != nil || len(text) == 0 {
		t.Errorf("the rows are gone: %q, %v", text, err)
	}
}

func TestImportWithAWrongKeyEndsAtOnce(t *testing.T) {
	code, _, stderr := imported(t, start(t, sqliteURL(t)).api, "deploy/import/example.csv", "--mapping", "deploy/import/example.yaml", "--key", "not-the-key")
	wants(t, code, 1, stderr, "the server answered 401 Unauthorized", "0 sent, 0 stored")
}

func TestInterruptedImportFinishesTheRequestUnderWay(t *testing.T) {
	ctx, interrupt := context.WithCancel(t.Context())
	server := serveHTTP(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		interrupt()
		for i := range bytes.Count(body, []byte("\n")) {
			fmt.Fprintf(w, `{"line":%d,"status":201}`+"\n", i+1)
		}
	}))
	rows := "id,a,b,why\n" + strings.Repeat("1,5,9,\n", 200_000)
	code, stderr := importedUntil(ctx, server, file(t, "rows.csv", rows), "--mapping", file(t, "m.yaml", smallMapping))
	wants(t, code, 1, stderr, "1000 sent, 1000 stored", "interrupted: 1000 rows were stored, 0 were there already; run the same command again")
}

func TestImportWaitingForItsInputCanBeInterrupted(t *testing.T) {
	in, out, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	defer out.Close()
	stdin := os.Stdin
	os.Stdin = in
	defer func() { os.Stdin = stdin }()
	if _, err := out.WriteString("id,a,b,why\n1,5,9,\n"); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond) // the input gives no more and does not end
	defer cancel()
	code, stderr := importedUntil(ctx, "http://127.0.0.1:1", "-", "--mapping", file(t, "m.yaml", smallMapping))
	wants(t, code, 1, stderr, "standard input: ")
}
