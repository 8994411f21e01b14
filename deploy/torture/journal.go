package main

import (
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
)

// journal is what was acknowledged.
type journal struct {
	mu      sync.Mutex
	ids     map[string]string // the response's id by the mark that its submission carries
	metrics map[string]int    // answers by metric
}

// acknowledge notes that a submission is stored. The same id is told however often it is sent. One that is told of for the
// first time as no new one was stored when it was sent before, and nobody was told.
func (t *trial) acknowledge(s submission, id string, status int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	switch before, known := t.ids[s.mark]; {
	case id == "":
		t.wrong("%s was acknowledged without an id", s.mark)
	case !known:
		t.ids[s.mark] = id
		t.metrics[s.metric]++
		if status == http.StatusOK {
			t.silent.Add(1)
		}
	case before != id:
		t.wrong("%s was acknowledged as %s and as %s", s.mark, before, id)
	}
}

// acknowledged is how many submissions are stored, as far as the clients know.
func (t *trial) acknowledged() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return len(t.ids)
}

// tally counts what clients were answered.
type tally struct {
	requests, again       atomic.Int64 // again: responses sent on purpose once more
	busy, limited         atomic.Int64
	unreached, unanswered atomic.Int64
	silent, countersDown  atomic.Int64
	lost, doubled         int
	verified              bool

	wrongs  atomic.Int64
	telling sync.Mutex
	told    []string // the first of them
}

// wrong notes a promise that was broken; of many the first ones are told.
func (t *trial) wrong(format string, args ...any) {
	const most = 10
	text := fmt.Sprintf(format, args...)
	t.telling.Lock()
	defer t.telling.Unlock()
	if t.wrongs.Add(1) <= most {
		t.told = append(t.told, text)
		t.say("  WRONG: %s", text)
	}
}
