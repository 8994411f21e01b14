package api

import (
	"bytes"
	"io"
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"github.com/mittari/mittari/models"
)

// FuzzQuery: no query string makes a parameter's reader panic, and what one takes is what it says.
func FuzzQuery(f *testing.F) {
	for _, seed := range []string{"", "since=2026-01-31&limit=7&dry_run=true", "since=2026-01-31T10:04:00%2B02:00&group_by=team,channel&group_by=team", "limit=-1&dry_run=yes&cursor=!",
		"cursor=AZOPbnwafV6wpD8d6KLJAQ", "since=%00&a=%zz;b=1", "since=1969-12-30&until=9999-12-31", "unknown=&unknown="} {
		f.Add(seed)
	}
	zone, err := time.LoadLocation("America/Santiago") // which has no midnight once a year
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text string) {
		c := &gin.Context{Request: httptest.NewRequestWithContext(t.Context(), "GET", "/", nil)}
		c.Request.URL.RawQuery = text
		q := queryOf(c)
		n, flag, since := q.number("limit", 5, 10), q.flag("dry_run"), q.moment("since", zone)
		day, given := q.day("until", zone)
		values, _ := q.list("group_by")
		q.dimensions()
		place := q.cursor()
		err := q.err()
		if err != nil {
			wellSaid(t, err)
			return
		}
		slices.Sort(values)
		if n < 1 || n > 10 || flag != (q.text("dry_run") == "true") || !since.IsZero() && since.Unix() < -24*60*60 || len(slices.Compact(values)) != len(values) {
			t.Fatalf("%q was taken as %d %v %v %v", text, n, flag, since, values)
		}
		if given && !day.Start(zone).Equal(q.moment("until", zone)) {
			t.Fatalf("%q is day %v", text, day)
		}
		if place != "" && cursorAfter(place, time.Time{}) != q.text("cursor") {
			t.Fatalf("the cursor of %q is that of %s, which has another one", text, place)
		}
	})
}

// FuzzHeaders: no header makes its reader panic.
func FuzzHeaders(f *testing.F) {
	for _, seed := range []string{"", "*", "*/*", "text/csv;q=0.5, application/json;q=1e9", `"a", W/"b"`, `"`, `text/*;q="`, "key-1", "a\tb", ";;,,", "application/x-ndjson ; q=NaN"} {
		f.Add(seed)
	}
	offers := []string{formJSON, formNDJSON, formCSV}
	f.Fuzz(func(t *testing.T, text string) {
		if form := negotiate([]string{text}, offers...); form != "" && !slices.Contains(offers, form) {
			t.Fatalf("%q asks for %q", text, form)
		}
		c := &gin.Context{Request: httptest.NewRequestWithContext(t.Context(), "GET", "/", nil)}
		c.Request.Header.Set("If-Match", text)
		named, err := tagsOf(c, "If-Match")
		if err != nil {
			wellSaid(t, err)
		}
		for _, tag := range named.named {
			if len(tag) < 2 || !named.has(tag, true) {
				t.Fatalf("%q names %q", text, tag)
			}
		}
		if err := checkIdempotencyKey([]string{text}); err != nil {
			wellSaid(t, err)
		}
		bearer(&gin.Context{Request: c.Request})
	})
}

// FuzzUnpack: no compressed body makes its reader panic or grow without bound, and what was packed is unpacked.
func FuzzUnpack(f *testing.F) {
	f.Add([]byte(`{"metric":"nps","score":9}`))
	f.Add(bytes.Repeat([]byte("x"), 1000))
	for _, encoding := range []string{"gzip", "zstd"} {
		f.Add(packedAs(f, encoding, []byte(`{"metric":"nps","score":9}`)))
		f.Add(packedAs(f, encoding, bytes.Repeat([]byte("y"), 1<<20)))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		for _, encoding := range []string{"gzip", "zstd"} {
			if text, err := unpackedAs(t, encoding, packedAs(t, encoding, body)); err != nil || !bytes.Equal(text, body) {
				t.Fatalf("%s: %q was unpacked as %q, %v", encoding, body, text, err)
			}
			text, err := unpackedAs(t, encoding, body)
			if len(text) > unpackedFree+unpackedRatio*len(body) {
				t.Fatalf("%d bytes of %d", len(text), len(body))
			}
			if code := models.ErrorCode(err); code != "" {
				wellSaid(t, err)
			}
		}
	})
}

func packedAs(tb testing.TB, encoding string, body []byte) []byte {
	tb.Helper()
	var packed bytes.Buffer
	var into io.WriteCloser = gzip.NewWriter(&packed)
	if encoding == "zstd" {
		var err error
		if into, err = zstd.NewWriter(&packed, zstd.WithEncoderConcurrency(1)); err != nil {
			tb.Fatal(err)
		}
	}
	_, err := into.Write(body)
	if err := firstError(err, into.Close()); err != nil {
		tb.Fatal(err)
	}
	return packed.Bytes()
}

func unpackedAs(tb testing.TB, encoding string, body []byte) ([]byte, error) {
	tb.Helper()
	c := &gin.Context{Request: httptest.NewRequestWithContext(tb.Context(), "POST", "/", bytes.NewReader(body))}
	c.Request.Header.Set("Content-Encoding", encoding)
	if err := unpack(c); err != nil {
		tb.Fatal(err)
	}
	return io.ReadAll(c.Request.Body)
}
