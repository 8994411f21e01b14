package main

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"time"
)

// step is something that a client does, beside what others do.
type step struct {
	times int // a round
	do    func(p *play, r *rand.Rand)
}

// calm are the steps of a round's first part, where nearly everything is new, as it
// is most of the time: what can be stored in one go is, and fails as a whole now and then.
func calm() []step {
	return []step{{400, (*play).fresh}, {6, (*play).freshBulks}, {3, (*play).oneInTheMiddle}, {1, (*play).repair}}
}

// storm are the steps of its second part, where everything meets everything.
func storm() []step {
	return []step{
		{60, (*play).single}, {30, (*play).everywhereAtOnce}, {20, (*play).rivals}, {4, (*play).mixedBulk}, {3, (*play).twinBulks},
		{5, (*play).contest}, {4, (*play).staffContest}, {8, (*play).sentAgainAfterErasure}, {4, (*play).erasedWhileSentAgain}, {6, (*play).staff},
		{4, (*play).newKeys}, {6, (*play).invite}, {2, (*play).repair},
	}
}

// workspaceOf is one of the first two, mostly the one where everything can be stored at once.
func workspaceOf(r *rand.Rand) string { return pick(r, home, home, bank) }

// fresh sends one submission, and takes some of them back, at both replicas at once.
func (p *play) fresh(r *rand.Rand) {
	s := p.judge(nil, p.post(r.IntN(2), p.draw(r, home)))
	switch r.IntN(10) {
	case 0:
		s.excluded = true
		atOnce(2, func(at int) { p.exclude(at, s.workspace, s.stored, true) })
	case 1:
		atOnce(2, func(at int) { p.erase(at, s.workspace, s.stored) })
		s.stored = ""
	}
	p.add(s)
}

// freshBulks sends new submissions to both replicas at once, whose groups and days are the same ones in any order.
func (p *play) freshBulks(r *rand.Rand) {
	loads, replies := make([][]*submission, 4), make([][]reply, 4)
	for i := range loads {
		for range 50 + r.IntN(100) {
			loads[i] = append(loads[i], p.draw(r, home))
		}
	}
	atOnce(len(loads), func(i int) { replies[i] = p.bulk(i, loads[i]) })
	for _, some := range replies {
		p.settle(some)
	}
}

// oneInTheMiddle sends new submissions and among them one that is stored.
func (p *play) oneInTheMiddle(r *rand.Rand) {
	var all []*submission
	for range 300 {
		all = append(all, p.draw(r, home))
	}
	for _, s := range p.some(r, home, 1) {
		all[150] = pick(r, s, s.changed())
	}
	p.settle(p.bulk(r.IntN(2), all))
}

// single sends one submission, some of them later again, some with other content.
func (p *play) single(r *rand.Rand) {
	at := r.IntN(2)
	s := p.judge(nil, p.post(at, p.draw(r, workspaceOf(r))))
	switch r.IntN(8) {
	case 0:
		p.judge(s, p.post(at+1, s))
	case 1:
		p.judge(s, p.post(at+1, s.changed()))
	}
	p.add(s)
}

// everywhereAtOnce sends one submission to both replicas at the same moment, and then again.
func (p *play) everywhereAtOnce(r *rand.Rand) {
	s, replies := p.draw(r, workspaceOf(r)), make([]reply, 4)
	atOnce(len(replies), func(i int) { replies[i] = p.post(i, s) })
	s = p.judge(nil, replies...)
	p.judge(s, p.post(r.IntN(2), s))
	p.add(s)
}

// rivals sends two contents under one submission_id to both replicas at the same moment.
func (p *play) rivals(r *rand.Rand) {
	s := p.draw(r, home)
	contents := []*submission{s, s.changed()}
	replies := make([]reply, 4)
	atOnce(len(replies), func(i int) { replies[i] = p.post(i/2, contents[(i+i/2)%2]) })
	p.add(p.judge(nil, replies...))
}

// load is the submissions of a bulk request: new ones, some of them twice and some
// with other content too, in any order, and beside them ones that are stored.
func (p *play) load(r *rand.Rand, workspace string, n int) (all []*submission) {
	for range n {
		s := p.draw(r, workspace)
		all = append(all, s)
		if r.IntN(10) == 0 {
			all = append(all, s)
		}
		if r.IntN(20) == 0 && workspace != staffOnly {
			all = append(all, s.changed())
		}
	}
	for _, s := range p.some(r, workspace, r.IntN(1+n/10)) {
		all = append(all, pick(r, s, s.changed()))
	}
	r.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	return all
}

// settle judges the replies to a load, by submission_id, and notes what is stored.
func (p *play) settle(replies []reply) {
	byID, order := map[string][]reply{}, []string{}
	for _, r := range replies {
		if byID[r.s.id] == nil {
			order = append(order, r.s.id)
		}
		byID[r.s.id] = append(byID[r.s.id], r)
	}
	known := p.known(order)
	for _, id := range order {
		if before := known[id]; before != nil {
			p.judge(before, byID[id]...)
		} else {
			p.add(p.judge(nil, byID[id]...))
		}
	}
}

// mixedBulk sends some hundred lines, and then all of them again to the other replica.
func (p *play) mixedBulk(r *rand.Rand) {
	all := p.load(r, workspaceOf(r), 100+r.IntN(400))
	at := r.IntN(2)
	p.settle(p.bulk(at, all))
	p.settle(p.bulk(at+1, all))
}

// twinBulks sends the same lines to both replicas at the same moment, twice each, in orders of their own.
func (p *play) twinBulks(r *rand.Rand) { p.twins(r, 4, 100+r.IntN(200)) }

// largeBulks sends more lines than are stored at a time, once to each replica.
func (p *play) largeBulks(r *rand.Rand) { p.twins(r, 2, 6000) }

func (p *play) twins(r *rand.Rand, senders, lines int) {
	all := p.load(r, workspaceOf(r), lines)
	orders, replies := make([][]*submission, senders), make([][]reply, senders)
	for i := range orders {
		orders[i] = append(orders[i], all...)
		for part := range slices.Chunk(orders[i], 500) { // they meet in the same lines, in orders of their own
			r.Shuffle(len(part), func(a, b int) { part[a], part[b] = part[b], part[a] })
		}
	}
	atOnce(len(orders), func(i int) { replies[i] = p.bulk(i, orders[i]) })
	var together []reply
	for _, some := range replies {
		together = append(together, some...)
	}
	p.settle(together)
}

// contest has customers' responses contested, staffContest employees', which are in lots together.
func (p *play) contest(r *rand.Rand)      { p.contested(r, home, 6, p.draw) }
func (p *play) staffContest(r *rand.Rand) { p.contested(r, bank, 12, p.drawStaff) }

// contested has six clients exclude, include, send again and erase the same responses at once.
func (p *play) contested(r *rand.Rand, workspace string, n int, draw func(*rand.Rand, string) *submission) {
	const clients, each = 6, 10
	subjects := make([]*submission, n) // the first half is erased in the end
	for i := range subjects {
		subjects[i] = p.judge(nil, p.post(r.IntN(2), draw(r, workspace)))
	}
	randoms := make([]*rand.Rand, clients)
	for i := range randoms {
		randoms[i] = rand.New(rand.NewPCG(r.Uint64(), 1)) //nolint:gosec // a test is to be repeatable
	}
	atOnce(clients, func(client int) {
		r := randoms[client]
		for range each {
			i, at := r.IntN(len(subjects)), r.IntN(2)
			s, erased := subjects[i], i < len(subjects)/2
			switch what := r.IntN(10); {
			case what < 6:
				if status := p.exclude(at, workspace, s.stored, what < 3); status != http.StatusOK && !erased {
					p.fault("PATCH of a response that is stored gave %d", status)
				}
			case erased:
				p.erase(at, workspace, s.stored)
			default:
				p.judge(s, p.post(at, s))
			}
		}
	})
	for i, s := range subjects {
		if i < len(subjects)/2 {
			p.erase(r.IntN(2), workspace, s.stored)
			s.stored = ""
			continue
		}
		s.excluded = r.IntN(2) == 0
		p.exclude(r.IntN(2), workspace, s.stored, s.excluded)
	}
	p.add(subjects...)
}

// sentAgainAfterErasure erases at both replicas and sends again what is erased: it is new then.
func (p *play) sentAgainAfterErasure(r *rand.Rand) {
	s := p.judge(nil, p.post(r.IntN(2), p.draw(r, workspaceOf(r))))
	first := s.stored
	atOnce(4, func(i int) { p.erase(i, s.workspace, first) })
	again := p.post(r.IntN(2), s)
	s.stored = ""
	p.judge(nil, again)
	s.arrivals = 2
	if s.stored == first {
		p.fault("%s was erased and is there again as %s", s.id, first)
	}
	p.add(s)
}

// erasedWhileSentAgain erases a response at the moment it is sent again.
func (p *play) erasedWhileSentAgain(r *rand.Rand) {
	s := p.draw(r, home)
	s.touchpoint, s.loose = "storm", true
	s.write()
	p.judge(nil, p.post(r.IntN(2), s))
	atOnce(6, func(i int) {
		if i < 2 {
			p.erase(i, s.workspace, s.stored)
		} else if again := p.post(i, s); again.status != http.StatusOK && again.status != http.StatusCreated {
			p.fault("%s sent again while it is erased gave %d", s.id, again.status)
		}
	})
	last := p.post(r.IntN(2), s)
	s.stored = last.id
	if r.IntN(2) == 0 {
		p.erase(r.IntN(2), s.workspace, last.id)
		s.stored = ""
	}
	p.add(s)
}

// staff sends employees' answers to both replicas at once, one by one and in bulk.
func (p *play) staff(r *rand.Rand) {
	all := p.load(r, staffOnly, 1+r.IntN(12))
	replies := make([][]reply, 4)
	atOnce(len(replies), func(i int) {
		if i < 2 {
			replies[i] = p.bulk(i, all)
			return
		}
		for _, s := range all {
			replies[i] = append(replies[i], p.post(i, s))
		}
	})
	var together []reply
	for _, some := range replies {
		together = append(together, some...)
	}
	p.settle(together)
}

// newKeys sends answers at touchpoints and of teams that nobody has seen, to both replicas at once.
func (p *play) newKeys(r *rand.Rand) {
	n := p.next()
	subjects := make([]*submission, 4)
	for i := range subjects {
		s := p.draw(r, home)
		s.touchpoint, s.team = fmt.Sprintf("new-%d", n), fmt.Sprintf("new-%d", n+i%2)
		s.write()
		subjects[i] = s
	}
	atOnce(len(subjects), func(i int) { p.add(p.judge(nil, p.post(i, subjects[i]))) })
	if status, text, _ := p.ask(r.IntN(2), home, "GET", "/v1/touchpoints/"+subjects[0].touchpoint, ""); status != http.StatusOK {
		p.fault("a touchpoint of its first use gives %d %s", status, text)
	}
}

// invite says how many were asked, at both replicas at once, and then more; and that one person was, four times.
func (p *play) invite(r *rand.Rand) {
	day, name := p.today.AddDate(0, 0, -1-r.IntN(3)).Format(time.DateOnly), fmt.Sprintf("mailer-%d", p.next())
	say := func(at int, rest string) (int, bool) {
		status, text, lost := p.ask(at, home, "POST", "/v1/invitations", `{"channel":"web","touchpoint":"call",`+rest)
		if status != http.StatusCreated && status != http.StatusOK {
			p.fault("an invitation gave %d %s", status, text)
		}
		return status, lost
	}
	number := func(at, n int) { say(at, fmt.Sprintf(`"day":%q,"source":%q,"n":%d}`, day, name, n)) }
	atOnce(4, func(i int) { number(i, 10+i/2) })
	last := 20 + r.IntN(30)
	number(r.IntN(2), last)
	var created, lost atomic.Int64
	atOnce(4, func(i int) {
		status, again := say(i, fmt.Sprintf(`"person":%q,"invitation_id":%[1]q,"invited_at":"%sT12:00:00Z"}`, name, day))
		if status == http.StatusCreated {
			created.Add(1)
		}
		if again {
			lost.Add(1)
		}
	})
	if created.Load() > 1 || created.Load() < 1 && lost.Load() == 0 {
		p.fault("%d senders were told that the invitation of %s is new", created.Load(), name)
	}
	p.invited.Add(int64(last) + 1)
}

// repair verifies and repairs while all others write: there must be nothing to mend.
func (p *play) repair(*rand.Rand) {
	code, out, errs := call(p.t, envOf(), "verify", "--repair", "--database-url", p.database)
	if code != 0 || strings.Count(out, ": equal\n") != len(p.keys) {
		p.fault("verify --repair while others write gave %d: %s%s", code, out, errs)
	}
}
