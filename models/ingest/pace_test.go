package ingest

import (
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mittari/mittari/models"
)

// paced is a writer that has stored so many responses in one round of two seconds.
func paced(t *testing.T, n int, options Options) (*shelf, *Writer, func()) {
	t.Helper()
	store := &shelf{gate: make(chan struct{})}
	w := New(store, options)
	ended := run(w)
	go func() { time.Sleep(2 * time.Second); store.gate <- struct{}{} }()
	if _, err := w.RecordAll(t.Context(), responses(t, "bank", n)); err != nil {
		t.Fatal(err)
	}
	synctest.Wait()
	return store, w, ended
}

// enter lets n callers in.
func enter(t *testing.T, w *Writer, n int) (leave func()) {
	t.Helper()
	for i := range n {
		var err error
		if leave, err = w.Enter(); err != nil {
			t.Fatalf("caller %d: %v", i, err)
		}
	}
	return leave
}

func TestAResponseThatWouldWaitTooLongIsRefusedBeforeItIsRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, w, ended := paced(t, 2*telling, Options{Wait: 2500 * time.Millisecond}) // 2 ms each
		leave := enter(t, w, 1251)
		if w.Wait() != 2502*time.Millisecond || w.MostWait() != 2500*time.Millisecond {
			t.Errorf("%s to wait, at most %s", w.Wait(), w.MostWait())
		}
		_, err := w.Enter()
		isBusy(t, "the next caller", err)
		if e, _ := errors.AsType[*models.Error](err); e.RetryAfter != 2502*time.Millisecond {
			t.Errorf("it may try again after %s", e.RetryAfter)
		}
		leave()
		enter(t, w, 1)
		close(store.gate)
		w.Close()
		ended()
		_, err = w.Enter()
		isBusy(t, "after close", err)
	})
}

// A pace that was learnt when the database was slow must not keep anybody out for ever.
func TestAFewAreAlwaysLetInSoThatTheirPaceIsLearnt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, w, ended := paced(t, telling, Options{Wait: time.Millisecond}) // 4 ms each
		leave := enter(t, w, 2*telling)
		_, err := w.Enter()
		isBusy(t, "the next caller", err)
		for range 2 * telling {
			leave()
		}
		close(store.gate)
		if _, err := w.RecordAll(t.Context(), responses(t, "shop", 1000)); err != nil {
			t.Fatal(err)
		}
		synctest.Wait() // the writer learns after it has answered
		enter(t, w, 2*telling)
		if wait := w.Wait(); wait != 3*time.Second {
			t.Errorf("%d responses wait %s: the faster round has not told", 2*telling, wait)
		}
		w.Close()
		ended()
	})
}

func TestSmallTransactionsDoNotTellHowManyCanBeStored(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, w, ended := paced(t, telling-1, Options{Queue: 4000})
		leave := enter(t, w, 4000)
		_, err := w.Enter()
		isBusy(t, "more than the queue holds", err)
		leave()
		enter(t, w, 1)
		close(store.gate)
		w.Close()
		ended()
	})
}

func TestGreatBulkRequestsTakeTurns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, w, ended := heldUp(t, Options{})
		var calling sync.WaitGroup
		for _, size := range []int{bulkResponses / 2, bulkResponses / 2, bulkResponses / 2, bulkResponses * 2} {
			all := slices.Repeat(responses(t, "bank", 1), size)
			calling.Go(func() {
				if outcomes, err := w.RecordAll(t.Context(), all); err != nil || len(outcomes) != size {
					t.Error(len(outcomes), err)
				}
			})
		}
		synctest.Wait()
		if n := w.Length(); n > 2 {
			t.Errorf("%d great bulk requests are in the queue at once", n)
		}
		close(store.gate)
		calling.Wait()
		w.Close()
		ended()
	})
}

func TestManyBulkRequestsLeaveRoomInTheQueue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, w, ended := heldUp(t, Options{Queue: 20})
		var calling sync.WaitGroup
		for range 50 {
			calling.Go(func() {
				if _, err := w.RecordAll(t.Context(), responses(t, "bank", 3)); err != nil {
					t.Error(err)
				}
			})
		}
		synctest.Wait()
		if w.Length() != 10 {
			t.Errorf("%d bulk requests are in the queue, want half of it", w.Length())
		}
		close(store.gate)
		calling.Wait()
		w.Close()
		ended()
	})
}
