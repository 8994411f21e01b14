package store

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/mittari/mittari/models"
)

// said is a response of a person, with more fields.
func said(person string, score int, at string, more ...string) string {
	return nps(score, append(more, fmt.Sprintf(`"person":%q,"collected_at":%q`, person, at))...)
}

// earned is an observation of a person in a month.
func earned(person, month string, value any, more ...string) string {
	return fmt.Sprintf(`{"period":"month","start":"%s-01","person":%q,"value":%v%s}`, month, person, value, strings.Join(append([]string{""}, more...), ","))
}

// linked are the figures and answers of persons that a question finds, written as answer:figure×n, in order.
func (h house) linked(t *testing.T, workspace string, q models.ValueQuery) []string {
	t.Helper()
	f, err := h.FiguresOfPersons(t.Context(), workspace, q.KPI.Key, q.Period)
	if err != nil {
		t.Fatal(err)
	}
	q.Length, q.Last, q.Answer = f.Length, f.Last, cmp.Or(q.Answer, models.LastBefore)
	if q.Metric.Key == "" {
		q.Metric = models.StandardMetrics()["nps"]
	}
	var found []string
	err = h.EachPersonFigure(t.Context(), workspace, q, func(f models.PersonFigure) error {
		answer, figure := "none", "none"
		if f.Answered {
			answer = fmt.Sprint(f.Answer)
		}
		if f.Observed {
			figure = fmt.Sprint(f.Figure)
		}
		for range f.N {
			found = append(found, answer+":"+figure)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(found)
	return found
}

// year2026 is the period of the figures in these tests.
func year2026(t *testing.T) models.Period {
	t.Helper()
	since, err := models.ParseDay("2026-01-01")
	until, other := models.ParseDay("2027-01-01")
	if err := firstError(err, other); err != nil {
		t.Fatal(err)
	}
	return models.Period{Since: since, Until: until}
}

func TestTheAnswerThatCountsIsLinkedWithAPersonsFigures(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, h house) {
		h.workspace(t, "bank")
		sales := h.define(t, "bank", models.KPI{Key: "sales"})
		h.observe(t, "bank", "sales", earned("anna", "2026-01", 10), earned("anna", "2026-02", 5), earned("anna", "2025-12", 1000),
			earned("bert", "2026-03", 7), earned("carl", "2026-03", 3), `{"period":"month","start":"2026-01-01","value":99999}`)
		h.commit(t, "bank",
			said("anna", 2, "2025-03-01T10:00:00.5Z"), said("anna", 9, "2025-03-01T10:00:00.51Z"), said("anna", 5, "2025-12-31T22:30:00Z"), // in Helsinki that is 2026
			said("bert", 10, "2026-05-01T10:00:00Z"), said("bert", 7, "2026-11-01T10:00:00Z"),
			said("dora", 4, "2025-05-01T10:00:00Z"), nps(0, `"collected_at":"2025-05-01T10:00:00Z"`))
		for choice, want := range map[models.AnswerChoice][]string{
			models.LastBefore:  {"4:none", "9:15", "none:3", "none:7"},
			models.LastAnswer:  {"4:none", "5:15", "7:7", "none:3"},
			models.FirstAnswer: {"10:7", "2:15", "4:none", "none:3"},
			models.MeanAnswer:  {"4:none", "5.333333333333333:15", "8.5:7", "none:3"},
		} {
			got := h.linked(t, "bank", models.ValueQuery{KPI: sales, Period: year2026(t), Answer: choice})
			same(t, string(choice), got, want)
		}
	})
}

func TestAPersonsFiguresAddUpAsTheKPISays(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, h house) {
		h.workspace(t, "bank")
		h.commit(t, "bank", said("anna", 9, "2025-03-01T10:00:00Z"), said("bert", 3, "2025-03-01T10:00:00Z"))
		for _, c := range []struct {
			kpi  models.KPI
			anna [2]string
			want []string
		}{
			{models.KPI{Key: "sum"}, [2]string{"10", "4.5"}, []string{"3:2", "9:14.5"}},
			{models.KPI{Key: "last", AddsUp: models.ByLast}, [2]string{"10", "4.5"}, []string{"3:none", "9:4.5"}}, // bert has none at the end
			{models.KPI{Key: "mean", AddsUp: models.ByMean}, [2]string{`10,"size":3`, `4,"size":1`}, []string{"3:2", "9:8.5"}},
		} {
			k := h.define(t, "bank", c.kpi)
			h.observe(t, "bank", k.Key, earned("anna", "2026-01", c.anna[0]), earned("anna", "2026-02", c.anna[1]), earned("bert", "2026-01", 2))
			same(t, k.Key, h.linked(t, "bank", models.ValueQuery{KPI: k, Period: year2026(t)}), c.want)
		}
		stays := turnover("stays")
		stays.AddsUp, stays.YesNo, stays.Unit = models.ByMean, true, models.RatioUnit
		if _, _, err := h.PutKPI(t.Context(), "bank", stays); err != nil {
			t.Fatal(err)
		}
		h.observe(t, "bank", "stays", earned("anna", "2026-01", false), earned("anna", "2026-02", true), earned("bert", "2026-01", true), earned("bert", "2026-02", false), earned("carl", "2026-01", true))
		same(t, "yes or no", h.linked(t, "bank", models.ValueQuery{KPI: stays, Period: year2026(t)}), []string{"3:0", "9:1", "none:1"})
	})
}

func TestOnlyWhatHoldsAndIsAskedForIsLinked(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, h house) {
		h.workspace(t, "bank")
		sales := h.define(t, "bank", models.KPI{Key: "sales"})
		_, err := h.FiguresOfPersons(t.Context(), "bank", "sales", models.Period{})
		hasCode(t, "no figures", err, models.NotFound)
		h.observe(t, "bank", "sales", earned("anna", "2026-01", 10), earned("bert", "2026-01", 20))
		h.observe(t, "bank", "sales", earned("anna", "2026-01", 11)) // corrected
		_, err = h.FiguresOfPersons(t.Context(), "bank", "sales", models.Period{Until: 20_000})
		hasCode(t, "no figures then", err, models.NotFound)
		ids := h.commit(t, "bank", said("anna", 0, "2025-03-02T10:00:00Z"), said("anna", 9, "2025-03-01T10:00:00Z", `"channel":"web"`),
			said("bert", 8, "2025-03-02T10:00:00Z", `"touchpoint":"desk"`), `{"person":"bert","collected_at":"2025-04-02T10:00:00Z","metric":"csat","score":5}`,
			`{"person":"bert","touchpoint":"desk","collected_at":"2025-03-03T10:00:00Z","answers":[{"metric":"nps","score":6},{"metric":"nps","touchpoint":"web","score":4}]}`)
		yes := true
		if _, err := h.UpdateResponse(t.Context(), "bank", ids[0], models.Patch{Excluded: &yes}); err != nil {
			t.Fatal(err)
		}
		for name, c := range map[string]struct {
			filter models.Keys
			want   []string
		}{
			"all":  {models.Keys{}, []string{"4:20", "9:11"}}, // of two at once the least
			"desk": {models.Keys{models.Touchpoint: "desk"}, []string{"6:20", "none:11"}},
			"web":  {models.Keys{models.Channel: "web"}, []string{"9:11", "none:20"}},
		} {
			same(t, name, h.linked(t, "bank", models.ValueQuery{KPI: sales, Period: year2026(t), Filter: c.filter}), c.want)
		}
	})
}

func TestAScaleBelowZeroIsLinked(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, h house) {
		h.workspace(t, "bank")
		sales := h.define(t, "bank", models.KPI{Key: "sales"})
		m := comfort()
		m.Key, m.Min, m.Max, m.Top, m.Bottom = "deep", -50, 50, 10, -10
		if _, err := h.PutMetric(t.Context(), "bank", m); err != nil {
			t.Fatal(err)
		}
		h.observe(t, "bank", "sales", earned("anna", "2026-01", 10), earned("bert", "2026-01", 20))
		h.commit(t, "bank", `{"person":"anna","metric":"deep","score":-50,"collected_at":"2025-03-01T10:00:00Z"}`, `{"person":"bert","metric":"deep","score":50,"collected_at":"2025-03-01T10:00:00Z"}`)
		for _, choice := range models.AnswerChoices() {
			same(t, string(choice), h.linked(t, "bank", models.ValueQuery{Metric: m, KPI: sales, Period: year2026(t), Answer: choice}), []string{"-50:10", "50:20"})
		}
	})
}

func TestAnAnswerIsHeldAgainstTheOneBeforeIt(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, h house) {
		h.workspace(t, "bank")
		h.commit(t, "bank",
			said("anna", 2, "2024-03-01T10:00:00Z"), said("anna", 9, "2026-03-01T10:00:00Z"), said("anna", 9, "2026-04-01T10:00:00Z"),
			said("anna", 0, "2026-03-15T10:00:00Z", `"touchpoint":"desk"`), // elsewhere, and alone there
			said("bert", 10, "2026-02-01T10:00:00Z"), said("bert", 1, "2026-05-01T10:00:00Z"), said("carl", 5, "2026-05-01T10:00:00Z"),
			nps(3, `"collected_at":"2026-01-01T10:00:00Z"`), nps(3, `"collected_at":"2026-01-02T10:00:00Z"`))
		since, err := models.ParseDay("2026-03-01")
		if err != nil {
			t.Fatal(err)
		}
		for until, want := range map[int]string{365: "[2→9 9→9 10→1]", 31: "[2→9]", 0: "[]"} {
			var found []string
			q := models.ConversionQuery{Metric: models.StandardMetrics()["nps"], Period: models.Period{Since: since, Until: since + models.Day(until)}}
			err := h.EachConversion(t.Context(), "bank", q, func(c models.ConversionCount) error {
				found = append(found, fmt.Sprintf("%s %d→%d", c.Day, c.From, c.To))
				return nil
			})
			slices.Sort(found)
			for i := range found {
				_, found[i], _ = strings.Cut(found[i], " ")
			}
			if fmt.Sprint(found) != want || err != nil {
				t.Errorf("%d days: %v, want %s, %v", until, found, want, err)
			}
		}
	})
}
