package api_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/mittari/mittari/api"
	"github.com/mittari/mittari/models"
)

// flaky stores what it is given, and some times says that the database can't be reached.
type flaky struct {
	api.Recorder
	left atomic.Int32 // times
}

func (f *flaky) fails() error {
	if f.left.Add(-1) >= 0 {
		return models.Errorf(models.Busy, "the database can't be reached")
	}
	return nil
}

func (f *flaky) Record(ctx context.Context, r models.Accepted) (models.Outcome, error) {
	outcome, err := f.Recorder.Record(ctx, r)
	return outcome, errors.Join(err, f.fails())
}

func (f *flaky) Prepare(rs []models.Accepted) models.Storing {
	record := f.Recorder.Prepare(rs)
	return func(ctx context.Context) func() ([]models.Outcome, error) {
		outcomes, err := record(ctx)()
		err = errors.Join(err, f.fails())
		return func() ([]models.Outcome, error) { return outcomes, err }
	}
}

// failingTimes lets the server's recorder fail some times.
func failingTimes(times int32) func(*api.Config) {
	return func(c *api.Config) {
		f := &flaky{Recorder: c.Recorder}
		f.left.Store(times)
		c.Recorder = f
	}
}

func TestResponseThatWasStoredThoughTheServerFailedIsNotStoredAgain(t *testing.T) {
	t.Parallel()
	onceServers(t, failingTimes(2), func(t *testing.T, s, replica *server) {
		admin := s.as(t, home)
		for range 2 {
			wantProblem(t, admin.postOnce(t, "k", "/v1/responses", goodLine).isFirst(t), http.StatusServiceUnavailable, "busy")
		}
		first := admin.on(replica).postOnce(t, "k", "/v1/responses", goodLine).want(t, http.StatusCreated).isFirst(t)
		admin.postOnce(t, "k", "/v1/responses", goodLine).again(t, first)
		if n := admin.counted(t, "nps"); n != 1 {
			t.Errorf("%d answers are counted, want 1", n)
		}
		if id := read[recorded](t, first).ID; admin.list(t, "").Responses[0].ID != id {
			t.Errorf("%s is told, another one is stored", id)
		}
	})
}

func TestLinesThatAServerFailedToStoreAreTriedAgain(t *testing.T) {
	t.Parallel()
	onceServers(t, failingTimes(1), func(t *testing.T, s, replica *server) {
		admin := s.as(t, home)
		lines := strings.Repeat(goodLine+"\n", 3) + badLine + "\n" + `{"submission_id":"s","metric":"nps","score":9}`
		for _, o := range admin.postOnce(t, "k", "/v1/responses/bulk", lines).isFirst(t).outcomes(t) {
			if o.Status != http.StatusServiceUnavailable && o.Line != 4 {
				t.Errorf("%+v, want that it fails", o)
			}
		}
		second := admin.on(replica).postOnce(t, "k", "/v1/responses/bulk", lines).want(t, http.StatusOK).isFirst(t)
		for _, o := range second.outcomes(t) {
			if o.Status != http.StatusCreated && o.Line != 4 {
				t.Errorf("%+v, want that it is stored", o)
			}
		}
		admin.postOnce(t, "k", "/v1/responses/bulk", lines).again(t, second)
		if n := admin.counted(t, "nps"); n != 4 {
			t.Errorf("%d answers are counted, want 4", n)
		}
		ids := map[string]bool{}
		for _, r := range admin.list(t, "").Responses {
			ids[r.ID] = true
		}
		for _, o := range second.outcomes(t) {
			if o.Line != 4 && !ids[o.ID] {
				t.Errorf("%+v is not stored under this id", o)
			}
		}
	})
}

// dying can't keep replies while it is the hour that tests begin in: the process dies before.
type dying struct {
	api.Store
	clock func() time.Time
}

func (d dying) EndAttempt(ctx context.Context, workspace string, a models.Attempt, reply []byte) error {
	if d.clock().UTC().Hour() == 8 {
		return errors.New("the process died")
	}
	return d.Store.EndAttempt(ctx, workspace, a, reply)
}

func TestWhatWasStoredBeforeTheProcessDiedIsNotStoredAgain(t *testing.T) {
	t.Parallel()
	onceServers(t, func(c *api.Config) { c.Store = dying{c.Store, c.Clock} }, func(t *testing.T, s, _ *server) {
		admin := s.as(t, home)
		admin.putKPI(t, "mine", sales).want(t, http.StatusCreated)
		sent := map[string]string{"/v1/responses": goodLine, "/v1/responses/bulk": goodLine + "\n" + goodLine, "/v1/kpis/mine/observations": observed(1, ""),
			"/v1/invitations": `{"person":"p"}`}
		first := map[string]reply{}
		for path, body := range sent {
			first[path] = admin.postOnce(t, "k"+path, path, body).isFirst(t)
			wantProblem(t, admin.postOnce(t, "k"+path, path, body), http.StatusServiceUnavailable, "busy")
		}
		s.clock.pass(time.Hour)
		for path, body := range sent {
			second := admin.postOnce(t, "k"+path, path, body).isFirst(t)
			if second.body != first[path].body && !strings.Contains(path, "kpis") { // a figure is known already
				t.Errorf("%s: %s, was %s", path, second.body, first[path].body)
			}
			admin.postOnce(t, "k"+path, path, body).again(t, second)
		}
		if n := admin.counted(t, "nps"); n != 3 {
			t.Errorf("%d answers are counted, want 3", n)
		}
		if rates := admin.get(t, "/v1/response-rate?window=today").body; !strings.Contains(rates, `"invited":1`) {
			t.Errorf("one was asked: %s", rates)
		}
		if !strings.Contains(s.logs.String(), "could not be kept") {
			t.Error("that a reply is not kept is not logged")
		}
	})
}

func TestBulkThatWasCutOffIsSentAgainWhole(t *testing.T) {
	t.Parallel()
	onceServers(t, nil, func(t *testing.T, s, _ *server) {
		admin := s.as(t, home)
		var lines strings.Builder
		for i := range 1200 {
			fmt.Fprintf(&lines, `{"metric":"nps","score":%d}`+"\n", i%11)
		}
		body, sender := io.Pipe()
		request, err := http.NewRequestWithContext(t.Context(), "POST", s.url+"/v1/responses/bulk", body)
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Authorization", "Bearer "+admin.token)
		request.Header.Set("Idempotency-Key", "k")
		go func() {
			_, _ = io.WriteString(sender, lines.String()[:20_000])
			waitFor(t, "that some are stored", func() bool { return admin.counted(t, "nps") > 0 })
			_ = sender.CloseWithError(errors.New("the line is cut"))
		}()
		if answer, err := s.plain.Do(request); err == nil {
			_ = answer.Body.Close()
			t.Fatalf("it is answered: %s", answer.Status)
		}
		var whole reply
		waitFor(t, "that the server knows of it", func() bool {
			whole = admin.postOnce(t, "k", "/v1/responses/bulk", lines.String())
			return whole.status != http.StatusServiceUnavailable
		})
		for _, o := range whole.want(t, http.StatusOK).isFirst(t).outcomes(t) {
			if o.Status != http.StatusCreated {
				t.Fatalf("%+v", o)
			}
		}
		if n := admin.counted(t, "nps"); n != 1200 {
			t.Errorf("%d answers are counted, want 1200", n)
		}
	})
}

func TestBulkOfAnAnswerTooLargeToBeKeptIsCarriedOutAgainAndStoredOnce(t *testing.T) {
	t.Parallel()
	s := newServer(t, setup{})
	admin := s.as(t, home).hasty()
	lines := strings.Repeat(goodLine+"\n", 15_000)
	first := admin.postOnce(t, "k", "/v1/responses/bulk", lines).want(t, http.StatusOK)
	second := admin.postOnce(t, "k", "/v1/responses/bulk", lines).want(t, http.StatusOK).isFirst(t)
	if first.body != second.body || len(first.body) <= megabyte {
		t.Errorf("%d bytes were answered, and then others", len(first.body))
	}
	if n := admin.counted(t, "nps"); n != 15_000 {
		t.Errorf("%d answers are counted, want 15,000", n)
	}
	ids := map[string]bool{}
	last := ""
	for _, o := range first.outcomes(t) {
		ids[o.ID] = true
		if o.ID <= last {
			t.Fatalf("line %d: %s does not come after %s", o.Line, o.ID, last)
		}
		last = o.ID
	}
	if len(ids) != 15_000 {
		t.Errorf("%d ids", len(ids))
	}
}

// sluggish is a database that lets no attempt begin before it is told to.
type sluggish struct {
	api.Store
	arrived *atomic.Int32
	goOn    <-chan struct{}
}

func (s sluggish) BeginAttempt(ctx context.Context, workspace string, a models.Attempt) (string, []byte, error) {
	s.arrived.Add(1)
	<-s.goOn
	return s.Store.BeginAttempt(ctx, workspace, a)
}

func TestRequestsDontPileUpBeforeTheyBegin(t *testing.T) {
	t.Parallel()
	const most = 500
	arrived, gate := &atomic.Int32{}, make(chan struct{})
	s := newServer(t, setup{config: func(c *api.Config) { c.Store = sluggish{c.Store, arrived, gate} }})
	goOn := sync.OnceFunc(func() { close(gate) })
	t.Cleanup(goOn)
	admin := s.as(t, home)
	admin.record(t, goodLine)
	statuses := make(chan int, most)
	for i := range most {
		go func() { // without a connection: systems bound how many a process may have
			request := httptest.NewRequest("POST", "/v1/responses", strings.NewReader(goodLine))
			request.Header.Set("Authorization", "Bearer "+admin.token)
			request.Header.Set("Idempotency-Key", fmt.Sprint(i))
			w := httptest.NewRecorder()
			s.handler.ServeHTTP(w, request)
			statuses <- w.Code
		}()
	}
	waitFor(t, "that all wait", func() bool { return arrived.Load() == most })
	refused := admin.postOnce(t, "one-too-many", "/v1/responses", goodLine)
	wantProblem(t, refused, http.StatusServiceUnavailable, "busy")
	if refused.header.Get("Retry-After") == "" {
		t.Error("it does not say when to try again")
	}
	admin.record(t, goodLine) // others are let in
	goOn()
	for range most {
		if status := next(t, statuses); status != http.StatusCreated {
			t.Errorf("status %d", status)
		}
	}
	admin.postOnce(t, "one-too-many", "/v1/responses", goodLine).want(t, http.StatusCreated)
}
