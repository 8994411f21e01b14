package metrics

import (
	"slices"

	dto "github.com/prometheus/client_model/go"

	"github.com/mittari/mittari/models"
)

// invitedText is the name of the encoded counters of invitations among the encoded metrics.
const invitedText = "/invited" // no metric's key holds a slash

// participations are what an audience's participation is counted under.
func participations() []string {
	var keys []string
	for _, audience := range models.Audiences() {
		keys = append(keys, models.ParticipationKey(audience))
	}
	return keys
}

// rateSeries tells how many of those who were asked have answered. Answers come
// later than the asking, so nothing is told of today alone.
func (w *workspace) rateSeries(s *series, t *tally) {
	windows := windowLabels()
	for _, g := range w.groups(t) {
		labels := []*dto.LabelPair{label("workspace", w.model.Key), label("audience", string(t.metric.Audience)), label("level", string(g.level))}
		if g.level != models.CompanyLevel {
			labels = append(labels, label(string(g.level), g.key))
		}
		for i, window := range windows {
			if t.periods[i].Days() > 1 {
				s.rate(append(slices.Clip(labels), window), models.NewResponseRate(t.metric, g.level, g.key, t.periods[i], t.histogram(g, i)))
			}
		}
	}
}

func (s *series) rate(labels []*dto.LabelPair, r models.ResponseRate) {
	if r.Suppressed || r.Invited+r.Answered+r.Unasked == 0 {
		return
	}
	if r.Invited > 0 {
		s.gauge(rateInvitedFamily, labels, float64(r.Invited))
	}
	s.gauge(rateAnsweredFamily, labels, float64(r.Answered))
	s.gauge(rateUnaskedFamily, labels, float64(r.Unasked))
	if r.Interval != nil {
		s.gauge(rateFamily, labels, r.Rate)
		s.gauge(rateLowerFamily, labels, r.Interval.Lower)
		s.gauge(rateUpperFamily, labels, r.Interval.Upper)
	}
}

func (w *workspace) unknownInvited(counts []models.InvitationCount) bool {
	return slices.ContainsFunc(counts, func(c models.InvitationCount) bool { return w.unknownKey(c.Keys) })
}

// countInvited takes the counts over. None goes down, not even that of other
// when a key that was told as other got an entry in its catalog.
func (w *workspace) countInvited(counts []models.InvitationCount) {
	sums := make(map[models.InvitationCount]int64, len(w.invited))
	for _, c := range counts {
		n := c.N
		c.N = 0
		for d, key := range c.Keys {
			c.Keys[d] = w.labels[d].fold(key)
		}
		sums[c] += n
	}
	for c, before := range w.invited {
		sums[c] = max(sums[c], before)
	}
	for c, n := range sums {
		if n != w.invited[c] {
			w.dirty[invitedText] = true
		}
	}
	w.invited = sums
}

func (w *workspace) invitedSeries(s *series) {
	labelled := []models.Dimension{models.Survey, models.Touchpoint, models.Segment, models.Channel}
	for _, audience := range models.Audiences() {
		var of []models.InvitationCount
		for c, n := range w.invited {
			if c.Audience == audience && !w.catalog.metrics.Participation(audience).Suppressed(n) {
				of = append(of, c)
			}
		}
		slices.SortFunc(of, func(a, b models.InvitationCount) int { return slices.Compare(a.Keys[:], b.Keys[:]) })
		for _, c := range of {
			labels := []*dto.LabelPair{label("workspace", w.model.Key), label("audience", string(audience))}
			for _, d := range labelled {
				labels = append(labels, label(d.String(), c.Keys[d]))
			}
			s.counter(invitationFamily, labels, float64(w.invited[c]))
		}
	}
}
