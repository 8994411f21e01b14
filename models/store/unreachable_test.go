package store

import (
	"context"
	"errors"
	"testing"

	"github.com/mittari/mittari/models"
	"github.com/mittari/mittari/models/store/storetest"
)

func TestACommitWhoseReplyGetsLostIsNotDoubled(t *testing.T) {
	t.Parallel()
	network, url := newRelay(t, storetest.Postgres(t))
	h := newHouse(t, url)
	network.loseReplies(2)
	h.commit(t, "bank", nps(9), nps(8, `"submission_id":"s"`))
	if lost := network.repliesLost(); lost != 2 {
		t.Fatalf("%d replies were lost", lost)
	}
	same(t, "counted", h.counted(t, "bank", "nps"), map[int]int64{8: 1, 9: 1})
	if n := h.arrived(t, "bank"); n != 2 {
		t.Errorf("%d have arrived", n)
	}
	h.isExact(t, "bank")
}

func TestADatabaseThatIsGoneIsBusyUntilItComesBack(t *testing.T) {
	t.Parallel()
	network, url := newRelay(t, storetest.Postgres(t))
	h := newHouse(t, url)
	h.workspace(t, "bank")
	calls := h.calls(t)
	network.stop()
	allBusy(t, calls)
	if err := network.start(network.listener.Addr().String()); err != nil {
		t.Fatal(err)
	}
	h.commit(t, "bank", nps(9))
	h.isExact(t, "bank")
}

func TestAClosedStoreIsBusy(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, h house) {
		h.workspace(t, "bank")
		calls := h.calls(t)
		h.Close()
		allBusy(t, calls)
	})
}

// calls reach the database in every way there is.
func (h house) calls(t *testing.T) map[string]func(context.Context) error {
	t.Helper()
	id := h.commit(t, "bank", nps(9))[0]
	batch := h.accept(t, "bank", nps(9))
	return map[string]func(context.Context) error{
		"commit":      func(ctx context.Context) error { _, err := h.Commit(ctx, "bank", batch); return err },
		"erase":       func(ctx context.Context) error { return h.EraseResponse(ctx, "bank", id) },
		"verify":      func(ctx context.Context) error { _, err := h.Verify(ctx, "bank", false); return err },
		"repair":      func(ctx context.Context) error { _, err := h.Verify(ctx, "bank", true); return err },
		"response":    func(ctx context.Context) error { _, err := h.ResponseByID(ctx, "bank", id); return err },
		"metrics":     func(ctx context.Context) error { _, err := h.FindMetrics(ctx, "bank"); return err },
		"workspace":   func(ctx context.Context) error { _, err := h.WorkspaceByKey(ctx, "bank"); return err },
		"key by hash": func(ctx context.Context) error { _, err := h.KeyByHash(ctx, [32]byte{}); return err },
		"counts": func(ctx context.Context) error {
			_, err := h.FindCounts(ctx, "bank", models.CountQuery{Metric: "nps", Period: everyDay()})
			return err
		},
		"each count": func(ctx context.Context) error {
			return h.EachCount(ctx, "bank", "nps", everyDay(), func(models.Count) error { return nil })
		},
	}
}

func allBusy(t *testing.T, calls map[string]func(context.Context) error) {
	t.Helper()
	for name, call := range calls {
		err := call(t.Context())
		hasCode(t, name, err, models.Busy)
		var told *models.Error
		if errors.As(err, &told) && told.RetryAfter <= 0 {
			t.Errorf("%s does not say when to try again", name)
		}
	}
}

func TestACallThatIsGivenUpSaysSo(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, h house) {
		h.workspace(t, "bank")
		calls := h.calls(t)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		for name, call := range calls {
			if err := call(ctx); !errors.Is(err, context.Canceled) || models.ErrorCode(err) != "" {
				t.Errorf("%s: %v", name, err)
			}
		}
		h.isExact(t, "bank")
	})
}
