package api_test

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

// caller sends requests with one key; with an empty token it has none.
type caller struct {
	*server
	token     string
	unchecked bool // see hasty
}

// hasty is the same caller, for requests so many or so large that to hold each
// against the OpenAPI document would take most of the time. Others like them are checked.
func (c caller) hasty() caller {
	c.unchecked = true
	return c
}

// reply is what came back, read whole.
type reply struct {
	status int
	header http.Header
	body   string
}

// send makes a request; headers are "Name: value".
func (c caller) send(t testing.TB, method, path, body string, headers ...string) reply {
	t.Helper()
	return c.stream(t, method, path, strings.NewReader(body), headers...)
}

func (c caller) stream(t testing.TB, method, path string, body io.Reader, headers ...string) reply {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, c.url+path, body)
	if err != nil {
		t.Fatal(err)
	}
	if c.token != "" {
		request.Header.Set("Authorization", "Bearer "+c.token)
	}
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		request.Header.Set(name, value)
	}
	client := c.client
	if c.unchecked {
		client = c.plain
	}
	answer, err := client.Do(request)
	if err != nil {
		t.Fatalf("%s %s: %v", method, path, err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatalf("%s %s: the answer broke off: %v", method, path, err)
	}
	return reply{answer.StatusCode, answer.Header, string(text)}
}

func (c caller) get(t testing.TB, path string, headers ...string) reply {
	t.Helper()
	return c.send(t, "GET", path, "", headers...)
}

func (c caller) post(t testing.TB, path, body string) reply {
	t.Helper()
	return c.send(t, "POST", path, body)
}

// want ends the test unless the reply has the status.
func (r reply) want(t testing.TB, status int) reply {
	t.Helper()
	if r.status != status {
		t.Fatalf("status %d, want %d; the answer was:\n%s", r.status, status, r.body)
	}
	return r
}

// read decodes the reply's JSON; a member that T does not know fails the test.
func read[T any](t testing.TB, r reply) T {
	t.Helper()
	var into T
	decoder := json.NewDecoder(strings.NewReader(r.body))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&into); err != nil {
		t.Fatalf("%v in the answer:\n%s", err, r.body)
	}
	return into
}

// What clients see, written down anew: the answers must not depend on the server's own types.
type (
	recorded struct {
		ID  string `json:"id"`
		New bool   `json:"new"`
	}
	answer struct {
		Metric, Touchpoint, Comment string
		Score                       int
	}
	response struct {
		ID           string         `json:"id"`
		SubmissionID string         `json:"submission_id"`
		Survey       string         `json:"survey"`
		Touchpoint   string         `json:"touchpoint"`
		Channel      string         `json:"channel"`
		Segment      string         `json:"segment"`
		Team         string         `json:"team"`
		Person       string         `json:"person"`
		CollectedAt  time.Time      `json:"collected_at"`
		CreatedAt    time.Time      `json:"created_at"`
		Language     string         `json:"language"`
		Solicited    *bool          `json:"solicited"`
		Properties   map[string]any `json:"properties"`
		Tags         []string       `json:"tags"`
		Excluded     bool           `json:"excluded"`
		Answers      []answer       `json:"answers"`
	}
	page struct {
		Responses  []response `json:"responses"`
		NextCursor string     `json:"next_cursor"`
	}
	fault struct {
		Field   string `json:"field"`
		Message string `json:"message"`
	}
	problem struct {
		Type   string  `json:"type"`
		Title  string  `json:"title"`
		Status int     `json:"status"`
		Detail string  `json:"detail"`
		Code   string  `json:"code"`
		Errors []fault `json:"errors"`
	}
	outcome struct {
		Line    int      `json:"line"`
		Status  int      `json:"status"`
		ID      string   `json:"id"`
		Problem *problem `json:"problem"`
	}
	score struct {
		Metric       string           `json:"metric"`
		Level        string           `json:"level"`
		Key          string           `json:"key"`
		Since        time.Time        `json:"since"`
		Until        time.Time        `json:"until"`
		Score        *float64         `json:"score"`
		StdErr       *float64         `json:"stderr"`
		Lower        *float64         `json:"lower"`
		Upper        *float64         `json:"upper"`
		SampleSize   *int64           `json:"sample_size"`
		Mean         *float64         `json:"mean"`
		Distribution []scoreCount     `json:"distribution"`
		Categories   map[string]int64 `json:"categories"`
		Suppressed   bool             `json:"suppressed"`
		Model        bool             `json:"model"`
		Coverage     *float64         `json:"coverage"`
		Journey      *struct {
			Mean    pointsWithin `json:"mean"`
			PeakEnd pointsWithin `json:"peak_end"`
			Peak    string       `json:"peak"`
			End     string       `json:"end"`
			Steps   []string     `json:"steps"`
		} `json:"journey"`
	}
	pointsWithin struct{ Score, Lower, Upper float64 }
	scoreCount   struct {
		Score int   `json:"score"`
		N     int64 `json:"n"`
	}
)

// record stores a response and gives its id.
func (c caller) record(t testing.TB, body string) string {
	t.Helper()
	return read[recorded](t, c.post(t, "/v1/responses", body).want(t, http.StatusCreated)).ID
}

// list reads one page.
func (c caller) list(t testing.TB, query string) page {
	t.Helper()
	return read[page](t, c.get(t, "/v1/responses"+query).want(t, http.StatusOK))
}

// scores reads scores.
func (c caller) scores(t testing.TB, query string) []score {
	t.Helper()
	list := read[struct{ Scores []score }](t, c.get(t, "/v1/scores"+query).want(t, http.StatusOK))
	return list.Scores
}

// outcomes are those of a bulk request, a line each.
func (r reply) outcomes(t testing.TB) []outcome {
	t.Helper()
	var all []outcome
	decoder := json.NewDecoder(strings.NewReader(r.body))
	decoder.DisallowUnknownFields()
	for decoder.More() {
		var one outcome
		if err := decoder.Decode(&one); err != nil {
			t.Fatalf("%v in the outcomes:\n%s", err, r.body)
		}
		all = append(all, one)
	}
	return all
}
