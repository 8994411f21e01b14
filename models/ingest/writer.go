// Package ingest commits responses in groups: many callers, one writer, one
// transaction. A caller is answered after the commit that holds its response.
package ingest

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/semaphore"

	"github.com/mittari/mittari/models"
)

// Committer stores a batch of one workspace's responses in one transaction.
// An error means that nothing of the batch was stored; it is Invalid when a row is at fault.
type Committer interface {
	Commit(ctx context.Context, workspace string, batch []models.Accepted) ([]models.Outcome, error)
	// Prepare does what of Commit can be done while another batch is committed; what it gives does the rest.
	Prepare(workspace string, batch []models.Accepted) models.Storing
}

// Options are a Writer's bounds. Zero fields take the defaults.
type Options struct {
	Queue   int                                              // callers that may be inside or wait (10,000)
	Wait    time.Duration                                    // that a response may have before it is stored (500 ms); see Enter
	Batch   int                                              // responses in a transaction, about (1,000)
	Timeout time.Duration                                    // of a transaction with its retries (30 s)
	Observe func(responses int, took time.Duration, e error) // is told of every transaction; may be nil
}

// Writer takes what is queued, commits it, answers each caller with its own
// outcome, and repeats. It never waits for more: while one group is committed the next one gathers.
type Writer struct {
	store    Committer
	options  Options
	queue    chan *call
	bulk     *semaphore.Weighted // of bulkResponses
	backlog  backlog
	refusing chan struct{} // holds one for each call of Enter that is being refused
	ending   chan struct{} // holds one for each call that was prepared and has begun to be stored

	stop sync.Once
	open context.Context // is ended first: who waits for room gives up
	end  context.CancelFunc
	mu   sync.RWMutex // held for reading while sending to queue, for writing to close it
}

// call is a caller who waits for the outcomes of its responses.
type call struct {
	responses []models.Accepted
	storing   models.Storing // of just these, prepared by the caller; nil: the writer commits them with others
	outcomes  []models.Outcome
	missing   int // outcomes that are not known yet
	done      chan struct{}
}

// New makes a writer; nothing is stored before Run.
func New(store Committer, options Options) *Writer {
	if options.Queue == 0 {
		options.Queue = 10_000
	}
	if options.Wait == 0 {
		options.Wait = 500 * time.Millisecond
	}
	if options.Batch == 0 {
		options.Batch = 1000
	}
	if options.Timeout == 0 {
		options.Timeout = 30 * time.Second
	}
	if options.Observe == nil {
		options.Observe = func(int, time.Duration, error) {}
	}
	w := &Writer{store: store, options: options, queue: make(chan *call, options.Queue), bulk: semaphore.NewWeighted(bulkResponses), refusing: make(chan struct{}, refusals), ending: make(chan struct{}, atOnce)}
	w.open, w.end = context.WithCancel(context.Background())
	return w
}

// bulkResponses is how many responses of calls of RecordAll may be in the queue or be stored at once: enough
// for the writer never to wait for any, and so few that single responses hardly wait for them.
const bulkResponses = 10_000

// Record stores one response and returns when that is settled. A full queue is
// Busy at once. When ctx ends first the response may still be stored.
func (w *Writer) Record(ctx context.Context, r models.Accepted) (models.Outcome, error) {
	c := newCall([]models.Accepted{r})
	if err := w.enqueue(ctx, c, false); err != nil {
		return models.Outcome{}, err
	}
	if err := c.wait(ctx); err != nil {
		return models.Outcome{}, err
	}
	return c.outcomes[0], nil
}

// RecordAll stores some responses, each with its own outcome, in their order.
// Unlike Record it waits for its turn, and for room in the queue.
func (w *Writer) RecordAll(ctx context.Context, rs []models.Accepted) ([]models.Outcome, error) {
	return w.Prepare(rs)(ctx)()
}

// Prepare does what of RecordAll can be done before others are stored; what it gives puts them into the queue, and waits.
func (w *Writer) Prepare(rs []models.Accepted) models.Storing {
	if len(rs) == 0 {
		return func(context.Context) func() ([]models.Outcome, error) { return models.Ended(nil, nil) }
	}
	c := newCall(rs)
	if workspace, one := sameWorkspace(rs); one && len(rs) >= great {
		c.storing = w.store.Prepare(workspace, rs)
	}
	return func(ctx context.Context) func() ([]models.Outcome, error) { return w.recordAll(ctx, c) }
}

func (w *Writer) recordAll(ctx context.Context, c *call) (end func() ([]models.Outcome, error)) {
	turn, cancel := context.WithCancel(ctx)
	defer context.AfterFunc(w.open, cancel)()
	defer cancel()
	n := len(c.responses)
	weight := w.weight(n)
	if w.bulk.Acquire(turn, weight) != nil {
		return models.Ended(nil, cmp.Or(ctx.Err(), shuttingDown()))
	}
	w.backlog.responses.Add(int64(n))
	leave := func() { w.backlog.responses.Add(-int64(n)); w.bulk.Release(weight) }
	if err := w.enqueue(ctx, c, true); err != nil {
		leave()
		return models.Ended(nil, err)
	}
	return func() ([]models.Outcome, error) {
		defer leave()
		if err := c.wait(ctx); err != nil {
			return nil, err
		}
		return c.outcomes, nil
	}
}

// great is from how many responses on a call of RecordAll is prepared by its caller, and
// committed by itself: so many cost the same with others or without.
const great = 1500

// atOnce is how many calls that were prepared may have begun to be stored: one waits for the disk, the next one is being written.
const atOnce = 2

func sameWorkspace(rs []models.Accepted) (string, bool) {
	workspace := rs[0].Response().Workspace
	return workspace, !slices.ContainsFunc(rs, func(r models.Accepted) bool { return r.Response().Workspace != workspace })
}

// weight is what a call of so many responses takes of bulkResponses: so much at
// least that all calls together leave half of the queue to single responses.
func (w *Writer) weight(responses int) int64 {
	least := 2 * bulkResponses / w.options.Queue
	return int64(min(max(responses, least, 1), bulkResponses))
}

func newCall(rs []models.Accepted) *call {
	return &call{responses: rs, outcomes: make([]models.Outcome, len(rs)), missing: len(rs), done: make(chan struct{})}
}

func (c *call) wait(ctx context.Context) error {
	select {
	case <-c.done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func busy(message string, again time.Duration) error {
	return &models.Error{Code: models.Busy, Message: message, RetryAfter: again}
}

func shuttingDown() error {
	return busy("the server is shutting down; nothing was stored, try again", time.Second)
}

func (w *Writer) enqueue(ctx context.Context, c *call, wait bool) error {
	w.mu.RLock()
	defer w.mu.RUnlock()
	if w.open.Err() != nil {
		return shuttingDown()
	}
	select {
	case w.queue <- c:
		return nil
	default:
	}
	if !wait {
		return overloaded(0)
	}
	select {
	case w.queue <- c:
		return nil
	case <-w.open.Done():
		return shuttingDown()
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Length is how many callers wait in the queue.
func (w *Writer) Length() int { return len(w.queue) }

// Capacity is how many callers the queue can hold.
func (w *Writer) Capacity() int { return w.options.Queue }

// Close stops accepting. What is queued is still stored and answered; Run returns after that.
func (w *Writer) Close() {
	w.stop.Do(func() {
		w.end()
		w.mu.Lock()
		defer w.mu.Unlock()
		close(w.queue)
	})
}
