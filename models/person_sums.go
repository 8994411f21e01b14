package models

// PersonSums brings the figures and the answers of persons together. A person is
// known by a hash of 64 bits, which takes a quarter of the memory and of the time
// that names take: among a million persons, two are taken for one with a chance of
// 1 in 30 million. They are put aside by the hash's first bits and brought together
// a part at a time, so that it happens within the processor's cache.
type PersonSums struct {
	query ValueQuery
	parts [256]personPart
}

// personPart are those whose hash begins alike.
type personPart struct {
	figures []personalFigure
	answers []personalAnswer
}

type personalFigure struct {
	person      uint64
	start       Day
	value, size float64
}

type personalAnswer struct {
	person    uint64
	at, score int64
}

// personSum is what one person's figures and answers come to.
type personSum struct {
	figure, weight float64
	start          Day   // of the figure that counts, where one does
	at             int64 // when the answer was given that counts, where one does
	said           int64 // its score; of a mean, the sum of all
	answers        int
	observed       bool
}

// NewPersonSums begins without persons.
func NewPersonSums(q ValueQuery) *PersonSums { return &PersonSums{query: q} }

func (p *PersonSums) part(person uint64) *personPart { return &p.parts[person>>56] }

// AddFigure takes one of a person's figures, in any order.
func (p *PersonSums) AddFigure(person uint64, start Day, value, size float64) {
	part := p.part(person)
	part.figures = append(part.figures, personalFigure{person, start, value, size})
}

// AddAnswer takes one of a person's answers, in any order, with the time it was given at.
func (p *PersonSums) AddAnswer(person uint64, at, score int64) {
	part := p.part(person)
	part.answers = append(part.answers, personalAnswer{person, at, score})
}

// Each calls do with every person's figure and answer, in no order that means anything.
func (p *PersonSums) Each(do func(PersonFigure) error) error {
	places := map[uint64]int{} // in sums
	var sums []personSum
	of := func(person uint64) *personSum {
		place, known := places[person]
		if !known {
			place = len(sums)
			places[person] = place
			sums = append(sums, personSum{})
		}
		return &sums[place]
	}
	for _, part := range p.parts {
		clear(places)
		sums = sums[:0]
		for _, f := range part.figures {
			of(f.person).observe(p.query.KPI, f)
		}
		for _, a := range part.answers {
			of(a.person).hear(p.query.Answer, a)
		}
		for _, s := range sums {
			if err := do(s.figureOf(p.query)); err != nil {
				return err
			}
		}
	}
	return nil
}

// observe adds a figure up as AddsUp says. Of a yes/no KPI, and of one that adds
// up by the last, that of the latest period counts.
func (s *personSum) observe(k KPI, f personalFigure) {
	switch {
	case k.YesNo || k.AddsUp == ByLast:
		if !s.observed || f.start > s.start {
			s.figure, s.start = f.value, f.start
		}
	case k.AddsUp == ByMean:
		s.figure += f.size * f.value
		s.weight += f.size
	default:
		s.figure += f.value
	}
	s.observed = true
}

// hear takes an answer for the one that counts, if it is.
func (s *personSum) hear(choice AnswerChoice, a personalAnswer) {
	s.answers++
	nearer := a.at > s.at
	if choice == FirstAnswer {
		nearer = a.at < s.at
	}
	switch {
	case choice == MeanAnswer:
		s.said += a.score
	case s.answers == 1, nearer, a.at == s.at && a.score < s.said:
		s.at, s.said = a.at, a.score
	}
}

func (s *personSum) figureOf(q ValueQuery) PersonFigure {
	f := PersonFigure{Answered: s.answers > 0, Answer: float64(s.said), Observed: s.observed, Figure: s.figure, N: 1}
	if q.Answer == MeanAnswer && s.answers > 0 {
		f.Answer /= float64(s.answers)
	}
	if s.weight > 0 {
		f.Figure /= s.weight
	}
	return f
}
