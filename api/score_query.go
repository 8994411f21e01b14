package api

import (
	"slices"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/mittari/mittari/models"
)

// scoreQuery is a question for scores, checked.
type scoreQuery struct {
	metric models.Metric
	level  models.Level
	filter models.Keys
	pooled bool // all answers together, whatever the company model
	parts  []models.Period
	groups []string // the keys of those that are told, with answers in any of the parts or without; nil: those with
	zone   *time.Location
}

func (s *server) scoreQueryOf(c *gin.Context) (scoreQuery, error) {
	rules, err := s.rulesOf(c)
	if err != nil {
		return scoreQuery{}, err
	}
	q := queryOf(c)
	metric, known := rules.metrics[q.text("metric")]
	if !known {
		q.faults.Add("metric", "must be one of %s", strings.Join(rules.metrics.Keys(), ", "))
	}
	sq := s.groupQueryOf(q, rules)
	sq.metric, sq.pooled = metric, q.flag("pooled")
	return sq, q.err()
}

// groupQueryOf reads which groups are asked about, and for which days.
func (s *server) groupQueryOf(q *query, rules workspaceRules) scoreQuery {
	sq := scoreQuery{level: models.CompanyLevel, zone: rules.zone, filter: q.dimensions()}
	if level := models.Level(q.text("group_by")); level != "" {
		sq.level = level
		if !slices.Contains(models.Levels(), level) {
			q.faults.Add("group_by", "must be one of %v", models.Levels())
		}
	}
	sq.parts = s.partsOf(q, rules.zone)
	return sq
}

// partsOf reads the period, or the parts that the interval cuts it into.
func (s *server) partsOf(q *query, zone *time.Location) []models.Period {
	period := s.periodOf(q, zone)
	switch interval := models.Interval(q.text("interval")); interval {
	case "":
		return []models.Period{period}
	case models.Daily, models.Weekly, models.Monthly:
		if len(q.faults) > 0 {
			return nil // a period at fault may be endless
		}
		return period.Cut(interval)
	}
	q.faults.Add("interval", "must be day, week or month")
	return nil
}

// maxDays is the greatest number of days that a question may be about.
const maxDays = 40_000

// periodOf reads the days asked for: by window, or by since and until.
func (s *server) periodOf(q *query, zone *time.Location) models.Period {
	today := models.DayOf(s.Clock(), zone)
	windowName := q.text("window")
	since, sinceGiven := q.day("since", zone)
	until, untilGiven := q.day("until", zone)
	var period models.Period
	switch {
	case sinceGiven:
		period = models.Period{Since: since, Until: until}
		if !untilGiven {
			period.Until = today + 1
		}
		if windowName != "" {
			q.faults.Add("window", "can't go with since; give the one or the other")
		}
		if period.Days() < 1 && untilGiven {
			q.faults.Add("until", "must be later than since")
		} else if period.Days() < 1 {
			q.faults.Add("since", "is in the future")
		}
	case untilGiven && !q.values.Has("since"):
		q.faults.Add("since", "is missing: until needs it")
	default:
		if windowName == "" {
			windowName = models.DefaultWindow
		}
		window, known := models.WindowByName(windowName)
		if !known {
			q.faults.Add("window", "must be one of %s; or give since and until", strings.Join(windowNames(), ", "))
		}
		period = window.Period(today)
	}
	if period.Days() > maxDays {
		q.faults.Add("until", "is too long after since: a period may have %d days at most", maxDays)
	}
	return period
}

func windowNames() []string {
	var names []string
	for _, w := range models.Windows() {
		names = append(names, w.Name)
	}
	return names
}
