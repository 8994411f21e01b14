package sample

import (
	"math"
	"slices"
	"sync"
	"testing"

	"github.com/mittari/mittari/models"
	"github.com/mittari/mittari/models/score"
)

type figure struct {
	kpi string
	models.SubmittedObservation
}

// observed are the figures of the bank of friday, made once. They must not be changed.
var observed = sync.OnceValue(func() []figure { return figuresOf(friday()) })

func figuresOf(b *Bank) []figure {
	var figures []figure
	for kpi, o := range b.Observations() {
		figures = append(figures, figure{kpi, o})
	}
	return figures
}

// course is a KPI of all teams together, or of one, month by month.
func course(b *Bank, figures []figure, kpi, team string) []float64 {
	k := b.KPIs()[slices.IndexFunc(b.KPIs(), func(k models.KPI) bool { return k.Key == kpi })]
	rollup := models.NewKPIRollup(k, models.DefaultAnonymity())
	for _, f := range figures {
		if f.kpi == kpi && f.Person == "" {
			start, _ := models.ParseDay(f.Start)
			o := models.Observation{Period: f.Period, Start: start, Value: f.Value.N, Size: f.Size, Keys: models.Keys{models.Team: f.Team, models.Touchpoint: f.Touchpoint}}
			rollup.Add(models.KPIPart{KPISum: o.Sum(), Period: o.Period, Start: start, Grain: o.Grain(), Keys: o.Keys})
		}
	}
	level := models.Level("team")
	if team == "" {
		level = models.CompanyLevel
	}
	var values []float64
	for _, v := range rollup.Values(level, models.MonthLength) {
		if v.Key == team {
			values = append(values, v.Value)
		}
	}
	return values
}

// satisfaction is the score of csat of all answers, or of those that a team served, in each of the months of figures.
func satisfaction(b *Bank, said []models.Submission, team string) []float64 {
	csat := b.metrics["csat"]
	histograms := map[models.Day]score.Histogram{}
	for _, s := range said {
		month := models.MonthLength.Start(models.DayOf(*s.CollectedAt, b.zone))
		if histograms[month] == nil {
			histograms[month] = csat.NewHistogram()
		}
		for _, a := range s.Answers {
			if a.Metric == "csat" && (team == "" || s.Team == team) {
				csat.Add(histograms[month], a.Score.N, 1)
			}
		}
	}
	var scores []float64
	for _, month := range b.months {
		r, _ := csat.Evaluate(histograms[month])
		scores = append(scores, r.Score)
	}
	return scores
}

// correlation is that of a series with another one so many months later.
func correlation(leads, follows []float64, lag int) float64 {
	var n, x, y, xx, yy, xy float64
	for i, a := range leads {
		if j := i + lag; j >= 0 && j < len(follows) {
			b := follows[j]
			n, x, y, xx, yy, xy = n+1, x+a, y+b, xx+a*a, yy+b*b, xy+a*b
		}
	}
	return (n*xy - x*y) / math.Sqrt((n*xx-x*x)*(n*yy-y*y))
}

func TestStaffLeadsCustomersByTwoMonthsAndRetentionFollowsByFour(t *testing.T) {
	for seed := uint64(1); seed <= 3; seed++ {
		b := NewBank(seed, friday().now, friday().zone)
		figures := figuresOf(b)
		pleased := satisfaction(b, slices.Collect(b.Submissions()), "")
		for _, c := range []struct {
			name           string
			leads, follows []float64
			lag            int
		}{
			{"engagement and satisfaction", course(b, figures, engagement, ""), pleased, 2},
			{"satisfaction and retention", pleased, course(b, figures, retention, ""), 4},
		} {
			if len(c.leads) != figuresMonths || len(c.follows) != figuresMonths {
				t.Fatalf("%s: %d and %d months", c.name, len(c.leads), len(c.follows))
			}
			at := correlation(c.leads, c.follows, c.lag)
			t.Logf("seed %d, %s: %.2f at %d months", seed, c.name, at, c.lag)
			if at < 0.5 {
				t.Errorf("seed %d, %s: correlate by %.2f at %d months", seed, c.name, at, c.lag)
			}
			for lag := -8; lag <= 8; lag++ {
				if r := correlation(c.leads, c.follows, lag); lag != c.lag && math.Abs(r) > at-0.1 {
					t.Errorf("seed %d, %s: %.2f at %d months, %.2f at %d", seed, c.name, r, lag, at, c.lag)
				}
			}
		}
	}
}

func TestOneTeamDiffersInItsStaffAndItsCustomers(t *testing.T) {
	b := friday()
	lastYear := func(months []float64) (mean float64) {
		for _, v := range months[len(months)-12:] {
			mean += v / 12
		}
		return mean
	}
	for _, other := range []string{helsinki, tampere, turku} {
		for name, differs := range map[string]float64{
			"engagement": lastYear(course(b, observed(), engagement, other)) - lastYear(course(b, observed(), engagement, oulu)) - 0.1,
			"absence":    lastYear(course(b, observed(), absence, oulu)) - lastYear(course(b, observed(), absence, other)) - 0.01,
			"csat":       lastYear(satisfaction(b, said(), other)) - lastYear(satisfaction(b, said(), oulu)) - 5,
			"retention":  lastYear(course(b, observed(), retention, other)) - lastYear(course(b, observed(), retention, oulu)) - 0.005,
		} {
			if differs < 0 {
				t.Errorf("%s: %s does not differ enough from Oulu: by %v too little", name, other, -differs)
			}
		}
	}
	all := course(b, observed(), engagement, oulu)
	if was, is := lastYear(all[:12]), lastYear(all); was-is < 0.08 {
		t.Errorf("engagement in Oulu was %.2f before the slump and is %.2f", was, is)
	}
}

func TestPromotersBringMoreAndStay(t *testing.T) {
	b := friday()
	nps := b.metrics["nps"]
	category := map[string]score.Category{} // by the last answer of each person
	for _, s := range said() {
		if s.Answers[0].Metric == "nps" {
			category[s.Person] = nps.Category(s.Answers[0].Score.N)
		}
	}
	var persons [3]map[string]bool
	var euros, quarters, stayed, months [3]float64
	for c := range persons {
		persons[c] = map[string]bool{}
	}
	for _, f := range observed() {
		if f.Person == "" {
			continue
		}
		c := category[f.Person]
		persons[c][f.Person] = true
		if f.kpi == revenue {
			euros[c], quarters[c] = euros[c]+f.Value.N, quarters[c]+1
		} else {
			stayed[c], months[c] = stayed[c]+f.Value.N, months[c]+1
		}
	}
	for c, of := range persons {
		t.Logf("category %d: %d persons, %.2f EUR a quarter, %.4f stay through a month", c, len(of), euros[c]/quarters[c], stayed[c]/months[c])
		if len(of) < 200 {
			t.Errorf("%d persons of category %d have figures", len(of), c)
		}
	}
	if up, down := euros[top]/quarters[top], euros[bottom]/quarters[bottom]; up < 1.2*down {
		t.Errorf("a promoter brings %.2f EUR in a quarter, a detractor %.2f", up, down)
	}
	if up, down := stayed[top]/months[top], stayed[bottom]/months[bottom]; 1-down < 1.1*(1-up) {
		t.Errorf("%.4f of the promoters stay through a month, %.4f of the detractors", up, down)
	}
}
