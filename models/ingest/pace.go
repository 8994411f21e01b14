package ingest

import (
	"sync/atomic"
	"time"
)

// telling is from how many responses on a round tells how fast they are stored; a
// smaller one mostly tells how long a transaction takes, or how long the writer
// waits for a processor. Twice as many are always let in, so that rounds can be so great.
const telling = 500

// backlog is what is under way, and how fast it is worked off.
type backlog struct {
	callers   atomic.Int64 // that Enter let in and that have not left
	responses atomic.Int64 // theirs, and those of callers of RecordAll
	each      atomic.Int64 // nanoseconds that one takes when many are stored at once; 0: not known yet
}

// learn takes in how long a round of the writer took.
func (b *backlog) learn(responses int, took time.Duration) {
	if responses < telling {
		return
	}
	latest := int64(took) / int64(responses)
	if before := b.each.Load(); before > 0 {
		latest = (3*before + latest) / 4
	}
	b.each.Store(latest)
}

// wait is how long a response that comes now will wait to be stored, as far as is known.
func (b *backlog) wait() time.Duration {
	waiting := b.responses.Load()
	if waiting < 2*telling {
		return 0
	}
	return time.Duration(waiting * b.each.Load())
}

// Enter lets a caller in who is about to read a response and to call Record, or is
// Busy at once: when as many are inside as the queue may hold, or when the response
// would wait longer than it may. What is refused so has cost next to nothing. The
// caller calls leave once it has answered, in any case.
func (w *Writer) Enter() (leave func(), err error) {
	if w.open.Err() != nil {
		return nil, shuttingDown()
	}
	if wait := w.backlog.wait(); wait > w.options.Wait {
		w.takeTurns()
		return nil, overloaded(wait)
	}
	if w.backlog.callers.Add(1) > int64(w.options.Queue) {
		w.backlog.callers.Add(-1)
		return nil, overloaded(0)
	}
	w.backlog.responses.Add(1)
	return w.leave, nil
}

// takeTurns holds up who is about to be refused: were many refused as fast as they come
// again, the processors would do nothing else, and nobody store what was accepted.
func (w *Writer) takeTurns() {
	w.refusing <- struct{}{}
	time.Sleep(time.Millisecond)
	<-w.refusing
}

// refusals is how many take turns at a time: with a millisecond each, some 10,000 a second.
const refusals = 16

func (w *Writer) leave() {
	w.backlog.callers.Add(-1)
	w.backlog.responses.Add(-1)
}

// overloaded says that it is worth trying again once what is under way is stored.
func overloaded(wait time.Duration) error {
	return busy("more responses arrive than can be stored; nothing was stored, try again", max(wait, time.Second))
}

// Wait is how long a response that comes now will wait to be stored, as far as is known.
func (w *Writer) Wait() time.Duration { return w.backlog.wait() }

// MostWait is how long that may be before responses are refused.
func (w *Writer) MostWait() time.Duration { return w.options.Wait }
