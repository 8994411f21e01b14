package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/mittari/mittari/deploy/running"
)

const (
	clients  = 8
	patience = 2 * time.Minute // for which a client sends something again until it is settled
)

// client writes: it keeps its connections open, and sends again what was not settled, as the documentation tells.
type client struct {
	*trial
	number int
	random *rand.Rand
	sent   int
}

func (t *trial) client(number int) *client {
	return &client{t, number, rand.New(rand.NewPCG(t.seed, uint64(1000+number))), 0} //nolint:gosec // it is to be repeatable
}

// submission is one response, whose mark is its submission_id and its person.
type submission struct{ mark, metric, body string }

// draw makes a submission; without an id the request's Idempotency-Key makes it safe to send again.
func (c *client) draw(withID bool) submission {
	c.sent++
	s := submission{mark: fmt.Sprintf("t-%d-%d", c.number, c.sent), metric: pick(c.random, "nps", "csat")}
	score, id, day := c.random.IntN(11), "", ""
	if s.metric == "csat" {
		score = 1 + c.random.IntN(5)
	}
	if withID {
		id = fmt.Sprintf(`"submission_id":%q,`, s.mark)
	}
	if c.random.IntN(4) == 0 {
		day = fmt.Sprintf(`"collected_at":%q,`, c.begun.UTC().AddDate(0, 0, -1-c.random.IntN(40)).Format(time.RFC3339))
	}
	s.body = fmt.Sprintf(`{%s%s"person":%q,"touchpoint":%q,"channel":%q,"segment":%q,"answers":[{"metric":%q,"score":%d}]}`, id, day, s.mark,
		pick(c.random, "meeting", "checkout", "call"), pick(c.random, "web", "sms"), pick(c.random, "", "families", "seniors"), s.metric, score)
	return s
}

func pick[T any](r *rand.Rand, of ...T) T { return of[r.IntN(len(of))] }

// turn sends one submission or some, until they are acknowledged, and now and then once more.
func (c *client) turn() {
	n := 1
	if c.random.IntN(4) == 0 {
		n = 2 + c.random.IntN(60)
	}
	key := ""
	if c.number == 0 && c.random.IntN(2) == 0 { // one client relies on it
		key = fmt.Sprintf("key-%d", c.sent)
	}
	all := make([]submission, n)
	for i := range all {
		all[i] = c.draw(key == "")
	}
	bulk := n > 1
	c.settle(all, bulk, key)
	if c.random.IntN(8) == 0 {
		c.again.Add(int64(n))
		c.settle(all, bulk, key)
	}
}

// settle sends until all is acknowledged. Under an Idempotency-Key a request is sent as it was, otherwise what is left of it.
func (c *client) settle(all []submission, bulk bool, key string) {
	open := all
	at := c.random.IntN(len(c.servers))
	for begun := time.Now(); len(open) > 0; at++ {
		if time.Since(begun) > patience {
			c.wrong("%s was not settled within %s", open[0].mark, patience)
			return
		}
		if c.ctx.Err() != nil {
			return
		}
		left, wait, goOn := c.send(c.servers[at%len(c.servers)], open, bulk, key)
		if !goOn {
			return
		}
		if open = left; key != "" && len(left) > 0 {
			open = all
		}
		if len(open) > 0 {
			select {
			case <-c.ctx.Done():
			case <-time.After(wait):
			}
		}
	}
}

// send makes one request, and gives what it left open and how long to wait before that is sent again. What can't be settled does not go on.
func (c *client) send(to *server, open []submission, bulk bool, key string) (left []submission, wait time.Duration, goOn bool) {
	const soon = 50 * time.Millisecond
	path, body := "/v1/responses", open[0].body
	if bulk {
		path += "/bulk"
		for _, s := range open[1:] {
			body += "\n" + s.body
		}
	}
	status, header, text := c.post(to, path, body, key)
	again, _ := strconv.Atoi(header.Get("Retry-After"))
	wait = time.Duration(again) * time.Second
	switch {
	case status == unreached:
		c.unreached.Add(1)
		return open, soon, true
	case status == unanswered:
		c.unanswered.Add(1)
		return open, soon, true
	case bulk && status == http.StatusOK:
		return c.outcomes(open, text), time.Second, true
	case status == http.StatusCreated || status == http.StatusOK:
		var stored struct{ ID string }
		if json.Unmarshal(text, &stored) != nil { // it broke off
			c.unanswered.Add(1)
			return open, soon, true
		}
		c.acknowledge(open[0], stored.ID, status)
		return nil, 0, true
	case status == http.StatusServiceUnavailable:
		c.busy.Add(1)
	case status == http.StatusTooManyRequests:
		c.limited.Add(1)
	default:
		c.wrong("POST %s was answered %d %s", path, status, last(string(text), 500))
		return nil, 0, false
	}
	if again < 1 {
		c.wrong("POST %s was answered %d without Retry-After: %s", path, status, last(string(text), 500))
		wait = time.Second
	}
	return open, wait, true
}

// outcomes reads those of a bulk request, as far as they came, and gives the submissions that are open still.
func (c *client) outcomes(sent []submission, text []byte) (left []submission) {
	lines := json.NewDecoder(bytes.NewReader(text))
	for i, s := range sent {
		var o struct {
			Line, Status int
			ID           string
			Problem      json.RawMessage
		}
		if err := lines.Decode(&o); err != nil {
			c.unanswered.Add(1)
			return append(left, sent[i:]...)
		}
		switch {
		case o.Line != i+1:
			c.wrong("outcome %d of a bulk request is of line %d", i+1, o.Line)
		case o.Status == http.StatusCreated || o.Status == http.StatusOK:
			c.acknowledge(s, o.ID, o.Status)
		case o.Status == http.StatusServiceUnavailable || o.Status == http.StatusTooManyRequests:
			left = append(left, s)
		default:
			c.wrong("a line of a bulk request was answered %d %s", o.Status, o.Problem)
		}
	}
	if len(left) > 0 {
		c.busy.Add(1)
	}
	return left
}

// What stands for a status where there is none.
const (
	unreached  = -1 // nobody was there to connect to
	unanswered = -2 // who was there did not answer, whatever became of the request
)

// post makes one request; a text may have broken off.
func (c *client) post(to *server, path, body, key string) (status int, header http.Header, text []byte) {
	c.requests.Add(1)
	header = http.Header{"Content-Type": {"application/json"}}
	if key != "" {
		header.Set("Idempotency-Key", key)
	}
	return c.request(c.browser, http.MethodPost, "http://"+to.address+path, body, header)
}

// request makes a request with the key.
func (t *trial) request(by *http.Client, method, url, body string, header http.Header) (int, http.Header, []byte) {
	request, err := http.NewRequestWithContext(t.ctx, method, url, strings.NewReader(body))
	if err != nil {
		t.wrong("%v", err)
		return unreached, nil, nil
	}
	for name, values := range header {
		request.Header[name] = values
	}
	request.Header.Set("Authorization", "Bearer "+running.AdminKey)
	response, err := by.Do(request)
	if err != nil {
		if dial, is := errors.AsType[*net.OpError](err); is && dial.Op == "dial" {
			return unreached, nil, nil
		}
		return unanswered, nil, nil
	}
	defer response.Body.Close()
	text, _ := io.ReadAll(response.Body) // what breaks off is told by what is missing
	return response.StatusCode, response.Header, text
}
