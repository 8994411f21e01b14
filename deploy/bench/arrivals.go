package main

import (
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// arrivals is an open loop: requests come when the schedule says, whatever became
// of those before, as they do from many senders who know nothing of one another.
type arrivals struct {
	senders []*sender // as many as are ever under way at a time, and more
	next    *atomic.Int64
	rate    float64 // a second
}

// arrived is what became of one request.
type arrived struct {
	submission int64
	status     int
	took       time.Duration // since it was due
	late       time.Duration // of which before it was sent
	told       bool          // a refusal says when to try again, and that nothing was stored
}

// run sends for a time and gives what became of every request, in no order, and how
// many found no connection: then more were under way than there are.
func (a arrivals) run(ctx context.Context, during time.Duration) (answered []arrived, unsent int, err error) {
	due := make(chan time.Time, len(a.senders))
	all, faults := make([][]arrived, len(a.senders)), make([]error, len(a.senders))
	var sending sync.WaitGroup
	for i, s := range a.senders {
		sending.Go(func() { all[i], faults[i] = s.onArrival(due, a.next, during) })
	}
	unsent = a.schedule(ctx, due, during)
	close(due)
	sending.Wait()
	return slices.Concat(all...), unsent, errors.Join(ctx.Err(), errors.Join(faults...))
}

// schedule hands out the moments at which requests are due, evenly spread.
func (a arrivals) schedule(ctx context.Context, due chan<- time.Time, during time.Duration) (unsent int) {
	begun, tick := time.Now(), time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for sent := 0; ctx.Err() == nil && sent < int(a.rate*during.Seconds()); <-tick.C {
		for passed := time.Since(begun).Seconds(); float64(sent) < a.rate*min(passed, during.Seconds()); sent++ {
			select {
			case due <- begun.Add(time.Duration(float64(sent) / a.rate * float64(time.Second))):
			default:
				unsent++
			}
		}
	}
	return unsent
}

// onArrival sends a request for each moment that it takes.
func (s *sender) onArrival(due <-chan time.Time, next *atomic.Int64, during time.Duration) (all []arrived, err error) {
	if err := s.conn.SetDeadline(time.Now().Add(during + time.Minute)); err != nil {
		return nil, err
	}
	for at := range due {
		a := arrived{submission: next.Add(1), late: time.Since(at)}
		writeDigits(s.digits, a.submission)
		if _, err := s.conn.Write(s.request); err != nil {
			return all, err
		}
		if a.status, err = s.answer(); err != nil {
			return all, err
		}
		a.took, a.told = time.Since(at), s.told
		all = append(all, a)
	}
	return all, nil
}
