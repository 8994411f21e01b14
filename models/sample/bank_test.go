package sample

import (
	"crypto/sha256"
	"encoding/json"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"
	_ "time/tzdata"

	"github.com/mittari/mittari/models"
)

// zoneOf is a time zone by name.
func zoneOf(name string) *time.Location {
	zone, err := time.LoadLocation(name)
	if err != nil {
		panic(err)
	}
	return zone
}

// friday is the bank of seed 1 on a Friday afternoon in November.
func friday() *Bank {
	zone := zoneOf("Europe/Helsinki")
	return NewBank(1, time.Date(2026, 11, 20, 14, 30, 0, 0, zone), zone)
}

// said is what is said in the bank of friday, made once. It must not be changed.
var said = sync.OnceValue(func() []models.Submission { return slices.Collect(friday().Submissions()) })

// digest is a hash of the JSON of all that the bank says, and of its figures.
func digest(t *testing.T, b *Bank) [32]byte {
	t.Helper()
	hash := sha256.New()
	out := json.NewEncoder(hash)
	for _, e := range b.Entries() {
		if err := out.Encode(e); err != nil {
			t.Fatal(err)
		}
	}
	for s := range b.Submissions() {
		if err := out.Encode(s); err != nil {
			t.Fatal(err)
		}
	}
	for kpi, o := range b.Observations() {
		if err := errors.Join(out.Encode(kpi), out.Encode(o)); err != nil {
			t.Fatal(err)
		}
	}
	return [32]byte(hash.Sum(nil))
}

func TestSameSeedAndTimeGiveTheSameBytes(t *testing.T) {
	b := friday()
	first := digest(t, b)
	if again := digest(t, b); again != first {
		t.Error("a second walk over the same bank gave other answers")
	}
	if again := digest(t, friday()); again != first {
		t.Error("an equal bank gave other answers")
	}
	if other := digest(t, NewBank(2, b.now, b.zone)); other == first {
		t.Error("another seed gave the same answers")
	}
}

func TestEverySubmissionPassesTheChecks(t *testing.T) {
	for _, name := range []string{"Europe/Helsinki", "UTC", "America/St_Johns", "Australia/Lord_Howe"} {
		t.Run(name, func(t *testing.T) {
			zone := zoneOf(name)
			b := NewBank(3, time.Date(2026, 4, 2, 11, 0, 0, 0, zone), zone)
			rules := models.Rules{
				Workspace: "default", Metrics: models.StandardMetrics(), Zone: zone, Now: b.now,
				NewID: func() string { return "id" },
			}
			for s := range b.Submissions() {
				accepted, err := s.Check(rules)
				if err != nil {
					t.Fatalf("%s: %v", s.SubmissionID, err)
				}
				local := s.CollectedAt.In(zone)
				if h := local.Hour(); h < 7 || h >= 22 || accepted.Day() != models.DayOf(local, zone) {
					t.Fatalf("%s: nobody answers at %v", s.SubmissionID, local)
				}
			}
		})
	}
}

func TestSizeIsThatOfAnOrdinaryBank(t *testing.T) {
	n, comments := 0, 0
	for _, s := range said() {
		n++
		for _, a := range s.Answers {
			if a.Comment != "" {
				comments++
			}
		}
	}
	if n < 40_000 || n > 70_000 {
		t.Errorf("%d responses, want 40,000 to 70,000", n)
	}
	if comments < n/10 || comments > n/3 {
		t.Errorf("%d comments on %d responses, want them on some", comments, n)
	}
}

func TestAnswersAreInOrderOfTimeAndSpanThreeYears(t *testing.T) {
	b := friday()
	var first, before time.Time
	ids := map[string]bool{}
	for _, s := range said() {
		if before.IsZero() {
			first = *s.CollectedAt
		}
		if s.CollectedAt.Before(before) {
			t.Fatalf("%s at %v comes after %v", s.SubmissionID, s.CollectedAt, before)
		}
		if s.SubmissionID == "" || ids[s.SubmissionID] {
			t.Fatalf("submission_id %q is not one of its own", s.SubmissionID)
		}
		before, ids[s.SubmissionID] = *s.CollectedAt, true
	}
	if day := models.DayOf(first, b.zone); day != b.last-3*365+1 {
		t.Errorf("begins on %v, want three years before %v", day, b.last)
	}
	if day := models.DayOf(before, b.zone); day != b.last || before.After(b.now) {
		t.Errorf("ends at %v, want the same day as and not after %v", before, b.now)
	}
}

func TestAnEarlierMomentOfTheDayOnlyLacksWhatCameLater(t *testing.T) {
	b := friday()
	morning := NewBank(b.seed, b.now.Add(-4*time.Hour), b.zone)
	var want, got []string
	for _, s := range said() {
		if !s.CollectedAt.After(morning.now) {
			want = append(want, s.SubmissionID)
		}
	}
	for s := range morning.Submissions() {
		got = append(got, s.SubmissionID)
	}
	if !slices.Equal(got, want) {
		t.Errorf("%d answers by the morning, want the %d that the afternoon's bank has up to then", len(got), len(want))
	}
}

func TestALaterDayKeepsTheShape(t *testing.T) {
	b := friday()
	later := NewBank(b.seed, b.now.AddDate(0, 0, 1), b.zone)
	n := 0.0
	for range later.Submissions() {
		n++
	}
	if ratio := n / float64(len(said())); ratio < 0.98 || ratio > 1.02 {
		t.Errorf("a day later there are %.2f times as many answers", ratio)
	}
}

func TestWalkMayStopEarly(t *testing.T) {
	n := 0
	for range friday().Submissions() {
		if n++; n == 10 {
			break
		}
	}
	if n != 10 {
		t.Errorf("saw %d answers, want 10", n)
	}
}

func BenchmarkSubmissions(bench *testing.B) {
	b := friday()
	for bench.Loop() {
		n := 0
		for range b.Submissions() {
			n++
		}
		bench.ReportMetric(float64(n), "responses")
	}
}
