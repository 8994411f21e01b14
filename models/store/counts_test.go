package store

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/mittari/mittari/models"
)

// on is a submission of the day, by its midday in Helsinki.
func on(day string, score int, more ...string) string {
	return nps(score, append(more, `"collected_at":"`+day+`T10:00:00Z"`)...)
}

func day(t *testing.T, s string) models.Day {
	t.Helper()
	d, err := models.ParseDay(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestCountsAreAddedUpAsTheQueryAsks(t *testing.T) {
	touchpoint, team := models.Touchpoint, models.Team
	onEachDatabase(t, func(t *testing.T, h house) {
		erased := h.commit(t, "bank",
			on("2026-11-01", 9, `"touchpoint":"a"`, `"team":"m"`, `"survey":"y"`), on("2026-11-01", 9, `"touchpoint":"a"`, `"channel":"sms"`),
			on("2026-11-01", 0, `"touchpoint":"b"`, `"segment":"g"`), on("2026-11-02", 9, `"touchpoint":"b"`, `"team":"m"`),
			on("2026-11-03", 5), `{"metric":"csat","score":5,"collected_at":"2026-11-02T10:00:00Z"}`, on("2026-11-03", 10))[6]
		h.commit(t, "other", on("2026-11-01", 9, `"touchpoint":"a"`))
		if err := h.EraseResponse(t.Context(), "bank", erased); err != nil { // its row stays, with a count of 0
			t.Fatal(err)
		}
		filter := func(d models.Dimension, key string) (k models.Keys) { k[d] = key; return k }
		two := filter(models.Touchpoint, "b")
		two[models.Team] = "m"
		for _, c := range []struct {
			name         string
			since, until string
			query        models.CountQuery
			want         string // day key score×n
		}{
			{"all", "2026-11-01", "2026-11-04", models.CountQuery{Metric: "nps"}, "0×1 5×1 9×3"},
			{"another metric", "2026-11-01", "2026-11-04", models.CountQuery{Metric: "csat"}, "5×1"},
			{"unknown metric", "2026-11-01", "2026-11-04", models.CountQuery{Metric: "npx"}, ""},
			{"since is included, until is not", "2026-11-02", "2026-11-03", models.CountQuery{Metric: "nps"}, "9×1"},
			{"no days", "2026-11-02", "2026-11-02", models.CountQuery{Metric: "nps"}, ""},
			{"before them", "2026-10-01", "2026-11-01", models.CountQuery{Metric: "nps"}, ""},
			{"by touchpoint", "2026-11-01", "2026-11-04", models.CountQuery{Metric: "nps", By: &touchpoint}, "5×1 a 9×2 b 0×1 b 9×1"},
			{"by some touchpoints", "2026-11-01", "2026-11-04", models.CountQuery{Metric: "nps", By: &touchpoint, Among: []string{"b", "x"}}, "b 0×1 b 9×1"},
			{"by no touchpoint", "2026-11-01", "2026-11-04", models.CountQuery{Metric: "nps", By: &touchpoint, Among: []string{}}, ""},
			{"by team", "2026-11-01", "2026-11-04", models.CountQuery{Metric: "nps", By: &team}, "0×1 5×1 9×1 m 9×2"},
			{"daily", "2026-11-01", "2026-11-04", models.CountQuery{Metric: "nps", Daily: true}, "2026-11-01 0×1 2026-11-01 9×2 2026-11-02 9×1 2026-11-03 5×1"},
			{"daily by touchpoint", "2026-11-01", "2026-11-03", models.CountQuery{Metric: "nps", Daily: true, By: &touchpoint}, "2026-11-01 a 9×2 2026-11-01 b 0×1 2026-11-02 b 9×1"},
			{"of a touchpoint", "2026-11-01", "2026-11-04", models.CountQuery{Metric: "nps", Filter: filter(models.Touchpoint, "a")}, "9×2"},
			{"of a survey", "2026-11-01", "2026-11-04", models.CountQuery{Metric: "nps", Filter: filter(models.Survey, "y")}, "9×1"},
			{"of a channel", "2026-11-01", "2026-11-04", models.CountQuery{Metric: "nps", Filter: filter(models.Channel, "sms")}, "9×1"},
			{"of a segment", "2026-11-01", "2026-11-04", models.CountQuery{Metric: "nps", Filter: filter(models.Segment, "g")}, "0×1"},
			{"of a team by touchpoint", "2026-11-01", "2026-11-04", models.CountQuery{Metric: "nps", Filter: filter(models.Team, "m"), By: &touchpoint}, "a 9×1 b 9×1"},
			{"of a team at a touchpoint", "2026-11-01", "2026-11-04", models.CountQuery{Metric: "nps", Filter: two}, "9×1"},
		} {
			c.query.Period = models.Period{Since: day(t, c.since), Until: day(t, c.until)}
			counts, err := h.FindCounts(t.Context(), "bank", c.query)
			if err != nil {
				t.Fatal(err)
			}
			if got := written(counts, c.query.Daily); got != c.want {
				t.Errorf("%s: %q, want %q", c.name, got, c.want)
			}
		}
		limited := models.CountQuery{Metric: "nps", Period: everyDay(), By: &touchpoint, Limit: 3}
		if counts, err := h.FindCounts(t.Context(), "bank", limited); err != nil || len(counts) != 3 {
			t.Errorf("of at most 3 rows: %v, %v", counts, err)
		}
	})
}

// written is the counts in words, sorted.
func written(counts []models.GroupCount, daily bool) string {
	rows := make([]string, len(counts))
	for i, c := range counts {
		rows[i] = strings.TrimSpace(fmt.Sprintf("%s %d×%d", c.Key, c.Score, c.N))
		if daily {
			rows[i] = c.Day.String() + " " + rows[i]
		}
	}
	slices.Sort(rows)
	return strings.Join(rows, " ")
}

func TestEachCountGivesEveryRowOfThePeriodOnce(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, h house) {
		h.commit(t, "bank", on("2026-11-01", 9), on("2026-11-01", 9), on("2026-11-02", 9, `"team":"m"`), on("2026-11-03", 1),
			`{"metric":"csat","score":5,"collected_at":"2026-11-02T10:00:00Z"}`)
		period := models.Period{Since: day(t, "2026-11-01"), Until: day(t, "2026-11-03")}
		for metric, want := range map[string][]string{
			"": {"_participation/customer 2026-11-01 1×2", "_participation/customer 2026-11-02 1×1", "_participation/customer 2026-11-02 m 1×1",
				"csat 2026-11-02 5×1", "nps 2026-11-01 9×2", "nps 2026-11-02 m 9×1"},
			"nps":  {"nps 2026-11-01 9×2", "nps 2026-11-02 m 9×1"},
			"enps": nil,
		} {
			var got []string
			err := h.EachCount(t.Context(), "bank", metric, period, func(c models.Count) error {
				words := []string{c.Metric, c.Day.String(), c.Keys[models.Team], fmt.Sprintf("%d×%d", c.Score, c.N)}
				got = append(got, strings.Join(slices.DeleteFunc(words, func(w string) bool { return w == "" }), " "))
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
			slices.Sort(got)
			same(t, "rows of "+metric, got, want)
		}
		enough := errors.New("enough")
		calls := 0
		err := h.EachCount(t.Context(), "bank", "", period, func(models.Count) error { calls++; return enough })
		if !errors.Is(err, enough) || calls != 1 {
			t.Errorf("after %d calls: %v", calls, err)
		}
		if inUse, _, _ := h.Connections(); inUse != 0 {
			t.Errorf("%d connections are still in use", inUse)
		}
	})
}
