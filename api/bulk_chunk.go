package api

import (
	"fmt"
	"slices"
)

// chunk is some documents of a bulk request, in order.
type chunk[A any] struct {
	accepted []A
	outcomes []bulkOutcome // of all; those of accepted have no status yet
	settled  []settled     // of accepted, once they are stored
	err      error         // or why none of them is
	begun    chan struct{} // is closed once it is being stored, or never will be
	done     chan struct{} // is closed once settled or err is known
}

// idle reports whether no chunk is being stored.
func (b *bulk[S, A]) idle() bool {
	return !slices.ContainsFunc(b.stored, func(c *chunk[A]) bool { return !c.isDone() })
}

func (c *chunk[A]) isDone() bool {
	select {
	case <-c.done:
		return true
	default:
		return false
	}
}

// flush begins to store the chunk once few enough of those before it are under way. It
// is made ready at once, but stored behind the one before: what was sent first comes first.
func (b *bulk[S, A]) flush() error {
	if err := b.settle(underWay - 1); err != nil {
		return err
	}
	next, before := b.chunk, b.stored
	next.begun, next.done = make(chan struct{}), make(chan struct{})
	b.chunk, b.size, b.stored = chunk[A]{}, 0, append(slices.Clone(before), &next)
	go func() {
		defer close(next.done)
		defer func() { // what panics here would end the process
			if cause := recover(); cause != nil {
				next.err = fmt.Errorf("panic: %v\n%s", cause, stack())
			}
		}()
		end := b.begin(&next, before)
		next.settled, next.err = end()
	}()
	return nil
}

// begin stores the chunk behind the one before it, if that is under way still.
func (b *bulk[S, A]) begin(next *chunk[A], before []*chunk[A]) (end func() ([]settled, error)) {
	defer close(next.begun)
	store := b.store(next.accepted)
	for _, c := range before {
		<-c.begun
	}
	return store()
}

// settle waits until no more than some chunks are under way. The first error ends the
// request, but nothing that is under way is left behind.
func (b *bulk[S, A]) settle(left int) (err error) {
	for len(b.stored) > left {
		first := b.stored[0]
		<-first.done
		b.stored = b.stored[1:]
		err = firstError(err, b.tell(*first))
	}
	return err
}
