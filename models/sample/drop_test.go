package sample

import (
	"math"
	"testing"
	"time"

	"github.com/mittari/mittari/models"
	"github.com/mittari/mittari/models/score"
)

// cell is what a drop would be looked for in.
type cell struct{ metric, touchpoint, team string }

// scores are the bank's scores in each of the periods, by cell.
func scores(b *Bank, periods ...models.Period) []map[cell]score.Result {
	histograms := make([]map[cell]score.Histogram, len(periods))
	for i := range periods {
		histograms[i] = map[cell]score.Histogram{}
	}
	for s := range b.Submissions() {
		day := models.DayOf(*s.CollectedAt, b.zone)
		for i, p := range periods {
			if day >= p.Since && day < p.Until {
				addAnswers(b, histograms[i], s)
			}
		}
	}
	results := make([]map[cell]score.Result, len(periods))
	for i := range periods {
		results[i] = map[cell]score.Result{}
		for c, h := range histograms[i] {
			results[i][c], _ = b.metrics[c.metric].Evaluate(h)
		}
	}
	return results
}

func addAnswers(b *Bank, histograms map[cell]score.Histogram, s models.Submission) {
	for _, a := range s.Answers {
		c := cell{a.Metric, s.Touchpoint, s.Team}
		scale := b.metrics[a.Metric].Scale
		if histograms[c] == nil {
			histograms[c] = scale.NewHistogram()
		}
		scale.Add(histograms[c], a.Score.N, 1)
	}
}

// z is by how many standard errors the score rose from one result to the other.
func z(from, to score.Result) float64 {
	return (to.Score - from.Score) / math.Hypot(*from.StdErr, *to.StdErr)
}

func TestDropAndRecoveryAreSignificantAndNothingElseMoves(t *testing.T) {
	zone := zoneOf("Europe/Helsinki")
	for _, c := range []struct {
		name string
		seed uint64
		now  time.Time
	}{
		{"autumn", 1, time.Date(2026, 11, 20, 14, 30, 0, 0, zone)},
		{"another seed", 2, time.Date(2026, 11, 20, 14, 30, 0, 0, zone)},
		{"after the July lull", 3, time.Date(2026, 8, 3, 9, 0, 0, 0, zone)},
		{"after Christmas", 4, time.Date(2027, 1, 4, 23, 0, 0, 0, zone)},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := NewBank(c.seed, c.now, zone)
			d := b.Drop()
			in := scores(b, d.Before(), d.During(), d.After())
			before, during, after := in[0], in[1], in[2]
			planted := cell{d.Metric, d.Touchpoint, d.Team}
			t.Logf("before %.1f (n %d), during %.1f (n %d), after %.1f (n %d)",
				before[planted].Score, before[planted].SampleSize, during[planted].Score, during[planted].SampleSize,
				after[planted].Score, after[planted].SampleSize)
			if fell := z(before[planted], during[planted]); fell > -5 {
				t.Errorf("the drop is %.1f standard errors, want 5 at least", -fell)
			}
			if rose := z(during[planted], after[planted]); rose < 3 {
				t.Errorf("the recovery is %.1f standard errors, want 3 at least", rose)
			}
			if left := z(before[planted], after[planted]); math.Abs(left) > 3 {
				t.Errorf("after the recovery the score is %.1f standard errors from where it was", left)
			}
			for other, was := range before {
				is, asked := during[other]
				if !asked || other.touchpoint == d.Touchpoint {
					continue
				}
				if moved := z(was, is); math.Abs(moved) > 4 {
					t.Errorf("%v moved by %.1f standard errors though nothing happened to it", other, moved)
				}
			}
		})
	}
}

func TestDropIsAsLargeAsItSays(t *testing.T) {
	const seeds = 6
	zone := zoneOf("Europe/Helsinki")
	var fell float64
	for seed := range uint64(seeds) {
		b := NewBank(seed, time.Date(2026, 11, 20, 14, 30, 0, 0, zone), zone)
		d := b.Drop()
		planted := cell{d.Metric, d.Touchpoint, d.Team}
		in := scores(b, d.Before(), d.During())
		fell += (in[0][planted].Score - in[1][planted].Score) / seeds
	}
	if want := friday().Drop().Points; math.Abs(fell-want) > 3 { // three standard errors of the average
		t.Errorf("on average the score fell by %.1f points, want %.0f", fell, want)
	}
}

func TestDropAndRecoveryStandOutInAYearOfWeeks(t *testing.T) {
	b := friday()
	d := b.Drop()
	year, _ := models.WindowByName("365d")
	if w := year.Period(b.last); d.Before().Since < w.Since || d.After().Until != w.Until {
		t.Fatalf("the drop's story %v to %v is not within %v", d.Before(), d.After(), w)
	}
	planted := cell{d.Metric, d.Touchpoint, d.Team}
	during := scores(b, d.During())[0][planted].Score
	weeks := year.Period(b.last).Cut(models.Weekly)
	for i, in := range scores(b, weeks...) {
		week := weeks[i]
		if week.Since <= d.Last && week.Until > d.First || week.Days() < 7 {
			continue
		}
		if r := in[planted]; r.Score <= during {
			t.Errorf("the week from %v scored %.1f, no better than the drop's %.1f", week.Since, r.Score, during)
		}
	}
}

func TestDropLastsEightWeeksAndEndsTwoWeeksBeforeTheEnd(t *testing.T) {
	d := friday().Drop()
	if d.First.String() != "2026-09-11" || d.Last.String() != "2026-11-05" || d.During().Days() != 56 || d.After().Days() != 15 {
		t.Errorf("the drop is from %v to %v, %d days, with %d after it", d.First, d.Last, d.During().Days(), d.After().Days())
	}
}
