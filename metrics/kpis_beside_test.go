package metrics

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"

	"github.com/mittari/mittari/models"
)

// stuck is a shelf on which the KPI sales is read only when it is let go, or its reader has no time left.
type stuck struct {
	*shelf
	begun, letGo chan struct{}
}

func (s stuck) EachKPIPart(ctx context.Context, workspace, kpi string, p models.Period, do func(models.KPIPart) error) error {
	if kpi == "sales" {
		select {
		case s.begun <- struct{}{}: // for whoever waits for it, now or in a moment
		default:
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-s.letGo:
		}
	}
	return s.shelf.EachKPIPart(ctx, workspace, kpi, p, do)
}

// stuckTrade is a shelf with sales of team a, which are read beside the scores from now on, and customers.
func stuckTrade(t *testing.T) (stuck, *Exporter) {
	s := trade("2026-11-20T12:00:00Z", "UTC")
	s.observe(t, "bank", "sales", monthly("2026-10", 7, `,"team":"a"`))
	s.observe(t, "bank", "customers", monthly("2026-10", 9, ""))
	source := stuck{s, make(chan struct{}, 1), make(chan struct{})}
	e, err := New(Config{Source: source, Now: s.clock, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	refresh(t, e)
	<-source.begun // it was begun, and left
	return source, e
}

func TestKPIThatTakesLongIsReadBesideTheScores(t *testing.T) {
	s, e := stuckTrade(t)
	wantLines(t, figures(t, e, "cx_kpi_value", "customers"), "month 9")
	wantLines(t, figures(t, e, "cx_kpi_value", "sales"))
	read := make(chan error)
	go func() { read <- e.RefreshKPIs(t.Context()) }()
	<-s.begun
	s.answer(t, "bank", 1, nps("desk", 9))
	wantLines(t, scores(t, e, "cx_score_sample_size", `level="company"`, `window="today"`), `cx_score_sample_size{workspace="bank",metric="nps",level="company",window="today"} 1`)
	close(s.letGo)
	if err := <-read; err != nil {
		t.Fatal(err)
	}
	wantLines(t, figures(t, e, "cx_kpi_value", "sales"), "month 7", "month team=a 7")
	s.observe(t, "bank", "sales", monthly("2026-10", 8, `,"team":"a"`))
	wantLines(t, figures(t, e, "cx_kpi_value", "sales"), "month 7", "month team=a 7")
	if err := e.RefreshKPIs(t.Context()); err != nil {
		t.Fatal(err)
	}
	wantLines(t, figures(t, e, "cx_kpi_value", "sales"), "month 8", "month team=a 8")
}

func TestReadingBesideTheScoresTellsNothingThatHoldsNoMore(t *testing.T) {
	for name, c := range map[string]struct {
		meanwhile func(stuck)
		want      []string
	}{
		"nothing":               {func(stuck) {}, []string{"month 7", "month team=a 7"}},
		"the KPI is deleted":    {func(s stuck) { s.deleteKPI("bank", "sales") }, nil},
		"it is another":         {func(s stuck) { s.defineKPI("bank", kpiOf("sales", models.EmployeeKPI, models.ByMean)) }, nil},
		"everything read again": {func(s stuck) { s.pass(models.RevisionLife) }, nil},
		"a key leaves":          {func(s stuck) { s.remove("bank", "team", "a") }, nil},
	} {
		t.Run(name, func(t *testing.T) {
			s, e := stuckTrade(t)
			read := make(chan error)
			go func() { read <- e.RefreshKPIs(t.Context()) }()
			<-s.begun
			c.meanwhile(s)
			refresh(t, e)
			close(s.letGo)
			if err := <-read; err != nil {
				t.Fatal(err)
			}
			wantLines(t, figures(t, e, "cx_kpi_value", "sales"), c.want...)
		})
	}
}

func TestKeyThatGetsANameWhileAKPIIsReadLeavesOther(t *testing.T) {
	s, e := stuckTrade(t)
	s.bound = 1
	s.observe(t, "bank", "sales", monthly("2026-10", 2, `,"team":"b"`))
	read := make(chan error)
	go func() { read <- e.RefreshKPIs(t.Context()) }()
	<-s.begun
	s.put("bank", models.Entry{Kind: "team", Key: "b"})
	refresh(t, e)
	close(s.letGo)
	if err := <-read; err != nil { // what was read knew no b
		t.Fatal(err)
	}
	wantLines(t, figures(t, e, "cx_kpi_value", "sales"))
	if err := e.RefreshKPIs(t.Context()); err != nil {
		t.Fatal(err)
	}
	wantLines(t, figures(t, e, "cx_kpi_value", "sales"), "month 9", "month team=a 7", "month team=b 2")
}

func TestKPIOfMoreKeysThanCanBeToldIsReadBesideTheScores(t *testing.T) {
	s, e := stuckTrade(t)
	close(s.letGo)
	s.bound = 1
	e.snapshot.source = crowd{s.shelf, 2000}
	for range 2 { // also when it is known already that they are many
		if err := e.RefreshKPIs(t.Context()); err != nil {
			t.Fatal(err)
		}
		wantLines(t, figures(t, e, "cx_kpi_value", "sales", `team="other"`, `period="day"`), "day team=other 2000")
		r := models.KPIRevision("sales")
		s.revise("bank", r.Metric, r.Day)
		refresh(t, e)
	}
}

func TestKPIReadBesideTheScoresThatFailsIsReadAgain(t *testing.T) {
	s, e := stuckTrade(t)
	close(s.letGo)
	s.fail(errors.New("the database is away"))
	if err := e.RefreshKPIs(t.Context()); err == nil || !strings.Contains(err.Error(), "sales") {
		t.Errorf("the failure is not told: %v", err)
	}
	s.fail(nil)
	if err := e.RefreshKPIs(t.Context()); err != nil {
		t.Fatal(err)
	}
	wantLines(t, figures(t, e, "cx_kpi_value", "sales"), "month 7", "month team=a 7")
}
