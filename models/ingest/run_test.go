package ingest

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mittari/mittari/models"
)

func TestABadRowFallsAlone(t *testing.T) {
	for _, c := range []struct {
		rows        int
		bad         []int
		mostCommits int
	}{
		{1, []int{0}, 1}, {2, []int{1}, 3}, {16, []int{5}, 9}, {100, []int{0, 99}, 27}, {7, []int{0, 1, 2, 3, 4, 5, 6}, 13}, {33, nil, 1},
	} {
		t.Run(fmt.Sprint(c.rows, c.bad), func(t *testing.T) {
			store := &shelf{}
			w := New(store, Options{})
			rows := responses(t, "bank", c.rows)
			for _, i := range c.bad {
				rows[i] = response(t, "bank", fmt.Sprintf("s%d", i), `,"comment":"`+refused+`"`)
			}
			ended := run(w)
			outcomes, err := w.RecordAll(t.Context(), rows)
			w.Close()
			ended()
			if err != nil || len(outcomes) != c.rows {
				t.Fatalf("%d outcomes, %v", len(outcomes), err)
			}
			for i, o := range outcomes {
				if slices.Contains(c.bad, i) {
					if want := fmt.Sprintf("refused with [s%d]", i); o.New || o.ID != "" || models.ErrorCode(o.Err) != models.Invalid || o.Err.Error() != want {
						t.Errorf("outcome %d is %+v, want %s", i, o, want)
					}
				} else if want := (models.Outcome{ID: rows[i].Response().ID, New: true}); o != want {
					t.Errorf("outcome %d is %+v, want %+v", i, o, want)
				}
			}
			if n := len(store.names()); n != c.rows-len(c.bad) {
				t.Errorf("%d are stored", n)
			}
			if n := len(store.sizes()); n > c.mostCommits {
				t.Errorf("it took %d transactions, %d would do", n, c.mostCommits)
			}
		})
	}
}

func TestWorkspacesAreNeverMixedInATransaction(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, w, ended := heldUp(t, Options{Batch: 30})
		chance := rand.New(rand.NewPCG(1, 2))
		var calling sync.WaitGroup
		var want []string
		for c := range 40 {
			mine := make([]models.Accepted, 1+chance.IntN(5))
			for i := range mine {
				workspace, name := fmt.Sprintf("w%d", chance.IntN(4)), fmt.Sprintf("s%d-%d", c, i)
				mine[i] = response(t, workspace, name, "")
				want = append(want, workspace+"/"+name)
			}
			calling.Go(func() {
				outcomes, err := w.RecordAll(t.Context(), mine)
				for i := range mine {
					if err != nil || outcomes[i] != (models.Outcome{ID: mine[i].Response().ID, New: true}) {
						t.Errorf("%+v, %v", outcomes, err)
						return
					}
				}
			})
		}
		synctest.Wait()
		close(store.gate)
		calling.Wait()
		w.Close()
		ended()
		want = append(want, "bank/first")
		slices.Sort(want)
		if got := store.names(); !slices.Equal(got, want) {
			t.Errorf("stored are %v, want %v", got, want)
		}
	})
}

func TestAGreatCallIsPreparedWhileAnotherIsCommittedAndStoredByItself(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, w, ended := heldUp(t, Options{})
		var calling sync.WaitGroup
		record := func(all []models.Accepted) {
			calling.Go(func() {
				outcomes, err := w.RecordAll(t.Context(), all)
				if err != nil || len(outcomes) != len(all) {
					t.Errorf("%d outcomes, %v", len(outcomes), err)
				}
				for i, o := range outcomes {
					if r := all[i].Response(); r.Answers[0].Comment == refused && models.ErrorCode(o.Err) != models.Invalid || r.Answers[0].Comment == "" && !o.New {
						t.Errorf("outcome %d is %+v", i, o)
					}
				}
			})
			synctest.Wait()
		}
		faulty := responses(t, "shop", great)
		faulty[great-1] = response(t, "shop", "bad", `,"comment":"`+refused+`"`)
		record(responses(t, "bank", 2))
		record(responses(t, "store", great))
		record(faulty)
		record(append(responses(t, "one", great), responses(t, "other", great)...))
		if !slices.Equal(store.ready, []int{great, great}) {
			t.Errorf("%v are ready while the first is being committed", store.ready)
		}
		close(store.gate)
		calling.Wait()
		w.Close()
		ended()
		sizes := store.sizes()
		wholes := slices.DeleteFunc(slices.Clone(sizes), func(n int) bool { return n != great })
		if !slices.Equal(sizes[:4], []int{1, 2, great, great}) || len(wholes) != 4 { // in between, the faulty one falls apart
			t.Errorf("transactions of %v", sizes)
		}
	})
}

func TestWhileAGreatCallEndsTheNextOneBegins(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &shelf{ends: make(chan struct{})}
		w := New(store, Options{Queue: 100_000})
		ended := run(w)
		var told atomic.Int32
		for i := range 3 {
			end := w.Prepare(responses(t, fmt.Sprint("bank", i), great))(t.Context())
			go func() {
				if outcomes, err := end(); err != nil || len(outcomes) != great {
					t.Errorf("%d outcomes, %v", len(outcomes), err)
				}
				told.Add(1)
			}()
		}
		small := response(t, "bank", "small", "")
		go func() { _, _ = w.Record(t.Context(), small) }()
		synctest.Wait()
		if sizes := store.sizes(); !slices.Equal(sizes, []int{great, great}) || told.Load() != 0 {
			t.Errorf("before the first has ended, %v have begun and %d are told", sizes, told.Load())
		}
		w.Close()
		store.ends <- struct{}{}
		synctest.Wait()
		if sizes := store.sizes(); !slices.Equal(sizes, []int{great, great, great, 1}) || told.Load() != 1 {
			t.Errorf("once it has, %v have begun and %d are told", sizes, told.Load())
		}
		close(store.ends)
		ended()
		synctest.Wait()
		if told.Load() != 3 {
			t.Errorf("%d are told when the writer is done", told.Load())
		}
	})
}

func TestAFailingStoreAnswersEveryoneWithItsError(t *testing.T) {
	fault := errors.New("disk full")
	for _, fault := range []error{fault, models.Errorf(models.Busy, "gone")} {
		synctest.Test(t, func(t *testing.T) {
			store, w, ended := heldUp(t, Options{})
			store.fault = fault
			var calling sync.WaitGroup
			for _, r := range responses(t, "bank", 8) {
				calling.Go(func() {
					if o, err := w.Record(t.Context(), r); err != nil || !errors.Is(o.Err, fault) || o.ID != "" || o.New {
						t.Errorf("%+v, %v", o, err)
					}
				})
			}
			synctest.Wait()
			close(store.gate)
			calling.Wait()
			store.mu.Lock()
			store.fault = nil
			store.mu.Unlock()
			if o, err := w.Record(t.Context(), response(t, "bank", "later", "")); err != nil || !o.New {
				t.Errorf("when the store works again: %+v, %v", o, err)
			}
			w.Close()
			ended()
			if sizes := store.sizes(); !slices.Equal(sizes, []int{1, 8, 1}) { // not tried again in halves
				t.Errorf("transactions of %v", sizes)
			}
		})
	}
}

func TestATransactionThatHangsIsGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &shelf{gate: make(chan struct{})}
		w := New(store, Options{Timeout: 3 * time.Second})
		ended := run(w)
		started := time.Now()
		o, err := w.Record(t.Context(), response(t, "bank", "s", ""))
		if err != nil || o.Err == nil || time.Since(started) != 3*time.Second {
			t.Errorf("after %v: %+v, %v", time.Since(started), o, err)
		}
		w.Close()
		ended()
	})
}

func TestEveryTransactionIsObserved(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &shelf{gate: make(chan struct{})}
		var seen []string
		w := New(store, Options{Observe: func(n int, took time.Duration, err error) { seen = append(seen, fmt.Sprint(n, took, err)) }})
		ended := run(w)
		rows := append(responses(t, "bank", 1), response(t, "bank", "bad", `,"comment":"`+refused+`"`))
		let := func() { time.Sleep(time.Second); store.gate <- struct{}{} }
		go func() { let(); let(); let() }()
		if _, err := w.RecordAll(t.Context(), rows); err != nil {
			t.Error(err)
		}
		store.fault = errors.New("disk full")
		go let()
		if _, err := w.Record(t.Context(), rows[0]); err != nil {
			t.Error(err)
		}
		w.Close()
		ended()
		// A refused row is the sender's fault, not the database's.
		if got, want := strings.Join(seen, ", "), "2 1s <nil>, 1 1s <nil>, 1 1s <nil>, 1 1s disk full"; got != want {
			t.Errorf("observed %s, want %s", got, want)
		}
	})
}
