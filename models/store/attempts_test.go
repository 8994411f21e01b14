package store

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"github.com/mittari/mittari/models"
)

// try is an attempt at the request of the name, by a key of the name.
func try(postedBy, name string) models.Attempt {
	return models.Attempt{ID: NewID(), PostedBy: postedBy, Key: models.HashToken(name)}
}

// begin fails unless the attempt may carry its request out, and gives the id of the request's first one.
func (h house) begin(t *testing.T, workspace string, a models.Attempt) string {
	t.Helper()
	first, reply, err := h.BeginAttempt(t.Context(), workspace, a)
	if err != nil || reply != nil {
		t.Fatalf("it does not begin: reply %q, %v", reply, err)
	}
	return first
}

func (h house) underWay(t *testing.T, workspace string, a models.Attempt) {
	t.Helper()
	_, reply, err := h.BeginAttempt(t.Context(), workspace, a)
	hasCode(t, "while another is under way", err, models.Busy)
	if reply != nil {
		t.Errorf("it is told a reply: %q", reply)
	}
}

func (h house) end(t *testing.T, workspace string, a models.Attempt, reply string) {
	t.Helper()
	var kept []byte
	if reply != "" {
		kept = []byte(reply)
	}
	if err := h.EndAttempt(t.Context(), workspace, a, kept); err != nil {
		t.Fatal(err)
	}
}

func (h house) replied(t *testing.T, workspace string, a models.Attempt, want string) {
	t.Helper()
	if _, reply, err := h.BeginAttempt(t.Context(), workspace, a); err != nil || string(reply) != want {
		t.Errorf("the reply is %q, %v; want %q", reply, err, want)
	}
}

func TestARequestIsCarriedOutOnceAndItsReplyIsKeptForADay(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, h house) {
		h.workspace(t, "bank")
		h.workspace(t, "shop")
		a := try("key", "one")
		if first := h.begin(t, "bank", a); first != a.ID {
			t.Errorf("the first is %s, want %s", first, a.ID)
		}
		h.begin(t, "bank", a) // its connection broke: it is not in its own way
		h.underWay(t, "bank", try("key", "one"))
		h.begin(t, "bank", try("another key", "one"))
		h.begin(t, "shop", try("key", "one"))
		others := a
		others.PostedBy = "another key"
		h.end(t, "bank", others, "theirs")
		h.end(t, "shop", a, "theirs")
		h.underWay(t, "bank", try("key", "one"))
		h.end(t, "bank", a, "done\x00")
		h.end(t, "bank", a, "again") // the first counts
		h.now.pass(models.ReplyLife - time.Microsecond)
		h.replied(t, "bank", try("key", "one"), "done\x00")
		if err := h.ForgetAttempts(t.Context()); err != nil {
			t.Fatal(err)
		}
		h.replied(t, "bank", try("key", "one"), "done\x00")
		h.now.pass(time.Microsecond)
		b := try("key", "one")
		if first := h.begin(t, "bank", b); first != b.ID {
			t.Error("a day later it is known still")
		}
		if err := h.ForgetAttempts(t.Context()); err != nil {
			t.Fatal(err)
		}
		h.underWay(t, "bank", try("key", "one")) // the new one is not forgotten with those of the day before
		var left int64
		if err := h.read.Model(&attemptRow{}).Count(&left).Error; err != nil || left != 1 {
			t.Errorf("%d are left, %v", left, err)
		}
	})
}

func TestWhatDiedUnderWayMayBeTriedAgainAndStaysTheSameRequest(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, h house) {
		h.workspace(t, "bank")
		dead, second, third := try("key", "one"), try("key", "one"), try("key", "one")
		h.begin(t, "bank", dead)
		h.now.pass(models.AttemptLife - time.Second)
		if err := h.RenewAttempt(t.Context(), "bank", dead); err != nil {
			t.Fatal(err)
		}
		h.now.pass(models.AttemptLife - time.Second)
		h.underWay(t, "bank", second) // it has said that it lives
		h.now.pass(time.Second)
		if first := h.begin(t, "bank", second); first != dead.ID {
			t.Errorf("the first is %s, want %s", first, dead.ID)
		}
		if err := h.RenewAttempt(t.Context(), "bank", dead); err != nil { // it was not dead after all, but it is late
			t.Fatal(err)
		}
		h.end(t, "bank", dead, "late")
		h.underWay(t, "bank", third)
		h.end(t, "bank", second, "") // by a fault of the server
		if first := h.begin(t, "bank", third); first != dead.ID {
			t.Errorf("the first is %s, want %s", first, dead.ID)
		}
		h.end(t, "bank", third, "done")
		h.replied(t, "bank", try("key", "one"), "done")
	})
}

func TestOfManyAttemptsAtOnceOneBegins(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, h house) {
		h.workspace(t, "bank")
		replicas := []*Store{h.Store, h.replica(t)}
		for _, name := range []string{"new", "died", "new"} {
			var begun, waiting atomic.Int32
			var all []func(context.Context) error
			for i := range 8 {
				all = append(all, func(ctx context.Context) error {
					_, reply, err := replicas[i%2].BeginAttempt(ctx, "bank", try("key", name))
					switch {
					case models.ErrorCode(err) == models.Busy:
						waiting.Add(1)
						return nil
					case err == nil && reply == nil:
						begun.Add(1)
					}
					return err
				})
			}
			if name == "died" {
				h.begin(t, "bank", try("key", name))
			}
			h.now.pass(models.AttemptLife)
			together(t, all...)
			if begun.Load() != 1 || waiting.Load() != 7 {
				t.Errorf("%s: %d began and %d wait", name, begun.Load(), waiting.Load())
			}
		}
	})
}

func TestForgettingGoesOnUntilNothingOldIsLeft(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, h house) {
		h.workspace(t, "bank")
		h.workspace(t, "shop")
		var old []attemptRow
		for i := range forgottenAtOnce + 7 {
			began := h.now.read().UTC().Add(-models.ReplyLife - time.Second)
			old = append(old, attemptRow{"bank", "key", []byte{byte(i), byte(i >> 8)}, NewID(), NewID(), began, began, []byte("x")})
		}
		if err := h.write.CreateInBatches(&old, 50).Error; err != nil {
			t.Fatal(err)
		}
		h.begin(t, "shop", try("key", "young"))
		if err := h.ForgetAttempts(t.Context()); err != nil {
			t.Fatal(err)
		}
		var left []attemptRow
		if err := h.read.Find(&left).Error; err != nil || len(left) != 1 || left[0].Workspace != "shop" {
			t.Errorf("%d are left, %v", len(left), err)
		}
	})
}
