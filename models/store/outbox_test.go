package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"gorm.io/gorm"

	"github.com/mittari/mittari/models"
)

// hook is a webhook of the workspace, of the events.
func (h house) hook(t *testing.T, workspace string, events ...models.Event) models.Webhook {
	t.Helper()
	made, err := h.CreateWebhook(t.Context(), models.Webhook{Workspace: workspace, URL: "https://" + workspace + ".example", Events: events,
		Secrets: []models.SecretUse{models.KeepSecret(models.Persons{}, workspace, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")}})
	if err != nil {
		t.Fatal(err)
	}
	return made
}

// deliveriesOf are a webhook's deliveries, the latest first.
func (h house) deliveriesOf(t *testing.T, w models.Webhook) []models.Delivery {
	t.Helper()
	found, err := h.FindDeliveries(t.Context(), w.Workspace, w.ID, models.DeliveryFilter{Limit: 100_000})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func (h house) take(t *testing.T, w models.Webhook, limit int) []models.Delivery {
	t.Helper()
	taken, err := h.TakeDeliveries(t.Context(), w.Workspace, w.ID, limit)
	if err != nil {
		t.Fatal(err)
	}
	return taken
}

func (h house) settle(t *testing.T, w models.Webhook, status int, taken ...models.Delivery) {
	t.Helper()
	for i, d := range taken {
		taken[i] = d.After(models.Receipt{Status: status}, h.now.read(), 0.5)
	}
	if err := h.SettleDeliveries(t.Context(), w.Workspace, w.ID, taken, ""); err != nil {
		t.Fatal(err)
	}
}

// Each road that a commit may take: at once, by COPY on PostgreSQL, and step by step with retries, new keys and employees among them.
func TestEveryResponseThatIsStoredWaitsForItsWebhookOnce(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, h house) {
		h.workspace(t, "bank")
		hook := h.hook(t, "bank", models.ResponseCreatedEvent)
		h.hook(t, "bank", models.ScoreDroppedEvent)
		many := func(n int, more string) []models.Accepted {
			texts := make([]string, n)
			for i := range texts {
				texts[i] = nps(i%11, fmt.Sprintf(`"submission_id":"%s-%d"`, more, i))
			}
			return h.accept(t, "bank", texts...)
		}
		want := 0
		for _, batch := range [][]models.Accepted{
			many(3, "new keys"), many(5, "at once"), many(leastCopied+100, "copied"), many(120, "hundred"),
			h.accept(t, "bank", append(staff("a", 10, 6, 4), nps(3))...),
		} {
			outcomes, err := h.Commit(t.Context(), "bank", batch)
			if err != nil || !outcomes[0].New {
				t.Fatal(outcomes, err)
			}
			want += len(batch)
		}
		want -= 6 // of employees nothing is told
		if _, err := h.Commit(t.Context(), "bank", append(many(5, "at once"), many(2, "and new")...)); err != nil {
			t.Fatal(err)
		}
		want += 2
		told := map[string]bool{}
		for _, d := range h.deliveriesOf(t, hook) {
			one, err := h.DeliveryByID(t.Context(), "bank", hook.ID, d.ID)
			if err != nil {
				t.Fatal(err)
			}
			told[string(one.Payload)] = true
		}
		if n := len(h.deliveriesOf(t, hook)); n != want || len(told) != want {
			t.Errorf("%d wait, %d of them different; want %d", n, len(told), want)
		}
		h.isExact(t, "bank")
	})
}

func TestATransactionThatFailsTellsNobody(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, h house) {
		h.workspace(t, "bank")
		hook := h.hook(t, "bank", models.ResponseCreatedEvent, models.ResponseErasedEvent)
		id := h.commit(t, "bank", nps(9))[0]
		h.sql(t, `ALTER TABLE answers RENAME TO hidden`)
		for range 2 {
			if _, err := h.Commit(t.Context(), "bank", h.accept(t, "bank", nps(1))); err == nil {
				t.Fatal("it is stored")
			}
		}
		if err := h.EraseResponse(t.Context(), "bank", id); err == nil {
			t.Fatal("it is erased")
		}
		h.sql(t, `ALTER TABLE hidden RENAME TO answers`)
		if all := h.deliveriesOf(t, hook); len(all) != 1 {
			t.Errorf("%+v", all)
		}
	})
}

func TestAnotherReplicaTellsANewWebhookWithinHalfAMinute(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, h house) {
		h.workspace(t, "bank")
		other := house{h.replica(t), h.url, h.now}
		other.commit(t, "bank", nps(9))
		hook := h.hook(t, "bank", models.ResponseCreatedEvent)
		h.now.pass(knownLife + time.Second)
		other.commit(t, "bank", nps(8))
		if n := len(h.deliveriesOf(t, hook)); n != 1 {
			t.Errorf("%d wait, want the second", n)
		}
		if err := h.DeleteWebhook(t.Context(), "bank", hook.ID); err != nil {
			t.Fatal(err)
		}
		other.commit(t, "bank", nps(7)) // it does not know yet
		if err := h.ForgetDeliveries(t.Context()); err != nil {
			t.Fatal(err)
		}
		var left int64
		if err := h.read.Model(&deliveryRow{}).Count(&left).Error; err != nil || left != 0 {
			t.Errorf("%d of a webhook that is gone are left, %v", left, err)
		}
	})
}

func TestAMessageIsOnePossessorsUntilItsLeaseEnds(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, h house) {
		h.workspace(t, "bank")
		hook := h.hook(t, "bank", models.ResponseCreatedEvent)
		var texts []string
		for i := range 60 {
			texts = append(texts, nps(i%11))
		}
		h.commit(t, "bank", texts...)
		stores := []*Store{h.Store, h.replica(t)}
		taken := make([][]models.Delivery, 6)
		var taking []func(context.Context) error
		for i := range taken {
			taking = append(taking, func(ctx context.Context) error {
				for range 10 {
					some, err := stores[i%2].TakeDeliveries(ctx, "bank", hook.ID, 2)
					if err != nil {
						return err
					}
					taken[i] = append(taken[i], some...)
				}
				return nil
			})
		}
		together(t, taking...)
		by := map[string]int{}
		for _, some := range taken {
			for _, d := range some {
				by[d.ID]++
				if d.Attempts != 1 || len(d.Payload) == 0 {
					t.Fatalf("%+v", d)
				}
			}
		}
		for range 60 { // where others were just taking those that were seen
			for _, d := range h.take(t, hook, 2) {
				by[d.ID]++
			}
		}
		if len(by) != 60 || slices.Max(slices.Collect(values(by))) != 1 {
			t.Errorf("%d were taken, one %d times", len(by), slices.Max(slices.Collect(values(by))))
		}
		if due, err := h.FindDueWebhooks(t.Context()); err != nil || len(due) != 0 {
			t.Errorf("%+v, %v", due, err)
		}
		h.now.pass(models.DeliveryLease)
		if due, err := h.FindDueWebhooks(t.Context()); err != nil || len(due) != 1 || due[0].ID != hook.ID || !bytes.Equal(due[0].Secrets[0].Kept, hook.Secrets[0].Kept) {
			t.Errorf("%+v, %v", due, err)
		}
		again := h.take(t, hook, 1)[0]
		late := again
		late.Attempts = 1
		h.settle(t, hook, 200, late) // by who had it first
		if d, err := h.DeliveryByID(t.Context(), "bank", hook.ID, again.ID); err != nil || d.State != models.Pending || d.Attempts != 2 {
			t.Errorf("%+v, %v", d, err)
		}
		h.settle(t, hook, 204, again)
		if d, err := h.DeliveryByID(t.Context(), "bank", hook.ID, again.ID); err != nil || d.State != models.Delivered || d.LastStatus != 204 || d.EndedAt == nil || d.NextAttemptAt != nil {
			t.Errorf("%+v, %v", d, err)
		}
	})
}

func values(m map[string]int) func(func(int) bool) {
	return func(yield func(int) bool) {
		for _, v := range m {
			if !yield(v) {
				return
			}
		}
	}
}

func TestAMessageIsTriedNineTimesThenDeadAndCanBeSentAgain(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, h house) {
		h.workspace(t, "bank")
		hook := h.hook(t, "bank", models.ResponseCreatedEvent)
		h.commit(t, "bank", nps(9))
		var waited time.Duration
		var last models.Delivery
		for attempt := 1; attempt <= 9; attempt++ {
			taken := h.take(t, hook, 10)
			if len(taken) != 1 || taken[0].Attempts != attempt {
				t.Fatalf("attempt %d: %+v", attempt, taken)
			}
			h.settle(t, hook, 500, taken...)
			last = h.deliveriesOf(t, hook)[0]
			if last.NextAttemptAt != nil {
				pause := last.NextAttemptAt.Sub(h.now.read())
				h.now.pass(pause - time.Millisecond)
				if len(h.take(t, hook, 10)) > 0 {
					t.Fatal("it is tried too early")
				}
				h.now.pass(time.Millisecond + time.Microsecond)
				waited += pause
			}
		}
		if last.State != models.Dead || last.LastStatus != 500 || !strings.Contains(last.LastError, "500 Internal Server Error") || waited < 41*time.Hour || waited > 42*time.Hour {
			t.Errorf("after %s: %+v", waited, last)
		}
		if waiting, err := h.OutboxNow(t.Context()); err != nil || waiting.Pending != 0 {
			t.Errorf("%+v, %v", waiting, err)
		}
		for _, repeat := range []func() error{
			func() error { _, err := h.Redeliver(t.Context(), "bank", hook.ID, last.ID); return err },
			func() error {
				n, err := h.RedeliverDead(t.Context(), "bank", hook.ID)
				if n != 1 {
					err = errors.Join(err, fmt.Errorf("%d are sent again", n))
				}
				return err
			},
		} {
			if err := repeat(); err != nil {
				t.Fatal(err)
			}
			if waiting, err := h.OutboxNow(t.Context()); err != nil || waiting.Pending != 1 || !waiting.Oldest.Equal(h.Store.now()) {
				t.Errorf("%+v, %v", waiting, err)
			}
			again := h.take(t, hook, 10)
			if len(again) != 1 || again[0].ID != last.ID || again[0].Attempts != 1 {
				t.Fatalf("%+v", again)
			}
			h.settle(t, hook, 410, again...)
		}
	})
}

func TestDeliveriesAreForgottenInBounds(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, h house) {
		h.workspace(t, "bank")
		hook := h.hook(t, "bank", models.ResponseCreatedEvent)
		var texts []string
		for i := range models.MaxDelivered + 30 {
			texts = append(texts, nps(i%11))
		}
		h.commit(t, "bank", texts...)
		all := h.take(t, hook, len(texts))
		h.settle(t, hook, 410, all[:10]...)
		h.settle(t, hook, 200, all[10:len(all)-5]...) // five wait
		counts := func() (n [3]int) {
			t.Helper()
			if err := h.ForgetDeliveries(t.Context()); err != nil {
				t.Fatal(err)
			}
			for _, d := range h.deliveriesOf(t, hook) {
				n[slices.Index(models.DeliveryStates(), d.State)]++
			}
			return n
		}
		if n := counts(); n != [3]int{5, models.MaxDelivered, 10} {
			t.Errorf("%v are kept", n)
		}
		h.now.pass(models.DeliveredLife + time.Second)
		if n := counts(); n != [3]int{0, 0, 15} { // what waited for three days is dead
			t.Errorf("%v are kept after three days", n)
		}
		h.now.pass(models.DeadLife + time.Second)
		if n := counts(); n != [3]int{} {
			t.Errorf("%v are kept after a month", n)
		}
	})
}

func TestADropIsToldOnceHoweverManyFindItAndNotWhileItGoesOn(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, h house) {
		h.workspace(t, "bank")
		drop := func(until models.Day, key string) models.ScoreDrop {
			return models.ScoreDrop{Metric: "nps", Level: "segment", Key: key, Arm: "week", Since: until - 7, Until: until, Points: 12, Z: 4}
		}
		if told, err := h.AnnounceDrops(t.Context(), "bank", []models.ScoreDrop{drop(20_000, "a")}); told || err != nil {
			t.Errorf("somebody was told: %v", err)
		}
		hook := h.hook(t, "bank", models.ScoreDroppedEvent)
		h.hook(t, "bank", models.ResponseCreatedEvent)
		stores := []*Store{h.Store, h.replica(t)}
		var telling []func(context.Context) error
		for i := range 8 {
			telling = append(telling, func(ctx context.Context) error {
				told, err := stores[i%2].AnnounceDrops(ctx, "bank", []models.ScoreDrop{drop(20_000, "a"), drop(20_000, "b")})
				if err == nil && !told {
					err = errors.New("nobody was told")
				}
				return err
			})
		}
		together(t, telling...)
		if n := len(h.deliveriesOf(t, hook)); n != 2 {
			t.Errorf("%d messages of two drops", n)
		}
		for day, want := range []int{2, 2, 2, 2, 3} { // found on the days 1 and 3 still, and then not for days
			if day == 1 || day == 3 {
				if _, err := h.AnnounceDrops(t.Context(), "bank", []models.ScoreDrop{drop(20_000+models.Day(day), "a")}); err != nil {
					t.Fatal(err)
				}
			}
			if day == 4 {
				if _, err := h.AnnounceDrops(t.Context(), "bank", []models.ScoreDrop{drop(20_006, "a")}); err != nil {
					t.Fatal(err)
				}
			}
			if n := len(h.deliveriesOf(t, hook)); n != want {
				t.Errorf("%d messages after day %d, want %d", n, day, want)
			}
		}
		one, err := h.DeliveryByID(t.Context(), "bank", hook.ID, h.deliveriesOf(t, hook)[0].ID)
		want := `{"type":"score.dropped","timestamp":"2026-11-20T08:30:00.123456Z","data":{"metric":"nps","level":"segment","key":"a","arm":"week","score":0,"baseline":0,"points":12,"z":4,"sample_size":0,"baseline_size":0,"since":"2024-10-03","until":"2024-10-10"}}`
		if err != nil || string(one.Payload) != want {
			t.Errorf("%s, %v", one.Payload, err)
		}
	})
}

// The webhook is made, and something is stored for it, when tidying is about to look at what is stored.
func TestTidyingBesideANewWebhookLosesNothing(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, h house) {
		h.workspace(t, "bank")
		var hook models.Webhook
		happen := sync.OnceFunc(func() {
			hook = h.hook(t, "bank", models.ResponseCreatedEvent)
			h.commit(t, "bank", nps(9))
		})
		err := h.read.Callback().Query().Before("gorm:query").Register("test:beside", func(tx *gorm.DB) {
			if tx.Statement.Table == "deliveries" {
				happen()
			}
		})
		if err := firstError(err, h.ForgetDeliveries(t.Context())); err != nil {
			t.Fatal(err)
		}
		if n := len(h.deliveriesOf(t, hook)); n != 1 {
			t.Errorf("%d wait, want 1", n)
		}
	})
}
