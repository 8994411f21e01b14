package ingest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"

	"github.com/mittari/mittari/models"
)

func newID() string { return uuid.Must(uuid.NewV7()).String() }

// heldUp is a writer on a shelf that lets a commit pass for each value of its
// gate, with one caller's response in the commit already.
func heldUp(t *testing.T, options Options) (*shelf, *Writer, func()) {
	t.Helper()
	store := &shelf{gate: make(chan struct{})}
	w := New(store, options)
	ended := run(w)
	first := response(t, "bank", "first", "")
	go func() { _, _ = w.Record(t.Context(), first) }()
	synctest.Wait()
	return store, w, ended
}

func TestEachCallerGetsTheOutcomeOfItsOwnResponses(t *testing.T) {
	const callers, each = 60, 7
	store := &shelf{}
	w := New(store, Options{Batch: 50})
	ended := run(w)
	var calling sync.WaitGroup
	for c := range callers {
		mine := make([]models.Accepted, each)
		for i := range mine {
			mine[i] = response(t, "bank", fmt.Sprintf("s%d-%d", c, i), "")
		}
		calling.Go(func() {
			outcomes, err := w.RecordAll(t.Context(), mine)
			if err != nil {
				t.Error(err)
				return
			}
			for i, o := range outcomes {
				if want := (models.Outcome{ID: mine[i].Response().ID, New: true}); o != want {
					t.Errorf("outcome %d of caller %d is %+v, want %+v", i, c, o, want)
				}
			}
			if o, err := w.Record(t.Context(), mine[c%each]); err != nil || o.New || o.ID != mine[c%each].Response().ID {
				t.Errorf("a retry of caller %d: %+v, %v", c, o, err)
			}
		})
	}
	calling.Wait()
	w.Close()
	ended()
	if n := len(store.names()); n != callers*each {
		t.Errorf("%d responses are stored", n)
	}
	for _, size := range store.sizes() {
		if size >= 50+each {
			t.Errorf("a transaction holds %d responses", size)
		}
	}
}

func TestWhatArrivesDuringACommitIsOneGroup(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, w, ended := heldUp(t, Options{})
		var calling sync.WaitGroup
		for _, r := range responses(t, "bank", 20) {
			calling.Go(func() { _, _ = w.Record(t.Context(), r) })
		}
		synctest.Wait()
		if w.Length() != 20 || w.Capacity() != 10_000 {
			t.Errorf("%d of %d wait", w.Length(), w.Capacity())
		}
		close(store.gate)
		calling.Wait()
		w.Close()
		ended()
		if sizes := store.sizes(); !slices.Equal(sizes, []int{1, 20}) {
			t.Errorf("transactions of %v", sizes)
		}
	})
}

func TestAFullQueueIsBusyAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, w, ended := heldUp(t, Options{Queue: 2})
		waiting := responses(t, "bank", 2)
		for _, r := range waiting {
			go func() { _, _ = w.Record(t.Context(), r) }()
		}
		synctest.Wait()
		started := time.Now()
		_, err := w.Record(t.Context(), response(t, "bank", "one too many", ""))
		isBusy(t, "record", err)
		if waited := time.Since(started); waited != 0 {
			t.Errorf("it took %v", waited)
		}
		close(store.gate)
		w.Close()
		ended()
		synctest.Wait()
		if names := store.names(); !slices.Equal(names, []string{"bank/first", "bank/s0", "bank/s1"}) {
			t.Errorf("stored are %v", names)
		}
	})
}

func TestRecordAllWaitsForRoom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, w, ended := heldUp(t, Options{Queue: 1})
		queued, waiting := response(t, "bank", "queued", ""), responses(t, "bank", 3)
		go func() { _, _ = w.Record(t.Context(), queued) }()
		synctest.Wait()
		var outcomes []models.Outcome
		var err error
		returned := make(chan struct{})
		go func() { outcomes, err = w.RecordAll(t.Context(), waiting); close(returned) }()
		synctest.Wait()
		select {
		case <-returned:
			t.Errorf("it did not wait: %+v, %v", outcomes, err)
		default:
		}
		close(store.gate)
		<-returned
		if err != nil || len(outcomes) != 3 || !outcomes[2].New {
			t.Errorf("%+v, %v", outcomes, err)
		}
		w.Close()
		ended()
	})
}

func TestRecordAllOfNoneIsNothing(t *testing.T) {
	w := New(&shelf{}, Options{})
	if outcomes, err := w.RecordAll(t.Context(), nil); err != nil || len(outcomes) != 0 || w.Length() != 0 {
		t.Errorf("%+v, %v", outcomes, err)
	}
}

func TestACallerWhoGivesUpIsNotWaitedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, w, ended := heldUp(t, Options{Queue: 1})
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		queued, noRoom := response(t, "bank", "queued", ""), responses(t, "bank", 2)
		var calling sync.WaitGroup
		calling.Go(func() {
			if _, err := w.Record(ctx, queued); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("in the queue: %v", err)
			}
		})
		synctest.Wait()
		calling.Go(func() {
			if _, err := w.RecordAll(ctx, noRoom); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("without room: %v", err)
			}
		})
		calling.Wait()
		close(store.gate)
		w.Close()
		ended()
		if names := store.names(); !slices.Equal(names, []string{"bank/first", "bank/queued"}) {
			t.Errorf("stored are %v", names)
		}
	})
}
