package deliver_test

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"sync"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
	"go.uber.org/goleak"

	"github.com/mittari/mittari/models"
	"github.com/mittari/mittari/models/deliver"
	"github.com/mittari/mittari/models/store"
	"github.com/mittari/mittari/models/store/storetest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// secret is that of every webhook of the tests, unless it is rotated.
const secret models.Secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

// house is a store with a workspace, and a clock that the test sets.
type house struct {
	*store.Store
	mu sync.Mutex
	at time.Time
}

func (h *house) now() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.at
}

func (h *house) pass(d time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.at = h.at.Add(d)
}

func onEachDatabase(t *testing.T, promise func(t *testing.T, h *house)) {
	t.Helper()
	for name, url := range map[string]func() string{
		"sqlite":   func() string { return "sqlite://" + filepath.Join(t.TempDir(), "mittari.db") },
		"postgres": func() string { return storetest.Postgres(t) },
	} {
		t.Run(name, func(t *testing.T) {
			h := &house{at: time.Date(2026, 11, 20, 8, 30, 0, 0, time.UTC)}
			var err error
			h.Store, err = store.Open(t.Context(), store.Config{URL: url(), MaxKeys: 100, Clock: h.now, Logger: slog.New(slog.DiscardHandler)})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(h.Close)
			if _, err := h.CreateWorkspace(t.Context(), models.Workspace{Key: "bank", TimeZone: "UTC"}); err != nil {
				t.Fatal(err)
			}
			promise(t, h)
		})
	}
}

// pepper is that of the tests.
func pepper(t *testing.T) models.Persons {
	t.Helper()
	persons, err := models.NewPersons("a pepper of many characters")
	if err != nil {
		t.Fatal(err)
	}
	return persons
}

// hook makes a webhook that is told of every response.
func (h *house) hook(t *testing.T, url string) models.Webhook {
	t.Helper()
	made, err := h.CreateWebhook(t.Context(), models.Webhook{Workspace: "bank", URL: url, Events: models.Events()[:1], Secrets: []models.SecretUse{models.KeepSecret(pepper(t), "bank", secret)}})
	if err != nil {
		t.Fatal(err)
	}
	return made
}

// record stores n responses.
func (h *house) record(t *testing.T, n int) {
	t.Helper()
	batch := make([]models.Accepted, n)
	for i := range batch {
		var err error
		batch[i], err = models.Submission{Metric: "nps", Score: &models.Value{N: i % 11}}.Check(models.Rules{Workspace: "bank", Metrics: models.StandardMetrics(), Zone: time.UTC, Now: h.now(), NewID: store.NewID})
		if err != nil {
			t.Fatal(err)
		}
	}
	if _, err := h.Commit(t.Context(), "bank", batch); err != nil {
		t.Fatal(err)
	}
}

func (h *house) deliveries(t *testing.T, w models.Webhook) []models.Delivery {
	t.Helper()
	found, err := h.FindDeliveries(t.Context(), "bank", w.ID, models.DeliveryFilter{Limit: 1000})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// ended are how many of the webhook's deliveries are in the state.
func (h *house) in(t *testing.T, w models.Webhook, state models.DeliveryState) (n int) {
	t.Helper()
	for _, d := range h.deliveries(t, w) {
		if d.State == state {
			n++
		}
	}
	return n
}

// local allows the receivers of the tests.
func local(t *testing.T) models.Reach {
	t.Helper()
	reach, err := models.NewReach([]string{"127.0.0.0/8"})
	if err != nil {
		t.Fatal(err)
	}
	return reach
}

// dispatch runs a dispatcher until the test ends or stop is called.
func (h *house) dispatch(t *testing.T, reach models.Reach) (d *deliver.Dispatcher, stop func()) {
	t.Helper()
	d = deliver.New(h, deliver.Options{Reach: reach, Persons: pepper(t), Log: slog.New(slog.DiscardHandler), Now: h.now, Interval: 10 * time.Millisecond, Agent: "Mittari/test"})
	ctx, cancel := contextOf(t)
	ended := make(chan struct{})
	go func() { d.Run(ctx); close(ended) }()
	stop = sync.OnceFunc(func() { cancel(); <-ended })
	t.Cleanup(stop)
	return d, stop
}

// message is one request that came.
type message struct {
	id   string
	body string
}

// receiver keeps what is sent to it. It answers by answer, which is told which attempt it is, from 1 on.
type receiver struct {
	*httptest.Server
	t      *testing.T
	answer func(w http.ResponseWriter, attempt int)
	mu     sync.Mutex
	got    []message
}

func receive(t *testing.T, answer func(w http.ResponseWriter, attempt int)) *receiver {
	t.Helper()
	r := &receiver{t: t, answer: answer}
	r.Server = &httptest.Server{Listener: listener(t), Config: &http.Server{Handler: r}}
	r.Start()
	t.Cleanup(r.Close)
	return r
}

func listener(t *testing.T) net.Listener {
	t.Helper()
	for range 100 {
		if l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", 10_000+rand.IntN(22_000))); err == nil {
			return l
		}
	}
	t.Fatal("no free port below 32768 was found")
	return nil
}

// ServeHTTP holds every request against the specification, by the library of those who wrote it.
func (r *receiver) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	body, err := io.ReadAll(request.Body)
	verifier, other := standardwebhooks.NewWebhook(string(secret))
	if err != nil || other != nil {
		r.t.Error(err, other)
	}
	if err := verifier.VerifyIgnoringTimestamp(body, request.Header); err != nil {
		r.t.Errorf("the signature %q: %v", request.Header.Get("webhook-signature"), err)
	}
	if request.Method != http.MethodPost || request.Header.Get("Content-Type") != "application/json" || request.Header.Get("User-Agent") != "Mittari/test" || !json.Valid(body) {
		r.t.Errorf("%s %v %s", request.Method, request.Header, body)
	}
	r.mu.Lock()
	r.got = append(r.got, message{request.Header.Get("webhook-id"), string(body)})
	attempt := len(r.got)
	r.mu.Unlock()
	r.answer(w, attempt)
}

func (r *receiver) messages() []message {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]message{}, r.got...)
}

func statuses(all ...int) func(http.ResponseWriter, int) {
	return func(w http.ResponseWriter, attempt int) { w.WriteHeader(all[min(attempt, len(all))-1]) }
}

// eventually waits until it is so.
func eventually(t *testing.T, what string, so func() bool) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); !so(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("it did not happen: %s", what)
		}
	}
}
