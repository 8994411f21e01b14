package grafana

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/mittari/mittari/models"
	"github.com/mittari/mittari/models/score"
)

// The series that dashboards ask for, as the exporter calls them.
const (
	scoreSeries      = "cx_score"
	stderrSeries     = "cx_score_stderr"
	lowerSeries      = "cx_score_lower"
	upperSeries      = "cx_score_upper"
	sampleSizeSeries = "cx_score_sample_size"
	meanSeries       = "cx_score_mean"
	responsesSeries  = "cx_window_responses"
	arrivalsSeries   = "cx_responses_total"
	ageSeries        = "mittari_snapshot_age_seconds"

	pooledSeries     = "cx_score_pooled"
	pooledErrSeries  = "cx_score_pooled_stderr"
	pooledSizeSeries = "cx_score_pooled_sample_size"

	journeySeries      = "cx_journey_score"
	journeyLowerSeries = "cx_journey_score_lower"
	journeyUpperSeries = "cx_journey_score_upper"
	journeyPeakSeries  = "cx_journey_peak_position"
	journeyEndSeries   = "cx_journey_end_position"
	journeyStepSeries  = "cx_journey_step_position"

	baselineSeries         = "cx_score_baseline"
	dropPointsSeries       = "cx_score_drop_points"
	dropZSeries            = "cx_score_drop_z"
	dropSizeSeries         = "cx_score_drop_sample_size"
	baselineSizeSeries     = "cx_score_baseline_sample_size"
	baselineCoverageSeries = "cx_score_baseline_coverage_ratio"
	modelCoverageSeries    = "cx_score_coverage_ratio"
	cusumSeries            = "cx_score_cusum"
	declineStartSeries     = "cx_score_decline_start_timestamp_seconds"
	declineCoverageSeries  = "cx_score_decline_baseline_coverage_ratio"
	volumeSeries           = "cx_volume_responses"
	volumeExpectedSeries   = "cx_volume_expected"
	volumeZSeries          = "cx_volume_z"

	kpiSeries       = "cx_kpi_value"
	kpiStartSeries  = "cx_kpi_period_start_timestamp_seconds"
	kpiTargetSeries = "cx_kpi_target"
)

// chosen selects what was chosen at the top of the dashboard.
const chosen = `workspace="$workspace",metric="$metric"`

// chosenWindow is the window chosen at the top of the dashboard.
const chosenWindow = "$window"

// group is what a score is asked for: every value of a level, or the company as a whole.
type group struct {
	level  models.Level
	window string // "" for every window
	where  string // a further matcher, or ""
}

// company is the whole company in a window.
func company(window string) group { return group{level: models.CompanyLevel, window: window} }

// of is one of the series of the score's family, told apart by the level's own
// label. Every replica publishes the same figures: max keeps one of the copies.
func (g group) of(series string) string {
	matchers := []string{chosen, fmt.Sprintf("level=%q", g.level)}
	var by []string
	if g.level != models.CompanyLevel {
		by = append(by, string(g.level))
	}
	if g.window == "" {
		by = append(by, "window")
	} else {
		matchers = append(matchers, fmt.Sprintf("window=%q", g.window))
	}
	if g.where != "" {
		matchers = append(matchers, g.where)
	}
	return aggregate("max", series, strings.Join(by, ","), matchers)
}

// aggregate applies max or sum to a series, by the labels given or, with "", altogether.
func aggregate(operator, series, by string, matchers []string) string {
	if by != "" {
		operator += " by (" + by + ") "
	}
	return operator + "(" + series + "{" + strings.Join(matchers, ",") + "})"
}

// backfilledPattern finds selectors of the series that mittari backfill writes.
var backfilledPattern = regexp.MustCompile(`\b(cx_(?:score|journey|volume|kpi)[a-z_]*\{[^}]*\})( offset \S+?)?([),\s]|$)`)

// held makes samples that come once a day, the longest of which has 25 hours,
// a line: Prometheus itself forgets them after five minutes.
func held(expr string) string {
	return backfilledPattern.ReplaceAllString(expr, "last_over_time($1[25h]$2)$3")
}

// whole is a series of all answers of the company together: where its score is
// calculated by a model, the pooled one beside it.
func whole(pooled, plain string, of group) string {
	return fmt.Sprintf("scalar(%s or %s)", of.of(pooled), of.of(plain))
}

// plain is an expression where the company's score is not calculated by a model.
func plain(expr string) string {
	return fmt.Sprintf("%s unless %s", expr, company(chosenWindow).of(pooledSeries))
}

// difference is by how many points the score of part lies above the score of
// the rest of the whole that part is in. All headlines add up over answers, so
// the rest's score need not be known: s − rest = (s − S)·N / (N − n).
// Where there is no rest it is NaN.
func difference(part, all group) string {
	return fmt.Sprintf("(%s - %s) * %s / (%[3]s - %s)", part.of(scoreSeries), whole(pooledSeries, scoreSeries, all),
		whole(pooledSizeSeries, sampleSizeSeries, all), part.of(sampleSizeSeries))
}

// certainty is the z value of that difference: (s − S) / (SE·√(N/n − 1)) with
// the whole's standard error SE, which is how far n answers drawn from the N
// would lie from S by chance. Where there is no rest it is NaN.
func certainty(part, all group) string {
	return fmt.Sprintf("(%s - %s) / (%s * sqrt(%s / %s - 1))", part.of(scoreSeries), whole(pooledSeries, scoreSeries, all),
		whole(pooledErrSeries, stderrSeries, all), whole(pooledSizeSeries, sampleSizeSeries, all), part.of(sampleSizeSeries))
}

// counted is the number of answers in a window that fit the matchers, by one
// label or, with "", altogether.
func counted(window, by string, matchers ...string) string {
	all := append([]string{chosen, fmt.Sprintf("window=%q", window)}, matchers...)
	return aggregate("sum", responsesSeries, by, all)
}

// share is the part of the answers in the window chosen, in percent, that fell in a category.
func share(c score.Category, by string, matchers ...string) string {
	in := append([]string{fmt.Sprintf("category=~%q", categoryNames(c))}, matchers...)
	return fmt.Sprintf("100 * %s / (%s > 0)", counted(chosenWindow, by, in...), counted(chosenWindow, by, matchers...))
}

// categoryNames matches every name that a category has, such as promoter|top.
func categoryNames(c score.Category) string {
	var names []string
	for _, m := range models.StandardMetrics() {
		names = append(names, m.CategoryNames()[c])
	}
	slices.Sort(names)
	return strings.Join(slices.Compact(names), "|")
}

// Query is one PromQL query of a dashboard, ready to be run.
type Query struct {
	Panel   string // the panel's title
	Ref     string // the query's letter within the panel
	Expr    string
	Instant bool // asked for one moment; else over a range
}

var variablePattern = regexp.MustCompile(`\$\{?([A-Za-z_]\w*)\}?`)

// Queries are all queries of a dashboard in the order of its panels, with each
// variable, such as workspace or __rate_interval, replaced by the value given.
// One that was not given takes what it has when the dashboard is opened; where
// Grafana would have to ask Prometheus for that, it is left as it stands.
func Queries(d Dashboard, values map[string]string) []Query {
	all := map[string]string{}
	for _, v := range d.Templating.List {
		if first := v.first(); first != "" {
			all[v.Name] = first
		}
	}
	maps.Copy(all, values)
	var queries []Query
	for _, p := range d.Panels {
		for _, t := range p.Targets {
			queries = append(queries, Query{Panel: p.Title, Ref: t.RefID, Expr: fill(t.Expr, all), Instant: t.Instant})
		}
	}
	return queries
}

func fill(expr string, values map[string]string) string {
	return variablePattern.ReplaceAllStringFunc(expr, func(found string) string {
		if value, ok := values[variablePattern.FindStringSubmatch(found)[1]]; ok {
			return value
		}
		return found
	})
}
