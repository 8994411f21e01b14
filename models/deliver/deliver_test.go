package deliver_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/mittari/mittari/models"
)

func contextOf(t *testing.T) (context.Context, context.CancelFunc) {
	return context.WithCancel(context.WithoutCancel(t.Context()))
}

func TestEveryMessageIsDeliveredSignedAndOnce(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, h *house) {
		to := receive(t, statuses(200))
		hook := h.hook(t, to.URL+"/hook?token=1")
		h.record(t, 300)
		first, _ := h.dispatch(t, local(t))
		h.dispatch(t, local(t)) // another replica
		eventually(t, "all are delivered", func() bool { return h.in(t, hook, models.Delivered) == 300 })
		ids := map[string]string{}
		for _, m := range to.messages() {
			ids[m.id] = m.body
		}
		if got := to.messages(); len(got) != 300 || len(ids) != 300 {
			t.Errorf("%d came, of %d messages", len(got), len(ids))
		}
		for _, d := range h.deliveries(t, hook) {
			if one, err := h.DeliveryByID(t.Context(), "bank", hook.ID, d.ID); err != nil || ids[d.ID] != string(one.Payload) || d.Attempts != 1 {
				t.Fatalf("%+v: %s, %v", one, ids[d.ID], err)
			}
		}
		if n, oldest := first.Waiting(); n > 300 || oldest < 0 {
			t.Errorf("%d wait, %s", n, oldest)
		}
	})
}

func TestWhatFailsIsSentAgainUnderTheSameIDLaterAndLater(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, h *house) {
		to := receive(t, func(w http.ResponseWriter, attempt int) {
			switch attempt {
			case 1:
				w.WriteHeader(http.StatusInternalServerError)
			case 2:
				w.Header().Set("Retry-After", "3600")
				w.WriteHeader(http.StatusTooManyRequests)
			case 3:
				w.Header().Set("Retry-After", h.now().Add(10*24*time.Hour).Format(http.TimeFormat)) // too long
				w.WriteHeader(http.StatusServiceUnavailable)
			}
		})
		hook := h.hook(t, to.URL)
		h.record(t, 1)
		h.dispatch(t, local(t))
		for attempt, pause := range []struct{ least, most time.Duration }{{4 * time.Second, 6 * time.Second}, {time.Hour, time.Hour}, {24 * time.Hour, 24 * time.Hour}} {
			var d models.Delivery
			eventually(t, "the attempt is noted", func() bool {
				d = h.deliveries(t, hook)[0]
				return d.Attempts == attempt+1 && d.LastStatus != 0 && d.NextAttemptAt.After(h.now()) && len(to.messages()) == attempt+1
			})
			eventually(t, "it is settled", func() bool {
				d = h.deliveries(t, hook)[0]
				waits := d.NextAttemptAt.Sub(h.now())
				return waits >= pause.least-time.Second && waits <= pause.most
			})
			h.pass(pause.most)
		}
		eventually(t, "it is delivered", func() bool { return h.in(t, hook, models.Delivered) == 1 })
		for _, m := range to.messages() {
			if m != to.messages()[0] {
				t.Errorf("%+v, was %+v", m, to.messages()[0])
			}
		}
	})
}

func TestAReceiverThatHangsHoldsUpNobodyElse(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, h *house) {
		release := make(chan struct{})
		hangs := receive(t, func(http.ResponseWriter, int) { <-release })
		well := receive(t, statuses(204))
		slow, quick := h.hook(t, hangs.URL), h.hook(t, well.URL)
		h.record(t, 100)
		h.dispatch(t, local(t))
		t.Cleanup(func() { close(release) })
		eventually(t, "one is sent to who hangs", func() bool { return len(hangs.messages()) > 0 })
		eventually(t, "all others are delivered", func() bool { return h.in(t, quick, models.Delivered) == 100 })
		if n := len(hangs.messages()); n != 1 {
			t.Errorf("%d were sent to who hangs", n)
		}
		if h.in(t, slow, models.Pending) != 100 {
			t.Error("what is not taken does not wait")
		}
	})
}

func TestWhoIsGoneIsPausedAndNotAskedAgain(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, h *house) {
		to := receive(t, statuses(410))
		hook := h.hook(t, to.URL)
		h.record(t, 3)
		h.dispatch(t, local(t))
		eventually(t, "it is paused", func() bool {
			w, err := h.WebhookByID(t.Context(), "bank", hook.ID)
			return err == nil && w.Paused && strings.Contains(w.PausedBecause, "410 Gone")
		})
		h.pass(time.Hour)
		if n := len(to.messages()); n != 1 || h.in(t, hook, models.Dead) != 1 || h.in(t, hook, models.Pending) != 2 {
			t.Errorf("%d came; %+v", n, h.deliveries(t, hook))
		}
		audit, err := h.FindAudit(t.Context(), "bank", models.AuditFilter{Act: models.WebhookPaused, Limit: 10})
		if err != nil || len(audit) != 1 || audit[0].Object != hook.ID {
			t.Errorf("%+v, %v", audit, err)
		}
	})
}

// With a new secret beside it, the one before verifies still: receivers hold each request against it.
func TestSecretIsRotatedWithoutAGap(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, h *house) {
		var signatures atomic.Int32
		to := receive(t, statuses(200))
		to.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			signatures.Store(int32(len(strings.Fields(r.Header.Get("webhook-signature")))))
			to.ServeHTTP(w, r)
		})
		hook := h.hook(t, to.URL)
		_, err := h.ChangeWebhook(t.Context(), "bank", hook.ID, models.SecretRotated, func(w *models.Webhook) (err error) {
			w.Secrets, err = models.Rotate(w.Secrets, models.KeepSecret(pepper(t), "bank", "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"), false, h.now())
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		h.record(t, 1)
		h.dispatch(t, local(t))
		eventually(t, "it is delivered", func() bool { return h.in(t, hook, models.Delivered) == 1 })
		if signatures.Load() != 2 {
			t.Errorf("%d signatures", signatures.Load())
		}
	})
}

// Each road to where nothing may be sent ends before a connection, and says why.
func TestNothingReachesAddressesThatAreNotAllowed(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, h *house) {
		var reached atomic.Int32
		inside := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached.Add(1) }))
		inside.Listener = listener(t)
		inside.Start()
		t.Cleanup(inside.Close)
		for _, name := range []string{"HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy", "ALL_PROXY"} {
			t.Setenv(name, inside.URL)
		}
		_, port, _ := strings.Cut(strings.TrimPrefix(inside.URL, "http://"), ":")
		redirects := receive(t, func(w http.ResponseWriter, _ int) {
			w.Header().Set("Location", inside.URL)
			w.WriteHeader(http.StatusTemporaryRedirect)
		})
		only, err := models.NewReach([]string{strings.Split(strings.TrimPrefix(redirects.URL, "http://"), ":")[0] + "/32", "::2"})
		if err != nil {
			t.Fatal(err)
		}
		failed := func(reach models.Reach, url, why string) {
			t.Helper()
			hook := h.hook(t, url)
			h.record(t, 1)
			_, stop := h.dispatch(t, reach)
			defer stop()
			eventually(t, "the attempt fails", func() bool { return h.deliveries(t, hook)[0].LastError != "" })
			if d := h.deliveries(t, hook)[0]; !strings.Contains(d.LastError, why) || strings.Contains(d.LastError, "/secret") || d.State != models.Pending {
				t.Errorf("%s: %+v", url, d)
			}
			if err := h.DeleteWebhook(t.Context(), "bank", hook.ID); err != nil {
				t.Fatal(err)
			}
		}
		for _, url := range []string{"http://127.0.0.1:" + port + "/secret", "http://localhost:" + port, "https://localhost:" + port, "http://[::ffff:127.0.0.1]:" + port, "http://0.0.0.0:" + port} {
			failed(models.Reach{}, url, "private or local address; MITTARI_WEBHOOK_ALLOW")
		}
		failed(only, redirects.URL+"/secret", "it answered 307 Temporary Redirect: redirects are not followed")
		failed(models.Reach{}, "https://nowhere.invalid/secret", "the name nowhere.invalid could not be resolved")
		failed(only, "https://127.0.0.1:"+port+"/secret", "it could not be sent to")
		if reached.Load() != 0 {
			t.Errorf("%d requests have come inside", reached.Load())
		}
	})
}

func TestWhatAReceiverSaysIsReadInBoundsOnly(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, h *house) {
		to := receive(t, func(w http.ResponseWriter, _ int) {
			for {
				if _, err := fmt.Fprint(w, strings.Repeat("x", 1<<16)); err != nil {
					return
				}
			}
		})
		hook := h.hook(t, to.URL)
		h.record(t, 1)
		h.dispatch(t, local(t))
		eventually(t, "it is delivered", func() bool { return h.in(t, hook, models.Delivered) == 1 })
	})
}

func TestStoppingWaitsForWhatIsUnderWay(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, h *house) {
		release := make(chan struct{})
		to := receive(t, func(http.ResponseWriter, int) { <-release })
		hook := h.hook(t, to.URL)
		h.record(t, 5)
		_, stop := h.dispatch(t, local(t))
		eventually(t, "one is under way", func() bool { return len(to.messages()) == 1 })
		stopped := make(chan struct{})
		go func() { stop(); close(stopped) }()
		close(release)
		<-stopped
		if h.in(t, hook, models.Delivered) != 1 || len(to.messages()) != 1 {
			t.Errorf("%+v", h.deliveries(t, hook))
		}
	})
}
