// Package sample is a made-up bank: its customers, its staff, three years of
// what they answered, and its figures. It fills an empty installation, tests and benchmarks.
//
// Everything is drawn from a seed, so that the same seed and time give the same
// answers to the byte (on one kind of processor: another may round a
// probability differently, and so change a rare answer). What happens to whom, how often and with which answers
// stands in tables; the code only walks them. Nobody in it is a real person.
package sample

import (
	"cmp"
	"iter"
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/mittari/mittari/models"
)

const (
	days   = 3 * 365 // that the answers span, the last one included
	warmUp = 60      // days before them on which journeys begin whose later steps fall within
	growth = 0.75    // how many answers there were for one of today's, a year ago
)

// Bank is a made-up bank at a moment. It is never changed after NewBank, and
// may be used by many at once.
type Bank struct {
	seed     uint64
	now      time.Time
	zone     *time.Location
	last     models.Day
	metrics  models.Metrics
	segments []choice[segment]
	teams    []team
	branches []choice[team]
	everyday []stream
	journey  journey
	waves    []wave
	remarks  map[topic][]remark
	swells   []swell
	months   []models.Day // that there are figures of, the oldest first
	people   []person
	lives    []life               // of the people
	members  [figuresMonths][]int // the places of those who were customers in each month
}

// NewBank is the bank that the seed makes, as it stands at the moment given. Its
// answers end at that moment and span three years up to it; their days and
// times of day are those of the zone.
func NewBank(seed uint64, now time.Time, zone *time.Location) *Bank {
	b := &Bank{
		seed: seed, now: now, zone: zone, last: models.DayOf(now, zone),
		metrics:  models.StandardMetrics(),
		segments: segments(), teams: teams(),
		everyday: everyday(), journey: homeLoan(), waves: waves(),
		remarks: map[topic][]remark{}, swells: swells(), months: monthsUntil(models.DayOf(now, zone)),
	}
	for _, t := range b.teams {
		if t.customers > 0 {
			b.branches = append(b.branches, choice[team]{t, t.customers})
		}
	}
	for _, r := range remarks() {
		b.remarks[r.topic] = append(b.remarks[r.topic], r)
	}
	b.drawPeople()
	b.drawLives()
	return b
}

// Submissions are the bank's answers in the order of time, each with its moment
// and an id of its own, none later than the bank's moment. Every call of the
// sequence makes the same ones anew; a day's are held in memory, and those of
// journeys that are under way.
func (b *Bank) Submissions() iter.Seq[models.Submission] {
	return func(yield func(models.Submission) bool) {
		first := b.last - days + 1
		plan := newAgenda()
		for day := first - warmUp; day <= b.last; day++ {
			b.live(day, plan)
			for _, s := range plan.take(day) {
				if day < first || s.CollectedAt.After(b.now) {
					continue
				}
				if !yield(s) {
					return
				}
			}
		}
	}
}

// live puts on the agenda what begins on the day, from the day's own stream of chance.
func (b *Bank) live(day models.Day, plan agenda) {
	r := b.chance(dayStream, uint64(day))
	for _, s := range b.everyday {
		for n := range poisson(r, b.expected(s.perDay, s.rhythm, s.season, day)) {
			plan.add(day, b.visit(r, s, day, n))
		}
	}
	b.setOff(day, plan)
	for _, w := range b.waves { // last: it alone depends on the hour, and must not shift what else is drawn
		b.ask(r, w, day, plan)
	}
}

// setOff puts on the agenda the walks that begin on the day, from a stream of chance of their own.
func (b *Bank) setOff(day models.Day, plan agenda) {
	r := b.chance(walkStream, uint64(day))
	for n := range poisson(r, b.expected(b.journey.perDay, b.journey.steps[0].rhythm, b.journey.season, day)) {
		b.walk(r, day, n, plan)
	}
}

// expected is how many are expected on a day of what happens perDay times on an ordinary one today.
func (b *Bank) expected(perDay float64, when rhythm, year season, day models.Day) float64 {
	month := day.Start(b.zone).Month()
	return perDay * when.week[weekday(day)] * year[month-1] * math.Pow(growth, b.yearsAgo(day))
}

func (b *Bank) yearsAgo(day models.Day) float64 { return float64(b.last-day) / 365.25 }

// Streams of chance that must not meet, by the high bits of the generator's second word.
const (
	dayStream uint64 = iota << 40
	personStream
	staffStream
	walkStream
	lifeStream
	moneyStream
	figureStream
)

func (b *Bank) chance(stream, n uint64) *rand.Rand {
	return rand.New(rand.NewPCG(b.seed, stream+n))
}

// agenda is what will be answered, by day, and how those who walk a journey fared at its steps.
type agenda struct {
	said   map[models.Day][]models.Submission
	passed passages
}

func newAgenda() agenda {
	return agenda{said: map[models.Day][]models.Submission{}, passed: passages{}}
}

func (a agenda) add(day models.Day, s models.Submission) { a.said[day] = append(a.said[day], s) }

// take removes a day's submissions and gives them in the order of time.
func (a agenda) take(day models.Day) []models.Submission {
	today := a.said[day]
	delete(a.said, day)
	slices.SortFunc(today, func(x, y models.Submission) int {
		return cmp.Or(x.CollectedAt.Compare(*y.CollectedAt), cmp.Compare(x.SubmissionID, y.SubmissionID))
	})
	return today
}
