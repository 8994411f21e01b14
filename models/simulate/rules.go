package main

import "github.com/mittari/mittari/models"

// rule is an alert: whether it fires on the morning after the last closed day.
type rule struct {
	name  string
	fires func(h *history) bool
}

// ours is how many of the rules, the first ones, are the project's own.
const ours = 4

// thresholds are those of our alerts.
type thresholds struct{ day, longer, cusum float64 }

// rules are the alerts of deploy/prometheus/rules and three that other tools offer.
func rules(t thresholds) []rule {
	return []rule{
		{"day", drop("day", t.day, 0)},
		{"week", drop("week", t.longer, 0)},
		{"month", drop("month", t.longer, 3)},
		{"cusum", decline(t.cusum)},
		{"7d below 20", func(h *history) bool { return score7d(h, 0) < 20 }},
		{"7d down 10", func(h *history) bool { return score7d(h, 0) <= score7d(h, 7)-10 }},
		{"day below 20", func(h *history) bool { return scoreOf(h, 1, 0) < 20 }},
	}
}

// leastAnswers is how many an arm must have before its alert may fire.
const leastAnswers = 30

func drop(name string, z, points float64) func(*history) bool {
	var arm models.Arm
	for _, a := range models.Arms() {
		if a.Name == name {
			arm = a
		}
	}
	return func(h *history) bool {
		now, baseline := arm.Periods(h.today())
		d, ok := models.NewDrop(h.metric, arm.Floor, h.sum(now), h.sum(baseline))
		return ok && d.SampleSize >= leastAnswers && d.Z > z && d.Points >= points
	}
}

func decline(threshold float64) func(*history) bool {
	return func(h *history) bool {
		days, baseline := models.DeclinePeriods(h.today())
		chart, ok := models.NewDeclineChart(h.metric, models.DeclineFloor, h.sum(baseline))
		if !ok {
			return false
		}
		for _, day := range h.of(days) {
			chart.Add(day)
		}
		return chart.Decline().Cusum > threshold
	}
}

func score7d(h *history, ago int) float64 { return scoreOf(h, 7, ago) }

// scoreOf is the plain score of so many days that ended so many days ago.
func scoreOf(h *history, days, ago int) float64 {
	until := h.today() - models.Day(ago)
	r, ok := h.metric.Evaluate(h.sum(models.Period{Since: until - models.Day(days), Until: until}))
	if !ok {
		return usualScore
	}
	return r.Score
}
