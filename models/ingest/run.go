package ingest

import (
	"context"
	"time"

	"github.com/mittari/mittari/models"
)

// item is one response of a call.
type item struct {
	call  *call
	index int
}

func (i item) response() models.Accepted { return i.call.responses[i.index] }

// settle gives the item its outcome, and wakes its caller with the last one.
func (i item) settle(o models.Outcome) {
	i.call.outcomes[i.index] = o
	if i.call.missing--; i.call.missing == 0 {
		close(i.call.done)
	}
}

// Run stores what is queued until Close was called and the queue is empty. It
// begins with one group after the other; every call that was accepted is answered before it returns.
func (w *Writer) Run() {
	for first := range w.queue {
		responses, begun := 0, time.Now()
		for _, group := range w.gather(first) {
			responses += len(group.items)
			if group.storing != nil {
				w.begin(group)
			} else {
				w.commit(group)
			}
		}
		w.backlog.learn(responses, time.Since(begun))
	}
	for range atOnce { // until all have ended
		w.ending <- struct{}{}
	}
}

// group is what is committed at once: items of one workspace.
type group struct {
	items   []item
	storing models.Storing // of just these; nil: nothing is prepared
}

// gather takes what is queued behind first, up to about a batch, by workspace:
// a transaction holds rows of one workspace only. What was prepared stays by itself.
func (w *Writer) gather(first *call) []group {
	var groups []group
	place := map[string]int{}
	responses := 0
	add := func(c *call) {
		responses += len(c.responses)
		if c.storing != nil {
			groups = append(groups, group{c.items(), c.storing})
			return
		}
		for i, r := range c.responses {
			workspace := r.Response().Workspace
			at, known := place[workspace]
			if !known {
				at = len(groups)
				place[workspace] = at
				groups = append(groups, group{})
			}
			groups[at].items = append(groups[at].items, item{c, i})
		}
	}
	for add(first); responses < w.options.Batch; {
		select {
		case c, open := <-w.queue:
			if !open {
				return groups
			}
			add(c)
		default:
			return groups
		}
	}
	return groups
}

func (c *call) items() []item {
	all := make([]item, len(c.responses))
	for i := range all {
		all[i] = item{c, i}
	}
	return all
}

// begin stores a group that was prepared. It may not have ended when begin
// returns: while the database flushes it, the next one is written.
func (w *Writer) begin(g group) {
	w.ending <- struct{}{}
	ctx, cancel := context.WithTimeout(context.Background(), w.options.Timeout)
	started := time.Now()
	end := g.storing(ctx)
	go func() {
		outcomes, err := end()
		cancel()
		w.settle(g, outcomes, err, started)
		<-w.ending
	}()
}

// commit stores a group of one workspace.
func (w *Writer) commit(g group) {
	batch := make([]models.Accepted, len(g.items))
	for i, it := range g.items {
		batch[i] = it.response()
	}
	ctx, cancel := context.WithTimeout(context.Background(), w.options.Timeout)
	started := time.Now()
	outcomes, err := w.store.Commit(ctx, batch[0].Response().Workspace, batch)
	cancel()
	w.settle(g, outcomes, err, started)
}

// settle answers the callers of a group. When a row is at fault the group is
// retried in halves, so that it falls alone.
func (w *Writer) settle(g group, outcomes []models.Outcome, err error, started time.Time) {
	n := len(g.items)
	refused := models.ErrorCode(err) == models.Invalid
	if refused {
		w.options.Observe(n, time.Since(started), nil)
	} else {
		w.options.Observe(n, time.Since(started), err)
	}
	switch {
	case err == nil:
		for i, it := range g.items {
			it.settle(outcomes[i])
		}
	case refused && n > 1:
		w.commit(group{items: g.items[:n/2]})
		w.commit(group{items: g.items[n/2:]})
	default:
		for _, it := range g.items {
			it.settle(models.Outcome{Err: err})
		}
	}
}
