package models

import "github.com/mittari/mittari/models/score"

// pools gather one group's closed days, the oldest first, into the periods that a Watch compares.
type pools struct {
	metric Metric
	today  Day
	first  Day // with answers; today until there are any
	arms   []armPools
	usual  score.Histogram // of the decline's baseline
	before Period          // the decline's baseline
}

// armPools are those of one arm.
type armPools struct {
	arm           Arm
	days, before  Period // the arm's and its baseline's
	now, baseline score.Histogram
	part          score.Histogram // of the floor's period under way, or just over; nil: no floors are gauged
	over          bool            // the part is complete; the next day begins another
}

func newPools(m Metric, s WatchSettings, today Day) pools {
	p := pools{metric: m, today: today, first: today, usual: m.NewHistogram()}
	_, p.before = DeclinePeriods(today)
	for _, a := range s.Arms {
		pools := armPools{arm: a, now: m.NewHistogram(), baseline: m.NewHistogram()}
		if s.GaugeFloors {
			pools.part = m.NewHistogram()
		}
		pools.days, pools.before = a.Periods(today)
		p.arms = append(p.arms, pools)
	}
	return p
}

// add takes the answers of the next day; the histogram stays the caller's.
func (p *pools) add(day Day, answers score.Histogram) {
	some := answers.N() > 0
	if some {
		p.first = min(p.first, day)
	}
	for i := range p.arms {
		p.arms[i].add(p.today, day, answers, some)
	}
	if some && day >= p.before.Since && day < p.before.Until {
		p.usual.Merge(answers)
	}
}

func (a *armPools) add(today, day Day, answers score.Histogram, some bool) {
	if a.part != nil {
		a.addPart(today, day, answers)
	}
	if !some {
		return
	}
	switch {
	case day >= a.days.Since:
		a.now.Merge(answers)
	case day >= a.before.Since:
		a.baseline.Merge(answers)
	}
}

func (a *armPools) addPart(today, day Day, answers score.Histogram) {
	if a.over {
		clear(a.part)
	}
	a.part.Merge(answers)
	a.over = int(today-day-1)%a.arm.Days == 0
}
