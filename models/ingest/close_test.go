package ingest

import (
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

func TestCloseStoresAndAnswersWhatIsQueuedAndTakesNoMore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, w, ended := heldUp(t, Options{Batch: 4})
		var calling sync.WaitGroup
		for _, r := range responses(t, "bank", 10) {
			calling.Go(func() {
				if o, err := w.Record(t.Context(), r); err != nil || !o.New {
					t.Errorf("%+v, %v", o, err)
				}
			})
		}
		synctest.Wait()
		w.Close()
		w.Close()
		late := responses(t, "bank", 1)
		_, err := w.Record(t.Context(), late[0])
		isBusy(t, "record after close", err)
		_, err = w.RecordAll(t.Context(), late)
		isBusy(t, "record all after close", err)
		close(store.gate)
		calling.Wait()
		ended()
		if sizes := store.sizes(); !slices.Equal(sizes, []int{1, 4, 4, 2}) {
			t.Errorf("transactions of %v", sizes)
		}
	})
}

// A server that is shutting down must not make anybody wait for a slow database.
func TestCloseDoesNotWaitForCallersWithoutRoom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, w, ended := heldUp(t, Options{Queue: 1})
		queued, noRoom := response(t, "bank", "queued", ""), responses(t, "bank", 2)
		go func() { _, _ = w.Record(t.Context(), queued) }()
		synctest.Wait()
		var calling sync.WaitGroup
		calling.Go(func() {
			_, err := w.RecordAll(t.Context(), noRoom)
			isBusy(t, "without room", err)
		})
		synctest.Wait()
		started := time.Now()
		w.Close()
		calling.Wait()
		_, err := w.Record(t.Context(), noRoom[0])
		isBusy(t, "record after close", err)
		if waited := time.Since(started); waited != 0 {
			t.Errorf("it took %v", waited)
		}
		close(store.gate)
		ended()
		if names := store.names(); !slices.Equal(names, []string{"bank/first", "bank/queued"}) {
			t.Errorf("stored are %v", names)
		}
	})
}

func TestAWriterClosedBeforeItRunsEnds(t *testing.T) {
	w := New(&shelf{}, Options{})
	w.Close()
	run(w)()
}
