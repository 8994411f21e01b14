// Package deliver sends what waits in the outbox to webhooks: signed, again after a
// while where it fails, to several at once, and never to addresses that are not allowed.
package deliver

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/mittari/mittari/models"
)

// Outbox is what the dispatcher asks of the store.
type Outbox interface {
	// FindDueWebhooks gives the webhooks of all workspaces that something is to be sent to now.
	FindDueWebhooks(ctx context.Context) ([]models.Webhook, error)
	// TakeDeliveries gives some messages, which nobody else is given for a models.DeliveryLease.
	TakeDeliveries(ctx context.Context, workspace, webhook string, limit int) ([]models.Delivery, error)
	SettleDeliveries(ctx context.Context, workspace, webhook string, settled []models.Delivery, pausedBecause string) error
	OutboxNow(ctx context.Context) (models.Outbox, error)
}

// Options are what a Dispatcher is made of. Reach's zero value allows public addresses only; other zero fields take the defaults.
type Options struct {
	Reach    models.Reach
	Persons  models.Persons       // by whose pepper secrets are sealed
	Log      *slog.Logger         // must be given
	Now      func() time.Time     // time.Now
	Interval time.Duration        // from one look for what is due to the next (1 s)
	Agent    string               // what requests call themselves
	Count    func(outcome string) // is told of every attempt: delivered, failed or dead; may be nil
}

const (
	webhooksAtOnce = 32 // that are sent to
	messagesAtOnce = 8  // to each of them
)

// Dispatcher sends what is due. Several, in processes of their own, may share an outbox.
//
// A webhook is sent one message at first, and twice as many with each time that all went well. Where
// all failed it is left alone for a while, twice as long each time, and then sent one message again:
// who is slow or down holds up nobody else, however much waits for it.
type Dispatcher struct {
	outbox  Outbox
	options Options
	clients clients
	waiting atomic.Pointer[models.Outbox]
	wake    chan struct{}

	mu    sync.Mutex
	busy  map[string]bool // webhooks that are sent to
	paces map[string]pace // by webhook; of those that are not as at first
}

// pace is how a webhook is sent to.
type pace struct {
	messages int // at once
	failures int // rounds in which all failed, since the last one that went well
	from     time.Time
}

// longestRest is for how long a webhook is left alone at most.
const longestRest = 30 * time.Second

// after is the pace after a round that ended now.
func (p pace) after(delivered, failed int, now time.Time) pace {
	switch {
	case failed == 0:
		return pace{messages: min(2*max(1, p.messages), messagesAtOnce)}
	case delivered > 0:
		return pace{messages: 1}
	}
	rest := min(time.Second<<min(p.failures, 10), longestRest)
	return pace{messages: 1, failures: p.failures + 1, from: now.Add(rest)}
}

// New makes a dispatcher; nothing is sent before Run.
func New(outbox Outbox, options Options) *Dispatcher {
	if options.Now == nil {
		options.Now = time.Now
	}
	if options.Interval == 0 {
		options.Interval = time.Second
	}
	if options.Count == nil {
		options.Count = func(string) {}
	}
	d := &Dispatcher{outbox: outbox, options: options, clients: newClients(options.Reach), busy: map[string]bool{}, paces: map[string]pace{}, wake: make(chan struct{}, 1)}
	d.waiting.Store(&models.Outbox{})
	return d
}

// Run sends until the context ends, and returns when the attempts under way have ended too.
func (d *Dispatcher) Run(ctx context.Context) {
	var rounds sync.WaitGroup
	defer d.clients.close()
	defer rounds.Wait()
	rounds.Go(func() { d.watch(ctx) })
	ticks := time.NewTicker(d.options.Interval)
	defer ticks.Stop()
	for {
		due, err := d.outbox.FindDueWebhooks(ctx)
		if err != nil && ctx.Err() == nil {
			d.options.Log.Warn("webhooks are sent nothing: what is due could not be read; the next try is soon", "error", err)
		}
		for _, hook := range due {
			if p, free := d.begin(hook.ID); free {
				rounds.Go(func() { d.round(ctx, hook, p) })
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-ticks.C:
		case <-d.wake:
		}
	}
}

// begin reports whether a round of the webhook may begin, and at which pace.
func (d *Dispatcher) begin(webhook string) (p pace, free bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	p = d.paces[webhook]
	if d.busy[webhook] || len(d.busy) >= webhooksAtOnce || d.options.Now().Before(p.from) {
		return p, false
	}
	d.busy[webhook] = true
	return p, true
}

// end ends a round, and has it looked at once for what is due where more may be.
func (d *Dispatcher) end(webhook string, next pace, more bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.busy, webhook)
	if next == (pace{}) {
		delete(d.paces, webhook)
	} else {
		d.paces[webhook] = next
	}
	if more {
		select {
		case d.wake <- struct{}{}:
		default:
		}
	}
}

// round sends some messages to a webhook.
func (d *Dispatcher) round(ctx context.Context, hook models.Webhook, p pace) {
	var next pace
	more := false
	defer func() { d.end(hook.ID, next, more) }()
	taken, err := d.outbox.TakeDeliveries(ctx, hook.Workspace, hook.ID, max(1, p.messages))
	if err == nil && len(taken) > 0 {
		settled, delivered, gone := d.sendAll(context.WithoutCancel(ctx), hook, taken)
		next = p.after(delivered, len(settled)-delivered, d.options.Now())
		more = delivered > 0
		err = d.settle(context.WithoutCancel(ctx), hook, settled, gone)
	}
	if err != nil && ctx.Err() == nil {
		d.options.Log.Warn("messages to a webhook could not be taken, or what became of them not be stored; they are sent again",
			"workspace", hook.Workspace, "webhook", hook.ID, "error", err)
	}
}

// sendAll sends all at once, and tells what became of each, how many were delivered, and what the receiver said if it wants nothing any more.
func (d *Dispatcher) sendAll(ctx context.Context, hook models.Webhook, taken []models.Delivery) (settled []models.Delivery, delivered int, gone string) {
	settled = make([]models.Delivery, len(taken))
	var sending sync.WaitGroup
	for i, message := range taken {
		sending.Go(func() {
			receipt := d.clients.send(ctx, hook, message, d.options)
			settled[i] = message.After(receipt, d.options.Now().UTC(), rand.Float64()) //nolint:gosec // a pause is no secret
		})
	}
	sending.Wait()
	for _, s := range settled {
		d.options.Count(map[models.DeliveryState]string{models.Delivered: "delivered", models.Pending: "failed", models.Dead: "dead"}[s.State])
		switch {
		case s.State == models.Delivered:
			delivered++
		case s.LastStatus == http.StatusGone:
			gone = s.LastError
		}
	}
	return settled, delivered, gone
}

// settleWithin is how long it may take to store what became of messages.
const settleWithin = 5 * time.Second

func (d *Dispatcher) settle(ctx context.Context, hook models.Webhook, settled []models.Delivery, gone string) error {
	ctx, cancel := context.WithTimeout(ctx, settleWithin)
	defer cancel()
	return d.outbox.SettleDeliveries(models.WithActor(ctx, models.Actor{Route: "mittari serve"}), hook.Workspace, hook.ID, settled, gone)
}

// betweenWatches is how often it is looked how much waits.
const betweenWatches = 15 * time.Second

// watch keeps Waiting up to date.
func (d *Dispatcher) watch(ctx context.Context) {
	ticks := time.NewTicker(betweenWatches)
	defer ticks.Stop()
	for {
		if waiting, err := d.outbox.OutboxNow(ctx); err == nil {
			d.waiting.Store(&waiting)
		} else if ctx.Err() == nil {
			d.options.Log.Warn("how much waits for webhooks could not be read", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-ticks.C:
		}
	}
}

// Waiting is how many messages waited a moment ago, and for how long the oldest has by now.
func (d *Dispatcher) Waiting() (messages int64, oldest time.Duration) {
	waiting := d.waiting.Load()
	if waiting.Pending > 0 {
		oldest = max(0, d.options.Now().Sub(waiting.Oldest))
	}
	return waiting.Pending, oldest
}
