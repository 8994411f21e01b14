package main

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync"
	"time"
)

// submission is one content of a submission_id, and what has to have become of it.
type submission struct {
	workspace, id, body                string
	touchpoint, channel, segment, team string
	day                                string
	answers                            map[string]int // by metric
	stored                             string         // the response's id; "" when nothing is stored
	excluded                           bool
	arrivals                           int  // how often it was stored anew
	loose                              bool // it may have been stored more often than was acknowledged
}

// journal is what the play has sent and was acknowledged.
type journal struct {
	mu      sync.Mutex
	sent    []*submission          // all that came to an end, erased ones included
	kept    []*submission          // those that are stored, and stay as they are
	byID    map[string]*submission // the same by submission_id
	numbers int
}

// next is a number that was not given before.
func (l *journal) next() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.numbers++
	return l.numbers
}

// add takes over submissions that nobody will change any more.
func (l *journal) add(all ...*submission) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.sent = append(l.sent, all...)
	for _, s := range all {
		if s.stored != "" {
			l.kept, l.byID[s.id] = append(l.kept, s), s
		}
	}
}

// some are up to n submissions of the workspace that are stored and stay as they are.
func (l *journal) some(r *rand.Rand, workspace string, n int) []*submission {
	l.mu.Lock()
	defer l.mu.Unlock()
	var found []*submission
	for range 4 * n {
		if len(found) == n || len(l.kept) == 0 {
			break
		}
		if s := l.kept[r.IntN(len(l.kept))]; s.workspace == workspace {
			found = append(found, s)
		}
	}
	return found
}

// known are those of the submission_ids that are stored and stay as they are.
func (l *journal) known(ids []string) map[string]*submission {
	l.mu.Lock()
	defer l.mu.Unlock()
	known := map[string]*submission{}
	for _, id := range ids {
		if s := l.byID[id]; s != nil {
			known[id] = s
		}
	}
	return known
}

func pick[T any](r *rand.Rand, of ...T) T { return of[r.IntN(len(of))] }

// The workspaces of the play: customers only, customers and staff, staff whose answers nobody takes back.
const home, bank, staffOnly = homeWorkspace, "bank", "office"

// draw makes a submission at random, of a few groups and days, so that writers meet in the rollups.
func (p *play) draw(r *rand.Rand, workspace string) *submission {
	if workspace == staffOnly || workspace == bank && r.IntN(3) == 0 {
		return p.drawStaff(r, workspace)
	}
	s := &submission{workspace: workspace, id: fmt.Sprintf("s-%d", p.next()), channel: pick(r, "web", "sms"), segment: pick(r, "", "families", "seniors"),
		touchpoint: pick(r, "meeting", "checkout", "call"), team: pick(r, "", "north", "south"), answers: map[string]int{"nps": r.IntN(11)}}
	if r.IntN(2) == 0 {
		s.answers["csat"] = 1 + r.IntN(5)
	}
	ago := 1 + r.IntN(3)
	if r.IntN(10) == 0 { // a late answer
		ago = 1 + r.IntN(60)
	}
	s.day = p.today.AddDate(0, 0, -ago).Format(time.DateOnly)
	s.write()
	return s
}

// drawStaff makes an employee's submission, whose answers are counted in lots: those of the staff alone all of one day and group.
func (p *play) drawStaff(r *rand.Rand, workspace string) *submission {
	s := &submission{workspace: workspace, id: fmt.Sprintf("s-%d", p.next()), channel: "web", team: "north",
		day: p.today.AddDate(0, 0, -1).Format(time.DateOnly), answers: map[string]int{"pulse": 1 + r.IntN(5)}}
	if workspace != staffOnly {
		s.day, s.team = p.today.AddDate(0, 0, -1-r.IntN(2)).Format(time.DateOnly), pick(r, "north", "south")
		s.answers["enps"] = r.IntN(11)
	}
	s.write()
	return s
}

// write makes the body of what is known.
func (s *submission) write() {
	answers := []map[string]any{}
	for _, metric := range []string{"nps", "csat", "enps", "pulse"} {
		if score, given := s.answers[metric]; given {
			answers = append(answers, map[string]any{"metric": metric, "score": score})
		}
	}
	body, err := json.Marshal(map[string]any{"submission_id": s.id, "touchpoint": s.touchpoint, "channel": s.channel, "segment": s.segment,
		"team": s.team, "collected_at": s.day + "T12:00:00Z", "answers": answers})
	if err != nil {
		panic(err) // it holds texts and numbers only
	}
	s.body = string(body)
}

// changed is other content under the submission's id.
func (s *submission) changed() *submission {
	other := *s
	other.stored, other.arrivals = "", 0
	if other.channel = "kiosk"; s.channel == "kiosk" {
		other.channel = "desk"
	}
	other.write()
	return &other
}

// judge holds the replies to one submission_id against what was promised: one
// content is stored, once, however often it is sent; each other is a conflict. It
// notes what is stored, and gives it. before is what was stored already, or nil.
func (p *play) judge(before *submission, replies ...reply) *submission {
	winner, created, lost := before, 0, false
	for _, r := range replies {
		lost = lost || r.lost
		switch {
		case r.status == http.StatusConflict:
			continue
		case r.status != http.StatusOK && r.status != http.StatusCreated:
			p.fault("%s: %d to %s", r.s.id, r.status, r.s.body)
			return before
		case winner == nil:
			winner = r.s
			winner.stored = r.id
		}
		if r.status == http.StatusCreated {
			created++
		}
		if r.s != winner || r.id != winner.stored {
			p.fault("%s is stored as %s and as %s: %s and %s", r.s.id, winner.stored, r.id, winner.body, r.s.body)
		}
	}
	if winner == nil {
		p.fault("%s: every content is in conflict", replies[0].s.id)
		return replies[0].s
	}
	for _, r := range replies {
		if r.s == winner && r.status == http.StatusConflict {
			p.fault("%s: a retry is in conflict with itself", r.s.id)
		}
	}
	want := 1
	if before != nil {
		want = 0
	} else {
		winner.arrivals = 1
	}
	if created > want || created < want && !lost {
		p.fault("%s: %d senders were told that theirs is new, want %d", winner.id, created, want)
	}
	return winner
}
