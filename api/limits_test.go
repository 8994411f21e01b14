package api_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

// raw speaks HTTP by hand: it sends the text, closes its side when asked to, and reads one reply.
func (c caller) raw(t *testing.T, text string, closeWrite bool) reply {
	t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(c.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(30 * time.Second))
	if _, err := io.WriteString(conn, text); err != nil {
		t.Fatal(err)
	}
	if closeWrite {
		if err := conn.(*net.TCPConn).CloseWrite(); err != nil {
			t.Fatal(err)
		}
	}
	answer, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return reply{answer.StatusCode, answer.Header, string(body)}
}

func (c caller) head(length int) string {
	return fmt.Sprintf("POST /v1/responses HTTP/1.1\r\nHost: test\r\nAuthorization: Bearer %s\r\nContent-Length: %d\r\n\r\n", c.token, length)
}

const megabyte = 1 << 20

func TestBodyOfTenMegabytesIsRefusedAfterTheFirst(t *testing.T) {
	t.Parallel()
	g := goldenFile(t, "too_large")
	shop := newServer(t, setup{}).as(t, home)
	// The rest is never sent: a server that wanted to read it would not answer.
	early := shop.raw(t, shop.head(10*megabyte)+strings.Repeat(" ", megabyte+1), false)
	g.check(t, "content length 10 MB, 1 MB sent", early)
	wantProblem(t, early, http.StatusRequestEntityTooLarge, "too_large")
	whole := shop.post(t, "/v1/responses", `{"metric":"nps","score":9,"comment":"`+strings.Repeat("x", 10*megabyte)+`"}`)
	wantProblem(t, whole, http.StatusRequestEntityTooLarge, "too_large")
}

func TestBodyOfExactlyTheLimitIsRead(t *testing.T) {
	t.Parallel()
	shop := newServer(t, setup{}).as(t, home)
	body := `{"metric":"nps","score":9}`
	padding := strings.Repeat(" ", megabyte-len(body))
	shop.post(t, "/v1/responses", body+padding).want(t, http.StatusCreated)
	wantProblem(t, shop.post(t, "/v1/responses", body+padding+" "), http.StatusRequestEntityTooLarge, "too_large")
}

func TestBodyThatBreaksOffStoresNothing(t *testing.T) {
	t.Parallel()
	shop := newServer(t, setup{}).as(t, home)
	r := shop.raw(t, shop.head(100)+`{"metric":"nps","score":9}`, true)
	if p := wantProblem(t, r, http.StatusBadRequest, "malformed"); !strings.Contains(p.Detail, "broke off") {
		t.Errorf("the detail does not say what happened: %s", p.Detail)
	}
	if stored := shop.list(t, "").Responses; len(stored) != 0 {
		t.Errorf("%d responses were stored", len(stored))
	}
}

func TestAnswerToAFlawedBodyIsNotMuchLargerThanTheBody(t *testing.T) {
	t.Parallel()
	shop := newServer(t, setup{}).as(t, home)
	var unknown strings.Builder
	for i := range 30_000 {
		fmt.Fprintf(&unknown, `"x%d":1,`, i)
	}
	for name, body := range map[string]string{
		"30,000 unknown fields": `{` + unknown.String() + `"metric":"nps","score":9}`,
		"one long unknown name": `{"` + strings.Repeat("n", megabyte/2) + `":1}`,
		"50,000 empty tags":     `{"metric":"nps","score":9,"tags":[""` + strings.Repeat(`,""`, 50_000) + `]}`,
		"50,000 wrong tags":     `{"metric":"nps","score":9,"tags":[0` + strings.Repeat(`,0`, 50_000) + `]}`,
		"a long unknown metric": `{"metric":"` + strings.Repeat("n", megabyte/2) + `","score":9}`,
	} {
		p := wantProblem(t, shop.post(t, "/v1/responses", body), http.StatusUnprocessableEntity, "invalid")
		size := 0
		for _, f := range p.Errors {
			size += len(f.Field) + len(f.Message)
		}
		if len(p.Errors) == 0 || size > 64<<10 {
			t.Errorf("%s: %d faults in %d bytes", name, len(p.Errors), size)
		}
		if len(p.Errors) > 1 && !strings.Contains(p.Detail, "first") {
			t.Errorf("%s: the detail does not say that there are more faults: %s", name, p.Detail)
		}
	}
}
