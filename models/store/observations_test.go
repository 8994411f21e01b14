package store

import (
	"context"
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/mittari/mittari/models"
)

// october is an observation of that month, with more fields.
func october(value float64, more string) string {
	return fmt.Sprintf(`{"period":"month","start":"2026-10-01","value":%v%s}`, value, more)
}

// figures are the values that were known at a time, zero for now, in rising order.
func (h house) figures(t *testing.T, kpi string, asOf time.Time) []float64 {
	t.Helper()
	found, err := h.FindObservations(t.Context(), "bank", kpi, models.ObservationFilter{AsOf: asOf, WithPersons: true, Limit: 100})
	if err != nil {
		t.Fatal(err)
	}
	values := []float64{}
	for _, o := range found {
		values = append(values, o.Value)
	}
	slices.Sort(values)
	return values
}

func TestCorrectedFigureReplacesTheEarlierOneWhichStaysKnownAsOfThen(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, h house) {
		h.workspace(t, "bank")
		h.define(t, "bank", models.KPI{Key: "sales"})
		before := h.now.read()
		outcome := func(what string, got models.ObservationOutcome, want models.ObservationOutcome) {
			t.Helper()
			if got != want {
				t.Errorf("%s: %+v, want %+v", what, got, want)
			}
		}
		h.now.pass(time.Hour)
		outcome("first", h.observe(t, "bank", "sales", october(100, ""))[0], models.ObservationOutcome{New: true})
		first := h.now.read()
		h.now.pass(time.Hour)
		outcome("again", h.observe(t, "bank", "sales", october(100, ""))[0], models.ObservationOutcome{})
		h.now.pass(time.Hour)
		got := h.observe(t, "bank", "sales", october(90, ""), october(7, `,"team":"north"`))
		outcome("corrected", got[0], models.ObservationOutcome{Replaced: true})
		outcome("another group", got[1], models.ObservationOutcome{New: true})
		second := h.now.read()
		h.now.pass(time.Hour)
		outcome("with a size", h.observe(t, "bank", "sales", october(90, `,"size":3`))[0], models.ObservationOutcome{Replaced: true})
		for name, c := range map[string]struct {
			at   time.Time
			want []float64
		}{
			"before": {before, []float64{}}, "first": {first, []float64{100}}, "just before the correction": {second.Add(-time.Millisecond), []float64{100}},
			"second": {second, []float64{7, 90}}, "elsewhere on earth": {second.In(time.Local), []float64{7, 90}}, "now": {time.Time{}, []float64{7, 90}},
		} {
			same(t, name, h.figures(t, "sales", c.at), c.want)
		}
	})
}

func TestObservationsOfOverlappingPeriodsAreRefusedAndHarmNoOthers(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, h house) {
		h.workspace(t, "bank")
		h.define(t, "bank", models.KPI{Key: "sales"})
		h.observe(t, "bank", "sales", october(100, ""))
		batch := h.acceptObservations(t, "bank", "sales", `{"period":"day","start":"2026-10-05","value":4}`, `{"period":"month","start":"2026-11-01","value":80}`,
			`{"period":"day","start":"2026-10-05","value":5,"team":"north"}`, october(6, `,"team":"south"`))
		for _, c := range []struct {
			mode models.BatchMode
			want []float64
		}{{models.CheckOnly, []float64{100}}, {models.AllOrNothing, []float64{100}}, {models.EachByItself, []float64{5, 80, 100}}} {
			outcomes, err := h.CommitObservations(t.Context(), "bank", "sales", batch, c.mode)
			if err != nil {
				t.Fatal(err)
			}
			for i, refused := range []bool{true, false, false, true} {
				if (outcomes[i].Err != nil) != refused {
					t.Errorf("mode %v, row %d: %+v", c.mode, i, outcomes[i])
				}
			}
			hasCode(t, "a day within a month", outcomes[0].Err, models.Conflict)
			same(t, fmt.Sprintf("mode %v", c.mode), h.figures(t, "sales", time.Time{}), c.want)
		}
	})
}

func TestTheLastOfTwoFiguresInOneBatchHolds(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, h house) {
		h.workspace(t, "bank")
		h.define(t, "bank", models.KPI{Key: "sales"})
		got := h.observe(t, "bank", "sales", october(1, ""), october(2, ""), october(3, ""))
		same(t, "outcomes", got, []models.ObservationOutcome{{New: true}, {Replaced: true}, {Replaced: true}})
		same(t, "figures", h.figures(t, "sales", time.Time{}), []float64{3})
	})
}

func TestWritersOfTheSameFiguresAtOnceLeaveOneThatHolds(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, h house) {
		h.workspace(t, "bank")
		h.define(t, "bank", models.KPI{Key: "sales"})
		const writers, rounds, persons = 6, 5, 40
		stores := []*Store{h.Store, h.replica(t)}
		var writing []func(context.Context) error
		for w := range writers {
			var batches [][]models.AcceptedObservation
			for round := range rounds {
				var texts []string
				for p := range persons {
					texts = append(texts, october(float64(w*rounds+round), fmt.Sprintf(`,"person":"p%d"`, (p+w)%persons)))
				}
				batches = append(batches, h.acceptObservations(t, "bank", "sales", append(texts, october(float64(w*100+round), ""))...))
			}
			writing = append(writing, func(ctx context.Context) error {
				for _, batch := range batches {
					if _, err := stores[w%2].CommitObservations(ctx, "bank", "sales", batch, models.EachByItself); err != nil {
						return err
					}
				}
				return nil
			})
		}
		together(t, writing...)
		if n := len(h.figures(t, "sales", time.Time{})); n != persons+1 {
			t.Errorf("%d figures hold, want %d", n, persons+1)
		}
		var rows, open int64
		if err := h.read.Raw("SELECT COUNT(*) FROM observations").Scan(&rows).Error; err != nil {
			t.Fatal(err)
		}
		if err := h.read.Raw("SELECT COUNT(*) FROM observations WHERE replaced_at IS NULL").Scan(&open).Error; err != nil {
			t.Fatal(err)
		}
		if open != persons+1 || rows < open || rows > writers*rounds*(persons+1) {
			t.Errorf("%d of %d rows hold", open, rows)
		}
	})
}

func TestPartsAreWhatTheObservationsThatHoldAddUpTo(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, h house) {
		h.workspace(t, "bank")
		h.define(t, "bank", models.KPI{Key: "absence", AddsUp: models.ByMean})
		h.observe(t, "bank", "absence", october(0.5, `,"size":10,"team":"north"`), october(0.25, `,"size":8,"team":"south","segment":"x"`),
			october(1, `,"person":"a"`), october(3, `,"person":"b","size":2`), october(9, `,"person":"c"`))
		h.observe(t, "bank", "absence", october(5, `,"person":"c"`))
		parts := map[models.Grain]models.KPIPart{}
		err := h.EachKPIPart(t.Context(), "bank", "absence", models.Period{Since: day(t, "2026-10-01"), Until: day(t, "2026-10-02")}, func(p models.KPIPart) error {
			parts[p.Grain] = p
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		want := map[models.Grain]models.KPISum{
			"team": {Value: 0.5, Weighted: 5, Size: 10, People: 10}, "segment+team": {Value: 0.25, Weighted: 2, Size: 8, People: 8},
			models.PersonGrain: {Value: 9, Weighted: 12, Size: 4, People: 3},
		}
		for grain, sum := range want {
			if parts[grain].KPISum != sum || parts[grain].Start != day(t, "2026-10-01") || parts[grain].Period != models.MonthLength {
				t.Errorf("%s: %+v, want %+v", grain, parts[grain], sum)
			}
		}
		if len(parts) != len(want) || math.IsInf(parts["team"].People, 0) {
			t.Errorf("parts %+v", parts)
		}
	})
}

func TestObservationsAreFoundByWhatTheyAreOf(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, h house) {
		h.workspace(t, "bank")
		h.define(t, "bank", models.KPI{Key: "sales"})
		h.observe(t, "bank", "sales", october(1, ""), `{"period":"month","start":"2026-11-01","value":2}`, october(3, `,"team":"north"`),
			october(4, `,"team":"south","channel":"web"`), october(5, `,"person":"p"`), october(6, `,"person":"q"`),
			`{"period":"quarter","start":"2026-07-01","value":7,"segment":"s"}`)
		october1, november1 := day(t, "2026-10-01"), day(t, "2026-11-01")
		for name, c := range map[string]struct {
			filter models.ObservationFilter
			want   []float64
		}{
			"all":           {models.ObservationFilter{WithPersons: true}, []float64{7, 6, 5, 4, 3, 2, 1}},
			"no persons":    {models.ObservationFilter{}, []float64{7, 4, 3, 2, 1}},
			"a person":      {models.ObservationFilter{Person: "p"}, []float64{5}},
			"a team":        {models.ObservationFilter{Keys: models.Keys{models.Team: "south"}}, []float64{4}},
			"quarters":      {models.ObservationFilter{Period: models.QuarterLength}, []float64{7}},
			"since October": {models.ObservationFilter{Starts: models.Period{Since: october1}, Period: models.MonthLength}, []float64{4, 3, 2, 1}},
			"October":       {models.ObservationFilter{Starts: models.Period{Since: october1, Until: november1}}, []float64{4, 3, 1}},
			"the first two": {models.ObservationFilter{Limit: 2}, []float64{7, 4}},
		} {
			if c.filter.Limit == 0 {
				c.filter.Limit = 100
			}
			found, err := h.FindObservations(t.Context(), "bank", "sales", c.filter)
			if err != nil {
				t.Fatal(err)
			}
			values := []float64{}
			for _, o := range found {
				values = append(values, o.Value)
			}
			same(t, name, values, c.want)
			if last := found[len(found)-1]; len(found) > 1 {
				c.filter.Before = found[0].ID
				next, err := h.FindObservations(t.Context(), "bank", "sales", c.filter)
				if err != nil || c.filter.Limit == 100 && (len(next) != len(found)-1 || next[len(next)-1].ID != last.ID) {
					t.Errorf("%s, behind the first: %d, %v", name, len(next), err)
				}
			}
		}
	})
}
