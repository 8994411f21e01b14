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
// is the only writer; every call that was accepted is answered before it returns.
func (w *Writer) Run() {
	for first := range w.queue {
		responses, begun := 0, time.Now()
		for _, group := range w.gather(first) {
			responses += len(group)
			w.commit(group)
		}
		w.backlog.learn(responses, time.Since(begun))
	}
}

// gather takes what is queued behind first, up to about a batch, by workspace:
// a transaction holds rows of one workspace only.
func (w *Writer) gather(first *call) [][]item {
	var groups [][]item
	place := map[string]int{}
	responses := 0
	add := func(c *call) {
		responses += len(c.responses)
		for i, r := range c.responses {
			workspace := r.Response().Workspace
			at, known := place[workspace]
			if !known {
				at = len(groups)
				place[workspace] = at
				groups = append(groups, nil)
			}
			groups[at] = append(groups[at], item{c, i})
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

// commit stores a group of one workspace. When a row is at fault the group is
// retried in halves, so that it falls alone.
func (w *Writer) commit(group []item) {
	batch := make([]models.Accepted, len(group))
	for i, it := range group {
		batch[i] = it.response()
	}
	ctx, cancel := context.WithTimeout(context.Background(), w.options.Timeout)
	started := time.Now()
	outcomes, err := w.store.Commit(ctx, batch[0].Response().Workspace, batch)
	cancel()
	refused := models.ErrorCode(err) == models.Invalid
	if refused {
		w.options.Observe(len(batch), time.Since(started), nil)
	} else {
		w.options.Observe(len(batch), time.Since(started), err)
	}
	switch {
	case err == nil:
		for i, it := range group {
			it.settle(outcomes[i])
		}
	case refused && len(group) > 1:
		half := len(group) / 2
		w.commit(group[:half])
		w.commit(group[half:])
	default:
		for _, it := range group {
			it.settle(models.Outcome{Err: err})
		}
	}
}
