package api

import (
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/mittari/mittari/models"
)

// tableQuery is a question for the table, checked.
type tableQuery struct {
	metrics []models.Metric
	all     bool // metrics are those that there are, and not asked for by name
	kpis    []models.KPI
	asked   []models.TableSeries // those of the metrics and KPIs asked for by name
	level   models.Level
	length  models.PeriodLength
	periods []models.Period // of the length, one after the other
	today   models.Day
	wide    bool
}

// usualPeriods is how many whole periods there are before the current one, unless said otherwise.
const usualPeriods = 12

func (s *server) tableQueryOf(c *gin.Context) (tableQuery, error) {
	rules, err := s.rulesOf(c)
	if err != nil {
		return tableQuery{}, err
	}
	kpis, err := s.Store.FindKPIs(c.Request.Context(), workspaceOf(c))
	if err != nil {
		return tableQuery{}, err
	}
	q := queryOf(c)
	tq := tableQuery{level: models.CompanyLevel, length: models.MonthLength, today: models.DayOf(s.Clock(), rules.zone)}
	tq.readMetrics(q, rules.metrics)
	tq.readKPIs(q, kpis)
	if length := models.PeriodLength(q.text("period")); length != "" {
		tq.length = length
	}
	tq.readPeriods(q, rules)
	switch q.text("shape") {
	case "", "long":
	case "wide":
		tq.wide = true
	default:
		q.faults.Add("shape", "must be long or wide")
	}
	return tq, q.err()
}

func (t *tableQuery) readMetrics(q *query, metrics models.Metrics) {
	keys, given := q.list("metrics")
	if t.all = !given; t.all {
		keys = metrics.Keys()
	}
	for _, key := range keys {
		m, known := metrics[key]
		if !known {
			q.faults.Add("metrics", "must be of %s", strings.Join(metrics.Keys(), ", "))
			return
		}
		if t.metrics = append(t.metrics, m); given {
			t.asked = append(t.asked, m.Series())
		}
	}
}

// readKPIs reads the level, too: not every one has figures.
func (t *tableQuery) readKPIs(q *query, kpis []models.KPI) {
	keys, given := q.list("kpis")
	if level := models.Level(q.text("group_by")); level != "" {
		t.level = level
	}
	if !slices.Contains(models.Levels(), t.level) {
		q.faults.Add("group_by", "must be one of %v", models.Levels())
		return
	}
	if told := slices.Contains(models.KPILevels(), t.level); !given && told {
		t.kpis = kpis
	} else if len(keys) > 0 && !told {
		q.faults.Add("kpis", "can't be told by %s; group by one of %v", t.level, models.KPILevels())
		return
	}
	for _, key := range keys {
		i := slices.IndexFunc(kpis, func(k models.KPI) bool { return k.Key == key })
		if i < 0 {
			q.faults.Add("kpis", "must be KPIs of the workspace, which GET /v1/kpis lists")
			return
		}
		t.kpis, t.asked = append(t.kpis, kpis[i]), append(t.asked, kpis[i].Series())
	}
}

// readPeriods reads the time asked for, whole periods only: a figure of half a
// month would stand beside those of whole ones.
func (t *tableQuery) readPeriods(q *query, rules workspaceRules) {
	since, sinceGiven := q.day("since", rules.zone)
	until, untilGiven := q.day("until", rules.zone)
	if !slices.Contains(models.PeriodLengths(), t.length) {
		q.faults.Add("period", "must be one of %v", models.PeriodLengths())
		return
	}
	whole := t.length.LastPeriods(t.today, usualPeriods)
	if sinceGiven {
		whole.Since = since
		t.checkBorder(q, "since", since)
	}
	if untilGiven {
		whole.Until = until
		t.checkBorder(q, "until", until)
	}
	switch {
	case untilGiven && !q.values.Has("since"):
		q.faults.Add("since", "is missing: until needs it")
	case whole.Days() < 1 && untilGiven:
		q.faults.Add("until", "must be later than since")
	case whole.Days() < 1:
		q.faults.Add("since", "is in the future")
	case whole.Days() > maxDays:
		q.faults.Add("until", "is too long after since: a table may have %d days at most", maxDays)
	}
	if len(q.faults) == 0 { // a period at fault may be endless
		t.periods = whole.Split(t.length)
	}
}

func (t *tableQuery) checkBorder(q *query, name string, day models.Day) {
	if first := t.length.Start(day); first != day {
		q.faults.Add(name, "must be the first day of a %s: %s or %s", t.length, first, t.length.Next(day))
	}
}
