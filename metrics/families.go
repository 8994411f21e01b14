package metrics

import (
	"bytes"
	"fmt"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
)

// The families of series at /metrics/cx, in the order in which they are shown.
const (
	scoreFamily = iota
	stderrFamily
	lowerFamily
	upperFamily
	sampleSizeFamily
	meanFamily
	coverageFamily
	pooledFamily
	pooledStderrFamily
	pooledSizeFamily
	journeyFamily
	journeyLowerFamily
	journeyUpperFamily
	journeyPeakFamily
	journeyEndFamily
	journeyStepFamily
	baselineFamily
	dropPointsFamily
	dropZFamily
	dropSizeFamily
	baselineSizeFamily
	baselineCoverageFamily
	floorFamily
	cusumFamily
	declineStartFamily
	declineCoverageFamily
	targetFamily
	targetZFamily
	volumeFamily
	volumeExpectedFamily
	volumeZFamily
	kpiFamily
	kpiStartFamily
	kpiTargetFamily
	rateFamily
	rateLowerFamily
	rateUpperFamily
	rateInvitedFamily
	rateAnsweredFamily
	rateUnaskedFamily
	personMeanFamily
	personLowerFamily
	personUpperFamily
	personCountFamily
	personGapFamily
	personGapLowerFamily
	personGapUpperFamily
	personStartFamily
	conversionFamily
	windowFamily
	arrivalFamily
	invitationFamily
	familyCount
)

type family struct {
	name, help string
	kind       dto.MetricType
}

func families() [familyCount]family {
	all := scoreFamilies()
	for i, f := range figureFamilies() {
		if f.name != "" {
			all[i] = f
		}
	}
	return all
}

// scoreFamilies are those of scores and answers, figureFamilies those of what stands beside them.
func scoreFamilies() [familyCount]family {
	gauge, counter := dto.MetricType_GAUGE, dto.MetricType_COUNTER
	return [familyCount]family{
		scoreFamily:            {"cx_score", "The metric's score in points over the window: -100 to 100 for net scores, 0 to 100 for the others.", gauge},
		stderrFamily:           {"cx_score_stderr", "Standard error of the score, in points.", gauge},
		lowerFamily:            {"cx_score_lower", "Lower end of the 95 % interval of the score, in points.", gauge},
		upperFamily:            {"cx_score_upper", "Upper end of the 95 % interval of the score, in points.", gauge},
		sampleSizeFamily:       {"cx_score_sample_size", "Number of answers the score is made of.", gauge},
		meanFamily:             {"cx_score_mean", "Mean answer on the metric's own scale.", gauge},
		coverageFamily:         {"cx_score_coverage_ratio", "Part of the weight of the company's model whose groups had answers; there is no score below 0.5.", gauge},
		pooledFamily:           {"cx_score_pooled", "Score in points of all answers together, beside the company's score by its model.", gauge},
		pooledStderrFamily:     {"cx_score_pooled_stderr", "Standard error of cx_score_pooled, in points.", gauge},
		pooledSizeFamily:       {"cx_score_pooled_sample_size", "Number of answers that cx_score_pooled is made of.", gauge},
		journeyFamily:          {"cx_journey_score", "Score in points of a journey by its steps: method mean, their plain mean; method peak_end, the mean of the two that are remembered.", gauge},
		journeyLowerFamily:     {"cx_journey_score_lower", "Lower end of the 95 % interval of cx_journey_score, in points.", gauge},
		journeyUpperFamily:     {"cx_journey_score_upper", "Upper end of the 95 % interval of cx_journey_score, in points; by peak and end over every step that may be the peak.", gauge},
		journeyPeakFamily:      {"cx_journey_peak_position", "Place on the journey, from 1, of the step that most surely lies farthest from the mean of all.", gauge},
		journeyEndFamily:       {"cx_journey_end_position", "Place on the journey, from 1, of the last step with answers.", gauge},
		journeyStepFamily:      {"cx_journey_step_position", "Place on the journey, from 1, of each touchpoint with answers in the last 365 days.", gauge},
		baselineFamily:         {"cx_score_baseline", "Score in points of the 90 days before the arm's closed days: what is usual.", gauge},
		dropPointsFamily:       {"cx_score_drop_points", "By how many points the arm's closed days lie below the baseline; negative when above.", gauge},
		dropZFamily:            {"cx_score_drop_z", "The drop in standard errors, usual movement included; above 2.7 it is hardly chance.", gauge},
		dropSizeFamily:         {"cx_score_drop_sample_size", "Number of answers in the arm's closed days.", gauge},
		baselineSizeFamily:     {"cx_score_baseline_sample_size", "Number of answers in the baseline.", gauge},
		baselineCoverageFamily: {"cx_score_baseline_coverage_ratio", "Part of the 90 days of the baseline that there is: from the first answer on.", gauge},
		floorFamily:            {"cx_score_floor_suggested", "Standard deviation in points of the score from one such time to the next beyond sampling, measured over a year: a floor for drop detection.", gauge},
		cusumFamily:            {"cx_score_cusum", "CUSUM (Page) of what closed days fell short of the usual score beyond the reference of 0.25, in standard errors of a day, 12 at most; above 10 it is a slow decline.", gauge},
		declineStartFamily:     {"cx_score_decline_start_timestamp_seconds", "When the first closed day began since cx_score_cusum was last 0; absent while it is 0.", gauge},
		declineCoverageFamily:  {"cx_score_decline_baseline_coverage_ratio", "Part of the 180 days that cx_score_cusum is measured against that there is: from the first answer on.", gauge},
		targetFamily:           {"cx_score_target", "What the score is to reach today, in points; its owner is a label.", gauge},
		targetZFamily:          {"cx_score_target_z", "How far the score of the last 28 closed days is below its target, in standard errors, usual movement included; negative when above.", gauge},
		volumeFamily:           {"cx_volume_responses", "Number of answers in the last closed day (arm day) or the last 7 (week).", gauge},
		volumeExpectedFamily:   {"cx_volume_expected", "Number of answers that the same time usually has, by the 8 weeks before.", gauge},
		volumeZFamily:          {"cx_volume_z", "How far the answers are below what is expected, in standard errors; negative when above.", gauge},
		windowFamily:           {"cx_window_responses", "Number of answers in the window, by category.", gauge},
		arrivalFamily:          {"cx_responses_total", "Answers that arrived, by category; what is erased or excluded later stays counted.", counter},
		invitationFamily:       {"cx_invitations_total", "How many were asked; what is put right later stays counted.", counter},
	}
}

func figureFamilies() [familyCount]family {
	const gauge = dto.MetricType_GAUGE
	return [familyCount]family{
		kpiFamily:            {"cx_kpi_value", "The KPI's figure of the latest period that there is one of, in its unit.", gauge},
		kpiStartFamily:       {"cx_kpi_period_start_timestamp_seconds", "When the period began that cx_kpi_value is of.", gauge},
		kpiTargetFamily:      {"cx_kpi_target", "What the KPI is to reach in each period, in its unit, as it holds today; its owner is a label.", gauge},
		rateFamily:           {"cx_response_rate", "Responses in the window that were asked for, or may have been, per invitation in it: 0 to 1. Absent where more answered than were asked.", gauge},
		rateLowerFamily:      {"cx_response_rate_lower", "Lower end of the 95 % interval of cx_response_rate.", gauge},
		rateUpperFamily:      {"cx_response_rate_upper", "Upper end of the 95 % interval of cx_response_rate.", gauge},
		rateInvitedFamily:    {"cx_response_rate_invited", "How many were asked in the window.", gauge},
		rateAnsweredFamily:   {"cx_response_rate_responses", "Responses in the window that were asked for, or may have been.", gauge},
		rateUnaskedFamily:    {"cx_unasked_responses", "Responses in the window that were given unasked.", gauge},
		personMeanFamily:     {"cx_person_kpi_mean", "Mean of the KPI's figure of persons by the category of their last answer before the figures' year, in its unit; of a yes/no KPI the share.", gauge},
		personLowerFamily:    {"cx_person_kpi_mean_lower", "Lower end of the 95 % interval of cx_person_kpi_mean.", gauge},
		personUpperFamily:    {"cx_person_kpi_mean_upper", "Upper end of the 95 % interval of cx_person_kpi_mean.", gauge},
		personCountFamily:    {"cx_person_kpi_persons", "Number of persons that cx_person_kpi_mean is of.", gauge},
		personGapFamily:      {"cx_person_kpi_difference", "By how much the mean of the top category lies above that of the bottom one, in the KPI's unit.", gauge},
		personGapLowerFamily: {"cx_person_kpi_difference_lower", "Lower end of the 95 % interval of cx_person_kpi_difference (Welch; of a yes/no KPI Newcombe).", gauge},
		personGapUpperFamily: {"cx_person_kpi_difference_upper", "Upper end of the 95 % interval of cx_person_kpi_difference.", gauge},
		personStartFamily:    {"cx_person_kpi_period_start_timestamp_seconds", "When the period began whose figures of persons are told: the latest whole year, or all there are.", gauge},
		conversionFamily:     {"cx_category_conversions", "Persons' answers in the window that came from one category to another, or stayed, since the same person's answer before.", gauge},
	}
}

// header is what stands before a family's series.
func (f family) header() string {
	kind := "gauge"
	if f.kind == dto.MetricType_COUNTER {
		kind = "counter"
	}
	return fmt.Sprintf("# HELP %s %s\n# TYPE %s %s\n", f.name, f.help, f.name, kind)
}

// series collects series before they are encoded.
type series [familyCount][]*dto.Metric

func (s *series) gauge(family int, labels []*dto.LabelPair, v float64) {
	s[family] = append(s[family], &dto.Metric{Label: labels, Gauge: &dto.Gauge{Value: &v}})
}

func (s *series) counter(family int, labels []*dto.LabelPair, v float64) {
	s[family] = append(s[family], &dto.Metric{Label: labels, Counter: &dto.Counter{Value: &v}})
}

func label(name, value string) *dto.LabelPair {
	return &dto.LabelPair{Name: &name, Value: &value}
}

// text is series in the text format, by family and without the families'
// headers, so that texts can be put together. It never changes.
type text struct {
	families [familyCount][]byte
	series   int
}

func (s *series) encode() (*text, error) {
	t := &text{}
	for i, f := range families() {
		if len(s[i]) == 0 {
			continue
		}
		var b bytes.Buffer
		if _, err := expfmt.MetricFamilyToText(&b, &dto.MetricFamily{Name: &f.name, Type: &f.kind, Metric: s[i]}); err != nil {
			return nil, err
		}
		_, lines, _ := bytes.Cut(b.Bytes(), []byte("\n")) // the first line is TYPE
		t.families[i] = bytes.Clone(lines)
		t.series += len(s[i])
	}
	return t, nil
}
