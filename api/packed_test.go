package api_test

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"github.com/mittari/mittari/api"
	"github.com/mittari/mittari/models"
)

// unpackers read what came under a Content-Encoding.
var unpackers = map[string]func(io.Reader) (io.Reader, error){
	"gzip": func(r io.Reader) (io.Reader, error) { return gzip.NewReader(r) },
	"zstd": func(r io.Reader) (io.Reader, error) { return zstd.NewReader(r, zstd.WithDecoderConcurrency(1)) },
	"":     func(r io.Reader) (io.Reader, error) { return r, nil },
}

// arriving is an answer as it comes.
type arriving struct {
	path   string
	header http.Header
	body   io.Reader
}

// open asks for a path.
func (c caller) open(t *testing.T, path string, headers ...string) arriving {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), "GET", c.url+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+c.token)
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		request.Header.Set(name, value)
	}
	answer, err := c.plain.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = answer.Body.Close() })
	return arriving{path, answer.Header, answer.Body}
}

// whole is the answer's text, unpacked by the encoding that it must have.
func (a arriving) whole(t *testing.T, encoding string) string {
	t.Helper()
	if got := a.header.Get("Content-Encoding"); got != encoding {
		t.Fatalf("%s: the encoding is %q, want %q", a.path, got, encoding)
	}
	if !slices.Contains(a.header.Values("Vary"), "Accept-Encoding") {
		t.Errorf("%s: Vary is %v", a.path, a.header.Values("Vary"))
	}
	in, err := unpackers[encoding](a.body)
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(in)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestAnswersAreCompressedAsAskedForAndTheSame(t *testing.T) {
	t.Parallel()
	s := newServer(t, setup{})
	admin := s.as(t, home)
	admin.post(t, "/v1/responses/bulk", numberedLines(1, 300)).want(t, http.StatusOK)
	for _, c := range []struct{ path, form string }{
		{"/v1/responses?limit=300", "application/json"}, {"/v1/responses", ndjson}, {"/v1/responses", "text/csv"}, {"/v1/metrics", "application/json"},
		{"/openapi.json", "application/json"}, {"/", "text/html"}, {"/v1/responses?x=" + strings.Repeat("y", 2000), "application/json"},
	} {
		plain := admin.open(t, c.path, "Accept: "+c.form, "Accept-Encoding: identity").whole(t, "")
		for accepted, encoding := range map[string]string{
			"gzip": "gzip", "zstd": "zstd", "gzip, deflate, br, zstd": "zstd", "gzip;q=1, zstd;q=0.5": "gzip", "gzip;q=0": "", "br": "", "*;q=0": "",
		} {
			answer := admin.open(t, c.path, "Accept: "+c.form, "Accept-Encoding: "+accepted)
			if len(plain) < 1024 {
				encoding = ""
			}
			if text := answer.whole(t, encoding); text != plain {
				t.Errorf("%s as %s: %d bytes by %q, %d without", c.path, c.form, len(text), accepted, len(plain))
			}
		}
	}
}

func TestWhatIsSmallOrCompressedAlreadyGoesOutAsItIs(t *testing.T) {
	t.Parallel()
	s := newServer(t, setup{})
	admin := s.as(t, home)
	admin.post(t, "/v1/responses/bulk", numberedLines(1, 300)).want(t, http.StatusOK)
	for _, c := range [][2]string{
		{"/v1/analysis/table", parquetFile}, {"/v1/workspaces", "application/json"}, {"/v1/responses?limit=0", "application/json"}, {"/healthz", "application/json"},
	} {
		admin.open(t, c[0], "Accept: "+c[1], "Accept-Encoding: gzip, zstd").whole(t, "")
	}
	admin.open(t, "/docs/swagger-ui.css", "Accept-Encoding: gzip").whole(t, "gzip") // packed once
}

// pausingStore gives no page of responses but the first before it is let.
type pausingStore struct {
	api.Store
	goOn <-chan struct{}
}

func (s pausingStore) FindResponses(ctx context.Context, workspace string, f models.ResponseFilter) ([]models.Response, error) {
	if f.Before != "" {
		<-s.goOn
	}
	return s.Store.FindResponses(ctx, workspace, f)
}

func TestCompressedExportFlowsWhileItIsRead(t *testing.T) {
	t.Parallel()
	for encoding, unpacker := range unpackers {
		t.Run(encoding, func(t *testing.T) {
			t.Parallel()
			goOn := make(chan struct{})
			s := newServer(t, setup{config: func(c *api.Config) { c.Store = pausingStore{c.Store, goOn} }})
			admin := s.as(t, home)
			admin.post(t, "/v1/responses/bulk", numberedLines(1, 1500)).want(t, http.StatusOK)
			answer := admin.open(t, "/v1/responses", "Accept: "+ndjson, "Accept-Encoding: "+encoding)
			in, err := unpacker(answer.body)
			if err != nil {
				t.Fatal(err)
			}
			lines := bufio.NewScanner(in)
			n := 0
			for ; n < 250 && lines.Scan(); n++ { // comes before the second page is read
			}
			close(goOn)
			for lines.Scan() {
				n++
			}
			if n != 1500 || lines.Err() != nil || answer.header.Get("Content-Encoding") != encoding {
				t.Errorf("%d lines came as %q: %v", n, answer.header.Get("Content-Encoding"), lines.Err())
			}
		})
	}
}

// packers compress.
var packers = map[string]func(string) string{
	"gzip": func(text string) string {
		var b bytes.Buffer
		w := gzip.NewWriter(&b)
		_, _ = io.WriteString(w, text)
		_ = w.Close()
		return b.String()
	},
	"zstd": func(text string) string {
		w, _ := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1))
		defer w.Close()
		return string(w.EncodeAll([]byte(text), nil))
	},
}

func TestCompressedBodiesAreReadWhereverBodiesAre(t *testing.T) {
	t.Parallel()
	s := newServer(t, setup{})
	admin := s.as(t, home).hasty() // the contract's checker unpacks nothing
	packers := map[string]func(string) string{"gzip": packers["gzip"], "zstd": packers["zstd"], "GZIP": packers["gzip"], "x-gzip": packers["gzip"], "identity": strings.Clone}
	for encoding, pack := range packers {
		header := "Content-Encoding: " + encoding
		admin.send(t, "POST", "/v1/responses", pack(goodLine), header).want(t, http.StatusCreated)
		outcomes := admin.send(t, "POST", "/v1/responses/bulk", pack(numberedLines(1, 2000)), header).want(t, http.StatusOK).outcomes(t)
		if len(outcomes) != 2000 || outcomes[1999].Status >= 300 {
			t.Errorf("%s: %d outcomes", encoding, len(outcomes))
		}
		if r := admin.send(t, "PUT", "/v1/touchpoints/a", pack(`{"name":"A"}`), header); r.status >= 300 {
			t.Errorf("%s: PUT gave %d %s", encoding, r.status, r.body)
		}
		if r := admin.send(t, "POST", "/v1/invitations", pack("\n [{\"person\":\"p\"}]"), header); r.status != http.StatusOK {
			t.Errorf("%s: an array gave %d %s", encoding, r.status, r.body)
		}
	}
	for _, broken := range []string{goodLine, "", packers["gzip"](goodLine)[:20], packers["zstd"](goodLine)[:10]} {
		for _, encoding := range []string{"gzip", "zstd"} {
			wantProblem(t, admin.send(t, "POST", "/v1/responses", broken, "Content-Encoding: "+encoding), http.StatusBadRequest, "malformed")
		}
	}
}

func TestUnknownEncodingsAreRefusedOnEveryRoute(t *testing.T) {
	t.Parallel()
	g := goldenFile(t, "encodings")
	s := newServer(t, setup{})
	for _, route := range s.routesOf() {
		method, path, _ := strings.Cut(route, " ")
		if path = strings.NewReplacer(":id", someID, ":key", "mine").Replace(path); method == "GET" {
			continue
		}
		for _, encoding := range []string{"br", "deflate", "gzip, gzip", "compress", strings.Repeat("x", 1000)} {
			r := s.as(t, home).send(t, method, path, validBody(method, path), "Content-Encoding: "+encoding)
			wantProblem(t, r, http.StatusUnsupportedMediaType, "unsupported_encoding")
			if r.header.Get("Accept-Encoding") != "gzip, zstd" {
				t.Errorf("%s does not say what can be read: %v", route, r.header)
			}
			if encoding == "br" {
				g.check(t, "br", r)
			}
		}
		r := caller{server: s}.send(t, method, path, validBody(method, path), "Content-Encoding: br")
		wantProblem(t, r, http.StatusUnauthorized, "unauthorized")
	}
}

// zstdBomb is zstd of so many times 128 kB of a character, 4 bytes for each.
func zstdBomb(character string, times int) string {
	return "\x28\xb5\x2f\xfd\x00\x68" + strings.Repeat("\x02\x00\x10"+character, times) + "\x01\x00\x00"
}

// TestBombsAreRefusedInLittleMemory is not parallel: it measures.
func TestBombsAreRefusedInLittleMemory(t *testing.T) {
	s := newServer(t, setup{})
	admin := s.as(t, home).hasty()
	megabytes := strings.Repeat(" ", 100<<20)
	for name, bomb := range map[string]struct{ encoding, body string }{
		"10 GB of spaces in 330 kB":        {"zstd", zstdBomb(" ", 80_000)},
		"10 GB of one line":                {"zstd", zstdBomb("x", 80_000)},
		"10 GB of an array":                {"zstd", packers["zstd"]("[") + zstdBomb(" ", 80_000)},
		"10 GB of newlines":                {"zstd", zstdBomb("\n", 80_000)},
		"2 GB of spaces in 2 MB":           {"gzip", strings.Repeat(packers["gzip"](megabytes), 20)},
		"a window greater than the memory": {"zstd", "\x28\xb5\x2f\xfd\x00\xf8" + zstdBomb("x", 80_000)[6:]},
	} {
		header := "Content-Encoding: " + bomb.encoding
		peak := peakOfHeap(func() {
			if r := admin.send(t, "POST", "/v1/responses", bomb.body, header); r.status != http.StatusRequestEntityTooLarge && r.status != http.StatusBadRequest {
				t.Errorf("%s: one gave %d %s", name, r.status, r.body)
			}
			r := admin.send(t, "POST", "/v1/responses/bulk", bomb.body, header)
			refused := r.status == http.StatusRequestEntityTooLarge || r.status == http.StatusBadRequest
			if !refused && !strings.Contains(r.body, "times as large unpacked") && !strings.Contains(r.body, "bytes at most") {
				t.Errorf("%s: bulk gave %d %.300s", name, r.status, r.body)
			}
		})
		if peak > 40<<20 {
			t.Errorf("%s: the heap grew by %d MB", name, peak>>20)
		}
	}
}
